"""Telling: events are written with the change they tell of, and wake whoever listens when it is committed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction

from soyte.kernel.outbox.models import Cursor
from soyte.kernel.sql import SqlCursor, columns

CHANNEL = "soyte"
_EMIT = """
    with told as (
      insert into outbox_event (topic, object_id, payload)
      select topic, object_id, payload::jsonb from unnest(%s::text[], %s::text[], %s::text[]) e(topic, object_id, payload))
    select pg_notify(%s, topic) from (select distinct unnest(%s::text[]) topic) t"""


def emit_many(cursor: SqlCursor, events: Iterable[tuple[str, str, Mapping[str, Any]]]) -> None:
    """Tell of (topic, object id, payload) in the caller's transaction, in one statement.

    Payloads carry ids and dates, never health data: they are read without an access check.
    """
    rows = [(topic, object_id, json.dumps(payload)) for topic, object_id, payload in events]
    if rows:
        topics, ids, payloads = columns(rows, 3)
        cursor.execute(_EMIT, [topics, ids, payloads, CHANNEL, topics])


def emit(topic: str, object_id: str, payload: Mapping[str, Any] | None = None) -> None:
    """Tell of one event in the current transaction."""
    with connection.cursor() as cursor:
        emit_many(cursor, [(topic, object_id, payload or {})])


def prune(*, keep_days: int = 30) -> int:
    """Delete events older than `keep_days` that every consumer has dealt with; returns how many."""
    behind = Cursor.objects.order_by("xid", "event_id").values_list("xid", "event_id").first()
    if behind is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from outbox_event where (xid, id) <= (%s, %s) and at < now() - make_interval(days => %s)",
            [*behind, keep_days],
        )
        return int(cursor.rowcount)


# Restored: what has a number that this server has not reached, and all ids up to the last such; later ids are its own.
_NEEDED = """
    with numbers as (
      select xid, id from outbox_event union all select xid, event_id from outbox_cursor)
    select max(id) from numbers where xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint"""
_RENUMBERED = """
    create temp table renumbered on commit drop as
    select id, xid, id <= %s as restored,
      (select max(id) from outbox_event) + row_number() over (order by id > %s, xid, id) as new_id
    from outbox_event"""
_MOVE_CURSORS = """
    update outbox_cursor c set xid = 1, event_id = coalesce(
      (select max(r.new_id) from renumbered r where r.restored and (r.xid, r.id) <= (c.xid, c.event_id)), 0)"""
_MOVE_EVENTS = "update outbox_event e set xid = 1, id = r.new_id from renumbered r where r.id = e.id"
_MOVE_SEQUENCE = """
    select setval(pg_get_serial_sequence('outbox_event', 'id'), max(id)) from outbox_event having max(id) is not null"""


@transaction.atomic
def renumber_after_restore() -> bool:
    """Bring events and cursors of a dump into a new server, whose transaction numbers begin anew; True if it was needed.

    Otherwise old events would lie beyond the horizon for ever and new ones before every cursor. Order is kept.
    """
    with connection.cursor() as cursor:
        cursor.execute("lock table outbox_event, outbox_cursor in access exclusive mode")
        cursor.execute(_NEEDED)
        last_restored = cursor.fetchone()[0]
        if last_restored is None:
            return False
        cursor.execute(_RENUMBERED, [last_restored, last_restored])
        for statement in (_MOVE_CURSORS, _MOVE_EVENTS, _MOVE_SEQUENCE):
            cursor.execute(statement)
    return True
