"""The code lists of the content files, for who judges without a database."""

from __future__ import annotations

from datetime import date
from functools import cache

from soyte.kernel.codes import files as codes
from soyte.kernel.codes.lists import CodeList, Entry
from soyte.kernel.content.manifest import found_set
from soyte.kernel.content.rows import read_cells
from soyte.systems.care.visit_intake.rules.lists import Lists

PLACES = frozenset({"province", "commune"})
FACILITY = "facility"


def file_lists() -> Lists:
    """The lists as the release carries them."""
    return Lists(load)


def load(name: str) -> CodeList:
    """A list by its name, places and facilities included. Raises KeyError if nobody has it."""
    if name == FACILITY:
        return _dated("facilities", FACILITY)
    return _dated(name, name) if name in PLACES else codes.load_list(name)


@cache
def _dated(content: str, name: str) -> CodeList:
    """A content set that is no code list of its own, as one: its codes, names and days."""
    found = found_set(content)
    versions = found.manifest.versions
    entries = []
    for _line, header, cells in read_cells(found.rows_path):
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        version = versions[row["version"]]
        entries.append(
            Entry(
                code=row["code"],
                name=row["name"],
                name_en="",
                attrs={},
                valid_from=_day(row.get("valid_from", ""), version.valid_from),
                valid_to=_day(row.get("valid_to", ""), version.valid_to),
                source=version.document,
                verified=version.verified,
                state=version.state,
                origin="file",
            )
        )
    return CodeList(name, entries)


def _day(text: str, otherwise: date | None) -> date | None:
    return date.fromisoformat(text) if text else otherwise
