"""Questions asked of the reports, each answered for one actor."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping

from django.db.models import Aggregate, Count, Max, Q, QuerySet
from django.utils import timezone

from soyte.clinical.encounters.residence import communes_here
from soyte.kernel.access.policy import visible
from soyte.kernel.actors import Acting
from soyte.kernel.places import selectors as places
from soyte.systems.prevention.infectious_disease.models import CaseReport, CaseVisit, HandOver, Outbreak

State = CaseReport.State
OPEN_STATES = (State.DRAFT, State.COMPLETED)

# The tabs of the list: name in the address -> which reports.
TABS: Mapping[str, Q] = {
    "cho": Q(state__in=OPEN_STATES),
    "xem-lai": ~Q(attention=""),
    "da-bao": Q(state=State.REPORTED),
    "da-bo": Q(state=State.DISCARDED),
    "nap-bu": Q(state=State.PAST),
}


def cases(actor: Acting, *, tab: str = "cho", disease: str = "", commune: str = "") -> QuerySet[CaseReport]:
    """Reports of a tab that the actor may see."""
    found = visible(actor, "cases.read", CaseReport.objects.filter(TABS[tab]))
    asked = {"disease_code": disease, "commune_code": commune}
    return found.filter(**{name: value for name, value in asked.items() if value}).select_related("person", "unit")


def counts(actor: Acting) -> dict[str, int]:
    """How many reports each tab holds, in one query."""
    told = {tab.replace("-", "_"): Count("pk", filter=rows) for tab, rows in TABS.items()}
    found = visible(actor, "cases.read", CaseReport.objects.order_by()).aggregate(**told)
    return {tab: found[tab.replace("-", "_")] for tab in TABS}


def diseases(actor: Acting) -> list[tuple[str, str]]:
    """(code, name) of every disease that the actor's reports name, by name; one name a code."""
    rows = visible(actor, "cases.read", CaseReport.objects.order_by()).values_list("disease_code", "disease_name")
    return sorted(dict(rows.distinct()).items(), key=lambda row: row[1])


def communes(on: dt.date | None = None) -> dict[str, str]:
    """Code and name of every commune of the installation on a day."""
    day = on or timezone.localdate()
    return places.names_on(communes_here(day), day)


def commune_names(codes: Collection[str]) -> dict[str, str]:
    return places.names_on(codes, timezone.localdate())


def visits_of(case: CaseReport) -> list[CaseVisit]:
    """The visits of a report in their order; with facility."""
    rows = case.visits.select_related("encounter__unit", "encounter__person")
    return sorted(rows, key=lambda row: (row.encounter.started_at, row.pk))


def hand_overs(actor: Acting) -> QuerySet[HandOver]:
    """What the actor's communes gave away or got and nobody has signed for, newest first."""
    rows = HandOver.objects.filter(received_at=None).select_related("case", "sent_by").order_by("-pk")
    return visible(actor, "cases.read", rows)


def seen_of(actor: Acting, cases: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these reports that the actor may open: whoever gave one away sees its paper and no longer the report."""
    return set(visible(actor, "cases.read", CaseReport.objects.filter(pk__in=cases)).values_list("pk", flat=True))


def outbreaks(actor: Acting) -> QuerySet[Outbreak]:
    return visible(actor, "outbreaks.read", Outbreak.objects.all())


def running(disease: str) -> QuerySet[Outbreak]:
    """The signals and outbreaks of a disease that nobody has ended, in every commune."""
    return Outbreak.objects.filter(disease_code=disease, state__in=(Outbreak.State.SIGNAL, Outbreak.State.OPEN))


def counted(diseases: Collection[str], communes: Collection[str] | None = None) -> QuerySet[CaseReport]:
    """The cases that a curve counts: no deaths a second time, nothing discarded, withdrawn or labelled."""
    rows = CaseReport.objects.filter(disease_code__in=diseases, labels=[])
    rows = rows if communes is None else rows.filter(commune_code__in=communes)
    rows = rows.filter(kind=CaseReport.Kind.CASE).exclude(state=State.DISCARDED)
    return rows.exclude(attention__in=CaseReport.NO_VISIT)


def cases_of(outbreak: Outbreak) -> QuerySet[CaseReport]:
    """The cases of an outbreak, whoever may see them."""
    rows = counted([outbreak.disease_code], [outbreak.commune_code]).filter(seen_on__gte=outbreak.first_on)
    return rows.filter(seen_on__lte=outbreak.closed_on) if outbreak.closed_on else rows


def weekly(outbreak: Outbreak, *, since: dt.date, until: dt.date) -> dict[dt.date, int]:
    """Cases by week (its Monday) in the outbreak's commune; weeks without one are left out."""
    rows = counted([outbreak.disease_code], [outbreak.commune_code]).filter(seen_on__range=(since, until))
    weeks: dict[dt.date, int] = {}
    for day, number in rows.order_by().values_list("seen_on").annotate(Count("pk")):
        week = monday(day)
        weeks[week] = weeks.get(week, 0) + number
    return weeks


def monday(day: dt.date) -> dt.date:
    """The day with which the week of a day begins."""
    return day - dt.timedelta(days=day.weekday())


def by_commune(outbreak: Outbreak, *, since: dt.date, until: dt.date) -> dict[str, int]:
    """Cases of the outbreak's disease in every commune of the installation: is it here alone?"""
    rows = counted([outbreak.disease_code], communes_here(until)).filter(seen_on__range=(since, until))
    return dict(rows.order_by().values_list("commune_code").annotate(Count("pk")))


def case_numbers(outbreaks: Collection[Outbreak]) -> dict[int, tuple[int, dt.date | None]]:
    """How many cases each outbreak has, and the day of the latest, in one query."""
    told: dict[str, Aggregate] = {}
    for one in outbreaks:
        until = Q(seen_on__lte=one.closed_on) if one.closed_on else Q()
        own = Q(disease_code=one.disease_code, commune_code=one.commune_code, seen_on__gte=one.first_on) & until
        told |= {f"n{one.pk}": Count("pk", filter=own), f"last{one.pk}": Max("seen_on", filter=own)}
    rows = counted({one.disease_code for one in outbreaks}, {one.commune_code for one in outbreaks})
    found = rows.order_by().aggregate(**told) if told else {}
    return {one.pk: (found[f"n{one.pk}"], found[f"last{one.pk}"]) for one in outbreaks}
