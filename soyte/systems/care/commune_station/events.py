"""What the room hears: a visit was taken, replaced, withdrawn or found to be another person's; somebody came."""

from __future__ import annotations

from soyte.clinical.encounters.models import CheckIn, Encounter
from soyte.clinical.encounters.topics import CHECKED_IN, MOVED, RECORDED, WITHDRAWN
from soyte.kernel.outbox.consumers import listens
from soyte.kernel.outbox.models import Event
from soyte.systems.care.commune_station import projecting


@listens(RECORDED, WITHDRAWN, MOVED)
def follow_visits(events: list[Event]) -> None:
    """Keep appointments and discharges within the minute in which a file was received."""
    told = Encounter.objects.filter(pk__in={event.object_id for event in events})
    projecting.follow(set(told.values_list("facility_code", "visit_code")))


@listens(CHECKED_IN)
def follow_arrivals(events: list[Event]) -> None:
    """Whoever has come keeps his appointment, before the file of the visit is there."""
    told = CheckIn.objects.filter(pk__in={event.object_id for event in events}, person__isnull=False)
    projecting.look_who_came(set(told.values_list("person_id", flat=True)))
