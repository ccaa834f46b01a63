"""How a table of dated rows moves from what it holds to what a file or an uploaded list says. Pure: no database.

Rows are dictionaries of columns. A dated row has valid_from and valid_to (half open, None = open) and an origin, `file` or
`upload`. Nothing is deleted: a row ends, and one that should never have been ends on the day on which it began (it is
valid on no day).

A file describes a set for all time. An uploaded list is the set's whole content from a day on: what was in force on that
day and is not on the list ends there, and from the first uploaded day on the file has no say any more.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
Key = tuple[Any, ...]

_FIRST = dt.date.min
_LAST = dt.date.max


@dataclass(frozen=True, slots=True)
class Shape:
    """`key`: the columns that name a thing (dates apart); `facts`: the columns that a new version may change, of which
    `provenance` says only where the others were read."""

    key: tuple[str, ...]
    facts: tuple[str, ...]
    provenance: tuple[str, ...] = ("source", "verified", "state")

    def key_of(self, row: Row) -> Key:
        return tuple(row[column] for column in self.key)

    def differ(self, one: Row, other: Row) -> bool:
        return any(one[column] != other[column] for column in self.facts)

    def mean_otherwise(self, one: Row, other: Row) -> bool:
        """Whether two rows say different things, wherever they were read."""
        return any(one[column] != other[column] for column in self.facts if column not in self.provenance)


@dataclass(slots=True)
class Changes:
    """What would be written. `changed` and `ended` are (row as it is, row as it will be); `held` counts rows of the file
    that an uploaded list overrules."""

    new: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, Row]] = field(default_factory=list)
    ended: list[tuple[Row, Row]] = field(default_factory=list)
    unchanged: int = 0
    held: int = 0

    @property
    def any(self) -> bool:
        return bool(self.new or self.changed or self.ended)

    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "ended": len(self.ended),
            "unchanged": self.unchanged,
            "held": self.held,
        }


def begins(row: Row) -> dt.date:
    return row["valid_from"] or _FIRST


def ends(row: Row) -> dt.date:
    """The first day on which the row is no longer in force; the last day of all days for an open one."""
    return row["valid_to"] or _LAST


def overlap(one: Row, other: Row) -> bool:
    """Whether some day is in both; a row of no day overlaps nothing."""
    return max(begins(one), begins(other)) < min(ends(one), ends(other))


def overlapping(rows: Iterable[Row], shape: Shape) -> list[tuple[Row, Row]]:
    """Pairs of rows of one key that are in force on the same day."""
    pairs = []
    for same in (same for same in _by_key(rows, shape).values() if len(same) > 1):
        ordered = sorted((row for row in same if begins(row) < ends(row)), key=begins)
        pairs += [(a, b) for a, b in itertools.pairwise(ordered) if overlap(a, b)]
    return pairs


def _by_key(rows: Iterable[Row], shape: Shape) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[shape.key_of(row)].append(row)
    return found


def _ended(row: Row, on: dt.date) -> Row:
    """The row ended on a day; a row that begins later is valid on no day. A row of all time ends at the day at the latest."""
    start = row["valid_from"]
    return {**row, "valid_to": start if start and start > on else on}


def _before_uploads(wanted: Sequence[Row], uploads: Sequence[dt.date]) -> tuple[list[Row], int]:
    """The file's rows as far as no uploaded list covers them, and how many are overruled altogether."""
    if not uploads:
        return list(wanted), 0
    first = min(uploads)
    kept = [{**row, "valid_to": min(ends(row), first)} for row in wanted if begins(row) < first]
    return kept, len(wanted) - len(kept)


def _end_leftover(row: Row, wanted: Sequence[Row], today: dt.date) -> Row | None:
    """A row that its file no longer has: it ends where a row of the file takes over, at the latest today."""
    rivals = [begins(other) for other in wanted if overlap(row, other)]
    on = min([*rivals, today]) if rivals else today
    if not rivals and ends(row) <= today:
        return None
    after = _ended(row, max(on, begins(row)))
    return after if after["valid_to"] != row["valid_to"] else None


