"""Whether what a process keeps in memory of a content set is still what the database holds.

Reading a stamp costs a query once a second at most, on the raw connection, so that it is no part of the page that happens
to ask. A process that changes content itself forgets at once.
"""

from __future__ import annotations

import time
import uuid
from threading import Lock

from django.db import connection
from psycopg.errors import InFailedSqlTransaction

SECONDS = 1.0

_lock = Lock()
_stamps: dict[str, uuid.UUID] = {}
_read_at = float("-inf")
_may_roll_back = False


def _read() -> dict[str, uuid.UUID] | None:
    """Every set's stamp; None when the caller's transaction has failed and can answer nothing any more."""
    connection.ensure_connection()
    try:
        return dict(connection.connection.execute("select code, stamp from content_loadedset").fetchall())
    except InFailedSqlTransaction:
        return None


def stamp(code: str) -> uuid.UUID | None:
    """The stamp of a set; None if this database never loaded it."""
    global _stamps, _read_at
    with _lock:
        now = time.monotonic()
        if now - _read_at >= SECONDS or (_may_roll_back and connection.in_atomic_block):
            read = _read()
            if read is not None:
                _stamps, _read_at = read, now
        return _stamps.get(code)


def forget() -> None:
    """Content was changed by this process: ask the database next time; every time while the change may be rolled back."""
    global _read_at, _may_roll_back
    with _lock:
        _read_at = float("-inf")
        _may_roll_back = connection.in_atomic_block
