"""`soyte-check.xlsx`: the same report for who sorts and filters. Written row by row, so memory stays flat."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType

import xlsxwriter

from soyte.systems.care.visit_intake.check.reading import FileReport, Line, VisitReport
from soyte.systems.care.visit_intake.check.summary import Summary
from soyte.systems.care.visit_intake.check.words import SEVERITY_WORDS

LAST_ROW = 1_048_575
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_OVERVIEW = ("Tổng quan", ((46, "Chỉ số"), (22, "Giá trị")))
_CAUSES = (
    "Theo lỗi",
    (
        (12, "Mức"),
        (34, "Tên lỗi"),
        (30, "Mã quy tắc"),
        (18, "Mã nơi khác"),
        (12, "Số lượt khám"),
        (10, "Số lần"),
        (9, "Số tệp"),
        (20, "Tiền quỹ BHYT (đồng)"),
        (20, "Tổng chi (đồng)"),
        (60, "Ví dụ: sai gì"),
        (60, "Sửa thế nào"),
    ),
)
_VISITS = (
    "Theo lượt khám",
    (
        (44, "Tệp"),
        (22, "MA_LK"),
        (10, "Cơ sở"),
        (12, "Ngày ra"),
        (14, "Kết luận"),
        (18, "Tổng chi (đồng)"),
        (18, "Quỹ BHYT (đồng)"),
        (8, "Lỗi"),
        (11, "Cảnh báo"),
        (70, "Vì sao không nhận"),
    ),
)
_FIELDS = ("Theo trường", ((10, "Bảng"), (26, "Trường"), (10, "Lỗi"), (12, "Cảnh báo"), (12, "Ghi nhận")))
_DETAILS = (
    "Chi tiết",
    (
        (44, "Tệp"), (22, "MA_LK"), (9, "Bảng"), (8, "Dòng"), (22, "Trường"), (12, "Mức"), (30, "Mã quy tắc"),
        (30, "Giá trị nhận được"), (60, "Sai gì"), (60, "Sửa thế nào"),
    ),
)  # fmt: skip


class Spreadsheet:
    """The workbook while reports go by: rows of visits and details at once, the sums at the end.

    Text goes in as text: a cell beginning with "=", "+", "-" or "@" gets an apostrophe, so that no program that reads
    the file, or a CSV saved from it, takes a patient's name for a formula.
    """

    def __init__(self, path: Path, *, notes: bool) -> None:
        self._notes = notes
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(str(path), options)
        self._money = self._book.add_format({"num_format": "#,##0"})
        self._date = self._book.add_format({"num_format": "dd/mm/yyyy"})
        self._wrap = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._sheets = {kind[0]: self._sheet(*kind) for kind in (_OVERVIEW, _CAUSES, _VISITS, _FIELDS, _DETAILS)}
        self._rows = dict.fromkeys(self._sheets, 1)

    def __enter__(self) -> Spreadsheet:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()

    def add(self, report: FileReport) -> None:
        """The rows of one file."""
        self._details(report.path, None, report.lines)
        for visit in report.visits:
            self._visit(report.path, visit)
            self._details(report.path, visit.code, visit.lines)

    def finish(self, summary: Summary, *, facts: Sequence[tuple[str, object]]) -> None:
        """The sheets of sums."""
        for name, value in facts:
            self._write("Tổng quan", (name, value))
        for cause in summary.causes_by_weight():
            line = cause.line
            if line.severity != "note" or self._notes:
                self._write(
                    "Theo lỗi",
                    (
                        SEVERITY_WORDS[line.severity], line.title, line.code, ", ".join(line.aliases), cause.visits,
                        cause.occurrences, cause.files, cause.insurer, cause.total, line.what, line.mend,
                    ),
                )  # fmt: skip
        for each in summary.fields_by_weight():
            self._write("Theo trường", (each.table or "đầu tệp", each.field, each.error, each.warning, each.note))

    def _visit(self, path: str, visit: VisitReport) -> None:
        errors = [line for line in visit.lines if line.severity == "error"]
        warnings = sum(line.severity == "warning" for line in visit.lines)
        verdict = "Không nhận" if not visit.accepted else "Nên xem" if warnings else "Đạt"
        reasons = "; ".join(dict.fromkeys(line.what for line in errors))
        self._write(
            "Theo lượt khám",
            (
                path, visit.code or "", visit.facility_code, visit.ended_on, verdict, visit.total, visit.insurer,
                len(errors), warnings, reasons[:2000],
            ),
        )  # fmt: skip

    def _details(self, path: str, visit: str | None, lines: Sequence[Line]) -> None:
        for line in lines:
            if line.severity != "note" or self._notes:
                self._write(
                    "Chi tiết",
                    (
                        path, visit or "", line.table or "", line.line, line.field or "", SEVERITY_WORDS[line.severity],
                        line.code, line.value, line.what, line.mend,
                    ),
                )  # fmt: skip

    def _sheet(self, name: str, columns: Sequence[tuple[int, str]]) -> xlsxwriter.worksheet.Worksheet:
        head = self._book.add_format(
            {"bold": True, "bg_color": "#E9EEEA", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        sheet = self._book.add_worksheet(name)
        for place, (width, _title) in enumerate(columns):
            sheet.set_column(place, place, width)
        for place, (_width, title) in enumerate(columns):
            sheet.write_string(0, place, title, head)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _write(self, name: str, values: Sequence[object]) -> None:
        row = self._rows[name]
        if row > LAST_ROW:
            return
        self._rows[name] = row + 1
        sheet = self._sheets[name]
        if row == LAST_ROW:
            sheet.write_string(row, 0, "Danh sách còn dài hơn số dòng mà một trang tính chứa được.")
            return
        for column, value in enumerate(values):
            self._write_cell(sheet, row, column, value)

    def _write_cell(self, sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str):
            sheet.write_string(row, column, harmless(value))
        elif isinstance(value, int | Decimal):
            sheet.write_number(row, column, value, self._money)
        else:
            sheet.write_datetime(row, column, value, self._date)


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
