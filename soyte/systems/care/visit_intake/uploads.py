"""Files and ZIPs that come by the browser: kept in a spool at once, received by a worker.

A ZIP is opened entry by entry, in the order of names, under limits that a bomb meets long before the machine does.
"""

from __future__ import annotations

import lzma
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from soyte.kernel.access.actor import actor_for
from soyte.kernel.actors import Acting
from soyte.kernel.errors import DomainError
from soyte.kernel.ids import uuid7
from soyte.kernel.jobs.models import Job
from soyte.kernel.jobs.services import put
from soyte.kernel.organisations.models import Unit
from soyte.systems.care.visit_intake.ingest.held import Source, SourceFault
from soyte.systems.care.visit_intake.ingest.receipts import Outcome
from soyte.systems.care.visit_intake.ingest.receive import receive
from soyte.systems.care.visit_intake.models import Receipt, Upload, UploadedFile
from soyte.systems.care.visit_intake.services import sender_of

RECEIVE = "visit_intake.receive_upload"  # the job, see jobs.py
MOST_ENTRIES = 20_000
MOST_BYTES = 4 << 30  # of all entries together, unpacked
MOST_RATIO = 200  # of one entry: base64 of visits packs to about a quarter
_SMALL = 1 << 20  # below which the ratio says nothing
_CHUNK = 1 << 20
# Rule codes of what is wrong with a ZIP.
BAD_ZIP, TOO_MANY, TOO_LARGE, BOMB, ENCRYPTED = "zip.unreadable", "zip.entries", "zip.size", "zip.bomb", "zip.encrypted"
NESTED, OTHER_NAME, NO_RIGHT = "zip.nested", "path.other_name", "upload.no_right"
_ARCHIVES = (".zip", ".gz", ".tgz", ".7z", ".rar", ".tar", ".bz2", ".xz", ".zst", ".jar")
_STRAY_SECONDS = 24 * 3600


def keep(actor: Acting, *, unit: Unit, filename: str, chunks: Iterable[bytes]) -> Upload:
    """Keep an uploaded file and queue its receiving. Raises Refused, NoFacilityCode; OSError on a full disk."""
    sender_of(actor, unit=unit, channel=Receipt.Channel.UPLOAD)
    assert actor.account_id is not None
    spool = f"{uuid7()}.upload"
    path = _spool() / spool
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
            for chunk in chunks:
                kept.write(chunk)
        with transaction.atomic():
            upload = Upload.objects.create(
                account_id=actor.account_id, unit=unit, filename=filename, size=path.stat().st_size, spool=spool,
                received_at=timezone.now(),
            )  # fmt: skip
            put(RECEIVE, {"upload_id": upload.pk}, key=str(upload.pk))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return upload


def receive_kept(upload: Upload) -> None:
    """Receive what an upload holds, by the right of who sent it. May be run again after it was cut short."""
    if upload.state != Upload.State.WAITING:
        return
    path = _spool() / upload.spool
    fault = ""
    try:
        sender = sender_of(actor_for(upload.account), unit=upload.unit, channel=Receipt.Channel.UPLOAD)
        last = 0
        with ExitStack() as opened:
            for last, outcome in enumerate(receive(_sources(upload, path, opened), sender), start=1):
                _note(upload, last, outcome)
        _note_left_out(upload, path, after=last)
    except ZipFault as error:
        fault = error.code
    except DomainError:  # who sent it may no longer send for this unit
        fault = NO_RIGHT
    upload.state = Upload.State.FAILED if fault else Upload.State.DONE
    upload.error, upload.finished_at = fault, timezone.now()
    upload.save(update_fields=["state", "error", "finished_at"])
    path.unlink(missing_ok=True)


def _note(upload: Upload, seq: int, outcome: Outcome) -> None:
    """A file with its receipt. What an earlier run of this very upload received is no repetition."""
    elsewhere = UploadedFile.objects.filter(receipt_id=outcome.receipt_id).exclude(upload=upload, seq__gte=seq)
    repeated = outcome.repeated and (outcome.received_at < upload.received_at or elsewhere.exists())
    told = {"receipt_id": outcome.receipt_id, "filename": outcome.name, "repeated": repeated}
    UploadedFile.objects.get_or_create(upload=upload, seq=seq, defaults=told)


