"""Files between their dry run and the confirmation: kept on the server under a token that nobody guesses.

    SOYTE_HOME/spool/lists/<token>/{list, trial.json}

The browser never holds the list itself, so what is confirmed is what was tried. Whoever tried it confirms it; a day later
the file is gone.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from django.conf import settings
from django.utils import timezone

KEPT = dt.timedelta(days=1)
_TOKEN = re.compile(r"[0-9A-Za-z_-]{20,60}")


@dataclass(frozen=True, slots=True)
class Trial:
    """An official list that waits for its confirmation. `upload_id`: what it became once it was taken."""

    set_code: str
    valid_from: str
    source: str
    filename: str
    account_id: int
    upload_id: int | None = None

    @property
    def since(self) -> dt.date:
        return dt.date.fromisoformat(self.valid_from)


def _folder() -> Path:
    folder = Path(settings.SOYTE_HOME) / "spool" / "lists"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep(trial: Trial, content: bytes) -> str:
    """Keep a list; returns its token."""
    forget(before=timezone.now() - KEPT)
    token = secrets.token_urlsafe(24)
    place = _folder() / token
    place.mkdir(mode=0o700)
    (place / "list").write_bytes(content)
    _write(place, trial)
    return token


def _write(place: Path, trial: Trial) -> None:
    part = place / "trial.part"
    part.write_text(json.dumps(asdict(trial), ensure_ascii=False), encoding="utf-8")
    part.replace(place / "trial.json")


def find(token: str, *, account_id: int | None) -> Trial | None:
    """The trial of a token, for whoever made it; None where it is somebody else's, or no more there."""
    if not _TOKEN.fullmatch(token):
        return None
    try:
        trial = Trial(**json.loads((_folder() / token / "trial.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    return trial if trial.account_id == account_id else None


def content(token: str) -> bytes:
    """The bytes of a list whose trial `find` gave. Raises FileNotFoundError once it was taken."""
    return (_folder() / token / "list").read_bytes()


@contextmanager
def confirming(token: str) -> Iterator[None]:
    """Two confirmations of one list wait for each other, in all processes of the machine."""
    with (_folder() / token / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def note_taken(token: str, trial: Trial, upload_id: int) -> None:
    """The list was taken: only what it became is kept."""
    place = _folder() / token
    _write(place, replace(trial, upload_id=upload_id))
    (place / "list").unlink(missing_ok=True)


def drop(token: str) -> None:
    shutil.rmtree(_folder() / token, ignore_errors=True)


def forget(*, before: dt.datetime) -> int:
    """Drop the trials that were made before a moment. Returns how many."""
    old = [place for place in _folder().iterdir() if place.stat().st_mtime < before.timestamp()]
    for place in old:
        shutil.rmtree(place, ignore_errors=True)
    return len(old)
