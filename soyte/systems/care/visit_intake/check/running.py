"""All files of a call, read by as many processes as help, reported in the order of their names."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from itertools import islice

from soyte.formats.visitfile import Finding
from soyte.kernel.text.speech import SOURCE_LANGUAGE
from soyte.systems.care.visit_intake.check.paths import Skipped, VisitFile
from soyte.systems.care.visit_intake.check.reading import FileReport, Line, line_of, read_file, warm
from soyte.systems.care.visit_intake.check.result import ErrorLine, Result
from soyte.systems.care.visit_intake.rules import NOTE

SKIPPED = "skipped"  # kind of a path that was named but not opened
FEW = 16  # files below which starting processes costs more than it saves
BATCH = 512  # files handed out at a time, so that reports do not pile up in memory


def reports(
    entries: Iterable[VisitFile | Skipped],
    *,
    received_on: date,
    language: str = SOURCE_LANGUAGE,
    processes: int | None = None,
) -> Iterator[FileReport]:
    """The report of each entry, in the order given, whatever works in parallel.

    `processes` is for tests; None takes as many as there are processors, one where the files are few.
    """
    entries = iter(entries)
    report = partial(_report, received_on=received_on, language=language)
    first = list(islice(entries, FEW))
    workers = processes or (os.cpu_count() or 1 if len(first) == FEW else 1)
    if workers == 1:
        yield from map(report, _chained(first, entries))
        return
    warm(received_on)
    # Forking shares the loaded lists; where the system cannot, each process loads its own.
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting = _chained(first, entries)
        while batch := list(islice(waiting, BATCH)):
            yield from pool.map(report, batch, chunksize=8)


def count(report: FileReport, result: Result, known: set[tuple[str, str]], *, notes: bool) -> None:
    """Add a report to the sums of the call. `known` are the (facility, MA_LK) taken so far."""
    skipped = report.kind == SKIPPED
    result.files += not skipped
    result.files_refused += report.refused
    _keep(result, report.path, None, report.lines, notes=notes)
    for visit in report.visits:
        key = (visit.facility_code, visit.code or "")
        result.count_visit(accepted=visit.accepted, replaced=key in known)
        if visit.accepted:
            known.add(key)
        _keep(result, report.path, visit.code, visit.lines, notes=notes)


def _report(entry: VisitFile | Skipped, *, received_on: date, language: str) -> FileReport:
    if isinstance(entry, VisitFile):
        return read_file(entry, received_on=received_on, language=language)
    line = line_of(Finding(entry.reason), NOTE, language=language)
    return FileReport(entry.shown, kind=SKIPPED, lines=[line])


def _keep(result: Result, path: str, visit: str | None, lines: Iterable[Line], *, notes: bool) -> None:
    result.errors += [
        ErrorLine(path, visit, line.table, line.line, line.field, line.code, line.severity, line.message)
        for line in lines
        if notes or line.severity != NOTE
    ]


def _chained(first: list[VisitFile | Skipped], rest: Iterator[VisitFile | Skipped]) -> Iterator[VisitFile | Skipped]:
    yield from first
    yield from rest
