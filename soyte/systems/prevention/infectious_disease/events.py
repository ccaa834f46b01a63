"""What the room hears: a visit was taken, replaced, withdrawn, or found to be another person's."""

from __future__ import annotations

from soyte.clinical.encounters.models import Encounter
from soyte.clinical.encounters.topics import MOVED, RECORDED, WITHDRAWN
from soyte.kernel.outbox.consumers import listens
from soyte.kernel.outbox.models import Event
from soyte.systems.prevention.infectious_disease.alarms import raise_alarms
from soyte.systems.prevention.infectious_disease.drafting import draft_reports


@listens(RECORDED, WITHDRAWN, MOVED)
def follow_visits(events: list[Event]) -> None:
    """Draft, attach and flag reports within the minute in which a file was received."""
    told = Encounter.objects.filter(pk__in={event.object_id for event in events})
    raise_alarms(draft_reports(set(told.values_list("facility_code", "visit_code"))))
