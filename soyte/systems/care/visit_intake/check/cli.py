"""`soyte check PATH... [--out DIR] [--json] [--notes] [--lang en]`: judge files without a database, an account or a server.

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
from gettext import NullTranslations
from pathlib import Path

from soyte.formats.visitfile import VIETNAM
from soyte.kernel.text.speech import LANGUAGES, SOURCE_LANGUAGE, speech
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
    words = speech(arguments.lang)
    try:
        require(arguments.paths)
    except PathMissingError as error:
        told = words.gettext("Không tìm thấy %(path)s. Kiểm tra lại đường dẫn.")
        return _failed(told % {"path": printable(error.path)})
    try:
        result, summary = _check(arguments, today or datetime.now(VIETNAM).date())
    except OSError as error:
        told = words.gettext(
            "Không ghi được báo cáo vào %(folder)s: %(reason)s. Chọn thư mục khác bằng --out, hoặc dọn ổ đĩa."
        )
        return _failed(told % {"folder": arguments.out, "reason": error.strerror})
    if arguments.json:
        print(json.dumps(result.as_json(notes=arguments.notes), ensure_ascii=False))
    else:
        print(_told(result, summary, arguments.out, words))
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
        with Spreadsheet(unfinished, notes=arguments.notes, language=arguments.lang) as book:
            for report in reports(visit_files(arguments.paths), received_on=received_on, language=arguments.lang):
                count(report, result, known, notes=arguments.notes)
                summary.add(report)
                book.add(report)
            book.finish(summary, facts=_facts(result, summary, made_at, speech(arguments.lang)))
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
            parts = page(summary, paths=shown, made_at=made_at, notes=arguments.notes, language=arguments.lang)
            text.writelines(parts)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _facts(result: Result, summary: Summary, made_at: datetime, words: NullTranslations) -> list[tuple[str, object]]:
    _ = words.gettext
    return [
        (_("Kiểm lúc"), f"{made_at:%H:%M %d/%m/%Y}"),
        (_("Tệp"), result.files),
        (_("Tệp không đọc được"), result.files_refused),
        (_("Lượt khám"), result.visits),
        (_("Nhận"), result.accepted),
        (_("trong đó nên xem"), summary.warned),
        (_("trong đó thay lượt đã gửi"), result.replaced),
        (_("Không nhận"), result.rejected),
        (_("Tổng chi của mọi lượt (đồng)"), summary.total),
        (_("Quỹ BHYT của mọi lượt (đồng)"), summary.insurer),
        (_("Tổng chi của lượt không nhận (đồng)"), summary.refused_total),
        (_("Quỹ BHYT của lượt không nhận (đồng)"), summary.refused_insurer),
    ]


def _told(result: Result, summary: Summary, out: str, words: NullTranslations) -> str:
    _, facts = words.gettext, {"out": f"{Path(out) / PAGE_NAME}", "sheet": SHEET_NAME}
    counts = {name: number(getattr(result, name)) for name in ("files", "visits", "accepted", "rejected")}
    lines = [_("Tệp: %(files)s. Lượt khám: %(visits)s; nhận được: %(accepted)s, không nhận: %(rejected)s.") % counts]
    if result.files_refused:
        lines.append(_("Tệp không đọc được: %(n)s.") % {"n": number(result.files_refused)})
    if result.rejected:
        lines.append(_("Tiền quỹ BHYT bị giữ: %(money)s.") % {"money": " ".join(money(summary.refused_insurer, words))})
    for cause in summary.causes_by_weight()[:5]:
        if cause.line.severity == "error":
            lines.append(f"  {number(cause.occurrences):>6}  {cause.line.title} ({cause.line.code})")
    lines.append(_("Báo cáo: %(out)s và %(sheet)s") % facts)
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
    parser.add_argument(
        "--lang", choices=LANGUAGES, default=SOURCE_LANGUAGE, help="ngôn ngữ của báo cáo (in English: en)"
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
