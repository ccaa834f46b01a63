"""`soyte ingest PATH... [--json] [--notes]`: files of the command line into the record.

Exit status: 0 all taken, 1 some refused, 2 could not run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import BinaryIO

from django.conf import settings

from soyte.formats.visitfile import Finding
from soyte.kernel.actors import Machine
from soyte.systems.care.visit_intake.check.paths import (
    PathMissingError,
    Skipped,
    VisitFile,
    open_regular,
    printable,
    require,
    visit_files,
)
from soyte.systems.care.visit_intake.check.result import COULD_NOT_RUN, ErrorLine, Result
from soyte.systems.care.visit_intake.ingest.faults import STOPS, words_of
from soyte.systems.care.visit_intake.ingest.held import Source
from soyte.systems.care.visit_intake.ingest.receipts import Outcome, Sender
from soyte.systems.care.visit_intake.ingest.receive import receive
from soyte.systems.care.visit_intake.models import Receipt
from soyte.systems.care.visit_intake.rules import ERROR, NOTE, Judged, message

FEW_FILES, FEW_BYTES = 40, 1 << 20  # below these, starting processes costs more than it saves


def ingest_main(argv: Sequence[str]) -> int:
    """Run the command."""
    arguments = _parser().parse_args(argv)
    try:
        require(arguments.paths)
        result = ingest(arguments.paths, notes=arguments.notes)
    except PathMissingError as error:
        return _failed(f"Không tìm thấy {printable(error.path)}. Kiểm tra lại đường dẫn.")
    except STOPS as error:
        return _failed(words_of(error))
    if arguments.json:
        print(json.dumps(result.as_json(notes=arguments.notes), ensure_ascii=False))
    else:
        print(_told(result))
    return result.exit_status


def _now(_path: str) -> None:
    return None


def ingest(
    paths: Sequence[str], *, notes: bool = False, received_at: Callable[[str], datetime | None] = _now
) -> Result:
    """Receive the files below `paths` with the machine operator's right. Raises PathMissingError and faults of ours.

    `received_at` tells by its path when a file came (see Source).
    """
    started = time.monotonic()
    result = Result(persons_new=0, rows=0)
    entries = visit_files(paths)
    first = list(islice(entries, FEW_FILES))
    few = len(first) < FEW_FILES and sum(entry.size for entry in first if isinstance(entry, VisitFile)) < FEW_BYTES
    sender = Sender(Machine("soyte ingest"), Receipt.Channel.COMMAND, synthetic=settings.SOYTE_DEMO)
    sources = _sources(chain(first, entries), result, notes=notes, received_at=received_at)
    for outcome in receive(sources, sender, processes=0 if few else settings.SOYTE_PROCESSES):
        _count(outcome, result, notes=notes)
    result.seconds = time.monotonic() - started
    return result


def _sources(
    entries: Iterable[VisitFile | Skipped],
    result: Result,
    *,
    notes: bool,
    received_at: Callable[[str], datetime | None],
) -> Iterator[Source]:
    """What can be opened; the rest is named in the result."""
    for entry in entries:
        if isinstance(entry, Skipped):
            _keep(result, entry.shown, None, [Judged(Finding(entry.reason), NOTE)], notes=notes)
            continue
        result.files += 1
        try:
            opened = _Opened(entry.path)
        except OSError:
            result.files_refused += 1
            _keep(result, entry.shown, None, [Judged(Finding("file.unreadable"), ERROR)], notes=notes)
            continue
        yield Source(entry.shown, opened, entry.listed, received_at(entry.path))


class _Opened:
    """A file that could be opened: the first call gives that very stream, later ones open it anew."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._stream: BinaryIO | None = open_regular(path)

    def __call__(self) -> BinaryIO:
        stream, self._stream = self._stream, None
        return stream or open_regular(self._path)


def _count(outcome: Outcome, result: Result, *, notes: bool) -> None:
    result.files_refused += outcome.file_refused
    _keep(result, outcome.name, None, outcome.findings, notes=notes)
    for visit in outcome.visits:
        replaced = visit.replaced or outcome.repeated
        result.count_visit(accepted=visit.accepted, replaced=replaced)
        _keep(result, outcome.name, visit.code, visit.findings, notes=notes)
    result.persons_new = (result.persons_new or 0) + outcome.persons_new
    result.rows = (result.rows or 0) + outcome.rows


def _keep(result: Result, path: str, visit: str | None, findings: Iterable[Judged], *, notes: bool) -> None:
    result.errors += [
        ErrorLine(
            path, visit, found.table, found.line, found.field, found.code, found.severity, message(found.finding).text
        )
        for found in findings
        if notes or found.severity != NOTE
    ]


def _told(result: Result) -> str:
    lines = [
        f"Đã đọc {result.files} tệp, {result.visits} lượt khám trong {result.seconds:.1f} giây.",
        f"Nhận {result.accepted}, trong đó {result.replaced} lượt đã có bản trước; từ chối {result.rejected}.",
        f"Người mới: {result.persons_new}. Dòng hồ sơ: {result.rows}.",
    ]
    for error in result.errors:
        place = ", ".join(filter(None, (error.visit, error.table, f"dòng {error.line}" if error.line else "")))
        lines.append(f"{error.file}: {place + ': ' if place else ''}{error.message} [{error.code}]")
    return "\n".join(lines)


def _failed(text: str) -> int:
    print(f"soyte ingest: {text}", file=sys.stderr)
    return COULD_NOT_RUN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="soyte ingest", description="Nhận tệp khám bệnh vào hồ sơ.")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="tệp .xml hoặc thư mục")
    parser.add_argument("--json", action="store_true", help="in một dòng JSON")
    parser.add_argument("--notes", action="store_true", help="in cả những điều chỉ ghi nhận")
    return parser
