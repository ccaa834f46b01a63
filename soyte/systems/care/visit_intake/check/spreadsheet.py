"""`soyte-check.xlsx`: the same report for who sorts and filters. Written row by row, so memory stays flat."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType

import xlsxwriter

from soyte.kernel.text.speech import SOURCE_LANGUAGE, speech
from soyte.kernel.text.speech import gettext_noop as _
from soyte.systems.care.visit_intake.check.reading import FileReport, Line, VisitReport
from soyte.systems.care.visit_intake.check.summary import Summary
from soyte.systems.care.visit_intake.check.words import SEVERITY_WORDS

LAST_ROW = 1_048_575
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_Kind = tuple[str, Sequence[tuple[int, str]]]  # a sheet: its name, the widths and titles of its columns

_OVERVIEW = (_("Tổng quan"), ((46, _("Chỉ số")), (22, _("Giá trị"))))
_CAUSES = (
    _("Theo lỗi"),
    (
        (12, _("Mức")),
        (34, _("Tên lỗi")),
        (30, _("Mã quy tắc")),
        (18, _("Mã nơi khác")),
        (12, _("Số lượt khám")),
        (10, _("Số lần")),
        (9, _("Số tệp")),
        (20, _("Tiền quỹ BHYT (đồng)")),
        (20, _("Tổng chi (đồng)")),
        (60, _("Ví dụ: sai gì")),
        (60, _("Sửa thế nào")),
    ),
)
_VISITS = (
    _("Theo lượt khám"),
    (
        (44, _("Tệp")),
        (22, "MA_LK"),
        (10, _("Cơ sở")),
        (12, _("Ngày ra")),
        (14, _("Kết luận")),
        (18, _("Tổng chi (đồng)")),
        (18, _("Quỹ BHYT (đồng)")),
        (8, _("Lỗi")),
        (11, _("Cảnh báo")),
        (70, _("Vì sao không nhận")),
    ),
)
_FIELDS = (
    _("Theo trường"),
    ((10, _("Bảng")), (26, _("Trường")), (10, _("Lỗi")), (12, _("Cảnh báo")), (12, _("Ghi nhận"))),
)
_DETAILS = (
    _("Chi tiết"),
    (
        (44, _("Tệp")), (22, "MA_LK"), (9, _("Bảng")), (8, _("Dòng")), (22, _("Trường")), (12, _("Mức")), (30, _("Mã quy tắc")),
        (30, _("Giá trị nhận được")), (60, _("Sai gì")), (60, _("Sửa thế nào")),
    ),
)  # fmt: skip


class Spreadsheet:
    """The workbook while reports go by: rows of visits and details at once, the sums at the end.

    Text goes in as text: a cell beginning with "=", "+", "-" or "@" gets an apostrophe, so that no program that reads
    the file, or a CSV saved from it, takes a patient's name for a formula.
    """

    def __init__(self, path: Path, *, notes: bool, language: str = SOURCE_LANGUAGE) -> None:
        self._notes, self._say = notes, speech(language).gettext
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
            self._write(_OVERVIEW, (name, value))
        for cause in summary.causes_by_weight():
            line = cause.line
            if line.severity != "note" or self._notes:
                self._write(
                    _CAUSES,
                    (
                        self._weight(line), line.title, line.code, ", ".join(line.aliases), cause.visits,
                        cause.occurrences, cause.files, cause.insurer, cause.total, line.what, line.mend,
                    ),
                )  # fmt: skip
        for each in summary.fields_by_weight():
            self._write(
                _FIELDS, (each.table or self._say(_("đầu tệp")), each.field, each.error, each.warning, each.note)
            )

    def _visit(self, path: str, visit: VisitReport) -> None:
        errors = [line for line in visit.lines if line.severity == "error"]
        warnings = sum(line.severity == "warning" for line in visit.lines)
        verdict = _("Không nhận") if not visit.accepted else _("Nên xem") if warnings else _("Đạt")
        reasons = "; ".join(dict.fromkeys(line.what for line in errors))
        self._write(
            _VISITS,
            (
                path, visit.code or "", visit.facility_code, visit.ended_on, self._say(verdict), visit.total, visit.insurer,
                len(errors), warnings, reasons[:2000],
            ),
        )  # fmt: skip

    def _details(self, path: str, visit: str | None, lines: Sequence[Line]) -> None:
        for line in lines:
            if line.severity != "note" or self._notes:
                self._write(
                    _DETAILS,
                    (
                        path, visit or "", line.table or "", line.line, line.field or "", self._weight(line),
                        line.code, line.value, line.what, line.mend,
                    ),
                )  # fmt: skip

    def _weight(self, line: Line) -> str:
        return self._say(SEVERITY_WORDS[line.severity])

    def _sheet(self, name: str, columns: Sequence[tuple[int, str]]) -> xlsxwriter.worksheet.Worksheet:
        head = self._book.add_format(
            {"bold": True, "bg_color": "#E9EEEA", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        sheet = self._book.add_worksheet(self._say(name))
        for place, (width, _title) in enumerate(columns):
            sheet.set_column(place, place, width)
        for place, (_width, title) in enumerate(columns):
            sheet.write_string(0, place, self._say(title), head)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _write(self, kind: _Kind, values: Sequence[object]) -> None:
        name, row = kind[0], self._rows[kind[0]]
        if row > LAST_ROW:
            return
        self._rows[name] = row + 1
        sheet = self._sheets[name]
        if row == LAST_ROW:
            told = self._say(_("Danh sách còn dài hơn số dòng mà một trang tính chứa được."))
            sheet.write_string(row, 0, told)
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
