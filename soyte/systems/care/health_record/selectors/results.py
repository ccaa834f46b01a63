"""Laboratory values: one line an index and unit, the latest first, with those before it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from soyte.clinical.observations.models import Observation
from soyte.clinical.terminology.terms import ReferenceRange, Terms
from soyte.kernel.access.actor import Actor
from soyte.kernel.labels import unseal
from soyte.kernel.people.models import Person
from soyte.kernel.text import fold
from soyte.systems.care.health_record.selectors.seen import Seen, VisitFacts

TREND = 6
FRESH = dt.timedelta(days=365)
RECENT_ROWS = 240  # rows read for the page's few lines: of one visit with large panels and many before it
ALL_ROWS = 20_000


class _Row(NamedTuple):
    encounter_id: uuid.UUID
    code: str
    name: str
    value_text: str
    value_number: Decimal | None
    comparator: str
    unit: str
    at: dt.datetime
    source_table: int
    source_line: int


@dataclass(frozen=True, slots=True)
class Result:
    """The latest value of an index. `outside` is "", "high" or "low"; "" too where content has no range for this index,
    unit, sex and age. `trend`: its last numbers, oldest first."""

    name: str
    value: str
    unit: str
    at: dt.datetime
    range: ReferenceRange | None
    number: Decimal | None
    outside: str
    trend: Sequence[Decimal]
    times: int
    visit: VisitFacts
    table: int
    line: int


def results(
    actor: Actor, person: Person, seen: Seen, terms: Terms, *, limit: int | None = None, rows: int = RECENT_ROWS
) -> list[Result]:
    """The `limit` indexes measured last, from the latest `rows` values."""
    found = seen.lines(
        _Row,
        Observation,
        "l.category = %(category)s",
        "l.at desc, l.id desc",
        rows,
        category=Observation.Category.LABORATORY,
    )
    return [_result(actor, person, seen, series, terms) for series in _series(found)[:limit]]


def foremost(found: Sequence[Result], limit: int) -> list[Result]:
    """The `limit` to be seen first: what lay outside its range within a year, then the latest. A panel of twenty normal
    values of yesterday must not hide the one that was too high in spring."""
    since = timezone.now() - FRESH
    return sorted(found, key=lambda row: not (row.outside and row.at >= since))[:limit]


def _series(rows: list[_Row]) -> list[list[_Row]]:
    """Rows of one index and unit together, however machines write their names."""
    folded: dict[tuple[str, str], tuple[str, str]] = {}
    grouped: dict[tuple[str, str], list[_Row]] = defaultdict(list)
    for row in rows:
        written = (row.code or row.name, row.unit)
        if written not in folded:
            folded[written] = (fold(written[0]), fold(written[1]))
        grouped[folded[written]].append(row)
    return list(grouped.values())


def _result(actor: Actor, person: Person, seen: Seen, series: list[_Row], terms: Terms) -> Result:
    latest = series[0]
    name = unseal(latest.name, actor.labels) or ""
    usual = _range(person, latest, name, terms)
    numbers = [row.value_number for row in reversed(series[:TREND]) if row.value_number is not None]
    return Result(
        name=name or latest.code,
        value=unseal(latest.value_text, actor.labels) or "",
        unit=latest.unit,
        at=latest.at,
        range=usual,
        number=latest.value_number,
        outside=outside(latest.value_number, latest.comparator, usual),
        trend=numbers,
        times=len(series),
        visit=seen.by_id[latest.encounter_id],
        table=latest.source_table,
        line=latest.source_line,
    )


def _range(person: Person, row: _Row, name: str, terms: Terms) -> ReferenceRange | None:
    day = timezone.localdate(row.at)
    age = person.age_on(day)
    if age is None:
        return None
    return terms.reference_range(index=row.code, name=name, unit=row.unit, sex=person.sex, age_years=age, on=day)


def outside(number: Decimal | None, comparator: str, usual: ReferenceRange | None) -> str:
    """ "high", "low", or "" for inside and for what cannot be told: "< 0,5" may lie anywhere below."""
    if usual is None or number is None or comparator:
        return ""
    if usual.high is not None and number > usual.high:
        return "high"
    if usual.low is not None and number < usual.low:
        return "low"
    return ""
