"""The watched folder: a file that a hospital's program drops there is received once it is whole.

A file is read when it has lain unchanged for a while, under a name that does not say it is being written. One that is cut
off in the middle is waited for longer, because a slow copy may only have stalled. What was received is moved below
`da-nhan` by the day of receipt; what could not be read at all is left where it lies.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
from django.conf import settings
from django.utils import timezone

from soyte.kernel.actors import Machine
from soyte.systems.care.visit_intake.check.paths import VisitFile, open_regular, printable, visit_files
from soyte.systems.care.visit_intake.ingest.held import Source
from soyte.systems.care.visit_intake.ingest.receipts import Outcome, Sender
from soyte.systems.care.visit_intake.ingest.receive import for_seconds, receive, turn
from soyte.systems.care.visit_intake.models import Receipt

log = structlog.get_logger(__name__)

RECEIVED = "da-nhan"
QUIET = timedelta(seconds=10)  # unchanged for so long: nobody is writing it
STALLED = timedelta(minutes=15)  # cut off and unchanged for so long: nobody will finish it
MOST_FILES = 2_000  # looked at in one run
SLICE_SECONDS = 5.0  # of one run, so that the worker's other work has its turn
_unreadable: set[Waiting] = set()  # by this process: left where they lie, and read again only when they change


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file of the folder as it was seen: it is received only if it is still the same afterwards."""

    path: str
    size: int
    changed_at: float
    inode: int


def receive_folder(folder: Path | None = None, *, now: float | None = None) -> list[Outcome]:
    """Receive what is whole in the watched folder, in the order of names; `now` is for tests."""
    root = folder or Path(settings.SOYTE_INBOX)
    root.mkdir(parents=True, exist_ok=True)
    moment = timezone.now().timestamp() if now is None else now
    ready = list(_ready(root, moment))[:MOST_FILES]
    if not ready:
        return []
    sender = Sender(Machine("watched folder"), Receipt.Channel.FOLDER, synthetic=settings.SOYTE_DEMO)
    sources = (Source(printable(os.path.relpath(each.path, root)), partial(open_regular, each.path)) for each in ready)
    outcomes = []
    for waiting, outcome in zip(
        ready, receive(for_seconds(sources, SLICE_SECONDS), sender, stop=turn(SLICE_SECONDS)), strict=False
    ):
        outcomes.append(outcome)
        if outcome.kind == Receipt.Kind.UNREADABLE:
            _unreadable.add(waiting)
        else:
            _put_away(root, waiting)
    return outcomes


def _ready(root: Path, now: float) -> Iterator[Waiting]:
    for entry in visit_files([str(root)]):
        if not isinstance(entry, VisitFile) or _is_put_away(root, entry.path) or _is_unfinished_name(entry.path):
            continue
        try:
            info = os.stat(entry.path, follow_symlinks=False)  # noqa: PTH116 - the path may hold bytes that are no text
        except OSError:
            continue  # taken away meanwhile
        waiting = Waiting(entry.path, info.st_size, info.st_mtime, info.st_ino)
        age = now - waiting.changed_at
        if waiting in _unreadable:
            continue
        if age >= STALLED.total_seconds() or (age >= QUIET.total_seconds() and _is_whole(waiting)):
            yield waiting


def _is_put_away(root: Path, path: str) -> bool:
    return Path(path).relative_to(root).parts[0] == RECEIVED


def _is_unfinished_name(path: str) -> bool:
    """Names that programs give to what they are still writing."""
    name = os.path.basename(path).lower()  # noqa: PTH119 - as above
    return name.startswith((".", "~")) or name.endswith((".tmp.xml", ".part.xml", ".partial.xml"))


def _is_whole(waiting: Waiting) -> bool:
    """Whether the file ends as an XML file does. A cheap look: the survey proves it later."""
    try:
        with open_regular(waiting.path) as stream:
            stream.seek(max(0, waiting.size - 64))
            return stream.read().rstrip(b"\0 \t\r\n").endswith((b">", b">\0"))
    except OSError:
        return False


def _put_away(root: Path, waiting: Waiting) -> None:
    """Move a received file out of the way, unless it is no longer the file that was received."""
    try:
        info = os.stat(waiting.path, follow_symlinks=False)  # noqa: PTH116 - as above
    except OSError:
        return
    if (info.st_size, info.st_mtime, info.st_ino) != (waiting.size, waiting.changed_at, waiting.inode):
        return
    target = root / RECEIVED / timezone.localdate().isoformat() / os.path.relpath(waiting.path, root)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(waiting.path, _free(target))  # noqa: PTH105 - as above
    except OSError as error:
        log.warning("received file could not be moved", error=type(error).__name__)


def _free(target: Path) -> Path:
    """The target, or the target with a number where that name is taken: nothing that was received is overwritten."""
    number = 1
    free = target
    while free.exists():
        number += 1
        free = target.with_name(f"{target.stem}-{number}{target.suffix}")
    return free
