"""Who has looked at a record: every reading of its health data."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.audit.models import AuditEvent

# Hits of a search and pairs of namesakes show no health fact.
READS = ("record.read", "own_record.read", "visit_files.read", "disputes.read")


def looks(people: Sequence[uuid.UUID], *, by_others_than: int | None, labelled: bool) -> QuerySet[AuditEvent]:
    """Readings of a record, newest first, without those of the account that asks. Without `labelled` also without those of
    one labelled visit: where somebody read it would tell of it."""
    rows = AuditEvent.objects.filter(person_id__in=people, action__in=READS, outcome=AuditEvent.Outcome.DONE)
    rows = rows.filter(Q(account=None) | ~Q(account=by_others_than))
    if not labelled:
        hidden = Encounter.objects.filter(person__in=people).exclude(labels=[])
        keys = [str(pk) for pk in hidden.values_list("pk", flat=True)]
        if keys:
            rows = rows.annotate(visit=KeyTextTransform("encounter", "details")).filter(
                Q(visit=None) | ~Q(visit__in=keys)
            )
    return rows.select_related("account", "unit").order_by("-id")
