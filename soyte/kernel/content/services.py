"""Every change of content: loading the files, taking an uploaded list. One lock, one transaction, set-based."""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.kernel.content import stamps
from soyte.kernel.content.faults import ContentError, Fault
from soyte.kernel.content.manifest import FoundSet, found_set, found_sets, shown
from soyte.kernel.content.models import Change, LoadedSet, Upload
from soyte.kernel.content.rows import DatedRow, TextRow, digest, read_rows
from soyte.kernel.content.schemas import schema_of, target_of
from soyte.kernel.content.tables import copy_rows
from soyte.kernel.content.targets import Batch, Target
from soyte.kernel.content.upload import judge_upload
from soyte.kernel.content.versions import Changes, Row
from soyte.kernel.errors import DomainError


class UploadHasFaults(DomainError):
    code = "content.upload_has_faults"
    message = _("Tệp có %(count)s dòng cần sửa nên chưa nạp được dòng nào. Sửa các dòng đã nêu rồi nạp lại.")


class UploadIsEmpty(DomainError):
    code = "content.upload_is_empty"
    message = _("Tệp không có dòng nào đọc được. Kiểm tra dòng tiêu đề và trang tính đầu tiên.")


class ContentMoved(DomainError):
    code = "content.moved"
    message = _("Danh mục đã đổi từ lúc xem thử. Xem thử lại trước khi nạp.")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading one set did; `rows` counts the rows of its file."""

    code: str
    title: str
    rows: int
    changes: Changes


@dataclass(frozen=True, slots=True)
class UploadPlan:
    """What an uploaded list would do. `faults` name the rows that cannot be read; with any, nothing is written.

    `fingerprint` stands for this very outcome: give it to `apply_upload`, which refuses if it would be another by then.
    """

    set_code: str
    title: str
    since: dt.date
    changes: Changes
    faults: tuple[Fault, ...]
    row_count: int
    fingerprint: str


def _lock() -> None:
    """One change of content at a time, in all processes; released with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('soyte content', 0))")


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Tens of thousands of rows without a circle among them: the collector would walk them all again and again, which
    takes a third of the time of a load."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def upload_days(set_code: str) -> tuple[dt.date, ...]:
    """The days from which uploaded lists of a set are in force."""
    return tuple(Upload.objects.filter(set_code=set_code).values_list("valid_from", flat=True))


def refuse_overlaps(target: Target, batch: Batch) -> None:
    """Raises ContentError if two rows of one thing hold on the same day."""
    pairs = target.overlapping(batch)
    if pairs:
        path = shown(batch.found.rows_path)
        named = [str(row.get("code") or " ".join(map(str, row.values()))) for row, _ in pairs]
        raise ContentError([Fault(path, 0, "", "rows.overlap", name) for name in named])


def file_batch(found: FoundSet, *, today: dt.date, uploads: tuple[dt.date, ...] = ()) -> Batch:
    """The rows of a set's file. Raises ContentError with every fault."""
    rows = read_rows(found, schema_of(found))
    return Batch(found=found, rows=rows, origin="file", today=today, uploads=uploads)


def _differing(before: Row, after: Row) -> dict[str, Any]:
    return {column: before[column] for column in before if column in after and before[column] != after[column]}


def _keep_history(set_code: str, moved: Iterable[tuple[Row, Row]], upload: Upload | None) -> None:
    now = timezone.now()
    upload_id = upload.pk if upload else None
    was = ((before["id"], _differing(before, after)) for before, after in moved)
    rows = [
        {"set_code": set_code, "upload_id": upload_id, "row_id": row_id, "before": columns, "at": now}
        for row_id, columns in was
        if columns
    ]
    if rows:
        copy_rows(Change._meta.db_table, rows, columns=[*rows[0]], as_json=frozenset({"before"}))


def _load(found: FoundSet, known: LoadedSet | None, today: dt.date) -> Loaded:
    now_digest = digest(found)
    if known is not None and known.digest == now_digest:
        return Loaded(found.code, found.manifest.title, known.row_count, Changes(unchanged=known.row_count))
    target = target_of(found)
    batch = file_batch(found, today=today, uploads=upload_days(found.code))
    refuse_overlaps(target, batch)
    changes = target.plan(batch)
    target.apply(batch, changes)
    _keep_history(found.code, [*changes.changed, *changes.ended], None)
    LoadedSet.objects.update_or_create(
        code=found.code,
        defaults={
            "digest": now_digest,
            "stamp": uuid.uuid4(),
            "row_count": len(batch.rows),
            "loaded_at": timezone.now(),
        },
    )
    return Loaded(found.code, found.manifest.title, len(batch.rows), changes)


