"""Code lists in memory: the same type whether read from the content files or from the database. No Django."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from soyte.kernel.content.manifest import State


class Entry(NamedTuple):
    """One meaning of one code. `valid_to` is the first day on which it no longer holds; None is open.

    `attrs` are the list's own columns, as text, the empty ones left out; do not change them.
    """

    code: str
    name: str
    name_en: str
    attrs: Mapping[str, str]
    valid_from: dt.date | None
    valid_to: dt.date | None
    source: str
    verified: str
    state: State
    origin: str

    def holds(self, on: dt.date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on < self.valid_to)


def _begins(entry: Entry) -> dt.date:
    return entry.valid_from or dt.date.min


class CodeList:
    """A code list. `review_from`: from this day the rows of the file wait for review, because a document that we do not
    hold has replaced theirs."""

    def __init__(self, name: str, entries: Iterable[Entry], *, review_from: dt.date | None = None) -> None:
        self.name = name
        self.review_from = review_from
        self._entries: dict[str, Entry | tuple[Entry, ...]] = {}
        edges: set[dt.date | None] = set()
        for entry in entries:
            edges |= {entry.valid_from, entry.valid_to}
            held = self._entries.get(entry.code)
            if held is None:
                self._entries[entry.code] = entry
            else:
                known = (held,) if isinstance(held, Entry) else held
                self._entries[entry.code] = tuple(sorted((*known, entry), key=_begins))
        self._turns = sorted(day for day in edges if day is not None)  # on which a code begins or ends to hold

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        """Every entry of all times, in the list's order of codes."""
        for code in self._entries:
            yield from self.history(code)

    def known(self, code: str) -> bool:
        """Whether the list ever had the code."""
        return code in self._entries

    def stage(self, on: dt.date) -> int:
        """The number of the stretch of days in which a day lies: on all days of one the same codes are in force."""
        return bisect_right(self._turns, on)

    def history(self, code: str) -> tuple[Entry, ...]:
        """What a code meant, earliest first."""
        held = self._entries.get(code, ())
        return (held,) if isinstance(held, Entry) else held

    def _shown(self, entry: Entry, on: dt.date) -> Entry:
        if self.review_from is None or on < self.review_from or entry.origin != "file":
            return entry
        return entry._replace(state="review")

    def get(self, code: str, on: dt.date) -> Entry | None:
        """What a code means on a day; None if it means nothing then."""
        held = self._entries.get(code)
        if held is None:
            return None
        if isinstance(held, Entry):
            return self._shown(held, on) if held.holds(on) else None
        return next((self._shown(entry, on) for entry in held if entry.holds(on)), None)

    def latest(self, code: str) -> Entry | None:
        """The last meaning of a code, for showing one that no longer holds."""
        held = self._entries.get(code)
        return held if held is None or isinstance(held, Entry) else held[-1]

    def name_of(self, code: str, on: dt.date) -> str:
        """The name on a day, else the latest name, else "" for a code that the list never had."""
        entry = self.get(code, on) or self.latest(code)
        return entry.name if entry else ""

    def in_force(self, on: dt.date) -> list[Entry]:
        """Every code of a day."""
        found = (self.get(code, on) for code in self._entries)
        return [entry for entry in found if entry is not None]
