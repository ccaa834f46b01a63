"""Set-based SQL beside the ORM: what a cursor is, reading, and locks that cannot deadlock among themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import starmap
from typing import Any, Protocol, TypeVar

import psycopg
from django.db import connection
from django.db.models import BooleanField, Expression, F
from django.db.models.sql.compiler import SQLCompiler

Shape = TypeVar("Shape")
# Django's own reads an instant as one of UTC in Python, psycopg's as fast as a number; the connection's zone is UTC.
_INSTANT = psycopg.adapters.get_loader(psycopg.adapters.types["timestamptz"].oid, psycopg.pq.Format.TEXT)
_NAMED = re.compile(r"%\((\w+)\)s")


class SqlCursor(Protocol):
    """Django's cursor or psycopg's own."""

    def execute(self, query: Any, params: Any = None, /) -> Any: ...
    def fetchall(self) -> list[Any]: ...


def read(shape: Callable[..., Shape], statement: str, values: Mapping[str, Any] | Sequence[Any]) -> list[Shape]:
    """The rows of a statement; `shape` takes the columns in their order. For a page that asks so much that what the ORM
    needs to write each question would take longer than the answers."""
    with connection.cursor() as cursor:
        cursor.cursor.adapters.register_loader("timestamptz", _INSTANT)
        cursor.execute(statement, values)
        return list(starmap(shape, cursor.fetchall()))


class Condition(Expression):
    """A condition of an ORM query in SQL that the ORM could only write at length: `filter(Condition(…))`.

    In `statement` {0}, {1} … stand for `columns`, paths from the row that is asked about, and %(name)s for `values`.
    """

    output_field = BooleanField()

    def __init__(self, statement: str, columns: Sequence[str], values: Mapping[str, Any]) -> None:
        super().__init__()
        self.statement, self.values = statement, values
        self.columns: list[Any] = [F(path) for path in columns]

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.columns = list(exprs)

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        written = self.statement.format(*(compiler.compile(column)[0] for column in self.columns))
        return _NAMED.sub("%s", written), tuple(self.values[name] for name in _NAMED.findall(written))


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
