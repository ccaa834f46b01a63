"""Set-based SQL beside the ORM: what a cursor is, and locks that cannot deadlock among themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any, Protocol


class SqlCursor(Protocol):
    """Django's cursor or psycopg's own."""

    def execute(self, query: Any, params: Any = None, /) -> Any: ...
    def fetchall(self) -> list[Any]: ...


def lock_number(key: str) -> int:
    """The 64-bit signed number under which PostgreSQL locks `key`."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), signed=True)


def advisory_lock_many(cursor: SqlCursor, keys: Iterable[str]) -> None:
    """Hold the locks of all `keys` until the transaction ends.

    They are taken in one order by everybody, so two transactions that each lock once never wait for each other in a
    circle: collect the keys of all that a transaction will touch and call this once, before its first read.
    """
    numbers = sorted({lock_number(key) for key in keys})
    if numbers:
        cursor.execute("select count(pg_advisory_xact_lock(number)) from unnest(%s::bigint[]) number", [numbers])


def columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows turned into `width` arrays, the form that unnest() takes; empty arrays for no rows."""
    turned = [list(column) for column in zip(*rows, strict=True)]
    return turned or [[] for _column in range(width)]
