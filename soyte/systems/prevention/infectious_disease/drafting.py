"""From visits to reports: what the files say now is compared with the reports that stand, and what lacks is added.

Hearing of the same visit twice, in whatever order, changes nothing the second time: what counts is the version in force.
Nothing here deletes or decides: a report whose visit was withdrawn or changed stays and asks for a look.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, Q
from django.utils import timezone

from soyte.clinical.encounters.countables import DIED
from soyte.clinical.encounters.models import Encounter
from soyte.clinical.encounters.residence import Residences, residences
from soyte.clinical.terminology.selectors import terms
from soyte.clinical.terminology.terms import Terms
from soyte.kernel.actors import Machine
from soyte.kernel.audit.services import Row, record_many
from soyte.kernel.outbox.services import emit_many
from soyte.kernel.people.selectors import families
from soyte.kernel.sql import advisory_lock_many
from soyte.systems.prevention.infectious_disease.clocks import DEATH, deadline, is_past
from soyte.systems.prevention.infectious_disease.models import CaseEvent, CaseReport, CaseVisit
from soyte.systems.prevention.infectious_disease.watch import clock_numbers, watch_of

Kind, State, Attention, Act = CaseReport.Kind, CaseReport.State, CaseReport.Attention, CaseEvent.Act
VisitKey = tuple[str, str]  # facility code, visit code
Meant = tuple[str, str]  # kind, disease code
DRAFTED = "infectious_disease.drafted"
MACHINE = Machine("infectious_disease.drafting")
_READ = ("person_id", "unit__commune_code", "facility_code", "visit_code", "main_icd", "started_at", "ended_at",
         "received_at", "result_code", "commune_code")  # fmt: skip
_OF_KEYS = "({table}.facility_code, {table}.visit_code) in (select * from unnest(%s::text[], %s::text[]))"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a visit obliges to: a case or a death of a notifiable disease, seen at a moment."""

    kind: str
    disease_code: str
    disease_name: str
    clock: str
    hours: int | None
    labels: tuple[str, ...]
    seen_at: dt.datetime


def meanings(visit: Encounter, known: Terms) -> list[Meaning]:
    """By the main diagnosis and the list of the day of NGAY_VAO; none for most visits."""
    day = timezone.localdate(visit.started_at)
    disease = known.notifiable(visit.main_icd, day)
    if disease is None:
        return []
    told = {"disease_code": disease.code, "disease_name": disease.name}
    labels = tuple(sorted(known.labels_for([visit.main_icd], day)))
    hours = disease.attrs.get("hours")
    found = [Meaning(Kind.CASE, **told, clock=disease.attrs["clock"], hours=int(hours) if hours else None,
                     labels=labels, seen_at=visit.started_at)]  # fmt: skip
    if visit.result_code in DIED:
        found.append(Meaning(Kind.DEATH, **told, clock=DEATH, hours=None, labels=labels, seen_at=visit.ended_at))
    return found


