"""What the operations centre shows of a day. Every figure is an indicator's, so it equals `soyte report`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from soyte.clinical.encounters.countables import INPATIENT_KINDS
from soyte.clinical.encounters.models import Arrival
from soyte.engines.indicators import rollups
from soyte.engines.indicators.counting import Coverage
from soyte.engines.indicators.figures import Figure
from soyte.kernel.access.actor import Actor
from soyte.kernel.access.policy import visible
from soyte.systems.steering.statistics import public as statistics

STALE = timedelta(days=60)  # a check-in of longer ago was most likely never closed by its visit file
MOST_LINES = 8
MONEY_DAYS = 14


def year_before(day: date) -> date:
    """The same day a year ago; of 29 February the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure of a period and the same a year ago. `change` as a share; None where there was nothing then."""

    value: Decimal
    before: Decimal
    url: str
    as_of: datetime
    coverage: Coverage | None

    @property
    def change(self) -> Decimal | None:
        return (self.value - self.before) / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Line:
    """A key of a split: value (None is hidden), share of the largest in percent, rows behind it."""

    name: str
    value: Decimal | None
    share: float
    url: str


@dataclass(frozen=True, slots=True)
class Ward:
    """People in beds of one facility; `planned` beds are content, None where it says nothing."""

    name: str
    people: int
    stale: int
    planned: int | None
    url: str

    @property
    def share(self) -> float | None:
        return self.people / self.planned * 100 if self.planned else None

    @property
    def tone(self) -> str:
        if self.share is None or self.share < 90:
            return ""
        return "bad" if self.share > 100 else "warn"

    @property
    def bar(self) -> float:
        """Percent of the bar's width; its whole is 120 % of the planned beds, so that too many can be seen."""
        return min(100.0, (self.share or 0) / 1.2)

    @property
    def mark(self) -> float:
        return 100 / 1.2


@dataclass(frozen=True, slots=True)
class Beds:
    people: int
    stale: int
    wards: Sequence[Ward]
    others: int  # facilities that are not among `wards`
    others_people: int
    planned: int

    @property
    def share(self) -> Decimal | None:
        return Decimal(self.people) / self.planned if self.planned else None


def headline(code: str, *, actor: Actor, start: date, end: date) -> Headline:
    now = rollups.figure(code, actor=actor, start=start, end=end)
    then = rollups.figure(code, actor=actor, start=year_before(start), end=year_before(end))
    return Headline(
        value=_known(now),
        before=_known(then),
        url=statistics.address_of(code, actor=actor, start=start, end=end),
        as_of=now.as_of,
        coverage=now.coverage,
    )


def _known(found: Figure) -> Decimal:
    return found.total.value or Decimal(0)


def top(code: str, *, actor: Actor, day: date, by: str, most: int = MOST_LINES) -> list[Line]:
    """The largest keys of a split of one day, largest first; hidden ones come last."""
    found = rollups.figure(code, actor=actor, start=day, end=day, by=[by])
    cells = sorted(found.cells, key=lambda cell: (cell.value is None, -(cell.value or 0), found.name(cell)))[:most]
    largest = max((cell.value for cell in cells if cell.value), default=Decimal(1))

    def line(key: str, name: str, value: Decimal | None) -> Line:
        url = statistics.address_of(code, actor=actor, start=day, end=day, by=by, where={by: [key]})
        return Line(name, value, float((value or 0) / largest * 100), "" if value is None else url)

    return [line(cell.keys[0], found.name(cell), cell.value) for cell in cells]


def in_beds(actor: Actor, action: str = "figures.read") -> QuerySet[Any]:
    """Who was admitted, or came for a stay, and has no visit file of the same facility and MA_LK yet."""
    stays = Q(admitted_at__isnull=False) | Q(kind__in=INPATIENT_KINDS)
    return visible(actor, action, Arrival.objects.filter(stays, ended_on=None))


def stale_before() -> datetime:
    return timezone.now() - STALE


def beds(actor: Actor, inpatients_url: str) -> Beds:
    """People in beds now, by facility; those of more than 60 days are counted apart as stale."""
    fresh = Q(started_at__gte=stale_before())
    rows = (
        in_beds(actor)
        .order_by()
        .values("facility_code", "unit__name", "unit__beds")
        .annotate(people=Count("pk", filter=fresh), stale=Count("pk", filter=~fresh))
    )
    wards = [
        Ward(
            row["unit__name"] or row["facility_code"],
            row["people"],
            row["stale"],
            row["unit__beds"],
            f"{inpatients_url}?co-so={row['facility_code']}" if inpatients_url else "",
        )
        for row in rows
    ]
    wards.sort(key=lambda ward: (-ward.people, ward.name))
    shown, rest = wards[:MOST_LINES], wards[MOST_LINES:]
    return Beds(
        people=sum(ward.people for ward in wards),
        stale=sum(ward.stale for ward in wards),
        wards=shown,
        others=len(rest),
        others_people=sum(ward.people for ward in rest),
        planned=sum(ward.planned or 0 for ward in wards),
    )


def money_by_day(*, actor: Actor, end: date) -> list[tuple[date, Decimal]]:
    """What the insurer pays of the visits that ended on each of the last days, in đồng."""
    found = rollups.series("cost_insurer", actor=actor, start=end - timedelta(days=MONEY_DAYS - 1), end=end)
    return [(day, value or Decimal(0)) for day, value in zip(found.days, found.lines[""], strict=True)]
