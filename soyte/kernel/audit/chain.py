"""Sealing the audit in batches whose hashes form a chain, and looking whether it still holds."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone

from soyte.kernel.audit.models import AuditBatch, AuditEvent

BATCH = 10_000
_LOCK = 4_107_001  # of this act among advisory locks
GENESIS = b""

_FIELDS = (
    "id",
    "at",
    "account_id",
    "post_id",
    "unit_id",
    "actor_text",
    "action",
    "purpose",
    "outcome",
    "object_kind",
    "object_id",
    "person_id",
    "reason",
    "details",
    "address",
    "request_id",
    "xid",
)


def _canonical(value: object) -> object:
    return value.astimezone(dt.UTC).isoformat(timespec="microseconds") if isinstance(value, dt.datetime) else value


def _lines(events: QuerySet[AuditEvent]) -> Iterator[bytes]:
    """Each event as one line of JSON, in the order of ids: the bytes that are hashed."""
    for row in events.order_by("id").values_list(*_FIELDS).iterator(chunk_size=2000):
        line = json.dumps([_canonical(value) for value in row], ensure_ascii=False, sort_keys=True, default=str)
        yield line.encode() + b"\n"


def _hash(previous: bytes, events: QuerySet[AuditEvent]) -> bytes:
    digest = hashlib.sha256(previous)
    for line in _lines(events):
        digest.update(line)
    return digest.digest()


@dataclass(frozen=True, slots=True)
class Span:
    """Which events: after_id < id <= until_id (None: no end) and from_xid <= xid < until_xid."""

    after_id: int
    until_id: int | None
    from_xid: int
    until_xid: int

    def events(self) -> QuerySet[AuditEvent]:
        found = AuditEvent.objects.filter(id__gt=self.after_id, xid__gte=self.from_xid, xid__lt=self.until_xid)
        return found if self.until_id is None else found.filter(id__lte=self.until_id)


@transaction.atomic
def seal_batches(*, size: int = BATCH) -> list[AuditBatch]:
    """Seal everything behind the commit-safe horizon, in batches of some `size` events. Returns the new batches."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    sealed: list[AuditBatch] = []
    while batch := _next(AuditBatch.objects.order_by("-number").first(), size):
        batch.save(force_insert=True)
        sealed.append(batch)
    return sealed


def _next(last: AuditBatch | None, size: int) -> AuditBatch | None:
    return _seal(last, _waiting(last), size)


def _waiting(last: AuditBatch | None) -> Span:
    """The span that no batch holds yet, up to where no row can be added to it any more."""
    after, start = (last.after_id, last.until_xid) if last else (0, 0)
    horizon, newest = _snapshot()
    old_id, old_xid = _of_another_server(after, start)
    if old_id is not None and old_xid is not None:
        return Span(after, old_id, start, old_xid + 1)
    if start > newest:  # all of the old server's events are sealed: the count of this one begins
        after = AuditBatch.objects.aggregate(latest=Max("last_id"))["latest"]
        return Span(after, None, 0, horizon)
    return Span(after, None, start, horizon)


def _snapshot() -> tuple[int, int]:
    """(no transaction below this number runs any more, no transaction from this number on had begun)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint from pg_current_snapshot() s"
        )
        horizon, newest = cursor.fetchone()
        return int(horizon), int(newest)


# A row that is visible although its transaction had not begun was written by another server (or by this very
# transaction, whose own number may be the newest of all).
_OF_ANOTHER_SERVER = """
select max(id), max(xid) from audit_auditevent
 where id > %s and xid >= greatest(%s, pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
   and xid is distinct from pg_current_xact_id_if_assigned()::text::bigint
"""


def _of_another_server(after: int, start: int) -> tuple[int | None, int | None]:
    with connection.cursor() as cursor:
        cursor.execute(_OF_ANOTHER_SERVER, [after, start])
        last_id, last_xid = cursor.fetchone()
        return last_id, last_xid


def _seal(last: AuditBatch | None, waiting: Span, size: int) -> AuditBatch | None:
    """A batch of whole transactions, some `size` events long, or None where nothing waits."""
    ends = waiting.events().order_by("xid", "id").values_list("xid", flat=True)
    full = ends[size - 1 : size].first()
    chosen = replace(waiting, until_xid=full + 1) if full is not None else waiting
    ids = chosen.events().aggregate(first=Min("id"), last=Max("id"), count=Count("id"))
    if not ids["count"]:
        return None
    previous = bytes(last.hash) if last else GENESIS
    return AuditBatch(
        number=last.number + 1 if last else 1,
        after_id=chosen.after_id,
        from_xid=chosen.from_xid,
        until_xid=chosen.until_xid,
        first_id=ids["first"],
        last_id=ids["last"],
        events=ids["count"],
        previous_hash=previous,
        hash=_hash(previous, chosen.events()),
        sealed_at=timezone.now(),
    )


def verify() -> AuditBatch | None:
    """The first sealed batch whose rows, bounds or link to the one before are no longer as sealed; None if all hold."""
    ends = _count_ends()
    previous: AuditBatch | None = None
    for batch in AuditBatch.objects.order_by("number").iterator():
        held = Span(batch.after_id, ends[batch.after_id], batch.from_xid, batch.until_xid).events()
        if not _linked(previous, batch) or _hash(bytes(batch.previous_hash), held) != bytes(batch.hash):
            return batch
        previous = batch
    return None


def _count_ends() -> dict[int, int | None]:
    """The last id of each server's count by its after_id: None for the count that goes on."""
    counts = list(
        AuditBatch.objects.values("after_id").order_by("after_id").annotate(last=Max("last_id"), until=Max("until_xid"))
    )
    ends: dict[int, int | None] = {count["after_id"]: count["last"] for count in counts}
    if counts and counts[-1]["until"] <= _snapshot()[1]:
        ends[counts[-1]["after_id"]] = None
    return ends


def _linked(previous: AuditBatch | None, batch: AuditBatch) -> bool:
    if previous is None:
        return batch.number == 1 and bytes(batch.previous_hash) == GENESIS
    same_count = batch.after_id == previous.after_id
    follows = batch.from_xid == previous.until_xid if same_count else batch.from_xid == 0
    return follows and batch.number == previous.number + 1 and bytes(batch.previous_hash) == bytes(previous.hash)
