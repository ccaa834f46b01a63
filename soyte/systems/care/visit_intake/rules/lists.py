"""Code lists as the rules ask them: is this code in force on this day?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import date
from typing import Protocol

VALID, EXPIRED, UNKNOWN, NOT_JUDGED = "valid", "expired", "unknown", "not judged"


class Entry(Protocol):
    """One code of a list in one period. `attrs` holds what only this list has (sex, age rules, ...)."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def attrs(self) -> Mapping[str, str]: ...
    def holds(self, on: date) -> bool: ...


class CodeList(Protocol):
    """One list with all its periods."""

    def get(self, code: str, on: date) -> Entry | None: ...
    def known(self, code: str) -> bool: ...
    def stage(self, on: date) -> int: ...
    def __iter__(self) -> Iterator[Entry]: ...


class Lists:
    """All code lists, each loaded when first asked for, with its answers remembered.

    `load` gives a list by name; a name that is not there (LookupError, FileNotFoundError) is a list that nobody has
    loaded, and nothing is judged by it.
    """

    _MOST = 200_000  # remembered answers; visits of one month ask far fewer
    _MOST_PASSED, _MOST_SETS = 50_000, 4_000

    def __init__(self, load: Callable[[str], CodeList]) -> None:
        self._load = load
        self._lists: dict[str, CodeList | None] = {}
        self._entries: dict[tuple[str, str, date], Entry | None] = {}
        self._states: dict[tuple[str, str, int], str] = {}
        self._covered: dict[tuple[str, int], bool] = {}
        self._stages: dict[tuple[tuple[str, ...], date], tuple[int, ...]] = {}
        self._passed: dict[Hashable, set[tuple[str, str]]] = {}

    def get(self, name: str, code: str, on: date) -> Entry | None:
        """The entry of `code` in force on the day, or None."""
        key = (name, code, on)
        try:
            return self._entries[key]
        except KeyError:
            pass
        codes = self._list(name)
        entry = codes.get(code, on) if codes is not None else None
        if len(self._entries) >= self._MOST:
            self._entries.clear()
        self._entries[key] = entry
        return entry

    def state(self, name: str, code: str, on: date) -> str:
        """VALID, EXPIRED (known on another day), UNKNOWN, or NOT_JUDGED where no list is in force on the day."""
        codes = self._list(name)
        if codes is None:
            return NOT_JUDGED
        key = (name, code, codes.stage(on))
        try:
            return self._states[key]
        except KeyError:
            pass
        if len(self._states) >= self._MOST:
            self._states.clear()
        state = self._states[key] = self._judge(name, codes, code, on)
        return state

    def stages(self, names: tuple[str, ...], on: date) -> tuple[int, ...]:
        """The stages of some lists on a day: where they are the same, so are all answers of `state`."""
        key = (names, on)
        found = self._stages.get(key)
        if found is None:
            if len(self._stages) >= self._MOST:
                self._stages.clear()
            lists = map(self._list, names)
            found = self._stages[key] = tuple(codes.stage(on) if codes is not None else 0 for codes in lists)
        return found

    def passed(self, key: Hashable) -> set[tuple[str, str]]:
        """Where the field rules remember (field, value) that was good, by all that the verdict on a value hangs on."""
        found = self._passed.get(key)
        if found is None or len(found) >= self._MOST_PASSED:
            if len(self._passed) >= self._MOST_SETS:
                self._passed.clear()
            found = self._passed[key] = set()
        return found

    def _judge(self, name: str, codes: CodeList, code: str, on: date) -> str:
        if not self._covers(name, codes, on):
            return NOT_JUDGED
        if codes.get(code, on) is not None:
            return VALID
        return EXPIRED if codes.known(code) else UNKNOWN

    def _covers(self, name: str, codes: CodeList, on: date) -> bool:
        """Is any code of the list in force on the day? A list that has run out cannot say that a code is wrong."""
        key = (name, codes.stage(on))
        if key not in self._covered:
            self._covered[key] = any(entry.holds(on) for entry in codes)
        return self._covered[key]

    def _list(self, name: str) -> CodeList | None:
        if name not in self._lists:
            try:
                self._lists[name] = self._load(name)
            except (LookupError, FileNotFoundError):
                self._lists[name] = None
        return self._lists[name]
