"""Files and ZIPs that come by the browser: kept in a spool at once, received by a worker.

A ZIP is opened entry by entry, in the order of names, under limits that a bomb meets long before the machine does.
"""

from __future__ import annotations

import lzma
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from soyte.kernel.access.actor import actor_for
from soyte.kernel.actors import Acting
from soyte.kernel.ids import uuid7
from soyte.kernel.jobs.services import put
from soyte.kernel.organisations.models import Unit
from soyte.systems.care.visit_intake.ingest.held import Source, SourceFault
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


def keep(actor: Acting, *, unit: Unit, filename: str, chunks: Iterable[bytes]) -> Upload:
    """Keep an uploaded file and queue its receiving. Raises Refused, NoFacilityCode; OSError on a full disk."""
    sender_of(actor, unit=unit, channel=Receipt.Channel.UPLOAD)
    assert actor.account_id is not None
    spool = f"{uuid7()}.upload"
    path = _spool() / spool
    try:
        with path.open("wb") as kept:
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
    actor = actor_for(upload.account)
    sender = sender_of(actor, unit=upload.unit, channel=Receipt.Channel.UPLOAD)
    fault = ""
    try:
        for seq, outcome in enumerate(receive(_sources(upload, path), sender), start=1):
            UploadedFile.objects.update_or_create(
                upload=upload, seq=seq,
                defaults={"receipt_id": outcome.receipt_id, "filename": outcome.name, "repeated": outcome.repeated},
            )  # fmt: skip
    except ZipFault as error:
        fault = error.code
    upload.state = Upload.State.FAILED if fault else Upload.State.DONE
    upload.error, upload.finished_at = fault, timezone.now()
    upload.save(update_fields=["state", "error", "finished_at"])
    path.unlink(missing_ok=True)


class ZipFault(SourceFault):
    """A ZIP that cannot be taken, or not to its end; `code` is a rule code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _spool() -> Path:
    folder = Path(settings.SOYTE_HOME) / "spool"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _sources(upload: Upload, path: Path) -> Iterator[Source]:
    if not zipfile.is_zipfile(path):
        yield Source(upload.filename, lambda: path.open("rb"))
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in zip_entries(archive):
                yield Source(f"{upload.filename}/{entry.filename}", partial(_unpacked, path, entry))
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


def _unpacked(path: Path, entry: zipfile.ZipInfo) -> BinaryIO:
    """An entry unpacked into a file without a name; never more of it than its header promised."""
    target = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - the caller closes it
    try:
        with zipfile.ZipFile(path) as archive, archive.open(entry) as packed:
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
