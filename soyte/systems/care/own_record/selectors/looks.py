"""Who has looked at a record: every reading of its health data."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import Q, QuerySet

from soyte.kernel.audit.models import AuditEvent
from soyte.systems.care.health_record import public as health_record

# Hits of a search and pairs of namesakes show no health fact.
READS = ("record.read", "own_record.read", "visit_files.read", "disputes.read")


def looks(people: Sequence[uuid.UUID], *, by_others_than: int | None, labelled: bool) -> QuerySet[AuditEvent]:
    """Readings of a record, newest first, without those of the account that asks. Without `labelled` also without those of
    one labelled visit."""
    rows = AuditEvent.objects.filter(person_id__in=people, action__in=READS, outcome=AuditEvent.Outcome.DONE)
    rows = rows.filter(Q(account=None) | ~Q(account=by_others_than))
    if not labelled:
        rows = health_record.told_to(rows, people, ())
    return rows.select_related("account", "unit").order_by("-id")
