"""Facts of a person that the files state one after the other, and where they contradict each other."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from soyte.clinical.observations.models import Observation
from soyte.formats.visitfile.values import PartialDate, read_partial_date
from soyte.kernel.access.actor import Actor
from soyte.kernel.labels import unseal
from soyte.kernel.people.models import Person
from soyte.kernel.text import format as words
from soyte.systems.care.health_record.selectors.seen import Seen, VisitFacts

KNOWN_SEX = frozenset({Person.Sex.MALE, Person.Sex.FEMALE})


@dataclass(frozen=True, slots=True)
class Stated:
    """One value of a fact, and the latest visit whose file states it."""

    value: str
    at: dt.datetime
    visit: VisitFacts
    line: int = 1


class _Group(NamedTuple):
    encounter_id: uuid.UUID
    value_text: str
    at: dt.datetime
    source_line: int


def _each_once(stated: Iterable[Stated]) -> list[Stated]:
    found: dict[str, Stated] = {}
    for one in stated:
        if one.value:
            found.setdefault(one.value, one)
    return list(found.values())


def blood_groups(actor: Actor, seen: Seen) -> list[Stated]:
    """Every blood group that the files state, each once, the latest first. Two of them are shown as two."""
    category = Observation.Category.BLOOD_GROUP
    rows = seen.lines(_Group, Observation, "l.category = %(category)s", "l.at desc, l.id desc", category=category)
    return _each_once(
        Stated(
            _group(unseal(row.value_text, actor.labels) or ""), row.at, seen.by_id[row.encounter_id], row.source_line
        )
        for row in rows
    )


def _group(written: str) -> str:
    return "".join(written.split()).upper()


def sexes(seen: Seen) -> list[Stated]:
    """The sexes that the files state where they state both."""
    found = _each_once(Stated(visit.sex if visit.sex in KNOWN_SEX else "", visit.started_at, visit) for visit in seen)
    return found if len(found) > 1 else []


def birth_dates(seen: Seen) -> list[Stated]:
    """The birth dates that cannot all be true, each once, the latest first. A bare year is no other date than a day in it."""
    written: dict[str, VisitFacts] = {}
    for visit in seen:
        written.setdefault(visit.birth_written, visit)
    latest: dict[tuple[int, ...], VisitFacts] = {}
    for text, visit in written.items():
        if parts := _known_parts(text):
            latest.setdefault(parts, visit)
    exact = [parts for parts in latest if not any(_refines(other, parts) for other in latest)]
    if len(exact) < 2:
        return []
    return [Stated(_day(parts), latest[parts].started_at, latest[parts]) for parts in exact]


def _known_parts(written: str) -> tuple[int, ...]:
    """(year, month, day) as far as they are known; () for what is no date."""
    try:
        born = read_partial_date(written) or PartialDate()
    except ValueError:
        return ()
    return tuple(part for part in (born.year, born.month, born.day) if part is not None)


def _refines(other: tuple[int, ...], parts: tuple[int, ...]) -> bool:
    return len(other) > len(parts) and other[: len(parts)] == parts


def _day(parts: tuple[int, ...]) -> str:
    born = PartialDate(*parts)
    return words.partial_day(born.first_day, born.precision)