@dataclass(slots=True)
class Drafting:
    """One run: what was found, and what is to be written. All of it in the caller's transaction."""

    now: dt.datetime
    residences: Residences
    family: dict[uuid.UUID, list[uuid.UUID]] = field(default_factory=dict)
    known: dict[VisitKey, list[CaseVisit]] = field(default_factory=lambda: defaultdict(list))
    cases: dict[tuple[uuid.UUID, str, str], list[CaseReport]] = field(default_factory=lambda: defaultdict(list))
    fresh: list[CaseReport] = field(default_factory=list)
    touched: dict[uuid.UUID, CaseReport] = field(default_factory=dict)
    links: list[CaseVisit] = field(default_factory=list)
    moved: list[CaseVisit] = field(default_factory=list)
    given: list[tuple[CaseReport, uuid.UUID]] = field(default_factory=list)  # to another person, and from whom
    events: list[CaseEvent] = field(default_factory=list)

    def note(self, case: CaseReport, act: str, note: str = "") -> None:
        self.events.append(CaseEvent(case=case, act=act, at=self.now, note=note))

    def touch(self, case: CaseReport) -> None:
        self.touched[case.pk] = case

    def flag(self, case: CaseReport, attention: str) -> None:
        if case.attention != attention:
            case.attention = attention
            self.touch(case)

    # --- visits that stand behind a report already
    def follow(self, key: VisitKey, visit: Encounter | None, meant: dict[Meant, Meaning]) -> None:
        for link in self.known.get(key, ()):
            meaning = meant.pop((link.kind, link.disease_code), None)
            if meaning is not None and visit is not None:
                if link.case.person_id not in self.family[visit.person_id]:
                    self._of_another(link, visit, meaning)
                elif link.encounter_id != visit.pk or not link.stands:
                    self._sent_again(link, visit)
            elif link.stands:
                self._stands_no_more(link, Act.WITHDRAWN if visit is None else Act.CHANGED)
        if visit is not None:
            for meaning in meant.values():
                self._take(visit, meaning)

    def _sent_again(self, link: CaseVisit, visit: Encounter) -> None:
        case = link.case
        link.encounter, link.stands = visit, True
        self.moved.append(link)
        self.note(case, Act.SENT_AGAIN)
        if case.attention in CaseReport.NO_VISIT:
            self.flag(case, Attention.NONE)
        if case.state == State.DRAFT and case.version == 1:  # nobody has worked on it: the new version may move it
            self._place(case, visit)
            self.touch(case)

    def _of_another(self, link: CaseVisit, visit: Encounter, meaning: Meaning) -> None:
        """The visit is another person's, by a decision or a new file: it goes to that person's report. A draft that nobody
        worked on goes with its only visit; any other report stays as it was written and asks for a look."""
        left, own = link.case, self._earlier(visit, meaning)
        alone = not any(one.stands for one in self._links_of(left) if one is not link)
        self.note(left, Act.MOVED)
        if own is None and alone and left.state == State.DRAFT and left.version == 1:
            self._give(left, visit)
        else:
            if alone and left.state != State.DISCARDED:
                self.flag(left, Attention.MOVED)
            if own is None:
                own = self._draft(visit, meaning)
            else:
                self._attach(own, meaning)
            link.case = own
        link.encounter, link.stands = visit, True
        self.moved.append(link)

    def _give(self, case: CaseReport, visit: Encounter) -> None:
        self.given.append((case, case.person_id))
        case.person_id = visit.person_id
        self.cases[case.person_id, case.kind, case.disease_code].append(case)
        if case.attention in CaseReport.NO_VISIT:
            case.attention = Attention.NONE
        self._place(case, visit)
        self.touch(case)

    def _stands_no_more(self, link: CaseVisit, act: str) -> None:
        case = link.case
        link.stands = False
        self.moved.append(link)
        self.note(case, act)
        others = [one for one in self._links_of(case) if one.stands and one is not link]
        if not others and case.state != State.DISCARDED:
            self.flag(case, Attention.WITHDRAWN if act == Act.WITHDRAWN else Attention.CHANGED)

    def _links_of(self, case: CaseReport) -> Iterator[CaseVisit]:
        here = {link.pk: link for links in self.known.values() for link in links if link.case_id == case.pk}
        yield from here.values()
        yield from (link for link in case.visits.all() if link.pk not in here)

    # --- visits that are new to the reports
    def _take(self, visit: Encounter, meaning: Meaning) -> None:
        case = self._earlier(visit, meaning)
        if case is None:
            case = self._draft(visit, meaning)
        else:
            self._attach(case, meaning)
        told = {"facility_code": visit.facility_code, "visit_code": visit.visit_code}
        told |= {"disease_code": meaning.disease_code, "kind": meaning.kind}
        self.links.append(CaseVisit(case=case, encounter=visit, **told))

    def _earlier(self, visit: Encounter, meaning: Meaning) -> CaseReport | None:
        """The nearest report of the same person and disease within the window; a person dies once."""
        window = dt.timedelta(days=watch_of(meaning.disease_code, self.residences.today).window_days)
        near = [
            case
            for member in self.family[visit.person_id]
            for case in self.cases.get((member, meaning.kind, meaning.disease_code), ())
            if meaning.kind == Kind.DEATH or abs(case.seen_at - meaning.seen_at) <= window
        ]
        return min(near, key=lambda case: (abs(case.seen_at - meaning.seen_at), case.pk), default=None)

    def _attach(self, case: CaseReport, meaning: Meaning) -> None:
        self.note(case, Act.ATTACHED)
        if case.state == State.DISCARDED:
            self.flag(case, Attention.SEEN_AGAIN)
        elif case.attention in CaseReport.NO_VISIT:
            self.flag(case, Attention.NONE)
        if meaning.seen_at < case.seen_at and case.state not in (State.REPORTED, State.DISCARDED):
            case.seen_at, case.seen_on = meaning.seen_at, timezone.localdate(meaning.seen_at)
            self.touch(case)

    def _draft(self, visit: Encounter, meaning: Meaning) -> CaseReport:
        numbers = clock_numbers(self.residences.today)
        # Received by the clock of then: a clock set back later changes no deadline.
        due = deadline(clock=meaning.clock, hours=meaning.hours, seen_at=meaning.seen_at,
                       received_at=visit.received_at, numbers=numbers)  # fmt: skip
        past = is_past(ended_at=visit.ended_at, received_at=visit.received_at, numbers=numbers)
        case = CaseReport(
            kind=meaning.kind,
            state=State.PAST if past else State.DRAFT,
            person_id=visit.person_id,
            disease_code=meaning.disease_code,
            disease_name=meaning.disease_name,
            labels=list(meaning.labels),
            seen_at=meaning.seen_at,
            seen_on=timezone.localdate(meaning.seen_at),
            clock=meaning.clock,
            hours=meaning.hours,
            clock_started_at=due.started_at,
            due_at=due.due_at,
            is_late_file=due.is_late_file,
            drafted_at=self.now,
            changed_at=self.now,
        )
        self._place(case, visit)
        self.fresh.append(case)
        self.cases[visit.person_id, meaning.kind, meaning.disease_code].append(case)
        self.note(case, Act.DRAFTED)
        return case

    def _place(self, case: CaseReport, visit: Encounter) -> None:
        """Where the report belongs, and which facility saw the person."""
        facility = visit.unit.commune_code or "" if visit.unit is not None else ""
        day = timezone.localdate(visit.started_at)
        home = self.residences.home(visit.commune_code, day, facility_commune=facility)
        case.commune_code, case.basis, case.unit_id = home.commune_code, home.basis, visit.unit_id

    def write(self) -> None:
        CaseReport.objects.bulk_create(self.fresh)
        fresh = {case.pk for case in self.fresh}
        changed = [case for pk, case in self.touched.items() if pk not in fresh]
        fields = ("attention", "person", "seen_at", "seen_on", "commune_code", "basis", "unit")
        CaseReport.objects.bulk_update(changed, fields)
        CaseVisit.objects.bulk_create(self.links)
        CaseVisit.objects.bulk_update(self.moved, ("case", "encounter", "stands"))
        CaseEvent.objects.bulk_create(self.events)
        record_many(MACHINE, [_audit_row(case) for case in self.fresh])
        record_many(MACHINE, [_given_row(case, one) for case, left in self.given for one in (left, case.person_id)])
        with connection.cursor() as cursor:
            emit_many(cursor, [(DRAFTED, str(case.pk), {"seen_on": case.seen_on.isoformat()}) for case in self.fresh])