def plan_file(
    held: Sequence[Row], wanted: Sequence[Row], shape: Shape, *, uploads: Sequence[dt.date] = (), today: dt.date
) -> Changes:
    """From the rows that the table holds to those of a file. `uploads`: the days from which uploaded lists are in force."""
    changes = Changes()
    wanted, changes.held = _before_uploads(wanted, uploads)
    ours = {(shape.key_of(row), row["valid_from"]): row for row in held if row["origin"] == "file"}
    for row in wanted:
        known = ours.pop((shape.key_of(row), row["valid_from"]), None)
        if known is None:
            changes.new.append(row)
        elif shape.differ(known, row) or known["valid_to"] != row["valid_to"]:
            changes.changed.append((known, {**known, **row}))
        else:
            changes.unchanged += 1
    rivals = _by_key(wanted, shape) if ours else {}
    for (key, _), row in ours.items():
        after = _end_leftover(row, rivals.get(key, ()), today)
        if after is not None:
            changes.ended.append((row, after))
    return changes


@dataclass(slots=True)
class UploadChanges(Changes):
    """What an uploaded list would write, told as its reader thinks: against what is in force on its first day.

    The rows to write are `written` (new rows), `replaced` (rows of an earlier upload of the same day) and `closed`.
    """

    written: list[Row] = field(default_factory=list)
    replaced: list[tuple[Row, Row]] = field(default_factory=list)
    closed: list[tuple[Row, Row]] = field(default_factory=list)


def _compare(wanted: Sequence[Row], before: Mapping[Key, Row], shape: Shape, changes: UploadChanges) -> None:
    for row in wanted:
        known = before.get(shape.key_of(row))
        if known is None:
            changes.new.append(row)
        elif shape.mean_otherwise(known, row):
            changes.changed.append((known, row))
        else:
            changes.unchanged += 1


def plan_upload(
    held: Sequence[Row], wanted: Sequence[Row], shape: Shape, *, since: dt.date, uploads: Sequence[dt.date] = ()
) -> UploadChanges:
    """From the rows that the table holds to a list in force from `since` until the next uploaded one, if there is any.

    `uploads`: the days of the lists uploaded before. Rows of `wanted` have origin `upload`; their dates are set here.
    """
    until = min((day for day in uploads if day > since), default=None)
    wanted = [{**row, "valid_from": since, "valid_to": until} for row in wanted]
    span: Row = {"valid_from": since, "valid_to": until}
    touched = [row for row in held if overlap(row, span)]
    before = {shape.key_of(row): row for row in touched if begins(row) <= since}
    changes = UploadChanges()
    _compare(wanted, before, shape, changes)
    listed = {shape.key_of(row) for row in wanted}
    same_day = {shape.key_of(row): row for row in held if row["valid_from"] == since}
    for row in wanted:
        known = same_day.get(shape.key_of(row))
        if known is None:
            changes.written.append(row)
        else:
            changes.replaced.append((known, {**known, **row}))
    for row in touched:
        if row["valid_from"] == since and shape.key_of(row) in listed:
            continue
        pair = (row, _ended(row, since))
        changes.closed.append(pair)
        if shape.key_of(row) not in listed:
            changes.ended.append(pair)
    return changes


def plan_facts(
    held: Sequence[Row],
    wanted: Sequence[Row],
    shape: Shape,
    *,
    origin: str,
    whole: bool,
    withdraw: Callable[[Row], Row],
) -> Changes:
    """The same for rows that are true without a time of their own (a succession on a day, the people of a day).

    A row of the other origin stays as it is when a file is loaded, and is overruled by an upload. With `whole`, a row of
    this origin that is no longer said is withdrawn.
    """
    changes = Changes()
    known = {shape.key_of(row): row for row in held}
    for row in wanted:
        was = known.pop(shape.key_of(row), None)
        if was is None:
            changes.new.append(row)
        elif was["origin"] != origin and origin == "file":
            changes.held += 1
        elif shape.differ(was, row) or was["withdrawn"]:
            changes.changed.append((was, {**was, **row}))
        else:
            changes.unchanged += 1
    if whole:
        gone = [row for row in known.values() if row["origin"] == origin and not row["withdrawn"]]
        changes.ended += [(row, withdraw(row)) for row in gone]
    return changes
