"""Content rows in a table of ours: read what is held, write what a plan says, set-based."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from soyte.kernel.content.rows import ContentRow, DatedRow
from soyte.kernel.content.targets import Batch, HeldRows
from soyte.kernel.content.versions import (
    Changes,
    Row,
    Shape,
    UploadChanges,
    overlapping,
    plan_facts,
    plan_file,
    plan_upload,
)

Columns = dict[str, Any]


def copy_rows(
    table: str, rows: Iterable[Row], *, columns: Sequence[str], as_json: frozenset[str] = frozenset()
) -> None:
    """COPY the named columns of rows into a table, those of `as_json` as JSON."""
    names = ", ".join(f'"{column}"' for column in columns)
    marked = [(column, column in as_json) for column in columns]
    with connection.cursor() as cursor, cursor.copy(f'copy "{table}" ({names}) from stdin') as copy:
        for row in rows:
            copy.write_row([_json(row[column]) if is_json else row[column] for column, is_json in marked])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)


class TableTarget:
    """A table whose rows are content.

    `model` has the columns of `key` and `facts`, `origin` and an `id`; with `is_dated` also valid_from and valid_to, else
    `withdrawn`. `scope(set_code)` gives the columns and values that mark the rows of one set, `columns(row)` the rest.
    `exclusion` names the table's deferrable constraint against overlapping rows, which is judged when all rows are moved.
    """

    def __init__(
        self,
        model: type[models.Model],
        *,
        row: type[ContentRow],
        key: Sequence[str],
        facts: Sequence[str],
        scope: Callable[[str], Columns],
        columns: Callable[[DatedRow], Columns],
        is_dated: bool = True,
        exclusion: str = "",
    ) -> None:
        self.model = model
        self._exclusion = exclusion
        self.row = row
        self.shape = Shape(tuple(key), tuple(facts))
        self.is_dated = is_dated
        self._scope = scope
        self._columns = columns
        self._own = ("valid_from", "valid_to", "origin") if is_dated else ("withdrawn", "origin")
        fields = {f.attname: f for f in model._meta.concrete_fields}
        self._json = frozenset(name for name, f in fields.items() if isinstance(f, models.JSONField))

    @property
    def _stored(self) -> list[str]:
        names = [*self.shape.key, *self.shape.facts, *self._own]
        return list(dict.fromkeys(names))

    def _wanted(self, batch: Batch) -> list[Row]:
        scope = self._scope(batch.set_code)
        rows = []
        for row in batch.rows:
            columns = {**scope, **self._columns(row), "origin": batch.origin}
            if self.is_dated:
                columns |= {"valid_from": row.valid_from, "valid_to": row.valid_to}
            else:
                columns["withdrawn"] = False
            rows.append(columns)
        return rows

    def _held(self, batch: Batch) -> list[Row]:
        held = self.model._default_manager.filter(**self._scope(batch.set_code))
        return list(held.values("id", *self._scope(batch.set_code), *self._stored))

    def held_rows(self, set_code: str) -> HeldRows:
        scope = self._scope(set_code)
        key = tuple(name for name in self.shape.key if name not in scope)
        return HeldRows(self.model._default_manager.filter(**scope), key, self.shape.facts, self.is_dated)

    def overlapping(self, batch: Batch) -> list[tuple[Row, Row]]:
        """Judged by the columns of the key that a row of the file has; rows without dates hold on every day."""
        named = [name for name in self.shape.key if name in self.row.model_fields]
        rows = []
        for row in batch.rows:
            dates = (row.valid_from, row.valid_to) if self.is_dated else (None, None)
            key = {name: getattr(row.row, name) for name in named}
            rows.append({**key, "valid_from": dates[0], "valid_to": dates[1]})
        return overlapping(rows, Shape(tuple(named), ()))

    def plan(self, batch: Batch) -> Changes:
        wanted, held = self._wanted(batch), self._held(batch)
        if not self.is_dated:
            whole = batch.origin == "file"
            return plan_facts(held, wanted, self.shape, origin=batch.origin, whole=whole, withdraw=_withdrawn)
        if batch.since is not None:
            return plan_upload(held, wanted, self.shape, since=batch.since, uploads=batch.uploads)
        return plan_file(held, wanted, self.shape, uploads=batch.uploads, today=batch.today)

    def apply(self, batch: Batch, changes: Changes) -> None:
        if isinstance(changes, UploadChanges):
            self._update([after for _, after in [*changes.closed, *changes.replaced]])
            self._insert(changes.written)
            return
        self._update([after for _, after in [*changes.ended, *changes.changed]])
        self._insert(changes.new)

    def _insert(self, rows: Sequence[Row]) -> None:
        if rows:
            copy_rows(self.model._meta.db_table, rows, columns=[*rows[0]], as_json=self._json)

    def _update(self, rows: Sequence[Row]) -> None:
        """Write rows that are there already, by their id, in one statement."""
        if not rows:
            return
        table, columns = self.model._meta.db_table, self._stored
        sets = ", ".join(f'"{column}" = moved."{column}"' for column in columns)
        with connection.cursor() as cursor:
            cursor.execute("drop table if exists moved")
            cursor.execute(f'create temporary table moved on commit drop as select * from "{table}" limit 0')
            copy_rows("moved", rows, columns=["id", *columns], as_json=self._json)
            if self._exclusion:
                cursor.execute(f'set constraints "{self._exclusion}" deferred')
            cursor.execute(f'update "{table}" set {sets} from moved where moved.id = "{table}".id')
            cursor.execute("drop table moved")
            if self._exclusion:
                cursor.execute(f'set constraints "{self._exclusion}" immediate')


def _withdrawn(row: Row) -> Row:
    return {**row, "withdrawn": True}
