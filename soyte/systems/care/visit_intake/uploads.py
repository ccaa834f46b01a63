"""Files and ZIPs that come by the browser: kept in a spool at once, received by a worker.

A worker receives what a facility handed in for a few seconds, then other facilities have their turn. How far it is stands in the
database: a run that was cut short goes on behind the last file that is told.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from time import monotonic
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils import timezone

from soyte.kernel.access.actor import actor_for
from soyte.kernel.actors import Acting
from soyte.kernel.errors import DomainError
from soyte.kernel.files.scratch import spool
from soyte.kernel.ids import uuid7
from soyte.kernel.jobs.models import Job
from soyte.kernel.jobs.services import put
from soyte.kernel.organisations.models import Unit
from soyte.kernel.sql import lock_number
from soyte.systems.care.visit_intake import zips
from soyte.systems.care.visit_intake.check.paths import plain_name
from soyte.systems.care.visit_intake.ingest.held import Source, SourceFault
from soyte.systems.care.visit_intake.ingest.judge import Knowledge
from soyte.systems.care.visit_intake.ingest.receipts import Outcome
from soyte.systems.care.visit_intake.ingest.receive import for_seconds, knowledge, receive, turn
from soyte.systems.care.visit_intake.models import Receipt, Upload, UploadedFile
from soyte.systems.care.visit_intake.services import sender_of
from soyte.systems.care.visit_intake.zips import ZipFault

RECEIVE = "visit_intake.receive_uploads"  # the job, see jobs.py
NO_RIGHT = "upload.no_right"  # rule code
SLICE_SECONDS = 5.0  # of one facility, then others have their turn
TOLD_FILES, TOLD_SECONDS = 100, 1.0  # how many files, and how long, before the page may show them
_STRAY_SECONDS = 24 * 3600
_BUSY = timedelta(seconds=1)  # when to look again at a facility that another worker is at


def keep(actor: Acting, *, unit: Unit, filename: str, chunks: Iterable[bytes], batch: UUID | None = None) -> Upload:
    """Keep an uploaded file and queue its receiving; `batch` is shared by files that were chosen together.

    Raises Refused, NoFacilityCode; OSError on a full disk.
    """
    sender_of(actor, unit=unit, channel=Receipt.Channel.UPLOAD)
    assert actor.account_id is not None
    name = f"{uuid7()}.upload"
    path = spool() / name
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
            for chunk in chunks:
                kept.write(chunk)
        with transaction.atomic():
            upload = Upload.objects.create(
                account_id=actor.account_id, unit=unit, filename=plain_name(filename), size=path.stat().st_size,
                spool=name, file_count=_file_count(path), received_at=timezone.now(), batch=batch,
            )  # fmt: skip
            _queue(unit.pk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return upload


def receive_waiting(unit_id: int, *, seconds: float = SLICE_SECONDS) -> None:
    """Receive what was handed in for a facility, in order: for `seconds`, then the rest is queued behind other facilities.

    One worker at a time does this for a facility. What fails does not hold up what was handed in after it; the first
    fault is raised at the end, so that the job is tried again.
    """
    with _alone(unit_id) as alone:
        if not alone:
            _queue(unit_id, run_at=timezone.now() + _BUSY)
            return
        faults = _receive_in_turn(unit_id, seconds)
        waiting = Upload.objects.filter(unit=unit_id, state=Upload.State.WAITING)
        if waiting.exclude(pk__in=faults).exists():
            _queue(unit_id)
    if faults:
        raise next(iter(faults.values()))


def _receive_in_turn(unit_id: int, seconds: float) -> dict[int, Exception]:
    """What could not be received for no fault of its own, by the upload's key."""
    end, faults, known = monotonic() + seconds, dict[int, Exception](), cache(knowledge)
    waiting = Upload.objects.filter(unit=unit_id, state=Upload.State.WAITING).select_related("account", "unit")
    for upload in waiting.order_by("id"):
        try:
            receive_kept(upload, seconds=max(0.0, end - monotonic()), known=known)
        except Exception as fault:
            faults[upload.pk] = fault
        if monotonic() > end:
            break
    return faults