def _note_left_out(upload: Upload, path: Path, *, after: int) -> None:
    """The entries of a ZIP that were not opened: archives within it, and other names than *.xml."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for seq, entry in enumerate(left_out(archive), start=after + 1):
            code = NESTED if is_archive(entry.filename) else OTHER_NAME
            told = {"filename": f"{upload.filename}/{entry.filename}", "skipped": code}
            UploadedFile.objects.get_or_create(upload=upload, seq=seq, defaults=told)


def expected_files(upload: Upload) -> int | None:
    """How many files an upload that waits will give; None where its spool cannot be read or is no more there."""
    path = _spool() / upload.spool
    try:
        if not zipfile.is_zipfile(path):
            return 1 if path.exists() else None
        with zipfile.ZipFile(path) as archive:
            return len(zip_entries(archive))
    except (ZipFault, zipfile.BadZipFile, OSError):
        return None


def is_stalled(upload: Upload) -> bool:
    """Whether it waits and nobody will work on it: its job failed as often as a job may."""
    if upload.state != Upload.State.WAITING:
        return False
    alive = [Job.State.WAITING, Job.State.RUNNING]
    return not Job.objects.filter(kind=RECEIVE, args__upload_id=upload.pk, state__in=alive).exists()


def resume(actor: Acting, upload: Upload) -> None:
    """Queue a stalled upload again. Raises Refused."""
    actor.require("visit_files.send", upload)
    put(RECEIVE, {"upload_id": upload.pk}, key=str(upload.pk))


def sweep_spool(*, now: float) -> int:
    """Remove spooled files that no waiting upload owns and that are older than a day; returns how many."""
    owned = set(Upload.objects.filter(state=Upload.State.WAITING).values_list("spool", flat=True))
    stray = [
        path for path in _spool().glob("*.upload")
        if path.name not in owned and now - path.stat().st_mtime > _STRAY_SECONDS
    ]  # fmt: skip
    for path in stray:
        path.unlink(missing_ok=True)
    return len(stray)


class ZipFault(SourceFault):
    """A ZIP that cannot be taken, or not to its end; `code` is a rule code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _spool() -> Path:
    folder = Path(settings.SOYTE_HOME) / "spool"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _sources(upload: Upload, path: Path, opened: ExitStack) -> Iterator[Source]:
    """The files of an upload. A ZIP is opened once, since each opening reads its whole list, and stays so in `opened`."""
    if not zipfile.is_zipfile(path):
        yield Source(upload.filename, lambda: path.open("rb"))
        return
    try:
        archive = opened.enter_context(zipfile.ZipFile(path))
        for entry in zip_entries(archive):
            yield Source(f"{upload.filename}/{entry.filename}", partial(_unpacked, archive, entry))
    except zipfile.BadZipFile:
        raise ZipFault(BAD_ZIP) from None


def zip_entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The visit files of a ZIP in the order of their names. Raises ZipFault where the ZIP breaks a limit."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and entry.filename.lower().endswith(".xml")]
    if len(archive.infolist()) > MOST_ENTRIES:
        raise ZipFault(TOO_MANY)
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise ZipFault(TOO_LARGE)
    if any(entry.file_size > _SMALL and entry.file_size > MOST_RATIO * entry.compress_size for entry in entries):
        raise ZipFault(BOMB)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise ZipFault(ENCRYPTED)
    return sorted(entries, key=lambda entry: entry.filename)


def left_out(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The entries of a ZIP that are no visit files, by name."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    return sorted((e for e in entries if not e.filename.lower().endswith(".xml")), key=lambda entry: entry.filename)


def is_archive(name: str) -> bool:
    return name.lower().endswith(_ARCHIVES)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> BinaryIO:
    """An entry unpacked into a file without a name; never more of it than its header promised."""
    target = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - the caller closes it
    try:
        with archive.open(entry) as packed:
            left = entry.file_size
            while chunk := packed.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise ZipFault(BOMB)
                target.write(chunk)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, zlib.error, lzma.LZMAError):
        target.close()
        raise ZipFault(BAD_ZIP) from None
    target.seek(0, os.SEEK_SET)
    return target
