"""The visits of a record that an actor may read. Everything else of the record is asked by their keys."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db.models import Model, QuerySet

from soyte.clinical.conditions.models import Condition
from soyte.clinical.documents.models import Composition
from soyte.clinical.encounters.models import Encounter
from soyte.clinical.medications.models import MedicationRequest
from soyte.clinical.observations.models import DiagnosticReport, Observation
from soyte.kernel.access.actor import Actor
from soyte.kernel.access.policy import visible
from soyte.kernel.people.models import Person
from soyte.kernel.sql import read

Line = TypeVar("Line", bound=tuple[Any, ...])


class VisitFacts(NamedTuple):
    """What the lists of a page need to know of each visit."""

    id: uuid.UUID
    kind: str
    facility_code: str
    unit_name: str | None
    started_at: dt.datetime
    ended_on: dt.date
    sex: str
    birth_written: str

    @property
    def facility(self) -> str:
        """The facility's name; its code where no unit bears it."""
        return self.unit_name or self.facility_code


# Person by person, so that the index of each gives its rows in their order and no more than asked for.
_LINES = """
select {columns}
  from unnest(%(people)s::uuid[]) p(id)
 cross join lateral (
       select l.* from {table} l join encounters_encounter e on e.id = l.encounter_id
        where l.person_id = p.id and ({where})
          and e.in_force and (%(granted)s::text[] is null or e.labels <@ %(granted)s)
        order by {order} limit %(limit)s) l
 order by {order} limit %(limit)s
"""
_COLUMNS = ("id", "kind", "facility_code", "unit__name", "started_at", "ended_on", "sex", "birth_written")


@dataclass(frozen=True)
class Seen:
    """The visits in force that the actor may read, newest first. What is not among them is shown nowhere.

    `granted`: the labels whose visits may be among them; None for every label.
    """

    people: Sequence[uuid.UUID]
    visits: Sequence[VisitFacts]
    granted: Sequence[str] | None

    def __iter__(self) -> Iterator[VisitFacts]:
        return iter(self.visits)

    @cached_property
    def by_id(self) -> dict[uuid.UUID, VisitFacts]:
        return {visit.id: visit for visit in self.visits}

    def facility(self, visit_id: uuid.UUID | None) -> str:
        """Where a visit took place."""
        visit = self.by_id.get(visit_id) if visit_id else None
        return visit.facility if visit else ""

    def encounters(self) -> QuerySet[Encounter]:
        """The visits themselves."""
        granted = {} if self.granted is None else {"labels__contained_by": self.granted}
        return Encounter.objects.filter(person_id__in=self.people, in_force=True, **granted).select_related("unit")

    def lines(
        self, shape: type[Line], table: type[Model], where: str, order: str, limit: int | None = None, **values: object
    ) -> list[Line]:
        """Rows of a clinical table that these visits brought, each in `shape`: a named tuple whose fields, `encounter_id`
        first, are the columns to read.

        `where` and `order` are SQL, the table is `l`. SQL leaves out what it cheaply can before it counts to `limit`;
        whether the visit is among the visits has the last word, since naming two hundred keys in each of six questions
        would cost more than the answers.
        """
        columns = ", ".join(f"l.{name}" for name in shape._fields)  # type: ignore[attr-defined] # of a named tuple
        statement = _LINES.format(columns=columns, table=table._meta.db_table, where=where, order=order)
        asked = {**values, "people": list(self.people), "granted": self.granted, "limit": limit}
        return [row for row in read(shape, statement, asked) if row[0] in self.by_id]


def people_of(person: Person) -> list[uuid.UUID]:
    """The person and those merged into it: their visits make one record."""
    return [person.pk, *Person.objects.filter(merged_into=person).values_list("pk", flat=True)]


def seen(actor: Actor, people: Sequence[uuid.UUID]) -> Seen:
    """The visits of a record (`people` of people_of) that this actor may read."""
    return seen_under(actor, "record.read", people, sorted(actor.labels))


def seen_under(actor: Actor, action: str, people: Sequence[uuid.UUID], granted: Sequence[str] | None) -> Seen:
    """The same under another action, whose rule decides."""
    rows = visible(actor, action, Encounter.objects.filter(person_id__in=people, in_force=True))
    facts = rows.order_by("-started_at", "-id").values_list(*_COLUMNS)
    try:
        asked = facts.query.sql_with_params()
    except EmptyResultSet:  # the rule lets nothing through
        return Seen(people, [], granted)
    return Seen(people, read(VisitFacts, *asked), granted)


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
        medicines=MedicationRequest.objects.filter(**mine).order_by("source_line", "id"),
        results=Observation.objects.filter(**mine).order_by("source_table", "source_line", "id"),
        reports=DiagnosticReport.objects.filter(**mine).order_by("source_table", "source_line", "id"),
        papers=Composition.objects.filter(**mine).order_by("at", "id"),
    )