def receive_kept(upload: Upload, *, seconds: float = SLICE_SECONDS, known: Callable[[], Knowledge] = knowledge) -> None:
    """Receive what an upload holds, by the right of who sent it, for `seconds`; it waits on while a rest is left.

    Files that an earlier run told of are left out. `known` gives the lists, which the uploads of one run share.
    """
    upload.refresh_from_db()
    if upload.state != Upload.State.WAITING:
        return
    path = spool() / upload.spool
    fault = ""
    try:
        if not _receive_slice(upload, path, seconds, cache(known)):
            return
    except ZipFault as error:
        fault = error.code
    except DomainError:  # who sent it may no longer send for this unit
        fault = NO_RIGHT
    upload.state = Upload.State.FAILED if fault else Upload.State.DONE
    upload.error, upload.finished_at = fault, timezone.now()
    upload.save(update_fields=["state", "error", "finished_at"])
    path.unlink(missing_ok=True)


def _queue(unit_id: int, *, run_at: datetime | None = None) -> None:
    """One waiting job for a facility, however much waits: facilities take turns, whoever handed in more."""
    put(RECEIVE, {"unit_id": unit_id}, key=str(unit_id), run_at=run_at)


@contextmanager
def _alone(unit_id: int) -> Iterator[bool]:
    """Whether nobody else works on a facility's uploads: of a worker that was cut off some last statement may still run."""
    key = [lock_number(f"uploads\x1f{unit_id}")]
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", key)
        locked = bool(cursor.fetchone()[0])
        try:
            yield locked
        finally:
            if locked and connection.is_usable():  # else the lock went with the connection
                cursor.execute("select pg_advisory_unlock(%s)", key)


def _receive_slice(upload: Upload, path: Path, seconds: float, known: Callable[[], Knowledge]) -> bool:
    """Receive files for so long, one at least; whether all are received now."""
    sender = sender_of(actor_for(upload.account), unit=upload.unit, channel=Receipt.Channel.UPLOAD)
    done = UploadedFile.objects.filter(upload=upload).count()
    with ExitStack() as stack:
        sources = _sources(upload, path, stack)
        for portion in _portions(
            receive(for_seconds(sources[done:], seconds), sender, stop=turn(seconds), known=known)
        ):
            _tell(upload, done, portion)
            done += len(portion)
    if done < len(sources):
        return False
    _tell_left_out(upload, path, after=len(sources))
    return True


def _portions(outcomes: Iterable[Outcome]) -> Iterator[list[Outcome]]:
    """Outcomes in lists that are told together: so many, or what came within a moment."""
    portion: list[Outcome] = []
    begun = monotonic()
    try:
        for outcome in outcomes:
            portion.append(outcome)
            if len(portion) >= TOLD_FILES or monotonic() - begun > TOLD_SECONDS:
                yield portion
                portion, begun = [], monotonic()
    except SourceFault:
        if portion:
            yield portion
        raise
    if portion:
        yield portion


def _tell(upload: Upload, done: int, portion: Sequence[Outcome]) -> None:
    """Files with their receipts. What an earlier run of this very upload received is no repetition."""
    asked = {told.receipt_id for told in portion if told.repeated}
    others = UploadedFile.objects.filter(receipt_id__in=asked).exclude(upload=upload, seq__gt=done)
    seen = set(others.values_list("receipt_id", flat=True)) if asked else set()
    rows = []
    for seq, told in enumerate(portion, start=done + 1):
        repeated = told.repeated and (told.received_at < upload.received_at or told.receipt_id in seen)
        seen.add(told.receipt_id)
        rows.append(UploadedFile(upload=upload, seq=seq, receipt_id=told.receipt_id,
                                 filename=plain_name(told.name), repeated=repeated))  # fmt: skip
    UploadedFile.objects.bulk_create(rows, ignore_conflicts=True)


