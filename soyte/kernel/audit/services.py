"""Writing the audit: one row, many rows by plain SQL, and refused attempts that outlive a rollback."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from soyte.kernel.actors import Acting


@dataclass(frozen=True, slots=True)
class Row:
    """What differs from event to event of one actor. `details` must be JSON; labelled values are sealed before."""

    action: str
    object_kind: str = ""
    object_id: str = ""
    person_id: uuid.UUID | None = None
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = "done"
    purpose: str = ""


class Cursor(Protocol):
    """Of Django or of psycopg, in or out of a pipeline."""

    def execute(self, query: Any, params: Any = None, /) -> Any: ...


INSERT = """
insert into audit_auditevent (at, account_id, post_id, unit_id, actor_text, address, request_id,
    action, purpose, outcome, object_kind, object_id, person_id, reason, details)
select %s::timestamptz, %s::bigint, p.post_id, p.unit_id, %s::text, %s::inet, %s::text,
    p.action, p.purpose, p.outcome, p.object_kind, p.object_id, p.person_id, p.reason, p.details::jsonb
from unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::uuid[],
    %s::text[], %s::text[])
    as p(post_id, unit_id, action, purpose, outcome, object_kind, object_id, person_id, reason, details)
"""


def parameters(actor: Acting, rows: Sequence[Row], at: dt.datetime) -> list[Any]:
    """Parameters of INSERT: scalars of the actor, then one array per column."""
    posts = {action: actor.post_for(action) for action in {row.action for row in rows}}
    return [
        at,
        actor.account_id,
        actor.text[:255],
        actor.address,
        actor.request_id,
        [posts[row.action][0] for row in rows],
        [posts[row.action][1] for row in rows],
        [row.action for row in rows],
        [row.purpose or actor.purpose_for(row.action) for row in rows],
        [row.outcome for row in rows],
        [row.object_kind for row in rows],
        [row.object_id for row in rows],
        [row.person_id for row in rows],
        [row.reason for row in rows],
        [json.dumps(dict(row.details), ensure_ascii=False, default=str) for row in rows],
    ]


def batch(cursor: Cursor, actor: Acting, rows: Sequence[Row], *, at: dt.datetime | None = None) -> None:
    """Add events with one statement on the caller's own cursor; nothing is fetched, so it fits a pipeline."""
    if rows:
        cursor.execute(INSERT, parameters(actor, rows, at or timezone.now()))


def record_many(actor: Acting, rows: Sequence[Row], *, at: dt.datetime | None = None) -> None:
    """Add events in the current transaction."""
    with connection.cursor() as cursor:
        batch(cursor, actor, rows, at=at)


def _named(obj: Model | None, object_kind: str, object_id: object) -> tuple[str, str]:
    return (obj._meta.label_lower, str(obj.pk)) if obj is not None else (object_kind, str(object_id))


def record(
    actor: Acting,
    action: str,
    *,
    obj: Model | None = None,
    object_kind: str = "",
    object_id: object = "",
    person_id: uuid.UUID | None = None,
    reason: str = "",
    purpose: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add one event in the current transaction: it stands or falls with the act."""
    kind, key = _named(obj, object_kind, object_id)
    record_many(actor, [Row(action, kind, key, person_id, reason, details or {}, "done", purpose)])


def record_read(
    actor: Acting,
    person_id: uuid.UUID,
    what: str,
    purpose: str = "",
    *,
    action: str = "record.read",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Somebody saw health data of a person. `what` names the view in a word: "record", "search", "source", "print"."""
    record(actor, action, object_kind=what, object_id=person_id, person_id=person_id, purpose=purpose, details=details)


def record_reads(
    actor: Acting, person_ids: Sequence[uuid.UUID], what: str, purpose: str = "", *, action: str = "record.read"
) -> None:
    """One event per person whom a list showed."""
    record_many(actor, [Row(action, what, str(person), person, purpose=purpose) for person in person_ids])


def record_refused(
    actor: Acting,
    action: str,
    *,
    obj: Model | None = None,
    object_kind: str = "",
    object_id: object = "",
    person_id: uuid.UUID | None = None,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add a refused attempt that survives the rollback of the transaction in which it was refused."""
    kind, key = _named(obj, object_kind, object_id)
    row = Row(action, kind, key, person_id, reason, details or {}, "refused")
    if connection.in_atomic_block:
        on_own_connection(actor, row)
    else:
        record_many(actor, [row])


def on_own_connection(actor: Acting, row: Row) -> None:
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            batch(cursor, actor, [row])
    finally:
        own.close()
