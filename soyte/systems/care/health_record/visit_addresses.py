"""Visits open on their page in the record, for whoever may read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.access.policy import visible
from soyte.kernel.actors import Acting
from soyte.systems.care.health_record.pages.addresses import visit_address


def visit_addresses(actor: Acting, visits: Collection[UUID]) -> Mapping[UUID, str]:
    """Of these visits those in records that are open to the actor now."""
    if not visits or not actor.holds("record.read"):
        return {}
    rows = Encounter.objects.filter(pk__in=visits, person__isnull=False)
    found = visible(actor, "record.read", rows).values_list("pk", "person_id")
    return {visit: visit_address(person, visit) for visit, person in found}
