"""Whose record a page shows, and whether it is open to the actor."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from soyte.kernel.access.actor import Actor
from soyte.kernel.access.policy import can
from soyte.kernel.access.web import HouseRequest
from soyte.kernel.people.models import Identifier, Person, PersonRelation
from soyte.kernel.text import initials
from soyte.systems.care.health_record.pages import people as people_words
from soyte.systems.care.health_record.selectors import seen as visits
from soyte.systems.care.health_record.selectors.seen import Seen


@dataclass(frozen=True, slots=True)
class Record:
    """An open record: the person, those merged into him, and the visits that the actor may read."""

    person: Person
    people: Sequence[uuid.UUID]
    visits: Seen


def person_of(person_id: uuid.UUID) -> Person:
    """The person; of a merged one the person that stands for it. 404 for nobody."""
    person = get_object_or_404(Person.objects.select_related("merged_into"), pk=person_id)
    return person.merged_into or person


def _family_of(person_id: uuid.UUID) -> tuple[Person, list[uuid.UUID]]:
    """The person whose record it is, and all whose visits make it. 404 for nobody."""
    people = {person.pk: person for person in Person.objects.filter(Q(pk=person_id) | Q(merged_into=person_id))}
    person = people.get(person_id)
    if person is None:
        raise Http404
    if person.merged_into_id:
        return _family_of(person.merged_into_id)
    return person, [person.pk, *(key for key in people if key != person.pk)]


def _opened(actor: Actor, person: Person, people: Sequence[uuid.UUID]) -> Record | None:
    seen = visits.seen(actor, people)
    # A visit that may be read belongs to an open record: only without one must be asked.
    if seen.visits or can(actor, "record.read", person):
        return Record(person, people, seen)
    return None


def of_record(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of one record: the view gets the Record in place of `person_id`; a closed one leads to giving a reason."""

    @wraps(view)
    def guarded(request: HouseRequest, person_id: uuid.UUID, **rest: Any) -> HttpResponse:
        person, people = _family_of(person_id)
        record = _opened(request.actor, person, people)
        if record is None:
            return redirect("health_record:reason", person_id=person.pk)
        return view(request, record, **rest)

    return guarded


def identity(record: Record) -> dict[str, object]:
    """What stands at the head of every page of a record."""
    person, today = record.person, timezone.localdate()
    mothers = PersonRelation.objects.filter(person__in=record.people, kind=PersonRelation.Kind.MOTHER).order_by("id")
    return {
        "person": person,
        "sex": people_words.sex(person),
        "age": person.age_text(today),
        "commune": people_words.commune_names([person.commune_code], today).get(person.commune_code, ""),
        "initials": initials(person.full_name),
        "numbers": people_words.numbers(Identifier.objects.filter(person__in=record.people), today),
        "mother": mothers.values_list("other__full_name", flat=True).first(),
    }
