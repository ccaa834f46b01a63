"""A list as an XLSX file, written row by row: memory stays flat however long the list is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LAST_ROW = 1_048_575
FORMATS = {
    "number": "#,##0",
    "decimal": "#,##0.00",
    "money": "#,##0",
    "date": "dd/mm/yyyy",
    "instant": "dd/mm/yyyy hh:mm",
}


@dataclass(frozen=True, slots=True)
class Column:
    """`kind`: text, number, decimal, money (đồng), date, instant. `width` in characters."""

    title: str
    kind: str = "text"
    width: int = 16


def download(
    filename: str, *, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], notes: Sequence[str] = ()
) -> FileResponse:
    """The answer with the file; `notes` stand above the table (what it is, as of when, which filters).

    Text goes in as text, whatever it begins with: a cell that starts with "=", "+", "-" or "@" never becomes a formula
    and a web address never becomes a link.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    write(file, title=title, columns=columns, rows=rows, notes=notes)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename, content_type=MEDIA_TYPE)


def write(
    file: Any, *, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], notes: Sequence[str] = ()
) -> None:
    """Write the workbook into a binary file object."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "bg_color": "#E9EEEA", "bottom": 1, "text_wrap": True, "valign": "top"})
        kinds = {kind: book.add_format({"num_format": pattern}) for kind, pattern in FORMATS.items()}
        sheet = book.add_worksheet()
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        top = len(notes) + 1
        sheet.freeze_panes(top + 1, 0)
        sheet.write_string(0, 0, title, bold)
        for place, note in enumerate(notes, start=1):
            sheet.write_string(place, 0, note)
        for place, column in enumerate(columns):
            sheet.write_string(top, place, column.title, head)
        _write_rows(sheet, columns, rows, first=top + 1, kinds=kinds)


def _write_rows(
    sheet: Any, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, first: int, kinds: Any
) -> None:
    for place, row in enumerate(rows, start=first):
        if place >= LAST_ROW:
            sheet.write_string(place, 0, _("Danh sách còn dài hơn số dòng mà một trang tính chứa được. Hãy lọc bớt."))
            return
        for across, (column, value) in enumerate(zip(columns, row, strict=True)):
            _write_cell(sheet, place, across, value, kinds.get(column.kind))


def _write_cell(sheet: Any, row: int, column: int, value: Any, pattern: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        sheet.write_datetime(row, column, local.replace(tzinfo=None), pattern)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, pattern)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        sheet.write_number(row, column, value, pattern)
    else:
        sheet.write_string(row, column, str(value))
