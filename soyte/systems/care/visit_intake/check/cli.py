"""`soyte check PATH... [--out DIR] [--json] [--notes]`: judge files without a database, an account or a server.

Exit status: 0 all taken, 1 some refused, 2 could not run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from soyte.formats.visitfile import VIETNAM
from soyte.systems.care.visit_intake.check.page import page
from soyte.systems.care.visit_intake.check.paths import PathMissingError, printable, require, visit_files
from soyte.systems.care.visit_intake.check.result import COULD_NOT_RUN, Result
from soyte.systems.care.visit_intake.check.running import count, reports
from soyte.systems.care.visit_intake.check.spreadsheet import Spreadsheet
from soyte.systems.care.visit_intake.check.summary import Summary
from soyte.systems.care.visit_intake.check.words import money, number

PAGE_NAME, SHEET_NAME = "soyte-check.html", "soyte-check.xlsx"


def main(argv: Sequence[str] | None = None, *, today: date | None = None) -> int:
    """Run the command. `today` is the day of receipt, in Vietnam; tests pass it."""
    arguments = _parser().parse_args(argv)
    try:
        require(arguments.paths)
    except PathMissingError as error:
        return _failed(f"Không tìm thấy {printable(error.path)}. Kiểm tra lại đường dẫn.")
    try:
        result, summary = _check(arguments, today or datetime.now(VIETNAM).date())
    except OSError as error:
        return _failed(
            f"Không ghi được báo cáo vào {arguments.out}: {error.strerror}. Chọn thư mục khác bằng --out, hoặc dọn ổ đĩa."
        )
    if arguments.json:
        print(json.dumps(result.as_json(notes=arguments.notes), ensure_ascii=False))
    else:
        print(_told(result, summary, arguments.out))
    return result.exit_status


def _check(arguments: argparse.Namespace, received_on: date) -> tuple[Result, Summary]:
    started = time.monotonic()
    out = Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    result, summary = Result(), Summary()
    known: set[tuple[str, str]] = set()
    made_at = datetime.now(VIETNAM)
    unfinished = out / f".{SHEET_NAME}.{os.getpid()}"
    try:
        with Spreadsheet(unfinished, notes=arguments.notes) as book:
            for report in reports(visit_files(arguments.paths), received_on=received_on):
                count(report, result, known, notes=arguments.notes)
                summary.add(report)
                book.add(report)
            book.finish(summary, facts=_facts(result, summary, made_at))
        unfinished.replace(out / SHEET_NAME)
    finally:
        unfinished.unlink(missing_ok=True)
    _write_page(out / PAGE_NAME, summary, arguments, made_at)
    result.seconds = time.monotonic() - started
    return result, summary


def _write_page(path: Path, summary: Summary, arguments: argparse.Namespace, made_at: datetime) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    shown = [printable(each) for each in arguments.paths]
    try:
        with unfinished.open("w", encoding="utf-8") as text:
            text.writelines(page(summary, paths=shown, made_at=made_at, notes=arguments.notes))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _facts(result: Result, summary: Summary, made_at: datetime) -> list[tuple[str, object]]:
    return [
        ("Kiểm lúc", f"{made_at:%H:%M %d/%m/%Y}"),
        ("Tệp", result.files),
        ("Tệp không đọc được", result.files_refused),
        ("Lượt khám", result.visits),
        ("Nhận", result.accepted),
        ("trong đó nên xem", summary.warned),
        ("trong đó thay lượt đã gửi", result.replaced),
        ("Không nhận", result.rejected),
        ("Tổng chi của mọi lượt (đồng)", summary.total),
        ("Quỹ BHYT của mọi lượt (đồng)", summary.insurer),
        ("Tổng chi của lượt không nhận (đồng)", summary.refused_total),
        ("Quỹ BHYT của lượt không nhận (đồng)", summary.refused_insurer),
    ]


def _told(result: Result, summary: Summary, out: str) -> str:
    held, unit = money(summary.refused_insurer)
    lines = [
        f"Đã đọc {number(result.files)} tệp, {number(result.visits)} lượt khám: {number(result.accepted)} nhận được, "
        f"{number(result.rejected)} không nhận.",
    ]
    if result.files_refused:
        lines.append(f"{number(result.files_refused)} tệp không đọc được.")
    if result.rejected:
        lines.append(f"Tiền quỹ BHYT bị giữ: {held} {unit}.")
    for cause in summary.causes_by_weight()[:5]:
        if cause.line.severity == "error":
            lines.append(f"  {number(cause.occurrences):>6}  {cause.line.title} ({cause.line.code})")
    lines.append(f"Báo cáo: {Path(out) / PAGE_NAME} và {SHEET_NAME}")
    return "\n".join(lines)


def _failed(text: str) -> int:
    print(text, file=sys.stderr)
    return COULD_NOT_RUN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="soyte check", description="Kiểm tra tệp khám bệnh trước khi gửi, không cần cơ sở dữ liệu."
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="tệp .xml hoặc thư mục (đọc cả thư mục con)")
    parser.add_argument("--out", metavar="DIR", default=".", help="thư mục ghi soyte-check.html và soyte-check.xlsx")
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    parser.add_argument("--notes", action="store_true", help="kể cả những điều chỉ ghi nhận")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
