"""Clusters become outbreaks to look at. Labelled diseases, deaths and what was discarded raise no alarm."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from soyte.clinical.encounters.models import Encounter
from soyte.clinical.encounters.residence import communes_here
from soyte.kernel.outbox.services import emit
from soyte.systems.prevention.infectious_disease.clusters import Cluster, Period, cluster
from soyte.systems.prevention.infectious_disease.models import CaseReport, Outbreak, OutbreakAct
from soyte.systems.prevention.infectious_disease.selectors import counted
from soyte.systems.prevention.infectious_disease.watch import DiseaseWatch, watch_of

RAISED = "infectious_disease.cluster"
State = Outbreak.State
Pair = tuple[str, str]  # disease, commune
AGAIN = 2  # a signal that was dismissed is raised anew when the cases have doubled


@transaction.atomic
def raise_alarms(changed: Iterable[CaseReport]) -> list[Outbreak]:
    """Look again at every disease and commune of these reports; returns the outbreaks that are new."""
    touched: dict[Pair, dict[dt.date, CaseReport]] = defaultdict(dict)
    for case in changed:
        if (
            case.kind == CaseReport.Kind.CASE
            and not case.labels
            and case.commune_code
            and case.state != CaseReport.State.PAST
        ):
            touched[case.disease_code, case.commune_code][case.seen_on] = case
    if not touched:
        return []
    today = timezone.localdate()
    since = Encounter.objects.filter(in_force=True).aggregate(first=Min("ended_on"))["first"] or today
    days, everywhere, known = _days(touched), _days_everywhere({disease for disease, _ in touched}), _outbreaks(touched)
    communes = len(communes_here(today))
    raised = []
    for pair, cases in sorted(touched.items()):
        watch = watch_of(pair[0], today)
        confirmed = [_period(one) for one in known[pair] if one.state in (State.OPEN, State.CLOSED)]
        if len(days[pair]) < watch.least_cases:
            continue
        found = cluster(
            days[pair], cases.keys(), everywhere=everywhere[pair[0]], communes=communes, known_since=since, until=today,
            watch=watch, outbreaks=confirmed,
        )  # fmt: skip
        if found is not None and (fresh := _place(pair, found, watch, known[pair], next(iter(cases.values())))):
            raised.append(fresh)
    return raised


def _days(touched: Iterable[Pair]) -> dict[Pair, list[dt.date]]:
    """The days of all cases of these diseases and communes, ascending."""
    pairs = list(touched)
    wanted = Q()
    for disease, commune in pairs:
        wanted |= Q(disease_code=disease, commune_code=commune)
    rows = counted({pair[0] for pair in pairs}, {pair[1] for pair in pairs}).filter(wanted).order_by("seen_on")
    found: dict[Pair, list[dt.date]] = defaultdict(list)
    for disease, commune, day in rows.values_list("disease_code", "commune_code", "seen_on"):
        found[disease, commune].append(day)
    return found


def _days_everywhere(diseases: Collection[str]) -> dict[str, list[dt.date]]:
    """The days of all cases of these diseases in the whole installation, ascending."""
    found: dict[str, list[dt.date]] = defaultdict(list)
    for disease, day in counted(diseases).order_by("seen_on").values_list("disease_code", "seen_on"):
        found[disease].append(day)
    return found


def _outbreaks(touched: Iterable[Pair]) -> dict[Pair, list[Outbreak]]:
    pairs = set(touched)
    rows = Outbreak.objects.select_for_update().filter(
        disease_code__in={pair[0] for pair in pairs}, commune_code__in={pair[1] for pair in pairs}
    )
    found: dict[Pair, list[Outbreak]] = defaultdict(list)
    for row in rows.order_by("pk"):
        found[row.disease_code, row.commune_code].append(row)
    return found


def _period(outbreak: Outbreak) -> Period:
    return outbreak.first_on, outbreak.closed_on or outbreak.last_on


def _place(pair: Pair, found: Cluster, watch: DiseaseWatch, known: list[Outbreak], case: CaseReport) -> Outbreak | None:
    """The cluster joins the outbreak that runs, or is one of its own; None where it is nothing new."""
    reach = dt.timedelta(days=watch.quiet_days)
    for one in reversed(known):
        near = found.first_on <= one.last_on + reach
        if one.is_running and (near or one.state == State.OPEN):
            one.first_on, one.last_on = min(one.first_on, found.first_on), max(one.last_on, found.last_on)
            one.save(update_fields=["first_on", "last_on"])
            return None
        if one.state == State.DISMISSED and near and found.cases < AGAIN * one.alarm_cases:
            return None
        if one.state == State.SIGNAL:
            _lapse(one)
    return _raise(pair, found, watch, case)


def _lapse(signal: Outbreak) -> None:
    """Nobody looked at it while it lasted: it ends, and says so, before the next one begins."""
    signal.state, signal.decided_at = State.DISMISSED, timezone.now()
    signal.save(update_fields=["state", "decided_at"])
    note(signal, State.DISMISSED)


def _raise(pair: Pair, found: Cluster, watch: DiseaseWatch, case: CaseReport) -> Outbreak:
    fresh = Outbreak.objects.create(
        disease_code=pair[0],
        disease_name=case.disease_name,
        commune_code=pair[1],
        first_on=found.first_on,
        last_on=found.last_on,
        alarm_cases=found.cases,
        alarm_days=watch.cluster_days,
        expected=found.expected,
        past_known=found.past_known,
        threshold=found.threshold,
        raised_at=timezone.now(),
    )
    emit(RAISED, str(fresh.pk), {"first_on": found.first_on.isoformat()})
    return fresh


def note(
    outbreak: Outbreak, what: str, text: str = "", *, account_id: int | None = None, on: dt.date | None = None
) -> None:
    """Add a line to what was done."""
    now = timezone.now()
    OutbreakAct.objects.create(
        outbreak=outbreak, done_on=on or timezone.localdate(now), what=what, note=text, at=now, account_id=account_id
    )
