"""Code lists straight from the content files, for programs without a database. No Django.

The rows are taken as they stand: whether they fit their schema is what `soyte content check` says of every release.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

from soyte.kernel.codes.lists import CodeList, Entry
from soyte.kernel.content.manifest import FoundSet, Manifest, State, Version, found_set
from soyte.kernel.content.rows import read_cells

_COMMON = ("version", "code", "name", "name_en", "valid_from", "valid_to", "state", "source", "verified")


def _day(text: str, otherwise: dt.date | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else otherwise


def _state(text: str, otherwise: State) -> State:
    if text == "official":
        return "official"
    return "review" if text == "review" else otherwise


class _Reader:
    """Makes entries of cells. Lists have thousands of rows with the same few attributes and versions: each is kept once."""

    def __init__(self, header: list[str], manifest: Manifest) -> None:
        self._at = {name: header.index(name) for name in _COMMON if name in header}
        self._own = [(name, column) for column, name in enumerate(header) if name not in _COMMON]
        self._versions = manifest.versions
        self._only = next(iter(manifest.versions.values())) if len(manifest.versions) == 1 else None
        self._attrs: dict[tuple[str, ...], dict[str, str]] = {}

    def _cell(self, cells: list[str], name: str) -> str:
        column = self._at.get(name)
        return cells[column].strip() if column is not None else ""

    def _version(self, cells: list[str]) -> Version:
        name = self._cell(cells, "version")
        return self._versions[name] if name or self._only is None else self._only

    def _attributes(self, cells: list[str]) -> dict[str, str]:
        values = tuple(cells[column].strip() for _, column in self._own)
        attrs = self._attrs.get(values)
        if attrs is None:
            attrs = {name: value for (name, _), value in zip(self._own, values, strict=True) if value}
            self._attrs[values] = attrs
        return attrs

    def entry(self, cells: list[str]) -> Entry:
        version = self._version(cells)
        return Entry(
            code=self._cell(cells, "code"),
            name=self._cell(cells, "name"),
            name_en=self._cell(cells, "name_en"),
            attrs=self._attributes(cells),
            valid_from=_day(self._cell(cells, "valid_from"), version.valid_from),
            valid_to=_day(self._cell(cells, "valid_to"), version.valid_to),
            source=self._cell(cells, "source") or version.document,
            verified=self._cell(cells, "verified") or version.verified,
            state=_state(self._cell(cells, "state"), version.state),
            origin="file",
        )


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
