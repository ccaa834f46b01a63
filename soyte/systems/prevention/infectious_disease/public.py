"""The door for other systems: how reports of notifiable diseases stand, counted.

No person, and no labelled disease: those stand in the list of the CDC alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from soyte.kernel.actors import Acting
from soyte.kernel.organisations.models import Unit
from soyte.kernel.organisations.selectors import in_force
from soyte.kernel.places import selectors as places
from soyte.systems.prevention.infectious_disease.models import CaseReport, Outbreak
from soyte.systems.prevention.infectious_disease.selectors import OPEN_STATES

SOON = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Running:
    """Open reports of one disease in one commune, with the clock that ends first."""

    disease: str
    commune: str
    number: int
    started_at: datetime
    due_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Clocks:
    """`number` of all open reports; those overdue and those that will be within six hours; `first` the most urgent."""

    number: int
    overdue: int
    soon: int
    first: Sequence[Running]


def _open() -> QuerySet[CaseReport]:
    return CaseReport.objects.filter(state__in=OPEN_STATES, labels=[]).order_by()


def clocks(actor: Acting, *, most: int) -> Clocks:
    """Every unlabelled open report of the province. Rows have an address for whoever may read reports."""
    now = timezone.now()
    told = _open().aggregate(
        number=Count("pk"),
        overdue=Count("pk", filter=Q(due_at__lte=now)),
        soon=Count("pk", filter=Q(due_at__gt=now, due_at__lte=now + SOON)),
    )
    groups = _open().values("disease_code", "disease_name", "commune_code")
    rows = list(
        groups.annotate(number=Count("pk"), due=Min("due_at"), started=Min("clock_started_at")).order_by(
            "due", "disease_code", "commune_code"
        )[:most]
    )
    names = places.names_on({row["commune_code"] for row in rows}, timezone.localdate(now))
    address = reverse("infectious_disease:cases") if actor.holds("cases.read") else ""

    def url(disease: str, commune: str) -> str:
        return f"{address}?{urlencode({'benh': disease, 'xa': commune})}" if address else ""

    first = [
        Running(
            disease=row["disease_name"],
            commune=names.get(row["commune_code"], ""),
            number=row["number"],
            started_at=row["started"],
            due_at=row["due"],
            url=url(row["disease_code"], row["commune_code"]),
        )
        for row in rows
    ]
    return Clocks(told["number"], told["overdue"], told["soon"], first)


def overdue_by_unit(now: datetime) -> dict[int, tuple[int, datetime]]:
    """Overdue unlabelled reports of each unit that should have made them: (number, the earliest deadline).

    That is the station of the report's commune; without one, the facility whose file told of it.
    """
    rows = list(
        _open().filter(due_at__lte=now).values_list("commune_code", "unit_id").annotate(Count("pk"), Min("due_at"))
    )
    stations = _stations({commune for commune, *_rest in rows}, now)
    found: dict[int, tuple[int, datetime]] = {}
    for commune, facility, number, due in rows:
        unit = stations.get(commune, facility)
        if unit is not None:
            known, earliest = found.get(unit, (0, due))
            found[unit] = (known + number, min(earliest, due))
    return found


def _stations(communes: Collection[str], now: datetime) -> dict[str, int]:
    rows = Unit.objects.filter(
        in_force(timezone.localdate(now)), kind=Unit.Kind.STATION, commune_code__in=communes
    ).order_by("-pk")
    return {commune: unit for commune, unit in rows.values_list("commune_code", "pk") if commune}


@dataclass(frozen=True, slots=True)
class RunningOutbreak:
    disease: str
    commune_code: str
    commune: str
    since: date
    url: str


def outbreaks(actor: Acting) -> list[RunningOutbreak]:
    """Confirmed outbreaks that run, the oldest first; with an address for whoever may open it."""
    rows = list(Outbreak.objects.filter(state=Outbreak.State.OPEN).order_by("first_on", "pk"))
    names = places.names_on({row.commune_code for row in rows}, timezone.localdate()) if rows else {}
    opens = actor.holds("outbreaks.read")
    return [
        RunningOutbreak(
            disease=row.disease_name,
            commune_code=row.commune_code,
            commune=names.get(row.commune_code, ""),
            since=row.first_on,
            url=reverse("infectious_disease:outbreak", args=[row.pk]) if opens else "",
        )
        for row in rows
    ]
