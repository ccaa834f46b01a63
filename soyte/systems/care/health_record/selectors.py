"""What a record is made of, read for one actor: visits he may not see bring no row of any kind."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from soyte.clinical.conditions.models import Condition
from soyte.clinical.documents.models import Appointment, Composition
from soyte.clinical.encounters.countables import INPATIENT_KINDS
from soyte.clinical.encounters.models import Encounter
from soyte.clinical.medications.models import MedicationRequest
from soyte.clinical.observations.models import DiagnosticReport, Observation
from soyte.clinical.terminology import selectors as terminology
from soyte.clinical.terminology.terms import ReferenceRange, Terms
from soyte.kernel.access.actor import Actor
from soyte.kernel.access.policy import visible
from soyte.kernel.labels import unseal
from soyte.kernel.people.models import Person
from soyte.kernel.text import fold

SHOWN_RESULTS = 8
TREND = 6
READ_RESULTS = 400
SHOWN_MEDICINES = 12
SHOWN_PAPERS = 8


def people_of(person: Person) -> list[uuid.UUID]:
    """The person and those merged into it: their visits make one record."""
    return [person.pk, *Person.objects.filter(merged_into=person).values_list("pk", flat=True)]


def visits(actor: Actor, person: Person) -> QuerySet[Encounter]:
    """Visits in force that this actor may read, newest first."""
    rows = Encounter.objects.filter(person_id__in=people_of(person), in_force=True)
    return visible(actor, "record.read", rows).order_by("-started_at", "-id")


@dataclass(frozen=True, slots=True)
class LongTerm:
    """A code of the content list that two visits or one stay state. Not "đang mắc": files say when it was seen, no more."""

    code: str
    name: str
    first_seen: dt.datetime
    last_seen: dt.datetime
    visits: int
    last_visit: uuid.UUID


def long_term(seen: QuerySet[Encounter]) -> list[LongTerm]:
    """Long-term conditions, the latest seen first."""
    terms = terminology.terms()
    roles = [Condition.Role.MAIN, Condition.Role.SECONDARY]
    latest = Condition.objects.filter(
        encounter_id__in=seen.order_by().values("pk"), code=OuterRef("code"), role__in=roles
    ).order_by("-at")
    rows = (
        Condition.objects.filter(encounter_id__in=seen.order_by().values("pk"), role__in=roles)
        .values("code")
        .annotate(
            seen=Count("encounter_id", distinct=True),
            stays=Count("encounter_id", distinct=True, filter=Q(encounter__kind__in=INPATIENT_KINDS)),
            first=Min("at"),
            last=Max("at"),
            last_visit=Subquery(latest.values("encounter_id")[:1]),
        )
        .order_by("-last", "code")
    )
    found: dict[str, LongTerm] = {}
    counted: dict[str, int] = defaultdict(int)
    stays: dict[str, int] = defaultdict(int)
    kept = []
    for row in rows:
        entry = terms.long_term(row["code"], timezone.localdate(row["last"]))
        if entry is None:
            continue
        counted[entry.code] += row["seen"]
        stays[entry.code] += row["stays"]
        kept.append((entry.code, row))
    for group, row in kept:
        if counted[group] < 2 and not stays[group]:
            continue
        known = found.get(group)
        if known is None:
            name = terms.icd_name(row["code"], timezone.localdate(row["last"])) or row["code"]
            found[group] = LongTerm(row["code"], name, row["first"], row["last"], counted[group], row["last_visit"])
        elif row["first"] < known.first_seen:
            found[group] = LongTerm(
                known.code, known.name, row["first"], known.last_seen, counted[group], known.last_visit
            )
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Result:
    """The latest value of one index, with those before it. `outside` is "", "high" or "low"; "" too where content has no
    range for this index, unit, sex and age."""

    name: str
    value: str
    unit: str
    at: dt.datetime
    range: ReferenceRange | None
    number: Decimal | None
    outside: str
    trend: Sequence[float]
    encounter_id: uuid.UUID
    facility: str
    line: int
    table: int


def results(actor: Actor, person: Person, seen: QuerySet[Encounter], *, limit: int = SHOWN_RESULTS) -> list[Result]:
    """Laboratory values, one row an index and unit, the latest first."""
    rows = (
        Observation.objects.filter(
            person_id__in=people_of(person),
            category=Observation.Category.LABORATORY,
            encounter__in=seen.order_by().values("pk"),
        )
        .select_related("encounter__unit")
        .order_by("-at", "-id")[:READ_RESULTS]
    )
    grouped: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for row in rows:
        grouped[fold(row.code or row.name), fold(row.unit)].append(row)
    terms = terminology.terms()
    return [_result(actor, person, series, terms) for series in list(grouped.values())[:limit]]


def _result(actor: Actor, person: Person, series: list[Observation], terms: Terms) -> Result:
    latest = series[0]
    day = timezone.localdate(latest.at)
    name = unseal(latest.name, actor.labels) or ""
    age = person.age_on(day)
    usual = (
        terms.reference_range(index=latest.code, name=name, unit=latest.unit, sex=person.sex, age_years=age, on=day)
        if age is not None
        else None
    )
    numbers = [float(row.value_number) for row in reversed(series[:TREND]) if row.value_number is not None]
    return Result(
        name=name or latest.code,
        value=unseal(latest.value_text, actor.labels) or "",
        unit=latest.unit,
        at=latest.at,
        range=usual,
        number=latest.value_number,
        outside=_outside(latest, usual),
        trend=numbers,
        encounter_id=latest.encounter_id,
        facility=latest.encounter.unit.name if latest.encounter.unit else latest.encounter.facility_code,
        line=latest.source_line,
        table=latest.source_table,
    )


def _outside(row: Observation, usual: ReferenceRange | None) -> str:
    # "< 0,5" may lie anywhere below: only a plain number is compared.
    if usual is None or row.value_number is None or row.comparator:
        return ""
    if usual.high is not None and row.value_number > usual.high:
        return "high"
    if usual.low is not None and row.value_number < usual.low:
        return "low"
    return ""


def medicines(
    person: Person, seen: QuerySet[Encounter], *, limit: int = SHOWN_MEDICINES
) -> QuerySet[MedicationRequest]:
    """Medicines given, the latest first. Nothing is said about what the person takes today."""
    rows = MedicationRequest.objects.filter(person_id__in=people_of(person), encounter__in=seen.order_by().values("pk"))
    return rows.select_related("encounter__unit").order_by("-at", "-id")[:limit]


def papers(person: Person, seen: QuerySet[Encounter], *, limit: int = SHOWN_PAPERS) -> QuerySet[Composition]:
    """Discharge papers, transfer letters, certificates, appointments: what a person could hold in his hand."""
    rows = Composition.objects.filter(
        person_id__in=people_of(person), encounter__in=seen.order_by().values("pk")
    ).exclude(kind=Composition.Kind.PROGRESS)
    return rows.select_related("encounter__unit").order_by("-at", "-id")[:limit]


def appointments(person: Person, seen: QuerySet[Encounter], today: dt.date) -> QuerySet[Appointment]:
    """Days on which the person is to come again, from today on."""
    rows = Appointment.objects.filter(encounter__in=seen.order_by().values("pk"), due_on__gte=today)
    return rows.select_related("encounter__unit").order_by("due_on", "id")


@dataclass(frozen=True, slots=True)
class Stated:
    """One value of a fact, with who said so last."""

    value: str
    facility: str
    at: dt.datetime
    encounter_id: uuid.UUID


def blood_groups(actor: Actor, person: Person, seen: QuerySet[Encounter]) -> list[Stated]:
    """Every blood group that the files state, each once, latest first. Two of them are shown as two."""
    rows = (
        Observation.objects.filter(
            person_id__in=people_of(person),
            category=Observation.Category.BLOOD_GROUP,
            encounter__in=seen.order_by().values("pk"),
        )
        .annotate(facility=F("encounter__unit__name"))
        .order_by("-at")
    )
    return _each_once(
        Stated((unseal(row.value_text, actor.labels) or "").upper(), row.facility, row.at, row.encounter_id)
        for row in rows
    )


def birth_dates(seen: QuerySet[Encounter]) -> list[Stated]:
    """Every birth date that the files state, as written, each once, latest first."""
    rows = seen.values_list("birth_written", "unit__name", "started_at", "pk")
    return _each_once(Stated(birth[:8], facility, at, pk) for birth, facility, at, pk in rows)


def _each_once(stated: Iterable[Stated]) -> list[Stated]:
    found: dict[str, Stated] = {}
    for one in stated:
        if one.value.strip("0 "):
            found.setdefault(one.value, one)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class VisitLines:
    """All that one visit brought, in the order of the file."""

    conditions: QuerySet[Condition]
    medicines: QuerySet[MedicationRequest]
    results: QuerySet[Observation]
    reports: QuerySet[DiagnosticReport]
    papers: QuerySet[Composition]


def lines_of(visit: Encounter) -> VisitLines:
    mine = {"encounter": visit}
    return VisitLines(
        conditions=Condition.objects.filter(**mine).order_by("id"),
        medicines=MedicationRequest.objects.filter(**mine).order_by("source_line"),
        results=Observation.objects.filter(**mine).order_by("source_table", "source_line"),
        reports=DiagnosticReport.objects.filter(**mine).order_by("source_table", "source_line"),
        papers=Composition.objects.filter(**mine).order_by("at", "id"),
    )