def _tell_left_out(upload: Upload, path: Path, *, after: int) -> None:
    """The entries of a ZIP that were not opened: with a password, bombs, archives within it, other names than *.xml."""
    with path.open("rb") as file:
        if not zips.is_zip(file):
            return
        with zips.opened(file) as archive:
            left_out = zips.sorted_entries(archive).left_out
    rows = [
        UploadedFile(upload=upload, seq=seq, filename=plain_name(_entry_name(upload, entry)), skipped=code)
        for seq, (entry, code) in enumerate(left_out, start=after + 1)
    ]
    UploadedFile.objects.bulk_create(rows, ignore_conflicts=True)


def _entry_name(upload: Upload, entry: zipfile.ZipInfo) -> str:
    return f"{upload.filename}/{zips.name_of(entry)}"


def _file_count(path: Path) -> int | None:
    """How many files an upload will give; None for a ZIP that cannot be taken."""
    try:
        with path.open("rb") as file:
            if not zips.is_zip(file):
                return 1
            with zips.opened(file) as archive:
                found = zips.sorted_entries(archive)
    except ZipFault:
        return None
    return None if found.fault else len(found.taken)


def is_stalled(upload: Upload) -> bool:
    """Whether it waits and nobody will work on it: its job failed as often as a job may.

    Asked in one statement: an upload read before its job ended would seem to wait for a job that is no more.
    """
    if upload.state != Upload.State.WAITING:
        return False
    alive = Job.objects.filter(
        kind=RECEIVE, args__unit_id=upload.unit_id, state__in=[Job.State.WAITING, Job.State.RUNNING]
    )
    return Upload.objects.filter(~Exists(alive), pk=upload.pk, state=Upload.State.WAITING).exists()


def take_up() -> None:
    """Queue what waits and the queue knows nothing of: its job was one that only an earlier version knew.

    What failed as often as a job may waits for somebody to go on.
    """
    asked = Job.objects.filter(kind=RECEIVE, args=JSONObject(unit_id=OuterRef("unit_id")))
    known = asked.filter(
        Q(state__in=[Job.State.WAITING, Job.State.RUNNING])
        | Q(state=Job.State.FAILED, finished_at__gte=OuterRef("received_at"))
    )
    forgotten = Upload.objects.filter(~Exists(known), state=Upload.State.WAITING)
    for unit_id in forgotten.order_by().values_list("unit_id", flat=True).distinct():
        _queue(unit_id)


def resume(actor: Acting, upload: Upload) -> None:
    """Queue a stalled upload again, and what else its facility handed in. Raises Refused."""
    actor.require("visit_files.send", upload)
    _queue(upload.unit_id)


def sweep_spool(*, now: float) -> int:
    """Remove spooled files that no waiting upload owns and that are older than a day; returns how many."""
    owned = set(Upload.objects.filter(state=Upload.State.WAITING).values_list("spool", flat=True))
    stray = [
        path for path in spool().glob("*.upload")
        if path.name not in owned and now - path.stat().st_mtime > _STRAY_SECONDS
    ]  # fmt: skip
    for path in stray:
        path.unlink(missing_ok=True)
    return len(stray)


def _sources(upload: Upload, path: Path, stack: ExitStack) -> list[Source]:
    """The files of an upload. A ZIP is opened once, since each opening reads its whole list, and closed by `stack`."""
    file = stack.enter_context(path.open("rb"))
    if not zips.is_zip(file):
        return [Source(upload.filename, lambda: path.open("rb"))]
    archive = stack.enter_context(zips.opened(file))
    found = zips.sorted_entries(archive)
    if found.fault:
        raise ZipFault(found.fault)
    return [Source(_entry_name(upload, entry), partial(zips.unpacked, archive, entry)) for entry in found.taken]
