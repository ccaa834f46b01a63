"""What the room hears: a visit was taken, replaced or withdrawn."""

from __future__ import annotations

from soyte.clinical.encounters.models import Encounter
from soyte.clinical.encounters.topics import RECORDED, WITHDRAWN
from soyte.kernel.outbox.consumers import listens
from soyte.kernel.outbox.models import Event
from soyte.systems.prevention.infectious_disease.drafting import draft_reports


@listens(RECORDED, WITHDRAWN)
def follow_visits(events: list[Event]) -> None:
    """Draft, attach and flag reports within the minute in which a file was received."""
    told = Encounter.objects.filter(pk__in={event.object_id for event in events})
    draft_reports(set(told.values_list("facility_code", "visit_code")))
