"""Hearing: functions of events.py modules, each a consumer with its own place in the stream of events.

    @listens("EncounterRecorded")
    def count_visits(events: list[Event]) -> None: ...

A consumer gets events of its topics in the order of their transactions, each at least once: its own writes and its
place are one transaction, so what it writes to the database it writes once, and all else must bear repeating.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from soyte.kernel.outbox.models import Cursor, Event

Handler = Callable[[list[Event]], None]
BATCH = 500
LONGEST_PAUSE = timedelta(minutes=5)
log = structlog.get_logger(__name__)
# Nothing below the oldest running transaction can still appear. Sequences and clocks cannot promise that: a lower id
# or an earlier time may be committed later.
HORIZON = "xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


@dataclass(frozen=True, slots=True)
class Consumer:
    name: str
    topics: frozenset[str]
    handler: Handler


_declared: dict[str, Consumer] = {}


def listens(*topics: str) -> Callable[[Handler], Handler]:
    """Declare a function of an events.py as a consumer of `topics`, named after its app and itself."""

    def declare(handler: Handler) -> Handler:
        room = apps.get_containing_app_config(handler.__module__)
        name = f"{room.label if room else handler.__module__}.{handler.__name__}"
        _declared[name] = Consumer(name, frozenset(topics), handler)
        return handler

    return declare


def consumers() -> list[Consumer]:
    """Every declared consumer, by name."""
    autodiscover_modules("events")
    return [_declared[name] for name in sorted(_declared)]


@transaction.atomic
def consume(consumer: Consumer, *, limit: int = BATCH) -> int:
    """Hand the next events behind the horizon to `consumer`; returns how many events it has moved past.

    0 also where another process is at it. What the handler raises rolls its writes back and leaves its place.
    """
    Cursor.objects.bulk_create([Cursor(consumer=consumer.name)], ignore_conflicts=True)
    place = Cursor.objects.select_for_update(skip_locked=True).filter(consumer=consumer.name).first()
    if place is None:
        return 0
    events = list(
        Event.objects.extra(  # noqa: S610
            where=["(xid, id) > (%s, %s)", HORIZON], params=[place.xid, place.event_id]
        ).order_by("xid", "id")[:limit]
    )
    if not events:
        return 0
    if wanted := [event for event in events if event.topic in consumer.topics]:
        consumer.handler(wanted)
    Cursor.objects.filter(consumer=consumer.name).update(
        xid=events[-1].xid, event_id=events[-1].id, moved_at=timezone.now(), failures=0, retry_at=None, last_error=""
    )
    return len(events)


def consume_all() -> bool:
    """Let every consumer deal with all it can; True if events lie beyond the horizon, so that it is worth to look again.

    A failing consumer keeps its place and is tried again after a growing pause; the others go on.
    """
    now = timezone.now()
    paused = set(Cursor.objects.filter(retry_at__gt=now).values_list("consumer", flat=True))
    for consumer in consumers():
        if consumer.name not in paused:
            _drain(consumer)
    with connection.cursor() as cursor:
        cursor.execute(f"select exists (select from outbox_event where not {HORIZON})")
        return bool(cursor.fetchone()[0])


def _drain(consumer: Consumer) -> None:
    try:
        while consume(consumer) == BATCH:
            pass
    except Exception as error:
        log.exception("outbox.consumer_failed", consumer=consumer.name, error=type(error).__name__)
        _note_failure(consumer, error)


def _note_failure(consumer: Consumer, error: Exception) -> None:
    place, _new = Cursor.objects.get_or_create(consumer=consumer.name)
    place.failures += 1
    place.retry_at = timezone.now() + min(timedelta(seconds=2 ** min(place.failures, 16)), LONGEST_PAUSE)
    place.last_error = f"{type(error).__name__}: {error}"[:2000]
    place.save(update_fields=["failures", "retry_at", "last_error"])


def next_retry_seconds() -> float | None:
    """Seconds until the first paused consumer may try again; None if none is paused."""
    first = (
        Cursor.objects.filter(retry_at__isnull=False).order_by("retry_at").values_list("retry_at", flat=True).first()
    )
    return None if first is None else max(0.0, (first - timezone.now()).total_seconds())
