"""Who lies in beds: now, by open check-ins; on other days, by the visit files that came later too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from soyte.clinical.encounters.models import STAYS, Arrival
from soyte.kernel.access.policy import visible
from soyte.kernel.actors import Acting
from soyte.kernel.organisations.selectors import open_facilities

STALE = timedelta(days=60)  # a check-in of longer ago was most likely never closed by its visit file
MOST_WARDS = 8


@dataclass(frozen=True, slots=True)
class Ward:
    """People in beds of one facility, `before` at the end of the same day a year ago; `planned` beds are content, None where it
    says nothing."""

    facility_code: str
    name: str
    planned: int | None
    people: int = 0
    stale: int = 0
    before: int = 0

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
    """All facilities with a planned bed or with somebody in a bed, now or a year ago, most people first."""

    every: Sequence[Ward]

    @property
    def people(self) -> int:
        return sum(ward.people for ward in self.every)

    @property
    def stale(self) -> int:
        return sum(ward.stale for ward in self.every)

    @property
    def before(self) -> int:
        return sum(ward.before for ward in self.every)

    @property
    def planned(self) -> int:
        return sum(ward.planned or 0 for ward in self.every)

    @property
    def share(self) -> float | None:
        """People for each planned bed; None where no plan is known."""
        return self.people / self.planned if self.planned else None

    @property
    def wards(self) -> Sequence[Ward]:
        return self.every[:MOST_WARDS]

    @property
    def others(self) -> Sequence[Ward]:
        return self.every[MOST_WARDS:]

    @property
    def others_people(self) -> int:
        return sum(ward.people for ward in self.others)


def in_beds(actor: Acting, action: str = "figures.read") -> QuerySet[Any]:
    """Who was admitted, or came for a stay, and has no visit file of the same facility and MA_LK yet."""
    return visible(actor, action, Arrival.objects.filter(STAYS, ended_on=None))


def stale_before() -> datetime:
    return timezone.now() - STALE


def beds(actor: Acting, year_ago: date) -> Beds:
    """People in beds now, by facility; those of more than 60 days are counted apart as stale."""
    fresh = Q(started_at__gte=stale_before())
    now = {"people": Count("pk", filter=fresh), "stale": Count("pk", filter=~fresh)}
    wards = {ward.facility_code: ward for ward in _planned(actor)}
    for found, counted in ((in_beds(actor), now), (overnight(actor, year_ago), {"before": Count("pk")})):
        for row in found.order_by().values("facility_code", "unit__name", "unit__beds").annotate(**counted):
            code, name, planned = (row.pop(field) for field in ("facility_code", "unit__name", "unit__beds"))
            wards[code] = replace(wards.get(code) or Ward(code, name or code, planned), **row)
    return Beds(sorted(wards.values(), key=lambda ward: (-ward.people, ward.name)))


def _planned(actor: Acting) -> Iterator[Ward]:
    """Today's facilities with planned beds whose figures the actor may see."""
    today, units = timezone.localdate(), actor.units("figures.read")
    found = open_facilities(today, today).filter(beds__gt=0)
    for unit in found if units is None else found.filter(pk__in=sorted(units)):
        yield Ward(str(unit.facility_code), unit.name, unit.beds)


def overnight(actor: Acting, day: date) -> QuerySet[Any]:
    """Who lay in a bed at the end of a past day: they had come and had not left, by what is known now.

    Whoever had come more than 60 days before is left out, as in `beds`.
    """
    stayed = Arrival.objects.filter(STAYS, started_on__gt=day - STALE, started_on__lte=day)
    # Who left within 60 days: so that the index of stays by their last day finds them.
    stayed = stayed.filter(Q(ended_on=None) | Q(ended_on__gt=day, ended_on__lte=day + STALE))
    return visible(actor, "figures.read", stayed)
