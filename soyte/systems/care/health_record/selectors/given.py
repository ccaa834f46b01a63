"""What a person was given: medicines, papers, days on which to come again."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import NamedTuple

from django.utils import timezone

from soyte.clinical.documents.models import Appointment, Composition
from soyte.clinical.medications.models import MedicationRequest
from soyte.systems.care.health_record.selectors.seen import Seen

SHOWN_MEDICINES = 12
SHOWN_PAPERS = 8
SHOWN_APPOINTMENTS = 5


class Given(NamedTuple):
    """A medicine given; `name`, `dose` and `usage` sealed where its visit bears a label."""

    encounter_id: uuid.UUID
    id: int
    at: dt.datetime
    code: str
    name: str
    strength: str
    dose: str
    usage: str
    source_table: int
    source_line: int


class Paper(NamedTuple):
    encounter_id: uuid.UUID
    id: int
    kind: str
    at: dt.datetime
    number: str


class ToCome(NamedTuple):
    encounter_id: uuid.UUID
    due_on: dt.date


class Medicines(NamedTuple):
    """Medicines given, the latest first; `more`: there are others."""

    rows: Sequence[Given]
    more: bool


def medicines(seen: Seen, *, limit: int = SHOWN_MEDICINES) -> Medicines:
    """At most `limit` medicines, in whole prescriptions: half of one would read as all of it. Only where the latest alone
    is longer is it cut. Nothing is said about what the person takes today."""
    rows = seen.lines(Given, MedicationRequest, "true", "l.at desc, l.id desc", limit + 1)
    if len(rows) <= limit:
        return Medicines(rows, more=False)
    whole = [row for row in rows if _prescription(row) != _prescription(rows[limit])]
    return Medicines(whole or rows[:limit], more=True)


def _prescription(row: Given) -> tuple[object, dt.date]:
    return row.encounter_id, timezone.localdate(row.at)


def papers(seen: Seen, *, limit: int = SHOWN_PAPERS) -> list[Paper]:
    """Discharge papers, transfer letters, certificates, appointments: what a person could hold in his hand."""
    progress = Composition.Kind.PROGRESS
    return seen.lines(Paper, Composition, "l.kind <> %(progress)s", "l.at desc, l.id desc", limit, progress=progress)


def appointments(seen: Seen, today: dt.date, *, limit: int = SHOWN_APPOINTMENTS) -> list[ToCome]:
    """Days on which the person is to come again, from today on, the nearest first."""
    return seen.lines(ToCome, Appointment, "l.due_on >= %(today)s", "l.due_on, l.id", limit, today=today)
