"""An official list as a spreadsheet: read it, find its columns, judge its rows.

Reading knows XLSX and CSV; the columns are found by a column map of the set (content/columns/*.yaml, for an annex whose
columns are counted) or by the header line.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from python_calamine import CalamineError, CalamineWorkbook

from soyte.kernel.content.faults import Fault, schema_faults
from soyte.kernel.content.manifest import FoundSet, found_set, read_yaml
from soyte.kernel.content.rows import OVERRIDES, ContentRow, DatedRow, TextRow
from soyte.kernel.content.schemas import schema_of, target_of
from soyte.kernel.errors import DomainError
from soyte.kernel.text.folding import fold, one_line

UNPACKED_BYTES = 300_000_000
_HEADER_WITHIN = 30
_NOT_UPLOADED = {"version", *OVERRIDES}
_HEADINGS = {"code": gettext_noop("Mã"), "name": gettext_noop("Tên"), "name_en": gettext_noop("Tên tiếng Anh")}


class UnreadableTable(DomainError):
    code = "content.unreadable_table"
    message = _("Không đọc được tệp %(filename)s. Lưu lại dưới dạng XLSX hoặc CSV (UTF-8) rồi nạp lại.")


class OldSpreadsheet(DomainError):
    code = "content.old_spreadsheet"
    message = _("Tệp %(filename)s là XLS kiểu cũ. Mở bằng phần mềm bảng tính, lưu thành XLSX rồi nạp lại.")


class TableTooLarge(DomainError):
    code = "content.table_too_large"
    message = _("Tệp %(filename)s giải nén quá lớn. Chỉ giữ trang tính có danh mục rồi nạp lại.")


class HeaderNotFound(DomainError):
    code = "content.header_not_found"
    message = _("Không thấy dòng tiêu đề. Một dòng trong %(within)s dòng đầu phải có các cột: %(wanted)s.")


@dataclass(frozen=True, slots=True)
class Table:
    """A spreadsheet as text: (line, cells) of each row that is not blank. `width` = the number of columns used."""

    rows: list[tuple[int, list[str]]]
    width: int


class ColumnMap(BaseModel):
    """Columns of an annex, counted from 1. `marks`: a filled cell of the column sets fields to values."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    set: str
    title: str
    width: Annotated[int, Field(gt=0)]
    columns: dict[int, str]
    marks: dict[int, dict[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Mapped:
    """Rows by field name. `by` says how the columns were found: the title of a column map, or "" for a header line."""

    rows: list[TextRow]
    by: str


def _cell(value: Any) -> str:
    """A cell as its reader sees it: whole numbers without ".0", dates as yyyy-mm-dd."""
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return one_line(str(value).replace("\0", ""))  # which no database keeps


def _table(lines: Iterable[Sequence[Any]]) -> Table:
    rows = []
    width = 0
    for number, line in enumerate(lines, start=1):
        cells = [_cell(value) for value in line]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            rows.append((number, cells))
            width = max(width, len(cells))
    return Table(rows, width)


def _read_xlsx(content: bytes, filename: str) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > UNPACKED_BYTES:
                raise TableTooLarge(filename=filename)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = (book.get_sheet_by_index(i).to_python(skip_empty_area=False) for i in range(len(book.sheet_names)))
        return next((table for table in map(_table, sheets) if table.rows), Table([], 0))
    except (zipfile.BadZipFile, CalamineError) as error:
        raise UnreadableTable(filename=filename) from error


def _decode(content: bytes, filename: str) -> str:
    is_utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        return content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableTable(filename=filename) from error


def _delimiter(text: str) -> str:
    """Comma, semicolon or tab: the one that cuts most of the first lines into equally many cells."""

    def agreement(delimiter: str) -> tuple[int, int]:
        first = itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _HEADER_WITHIN)
        widths = Counter(len(cells) for cells in first if len(cells) > 1)
        return max(((count, width) for width, count in widths.items()), default=(0, 0))

    return max(",;\t", key=agreement)


def _read_csv(content: bytes, filename: str) -> Table:
    text = _decode(content, filename)
    lines: list[tuple[int, list[str]]] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        before = 0
        for cells in reader:
            lines.append((before + 1, cells))
            before = reader.line_num
    except csv.Error as error:
        raise UnreadableTable(filename=filename) from error
    table = _table(cells for _, cells in lines)
    return Table([(lines[number - 1][0], cells) for number, cells in table.rows], table.width)


def read_table(content: bytes, filename: str) -> Table:
    """The first sheet that holds anything of an XLSX file, or a CSV file (UTF-8 with or without mark, UTF-16; comma,
    semicolon or tab). Told apart by the bytes. Raises UnreadableTable, OldSpreadsheet, TableTooLarge."""
    if content.startswith(b"PK\x03\x04"):
        return _read_xlsx(content, filename)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise OldSpreadsheet(filename=filename)
    if b"\0" in content[:1000] and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise UnreadableTable(filename=filename)
    return _read_csv(content, filename)


def column_maps(found: FoundSet) -> list[ColumnMap]:
    """The column maps of a set. Raises ContentError if one is faulty."""
    folder = found.path.parent / "columns"
    maps = [read_yaml(path, ColumnMap) for path in sorted(folder.glob("*.yaml"))] if folder.is_dir() else []
    return [one for one in maps if one.set == found.code]


def upload_fields(found: FoundSet) -> list[str]:
    """The fields that an uploaded list of the set may have; dates and source are said once for the whole list."""
    return [name for name in schema_of(found).model_fields if name not in _NOT_UPLOADED]


def required_fields(found: FoundSet) -> list[str]:
    schema = schema_of(found)
    fields = (name for name in upload_fields(found) if name not in schema.derived)
    return [name for name in fields if schema.model_fields[name].is_required()]


def heading(found: FoundSet, name: str) -> str:
    """The name of a field in the reader's language: the manifest's heading, else the usual one, else the field itself."""
    return gettext(_heading(found, name))


def _heading(found: FoundSet, name: str) -> str:
    return found.manifest.headings.get(name) or _HEADINGS.get(name, name)


def _by_map(table: Table, columns: ColumnMap, schema: type[ContentRow]) -> list[TextRow]:
    rows = []
    for line, cells in table.rows:
        padded = cells + [""] * (columns.width - len(cells))
        values = {name: padded[number - 1] for number, name in columns.columns.items()}
        for number, fields in columns.marks.items():
            if padded[number - 1]:
                values |= fields
        rows.append(TextRow(line, values))
    first = next((i for i, row in enumerate(rows) if _is_accepted(row, schema)), 0)
    # Above the first row that reads there are headings; below, a row without a code is a heading of a group.
    return [row for row in rows[first:] if row.cells.get("code", "any")]


def _is_accepted(row: TextRow, schema: type[ContentRow]) -> bool:
    try:
        schema.model_validate(row.cells)
    except ValidationError:
        return False
    return True


def _header(table: Table, names: dict[str, str], required: Sequence[str]) -> tuple[int, dict[int, str]] | None:
    """(index of the header row, field by column) of the row of the first ones that names every required field."""
    for index, (_line, cells) in enumerate(table.rows[:_HEADER_WITHIN]):
        found = {column: names[key] for column, cell in enumerate(cells) if (key := fold(cell)) in names}
        if set(required) <= set(found.values()):
            return index, found
    return None


def _by_header(table: Table, found: FoundSet) -> list[TextRow]:
    fields = upload_fields(found)
    names = {
        fold(said): name for name in fields for title in [_HEADINGS.get(name, name)] for said in (title, gettext(title))
    }
    names |= {fold(heading(found, name)): name for name in fields} | {name: name for name in fields}
    names |= {fold(_heading(found, name)): name for name in fields}
    header = _header(table, names, required_fields(found))
    if header is None:
        wanted = ", ".join(heading(found, name) for name in required_fields(found))
        raise HeaderNotFound(within=_HEADER_WITHIN, wanted=wanted)
    index, columns = header
    rows = []
    for line, cells in table.rows[index + 1 :]:
        values = {name: cells[column] if column < len(cells) else "" for column, name in columns.items()}
        if any(values.values()):
            rows.append(TextRow(line, values))
    return rows


def map_columns(set_code: str, table: Table) -> Mapped:
    """The rows of a table by the field names of a set. Raises HeaderNotFound; KeyError if there is no such set."""
    found = found_set(set_code)
    fitting = next((one for one in column_maps(found) if one.width == table.width), None)
    if fitting is not None:
        return Mapped(_by_map(table, fitting, schema_of(found)), fitting.title)
    return Mapped(_by_header(table, found), "")


def _repeated(found: FoundSet, rows: Sequence[DatedRow]) -> list[Fault]:
    key = getattr(target_of(found), "shape", None)
    names = [name for name in (key.key if key else ("code",)) if name in schema_of(found).model_fields]
    seen: dict[tuple[Any, ...], int] = {}
    faults = []
    for row in rows:
        values = tuple(getattr(row.row, name) for name in names)
        first = seen.setdefault(values, row.line)
        if first != row.line:
            faults.append(
                Fault("", row.line, ",".join(names), "row.twice", " ".join(map(str, values)), {"first": str(first)})
            )
    return faults


def judge_upload(
    found: FoundSet, rows: Sequence[TextRow], *, since: dt.date, source: str
) -> tuple[list[DatedRow], list[Fault]]:
    """The rows of an uploaded list, all in force from `since`, and the faults of those that cannot be read."""
    schema = schema_of(found)
    good: list[DatedRow] = []
    faults: list[Fault] = []
    for text in rows:
        try:
            row = schema.model_validate(text.cells)
        except ValidationError as error:
            faults += schema_faults(error, path="", line=text.line)
            continue
        good.append(DatedRow(text.line, row, since, None, "official", source, ""))
    return good, faults + _repeated(found, good)
