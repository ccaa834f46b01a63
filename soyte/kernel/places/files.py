"""The map straight from the content files, for programs without a database. No Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache

from soyte.kernel.content.manifest import FoundSet, found_set
from soyte.kernel.content.rows import TextRow, read_texts
from soyte.kernel.places.maps import Count, Map, PlaceOn, Step

LEVELS = ("province", "district", "commune")


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _province(level: str, cells: dict[str, str]) -> str:
    return cells["code"] if level == "province" else cells["province_code"]


def _places(level: str) -> Iterator[PlaceOn]:
    found = found_set(level)
    for row in read_texts(found.rows_path):
        cells = row.cells
        version = found.manifest.versions[cells["version"]]
        province = _province(level, cells)
        district = cells.get("district_code", "")
        parent = "" if level == "province" else district or province
        yield PlaceOn(
            cells["code"],
            level,
            cells["name"],
            cells["kind"],
            parent,
            province,
            district,
            _day(cells["valid_from"]),
            _day(cells["valid_to"]),
            version.state,
        )


def _rows(found: FoundSet) -> Iterator[tuple[TextRow, str, str]]:
    for row in read_texts(found.rows_path):
        version = found.manifest.versions[row.cells["version"]]
        yield row, version.document, version.state


def _steps() -> Iterator[Step]:
    for row, _source, _state in _rows(found_set("place_succession")):
        c = row.cells
        yield Step(c["old_code"], c["new_code"], dt.date.fromisoformat(c["on"]), c["relation"], c["is_default"] == "1")


def _counts() -> Iterator[Count]:
    for row, source, state in _rows(found_set("population")):
        c = row.cells
        yield Count(c["place_code"], dt.date.fromisoformat(c["as_of"]), int(c["people"]), source, state)


@lru_cache(maxsize=1)
def load_map() -> Map:
    """The whole map."""
    return Map((place for level in LEVELS for place in _places(level)), _steps(), _counts())