def load_all(*, only: str = "", today: dt.date | None = None) -> list[Loaded]:
    """Bring the database to what the content files say: new rows in, changed rows changed, rows that are gone ended.

    All or nothing; a set whose file is as it was is passed over. Raises ContentError with every fault of a file, KeyError
    if there is no set `only`.
    """
    today = today or timezone.localdate()
    sets = [found_set(only)] if only else list(found_sets().values())
    with transaction.atomic(), _collector_paused():
        _lock()
        known = LoadedSet.objects.in_bulk([found.code for found in sets])
        outcome = [_load(found, known.get(found.code), today) for found in sets]
    stamps.forget()
    return outcome


def _fingerprint(changes: Changes, since: dt.date, rows: Sequence[DatedRow]) -> str:
    """What is written and what it takes the place of: if either is another, a person must look again."""
    sha = hashlib.sha256(repr((since, sorted(changes.counts().items()))).encode())
    for before, _after in [*changes.changed, *changes.ended]:
        sha.update(repr(sorted(before.items(), key=lambda column: column[0])).encode())
    for row in rows:
        sha.update(repr([*row.row.__dict__.values()]).encode())
    return sha.hexdigest()


def _plan(set_code: str, rows: Sequence[TextRow], valid_from: dt.date, source: str) -> tuple[Target, Batch, UploadPlan]:
    found = found_set(set_code)
    target = target_of(found)
    good, faults = judge_upload(found, rows, since=valid_from, source=source)
    batch = Batch(
        found=found, rows=good, origin="upload", today=valid_from, since=valid_from, uploads=upload_days(set_code)
    )
    changes = target.plan(batch)
    plan = UploadPlan(
        set_code,
        found.manifest.title,
        valid_from,
        changes,
        tuple(faults),
        len(good),
        _fingerprint(changes, valid_from, good),
    )
    return target, batch, plan


def plan_upload(set_code: str, rows: Sequence[TextRow], valid_from: dt.date, source: str) -> UploadPlan:
    """What a list would do if it were in force from `valid_from` on: the dry run. Nothing is written.

    `rows` come from upload.map_columns; `source` is the document that the list belongs to. The list is the set's whole
    content from that day: whatever is in force and not on it ends. Raises KeyError if there is no such set.
    """
    return _plan(set_code, rows, valid_from, source)[2]


def _note_upload(plan: UploadPlan, source: str, filename: str, uploaded_by: str) -> Upload:
    counts = plan.changes.counts()
    del counts["held"]
    LoadedSet.objects.update_or_create(code=plan.set_code, defaults={"stamp": uuid.uuid4()})
    return Upload.objects.create(
        set_code=plan.set_code,
        valid_from=plan.since,
        source=source,
        filename=filename,
        row_count=plan.row_count,
        counts=counts,
        uploaded_by=uploaded_by,
        uploaded_at=timezone.now(),
    )


def _moved(changes: Changes) -> list[tuple[Row, Row]]:
    """The rows of the table that change, as (before, after)."""
    closed, replaced = getattr(changes, "closed", None), getattr(changes, "replaced", None)
    if closed is None or replaced is None:
        return [*changes.changed, *changes.ended]
    return [*closed, *replaced]


def apply_upload(
    set_code: str,
    rows: Sequence[TextRow],
    valid_from: dt.date,
    source: str,
    *,
    filename: str,
    uploaded_by: str,
    expected: str = "",
    audit: Callable[[Upload], None] | None = None,
) -> Upload:
    """Take a list: what `plan_upload` told is written, in one transaction with `audit`, which gets the upload's row.

    `expected`: the fingerprint of the plan that a person saw. Raises UploadHasFaults, UploadIsEmpty, ContentMoved (the
    outcome would be another than the one seen); then nothing is written.
    """
    with transaction.atomic():
        _lock()
        target, batch, plan = _plan(set_code, rows, valid_from, source)
        if plan.faults:
            raise UploadHasFaults(count=len({fault.line for fault in plan.faults}))
        if not plan.row_count:
            raise UploadIsEmpty
        if expected and expected != plan.fingerprint:
            raise ContentMoved
        target.apply(batch, plan.changes)
        upload = _note_upload(plan, source, filename, uploaded_by)
        _keep_history(set_code, _moved(plan.changes), upload)
        if audit is not None:
            audit(upload)
    stamps.forget()
    return upload
