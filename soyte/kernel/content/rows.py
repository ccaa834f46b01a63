"""Rows of a content set: the CSV file beside the manifest, read as text or judged by the set's schema. No Django."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from soyte.kernel.content.faults import ContentError, Fault, schema_faults
from soyte.kernel.content.manifest import FoundSet, Manifest, State, shown

OVERRIDES = ("valid_from", "valid_to", "state", "source", "verified")


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


Day = Annotated[dt.date | None, BeforeValidator(_empty_is_none)]
OptionalState = Annotated[State | None, BeforeValidator(_empty_is_none)]


class ContentRow(BaseModel):
    """What every row of every set may carry. A set's schema adds its own columns; a number or a choice of a column may be
    checked, but what is kept is the text of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    derived: ClassVar[tuple[str, ...]] = ()
    """Columns that follow from others where an uploaded list does not print them."""

    version: str = ""
    valid_from: Day = None
    valid_to: Day = None
    state: OptionalState = None
    source: str = ""
    verified: str = ""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> ContentRow:
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise ValueError("dates.order")
        return self


@dataclass(frozen=True, slots=True)
class TextRow:
    """One line of a table: its line number in the file and its cells by column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class DatedRow:
    """A row that its schema accepted, with what its version says filled in. `valid_to` is the first day out of force."""

    line: int
    row: ContentRow
    valid_from: dt.date | None
    valid_to: dt.date | None
    state: State
    source: str
    verified: str


def digest(found: FoundSet) -> str:
    """SHA-256 of manifest and rows: whether a set is what the database last loaded."""
    sha = hashlib.sha256(found.path.read_bytes())
    sha.update(found.rows_path.read_bytes())
    return sha.hexdigest()


def _header(reader: Iterator[list[str]], path: Path) -> list[str]:
    header = next(reader, [])
    twice = sorted({name for name in header if header.count(name) > 1})
    if not header or twice:
        raise ContentError([Fault(shown(path), 1, ",".join(twice), "csv.header")])
    return header


def read_cells(path: Path) -> Iterator[tuple[int, list[str], list[str]]]:
    """(line, header, cells) of each row; the line is where the row begins. Raises ContentError on another width."""
    if not path.is_file():
        raise ContentError([Fault(shown(path), 0, "", "csv.absent")])
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            header = _header(reader, path)
            before = reader.line_num
            for cells in reader:
                if len(cells) != len(header):
                    raise ContentError(
                        [Fault(shown(path), before + 1, "", "csv.width", str(len(cells)), {"wanted": str(len(header))})]
                    )
                yield before + 1, header, cells
                before = reader.line_num
        except (csv.Error, UnicodeDecodeError) as error:
            raise ContentError(
                [Fault(shown(path), reader.line_num, "", "csv.broken", "", {"problem": str(error)})]
            ) from error


def read_texts(path: Path) -> list[TextRow]:
    return [TextRow(line, dict(zip(header, cells, strict=True))) for line, header, cells in read_cells(path)]


def dated(row: ContentRow, manifest: Manifest, *, line: int) -> DatedRow:
    """The row with the dates, state and source of its version. Raises ValueError on a version that is not there."""
    name = row.version or (next(iter(manifest.versions)) if len(manifest.versions) == 1 else "")
    version = manifest.versions.get(name)
    if version is None:
        raise ValueError("row.version")
    return DatedRow(
        line=line,
        row=row,
        valid_from=row.valid_from or version.valid_from,
        valid_to=row.valid_to or version.valid_to,
        state=row.state or version.state,
        source=row.source or version.document,
        verified=row.verified or version.verified,
    )


def judge(
    texts: Sequence[TextRow], schema: type[ContentRow], manifest: Manifest, *, path: str
) -> tuple[list[DatedRow], list[Fault]]:
    """The rows that the schema accepts and the faults of the others, each with its line and field."""
    good: list[DatedRow] = []
    faults: list[Fault] = []
    for text in texts:
        try:
            good.append(dated(schema.model_validate(text.cells), manifest, line=text.line))
        except ValidationError as error:
            faults += schema_faults(error, path=path, line=text.line)
        except ValueError:
            known = ", ".join(manifest.versions)
            faults.append(
                Fault(path, text.line, "version", "row.version", text.cells.get("version", ""), {"known": known})
            )
    return good, faults


def read_rows(found: FoundSet, schema: type[ContentRow]) -> list[DatedRow]:
    """The rows of a set. Raises ContentError with every fault of the file."""
    good, faults = judge(read_texts(found.rows_path), schema, found.manifest, path=shown(found.rows_path))
    if faults:
        raise ContentError(faults)
    return good
