"""The record that a citizen has open: his own, or that of a child in his care."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from soyte.kernel.access.actor import Actor
from soyte.kernel.access.policy import visible
from soyte.kernel.people.models import Identifier, Person
from soyte.systems.care.health_record import public as health_record
from soyte.systems.care.health_record.public import Seen

ACTION = "own_record.read"


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """`until`: of a child the first day on which its record is closed to the guardian."""

    person: Person
    people: Sequence[uuid.UUID]
    is_child: bool
    until: dt.date | None

    def shows_labelled(self, actor: Actor) -> bool:
        """His own after he asked for it at the desk; a child's never."""
        return not self.is_child and actor.citizen is not None and actor.citizen.shows_labelled

    def seen(self, actor: Actor) -> Seen:
        """The visits that may be shown."""
        return health_record.seen_under(actor, ACTION, self.people, None if self.shows_labelled(actor) else [])


def open_record(actor: Actor, person_id: uuid.UUID | None) -> OwnRecord | None:
    """The record of `person_id`; without one his own. None where it is neither his nor a child's in his care."""
    if actor.citizen is None:
        return None
    asked = person_id or actor.citizen.person_id
    person = visible(actor, ACTION, Person.objects.select_related("merged_into").filter(pk=asked)).first()
    if person is None:
        return None
    person = person.merged_into or person
    is_child = person.pk not in actor.own_people
    return OwnRecord(person, health_record.people_of(person), is_child, actor.citizen.wards.get(person.pk))


def others(actor: Actor, record: OwnRecord) -> list[tuple[Person, dt.date | None]]:
    """The other records that he may open, his own first, with the day on which a child's closes."""
    if actor.citizen is None:
        return []
    wards = actor.citizen.wards
    ids = [pk for pk in (actor.citizen.person_id, *wards) if pk != record.person.pk]
    found = Person.objects.in_bulk(ids)
    return [(found[pk], wards.get(pk)) for pk in ids if pk in found]


def insurance_cards(record: OwnRecord) -> list[Identifier]:
    """Every card validity that the files state, the one that ends last first."""
    rows = Identifier.objects.filter(person__in=record.people, kind=Identifier.Kind.INSURANCE, valid_to__isnull=False)
    return list(rows.order_by("-valid_to", "-id")[:5])
