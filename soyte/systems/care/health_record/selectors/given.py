"""What a person was given: medicines, papers, days on which to come again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.utils import timezone

from soyte.clinical.documents.models import Appointment, Composition
from soyte.clinical.medications.models import MedicationRequest
from soyte.systems.care.health_record.selectors.seen import Seen

SHOWN_MEDICINES = 12
SHOWN_PAPERS = 8
SHOWN_APPOINTMENTS = 5


class Medicines(NamedTuple):
    """Medicines given, the latest first; `more`: there are others."""

    rows: Sequence[MedicationRequest]
    more: bool


def medicines(seen: Seen, *, limit: int = SHOWN_MEDICINES) -> Medicines:
    """At most `limit` medicines, in whole prescriptions: half of one would read as all of it. Only where the latest alone
    is longer is it cut. Nothing is said about what the person takes today."""
    rows = seen.kept(seen.lines(MedicationRequest.objects.all()).order_by("-at", "-id")[: limit + 1])
    if len(rows) <= limit:
        return Medicines(rows, more=False)
    whole = [row for row in rows if _prescription(row) != _prescription(rows[limit])]
    return Medicines(whole or rows[:limit], more=True)


def _prescription(row: MedicationRequest) -> tuple[object, dt.date]:
    return row.encounter_id, timezone.localdate(row.at)


def papers(seen: Seen, *, limit: int = SHOWN_PAPERS) -> list[Composition]:
    """Discharge papers, transfer letters, certificates, appointments: what a person could hold in his hand."""
    rows = seen.lines(Composition.objects.exclude(kind=Composition.Kind.PROGRESS))
    return seen.kept(rows.only("kind", "at", "number", "encounter_id").order_by("-at", "-id")[:limit])


def appointments(seen: Seen, today: dt.date, *, limit: int = SHOWN_APPOINTMENTS) -> list[Appointment]:
    """Days on which the person is to come again, from today on, the nearest first."""
    return seen.kept(seen.lines(Appointment.objects.filter(due_on__gte=today)).order_by("due_on", "id")[:limit])
