"""Questions asked of the audit. Filter by `access.visible(actor, "audit.read", ...)` before showing."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import QuerySet

from soyte.kernel.audit.models import AuditEvent


def events(
    *,
    account_id: int | None = None,
    action: str = "",
    object_kind: str = "",
    object_id: str = "",
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    before_id: int | None = None,
) -> QuerySet[AuditEvent]:
    """Events, newest first; `before_id` is the id of the last row seen."""
    found = AuditEvent.objects.select_related("account", "unit").order_by("-id")
    given = {
        "account_id": account_id,
        "action": action,
        "object_kind": object_kind,
        "object_id": object_id,
        "at__gte": since,
        "at__lt": until,
        "id__lt": before_id,
    }
    return found.filter(**{name: value for name, value in given.items() if value not in (None, "")})


def who_read(person_id: uuid.UUID) -> QuerySet[AuditEvent]:
    """Everything done to or seen of a person's data, newest first: who, from which unit, what for."""
    return AuditEvent.objects.filter(person_id=person_id).select_related("account", "unit").order_by("-id")


def refused_attempts(*, account_id: int | None = None, before_id: int | None = None) -> QuerySet[AuditEvent]:
    """Refused attempts, newest first."""
    return events(account_id=account_id, before_id=before_id).filter(outcome=AuditEvent.Outcome.REFUSED)