def _audit_row(case: CaseReport) -> Row:
    return Row("cases.draft", CaseReport._meta.label_lower, str(case.pk), case.person_id)


def _given_row(case: CaseReport, person: uuid.UUID) -> Row:
    told = {"act": Act.MOVED.value}
    return Row("cases.draft", CaseReport._meta.label_lower, str(case.pk), person, details=told)


@transaction.atomic
def draft_reports(keys: Collection[VisitKey]) -> list[CaseReport]:
    """Bring the reports to what these visits say now; returns the reports that are new or were changed."""
    with connection.cursor() as cursor:
        advisory_lock_many(cursor, ["infectious_disease.drafting"])  # the consumer and the command, one at a time
    facilities, codes = [key[0] for key in keys], [key[1] for key in keys]
    found = Encounter.objects.filter(in_force=True).extra(**_of_keys(Encounter, facilities, codes))
    visits = {(one.facility_code, one.visit_code): one for one in found.select_related("unit").only(*_READ)}
    known_terms = terms()
    meant = {key: {(m.kind, m.disease_code): m for m in meanings(visit, known_terms)} for key, visit in visits.items()}
    run = Drafting(timezone.now(), residences(timezone.localdate()))
    _read_links(run, facilities, codes)
    new = {key for key in keys if meant.get(key) or key in run.known}
    if not new:
        return []
    _read_cases(run, [visits[key] for key in new if key in visits and meant[key]], meant)
    for key in sorted(new, key=lambda one: _order(visits.get(one), one)):
        run.follow(key, visits.get(key), dict(meant.get(key, {})))
    run.write()
    return [*run.fresh, *(case for case in run.touched.values() if case not in run.fresh)]


def _of_keys(model: type[Model], facilities: list[str], codes: list[str]) -> dict[str, Any]:
    return {"where": [_OF_KEYS.format(table=model._meta.db_table)], "params": [facilities, codes]}


def _order(visit: Encounter | None, key: VisitKey) -> tuple[bool, dt.datetime, VisitKey]:
    """Visits by their time, so that of several of one batch the earliest makes the report."""
    return (visit is None, visit.started_at if visit else timezone.now(), key)


def _read_links(run: Drafting, facilities: list[str], codes: list[str]) -> None:
    links = CaseVisit.objects.extra(**_of_keys(CaseVisit, facilities, codes))
    found = list(links)
    held = CaseReport.objects.select_for_update().order_by("pk").in_bulk({link.case_id for link in found})
    for link in found:
        link.case = held[link.case_id]
        run.known[link.facility_code, link.visit_code].append(link)


def _read_cases(run: Drafting, visits: Iterable[Encounter], meant: dict[VisitKey, dict[Meant, Meaning]]) -> None:
    """The reports of these persons and diseases, locked; those already held by a link are the same objects."""
    visits = list(visits)
    run.family = families({visit.person_id for visit in visits})
    members = {member for family in run.family.values() for member in family}
    diseases = {code for found in meant.values() for _kind, code in found}
    held = {link.case_id: link.case for links in run.known.values() for link in links}
    rows = CaseReport.objects.select_for_update().filter(Q(person__in=members, disease_code__in=diseases))
    for case in rows.order_by("pk"):
        one = held.get(case.pk, case)
        run.cases[one.person_id, one.kind, one.disease_code].append(one)
