"""Code lists straight from the content files, for programs without a database. No Django.

The rows are taken as they stand: whether they fit their schema is what `soyte content check` says of every release.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

from soyte.kernel.codes.lists import CodeList, Entry
from soyte.kernel.content.manifest import FoundSet, Manifest, State, found_set
from soyte.kernel.content.rows import read_cells

_SAID = ("version", "valid_from", "valid_to", "state", "source", "verified")
_COMMON = ("code", "name", "name_en", *_SAID)

# (valid_from, valid_to, source, verified, state) of an entry
_Said = tuple[dt.date | None, dt.date | None, str, str, State]


def _day(text: str, otherwise: dt.date | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else otherwise


def _state(text: str, otherwise: State) -> State:
    if text == "official":
        return "official"
    return "review" if text == "review" else otherwise


class _Reader:
    """Makes entries of cells. Thousands of rows share a few versions and attributes: each of these is made once."""

    def __init__(self, header: list[str], manifest: Manifest) -> None:
        at = {name: column for column, name in enumerate(header)}
        self._code, self._name, self._name_en = at["code"], at["name"], at.get("name_en")
        self._said_names = [name for name in _SAID if name in at]
        self._said_at = [at[name] for name in self._said_names]
        self._own_names = [name for name in header if name not in _COMMON]
        self._own_at = [at[name] for name in self._own_names]
        self._versions = manifest.versions
        self._only = next(iter(manifest.versions)) if len(manifest.versions) == 1 else ""
        self._said: dict[tuple[str, ...], _Said] = {}
        self._attrs: dict[tuple[str, ...], dict[str, str]] = {}

    def _make_said(self, values: tuple[str, ...]) -> _Said:
        cells = {name: value.strip() for name, value in zip(self._said_names, values, strict=True)}
        version = self._versions[cells.get("version") or self._only]
        return (
            _day(cells.get("valid_from", ""), version.valid_from),
            _day(cells.get("valid_to", ""), version.valid_to),
            cells.get("source") or version.document,
            cells.get("verified") or version.verified,
            _state(cells.get("state", ""), version.state),
        )

    def _make_attrs(self, values: tuple[str, ...]) -> dict[str, str]:
        pairs = zip(self._own_names, values, strict=True)
        return {name: value.strip() for name, value in pairs if value.strip()}

    def entry(self, cells: list[str]) -> Entry:
        said_key = tuple([cells[column] for column in self._said_at])
        said = self._said.get(said_key)
        if said is None:
            said = self._said[said_key] = self._make_said(said_key)
        own_key = tuple([cells[column] for column in self._own_at])
        attrs = self._attrs.get(own_key)
        if attrs is None:
            attrs = self._attrs[own_key] = self._make_attrs(own_key)
        name_en = cells[self._name_en].strip() if self._name_en is not None else ""
        return Entry(cells[self._code].strip(), cells[self._name].strip(), name_en, attrs, *said, "file")


def _entries(found: FoundSet) -> Iterator[Entry]:
    reader: _Reader | None = None
    for _line, header, cells in read_cells(found.rows_path):
        reader = reader or _Reader(header, found.manifest)
        yield reader.entry(cells)


@cache
def load_list(name: str) -> CodeList:
    """A code list by its name. Raises KeyError if no room has it, ContentError if its file is broken."""
    found = found_set(name)
    if found.manifest.target != "codes":
        raise KeyError(name)
    return CodeList(name, _entries(found), review_from=found.manifest.review_from)
