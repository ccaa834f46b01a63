"""Whether every content file can be loaded: manifests, rows, dates, column maps. Needs no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from soyte.kernel.content.faults import ContentError, Fault
from soyte.kernel.content.manifest import PACKAGE, FoundSet, content_folders, found_sets, read_yaml, shown
from soyte.kernel.content.schemas import schema_of, target_of
from soyte.kernel.content.services import file_batch, refuse_overlaps
from soyte.kernel.content.upload import ColumnMap

_ANY_DAY = dt.date(2026, 1, 1)


def _check_headings(found: FoundSet) -> list[Fault]:
    fields = schema_of(found).model_fields
    return [
        Fault(shown(found.path), 1, "headings", "columns.field", name)
        for name in found.manifest.headings
        if name not in fields
    ]


def _check_set(found: FoundSet) -> list[Fault]:
    try:
        target = target_of(found)
        batch = file_batch(found, today=_ANY_DAY)
        refuse_overlaps(target, batch)
    except ContentError as error:
        return list(error.faults)
    return _check_headings(found)


def _column_map_paths(package: Path) -> Iterator[Path]:
    for folder in content_folders(package):
        yield from sorted((folder / "columns").glob("*.yaml"))


def _check_column_map(path: Path, sets: dict[str, FoundSet]) -> list[Fault]:
    try:
        columns = read_yaml(path, ColumnMap)
    except ContentError as error:
        return list(error.faults)
    if columns.set not in sets:
        return [Fault(shown(path), 1, "set", "columns.field", columns.set)]
    fields = schema_of(sets[columns.set]).model_fields
    named = [*columns.columns.values(), *(name for marks in columns.marks.values() for name in marks)]
    return [Fault(shown(path), 1, "columns", "columns.field", name) for name in named if name not in fields]


def check_all(package: Path = PACKAGE) -> list[Fault]:
    """Every fault of every content file; an empty list means that all of it can be loaded."""
    try:
        sets = found_sets(package)
    except ContentError as error:
        return list(error.faults)
    faults = [fault for found in sets.values() for fault in _check_set(found)]
    if faults:
        return faults
    return [fault for path in _column_map_paths(package) for fault in _check_column_map(path, sets)]
