"""What the pages of content ask: sets by their state, rows of a set in words, changes in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, Model, Q, QuerySet, TextField
from django.utils.translation import gettext as _

from soyte.kernel.content.manifest import FoundSet, found_set
from soyte.kernel.content.schemas import target_of
from soyte.kernel.content.selectors import ContentSet, content_sets
from soyte.kernel.content.targets import HeldRows
from soyte.kernel.content.upload import heading
from soyte.kernel.content.versions import Changes, Row
from soyte.kernel.organisations.services import EVER
from soyte.kernel.text import fold
from soyte.kernel.text.format import day

_PROVENANCE = {"source", "verified", "state", "origin"}
_NAMES = {"name", "name_en", "attrs"}
SAMPLE = 10


def found_or_none(set_code: str) -> FoundSet | None:
    try:
        return found_set(set_code)
    except KeyError:
        return None


def sets(*, on: dt.date, text: str = "", state: str = "") -> list[ContentSet]:
    """Sets by title; `state` is official, review (both as of a day), changed (a load would change them) or uploaded."""
    asked = fold(text)
    found = [one for one in content_sets() if asked in fold(f"{one.title} {one.code} {one.source}")]
    if state == "changed":
        return [one for one in found if would_change(one) or one.faults]
    if state == "uploaded":
        return [one for one in found if one.uploads]
    return [one for one in found if not state or _state(one, on) == state]


def _state(one: ContentSet, on: dt.date) -> str:
    return "official" if uploaded_since(one, on) else one.state


def uploaded_since(one: ContentSet, on: dt.date) -> dt.date | None:
    """The first day of the uploaded list that is in force on a day: it stands in the place of the shipped file."""
    return max((day for day in one.uploads if day <= on), default=None)


def would_change(one: ContentSet) -> bool:
    return any(one.changes[kind] for kind in ("new", "changed", "ended"))


# ---- rows of a set -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetRow:
    """One row of a set as its page shows it. `facts` are its own columns, (heading, value)."""

    code: str
    name: str
    facts: Sequence[tuple[str, str]]
    valid_from: dt.date | None
    valid_to: dt.date | None
    state: str
    origin: str
    source: str


def held(found: FoundSet) -> HeldRows:
    return target_of(found).held_rows(found.code)


def narrowed(rows: HeldRows, *, text: str = "", on: dt.date | None = None, state: str = "") -> QuerySet[Any]:
    """Rows by a part of their key or name, of a day, in a state."""
    found = rows.rows
    if text:
        part = fold(text)
        asked = Q(**{f"{rows.key[0]}__istartswith": text.strip()})
        if "name" in rows.facts:
            found = found.alias(folded=Func(F("name"), function="fold_vi", output_field=TextField()))
            asked |= Q(folded__contains=part)
        found = found.filter(asked)
    if on and rows.is_dated:
        begun, open_still = Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gt=on)
        found = found.filter(begun, open_still)
    elif on:
        found = found.filter(withdrawn=False)
    return found.filter(state=state) if state else found


def order(rows: HeldRows) -> list[str]:
    return [*rows.key, "id"]


def shown_rows(found: FoundSet, rows: HeldRows, page: Iterable[Model]) -> list[SetRow]:
    """A page of rows in words."""
    return [_shown(found, rows, {name: getattr(row, name, None) for name in _columns(rows)}) for row in page]


def _columns(rows: HeldRows) -> list[str]:
    dates = ("valid_from", "valid_to") if rows.is_dated else ("withdrawn",)
    return [*rows.key, *rows.facts, *dates, "origin", "source"]


def _shown(found: FoundSet, rows: HeldRows, values: Mapping[str, Any]) -> SetRow:
    return SetRow(
        code=" → ".join(_plain(values[name]) for name in rows.key),
        name=str(values.get("name") or ""),
        facts=[(heading(found, name), _said(rows, name, value)) for name, value in _own(rows, values)],
        valid_from=None if values.get("valid_from") == EVER else values.get("valid_from"),
        valid_to=values.get("valid_to"),
        state=str(values.get("state") or ""),
        origin=str(values.get("origin") or ""),
        source=str(values.get("source") or ""),
    )


def _own(rows: HeldRows, values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The set's own columns that say something: those of its table and those among its attributes."""
    columns = [(name, values[name]) for name in rows.facts if name not in _PROVENANCE | _NAMES]
    attrs = values.get("attrs") or {}
    return [(name, value) for name, value in [*columns, *attrs.items()] if value not in (None, "", [])]


def _said(rows: HeldRows, name: str, value: Any) -> str:
    """A value in words: of a column with choices the chosen one's title."""
    columns = {column.name: column for column in rows.rows.model._meta.concrete_fields}
    choices = dict(columns[name].flatchoices) if name in columns else {}
    return str(choices[value]) if value in choices else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, dt.date):
        return day(value)
    return "" if value is None else str(value)


# ---- changes -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that changes: which, and per column what it says now and what it will say."""

    code: str
    name: str
    steps: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Samples:
    """The first rows of each kind of change, in words; the counts are of all."""

    new: Sequence[tuple[str, str]]
    changed: Sequence[ChangedRow]
    ended: Sequence[tuple[str, str]]
    counts: Mapping[str, int]


def samples(found: FoundSet, changes: Changes, *, size: int = SAMPLE) -> Samples:
    rows = held(found)
    return Samples(
        new=[_named(rows, row) for row in changes.new[:size]],
        changed=[_changed(found, rows, before, after) for before, after in changes.changed[:size]],
        ended=[_named(rows, before) for before, _after in changes.ended[:size]],
        counts=changes.counts(),
    )


def _named(rows: HeldRows, row: Row) -> tuple[str, str]:
    return " → ".join(_plain(row.get(name)) for name in rows.key), str(row.get("name") or "")


def _changed(found: FoundSet, rows: HeldRows, before: Row, after: Row) -> ChangedRow:
    code, name = _named(rows, before)
    was, will = _flat(rows, before), _flat(rows, after)
    said = ((one, _said(rows, one, was.get(one)), _said(rows, one, will.get(one))) for one in {**was, **will})
    steps = [
        (heading(found, one), before_said, after_said)
        for one, before_said, after_said in said
        if before_said != after_said
    ]
    return ChangedRow(code, name, steps)


def _flat(rows: HeldRows, row: Row) -> dict[str, Any]:
    """A row's columns with its attributes beside them; where it was read and its key say nothing about a change."""
    facts = {name: row.get(name) for name in rows.facts if name != "attrs" and name not in _PROVENANCE}
    return {**facts, **(row.get("attrs") or {})}
