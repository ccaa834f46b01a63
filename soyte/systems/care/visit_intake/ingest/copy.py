"""Writing rows of the record with COPY: one statement for each table and batch.

Measured on rows of this width COPY takes half the time of INSERT ... SELECT unnest(), which was quicker on narrow ones
(docs/decisions/0007-ingest-by-copy.md).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import psycopg
from django.apps import apps
from django.db import connection, models, transaction
from psycopg import sql
from psycopg.adapt import Dumper

from soyte.clinical.lines import LabelledSections, LabelledText


class _ArrayDumper(Dumper):
    """A list as the text of a one-dimensional array, whose type the statement names.

    psycopg's own looks for the dumper of each member, which for the arrays of a batch took a tenth of its time.
    """

    oid = 0

    def dump(self, obj: Sequence[Any]) -> bytes:
        return f"{{{','.join(map(_member, obj))}}}".encode()


def _member(value: Any) -> str:
    if value is None:
        return "NULL"
    text = str(value)
    if isinstance(value, str):
        text = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{text}"'


@contextlib.contextmanager
def one_transaction(*, durable: bool = True) -> Iterator[psycopg.Cursor[Any]]:
    """A transaction with psycopg's own cursor on Django's connection.

    Parameters are bound by the server, in binary where asked for: Django's cursor would write each array of texts and
    bytes into the query. Errors are Django's.

    `durable=False` does not wait for the disk at its end. What a crash of the server may then lose is the end of its log: a
    later durable transaction, seen to be committed, says that this one is on the disk, too.
    """
    with transaction.atomic():
        connection.ensure_connection()
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            cursor.adapters.register_dumper(list, _ArrayDumper)
            if not durable:
                cursor.execute("set local synchronous_commit = off")
            yield cursor


class TableWriter:
    """How rows of one model, given as columns by name, become lines of COPY."""

    def __init__(self, label: str, *, own_ids: bool) -> None:
        model = apps.get_model(label)
        fields: list[models.Field[Any, Any]] = [
            field
            for field in model._meta.concrete_fields
            if (own_ids or not isinstance(field, models.BigAutoField))
            and not (field.has_db_default() or field.generated)
        ]
        self.columns: tuple[str, ...] = tuple(str(field.column) for field in fields)
        self._defaults = {str(field.column): _default(field) for field in fields}
        self._pick = itemgetter(*self.columns)
        self._documents = tuple(str(field.column) for field in fields if isinstance(field, models.JSONField))
        self._texts = frozenset(str(field.column) for field in fields if isinstance(field, LabelledText))
        self._sections = frozenset(str(field.column) for field in fields if isinstance(field, LabelledSections))
        names = sql.SQL(", ").join(sql.Identifier(column) for column in self.columns)
        self._copy = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(model._meta.db_table), names)

    def seal(self, row: dict[str, Any], seal: Callable[[str], str]) -> None:
        """Encrypt the texts of a row of a labelled visit in place."""
        for column in self._texts & row.keys():
            if row[column]:
                row[column] = seal(row[column])
        for column in self._sections & row.keys():
            row[column] = {name: seal(text) for name, text in row[column].items()}

    def values(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """One line of COPY: the row's columns in order, missing ones by their default."""
        whole = {**self._defaults, **row}
        for column in self._documents:
            whole[column] = json.dumps(whole[column], ensure_ascii=False)
        picked: tuple[Any, ...] = self._pick(whole)
        return picked

    def write(self, cursor: Any, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add the rows in the current transaction."""
        with cursor.copy(self._copy) as copy:
            write, values = copy.write_row, self.values
            for row in rows:
                write(values(row))


@cache
def table_writer(label: str, *, own_ids: bool = False) -> TableWriter:
    """The writer of a model. `own_ids`: the rows bring their bigint keys (taken by `take_ids`)."""
    return TableWriter(label, own_ids=own_ids)


def take_ids(cursor: Any, label: str, count: int) -> list[int]:
    """`count` new bigint keys of a table, in growing order, so that rows can point to each other before any is written."""
    if not count:
        return []
    table = apps.get_model(label)._meta.db_table
    cursor.execute("select nextval(%s::regclass) from generate_series(1, %s)", [f"{table}_id_seq", count])
    return [row[0] for row in cursor.fetchall()]


def _default(field: models.Field[Any, Any]) -> Any:
    return field.get_default() if field.has_default() else None
