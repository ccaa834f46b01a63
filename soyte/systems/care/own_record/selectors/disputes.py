"""Disputes as their author and as the facility sees them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import Count, QuerySet

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.access.actor import Actor
from soyte.kernel.access.policy import visible
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.people.models import Identifier
from soyte.systems.care.own_record.models import Dispute

State = Dispute.State


def said(actor: Actor, people: Sequence[uuid.UUID]) -> QuerySet[Dispute]:
    """What was said about a record that the actor has open, newest first."""
    rows = visible(actor, "own_record.read", Dispute.objects.filter(person__in=people))
    return rows.select_related("unit", "answered_by").order_by("-id")


def at_facility(actor: Actor, *, state: str) -> QuerySet[Dispute]:
    """Disputes of the actor's facilities of one state."""
    rows = visible(actor, "disputes.read", Dispute.objects.filter(state=state))
    return rows.select_related("person", "unit", "answered_by")


def counts(actor: Actor) -> dict[str, int]:
    """How many of each state the actor may see."""
    rows = visible(actor, "disputes.read", Dispute.objects.order_by()).values_list("state").annotate(Count("id"))
    return dict.fromkeys(State.values, 0) | dict(rows)


def as_written(dispute: Dispute) -> Encounter:
    """The version of the visit that counts, else the one that was read: who the file says the patient is."""
    rows = Encounter.objects.filter(facility_code=dispute.facility_code, visit_code=dispute.visit_code, in_force=True)
    return rows.select_related("person").first() or dispute.encounter


def numbers(people: Sequence[uuid.UUID]) -> list[Identifier]:
    return list(Identifier.objects.filter(person__in=people).order_by("kind", "id"))


def history(dispute: Dispute) -> QuerySet[AuditEvent]:
    """What was done with a dispute, newest first."""
    rows = AuditEvent.objects.filter(person_id=dispute.person_id, outcome=AuditEvent.Outcome.DONE)
    rows = rows.filter(object_kind=Dispute._meta.label_lower, object_id=str(dispute.pk))
    return rows.select_related("account").order_by("-id")
