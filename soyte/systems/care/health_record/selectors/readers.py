"""Who read a record."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet

from soyte.kernel.access.models import BreakGlass
from soyte.kernel.audit.models import AuditEvent

SHOWN_READERS = 4


def reads(people: Sequence[uuid.UUID]) -> QuerySet[AuditEvent]:
    """Every reading of the record of `people`, newest first. Hits of a search show no health fact and are not among them."""
    rows = AuditEvent.objects.filter(person_id__in=people, action="record.read", outcome=AuditEvent.Outcome.DONE)
    return rows.select_related("account", "unit").order_by("-id")


def openings(people: Sequence[uuid.UUID]) -> QuerySet[BreakGlass]:
    """Who opened the record with which reason, newest first."""
    rows = BreakGlass.objects.filter(person_id__in=people)
    return rows.select_related("account", "unit").order_by("-at", "-id")


@dataclass(frozen=True, slots=True)
class Reader:
    account_id: int | None
    name: str
    unit: str
    last: dt.datetime
    times: int


def readers(people: Sequence[uuid.UUID]) -> list[Reader]:
    """Everybody who read the record, each once, the latest first."""
    columns = ("account_id", "account__display_name", "actor_text", "unit__name")
    rows = reads(people).order_by().values(*columns).annotate(last=Max("at"), times=Count("pk")).order_by("-last")
    return [
        Reader(
            row["account_id"],
            row["account__display_name"] or row["actor_text"],
            row["unit__name"] or "",
            row["last"],
            row["times"],
        )
        for row in rows
    ]
