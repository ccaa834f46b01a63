"""One file, read and judged: what a worker process sends back."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import BinaryIO

from soyte.clinical.terminology.files import terms as file_terms
from soyte.clinical.terminology.terms import Terms
from soyte.formats.visitfile import (
    Finding,
    Survey,
    Visit,
    read_assessment,
    read_check_in,
    read_visit,
    survey,
)
from soyte.formats.visitfile.signature import MAX_SIZE, verify_signature
from soyte.kernel.text.speech import SOURCE_LANGUAGE, speech
from soyte.systems.care.visit_intake.check.paths import VisitFile, open_regular
from soyte.systems.care.visit_intake.labelling import labels_of
from soyte.systems.care.visit_intake.rules import (
    ACCEPTED,
    Judged,
    Lists,
    check_envelope,
    check_sheet,
    check_signature,
    check_visit,
    message,
    title,
    verdict,
    weighed,
)
from soyte.systems.care.visit_intake.rules.context import amount, day
from soyte.systems.care.visit_intake.rules.files import file_lists
from soyte.systems.care.visit_intake.rules.messages import MASK

LONGEST_SHEET = 256 << 20  # a check-in or an assessment is read whole; none comes near this size


@dataclass(frozen=True, slots=True)
class Line:
    """One finding in words."""

    severity: str
    code: str
    table: str | None
    line: int | None
    field: str | None
    value: str
    title: str
    what: str
    mend: str
    aliases: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"{self.what} {self.mend}".strip()


@dataclass(frozen=True, slots=True)
class VisitReport:
    """One HOSO with its verdict. Amounts are đồng as XML1 states them, 0 where it cannot be read.

    `masked`: it carries a label that is not granted.
    """

    index: int
    code: str | None
    facility_code: str
    accepted: bool
    ended_on: date | None
    total: Decimal
    insurer: Decimal
    masked: bool
    lines: tuple[Line, ...]


@dataclass(slots=True)
class FileReport:
    """One file: its own findings and its visits. `refused` says that nothing of it was taken."""

    path: str
    kind: str | None = None
    refused: bool = False
    lines: list[Line] = field(default_factory=list)
    visits: list[VisitReport] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What files are judged by. `sender_facility`: of a signed-in sender, whose files may only name his own.

    Of visits with a label that is not among `granted`, names, codes and texts are masked.
    """

    lists: Lists
    terms: Terms
    received_on: date
    sender_facility: str | None = None
    language: str = SOURCE_LANGUAGE  # of the words of what is found
    granted: frozenset[str] = frozenset()


@cache
def lists() -> Lists:
    """The code lists of this process, loaded once."""
    return file_lists()


def warm(on: date) -> None:
    """Load the big lists now, before processes are forked that would each load their own."""
    for name in ("icd10", "commune", "province", "visit_kind", "visit_subject", "department", "occupation"):
        lists().state(name, "", on)
    file_terms()


def read_file(file: VisitFile, *, received_on: date, language: str = SOURCE_LANGUAGE) -> FileReport:
    """Read and judge one file. Raises nothing that a file could cause: what is wrong is a line of the report."""
    report, by = FileReport(file.shown), Yardstick(lists(), file_terms(), received_on, language=language)
    try:
        with open_regular(file.path) as stream:
            _read(stream, report, by)
    except OSError:
        report.refused = True
        report.lines += _lines(weighed([Finding("file.unreadable")], on=received_on), by)
    return report


def read_stream(stream: BinaryIO, *, shown: str, by: Yardstick) -> FileReport:
    """`read_file` for bytes that are at hand, by lists of the caller's choice."""
    report = FileReport(shown)
    _read(stream, report, by)
    return report


def _read(stream: BinaryIO, report: FileReport, by: Yardstick) -> None:
    found = survey(stream)
    received_on = by.received_on
    judged = check_envelope(found, received_on=received_on, sender_facility=by.sender_facility)
    report.kind = found.kind
    report.refused = verdict(judged) != ACCEPTED
    if found.signed and not report.refused:
        judged += _signature(stream, received_on)
    report.lines += _lines(judged, by)
    if report.refused:
        return
    if found.kind == "visits":
        for index, (start, end) in enumerate(found.visits, start=1):
            stream.seek(start)
            visit = read_visit(stream.read(end - start), index=index, survey=found)
            report.visits.append(_visit_report(visit, found, by))
    else:
        _read_sheet(stream, report, found, by)


def _signature(stream: BinaryIO, received_on: date) -> list[Judged]:
    """One byte more than can be verified is enough to say that the file is too large for it."""
    stream.seek(0, os.SEEK_SET)
    checked = verify_signature(stream.read(MAX_SIZE + 1), on=received_on)
    return check_signature(checked, received_on=received_on)


def _read_sheet(stream: BinaryIO, report: FileReport, found: Survey, by: Yardstick) -> None:
    stream.seek(0, os.SEEK_SET)
    content = stream.read(LONGEST_SHEET)
    sheet = read_check_in(content) if found.kind == "check_in" else read_assessment(content)
    judged = check_sheet(sheet, lists=by.lists, received_on=by.received_on, sender_facility=by.sender_facility)
    report.refused = not sheet.readable or verdict(judged) != ACCEPTED
    report.lines += _lines(judged, by)


def _visit_report(visit: Visit, found: Survey, by: Yardstick) -> VisitReport:
    judged = check_visit(
        visit, survey=found, lists=by.lists, received_on=by.received_on, sender_facility=by.sender_facility
    )
    values = visit.summary.values if visit.summary else {}
    ended_on = day(values.get("NGAY_RA", ""))
    labels = labels_of(visit, by.terms, on=ended_on or by.received_on)
    masked = not by.granted.issuperset(labels)
    total = amount(values.get("T_TONGCHI_BV") or values.get("T_TONGCHI", ""))
    return VisitReport(
        index=visit.index,
        code=visit.code,
        facility_code=visit.facility_code,
        accepted=verdict(judged) == ACCEPTED,
        ended_on=ended_on,
        total=total or Decimal(0),
        insurer=amount(values.get("T_BHTT", "")) or Decimal(0),
        masked=masked,
        lines=tuple(_lines(judged, by, masked=masked)),
    )


def _lines(judged: list[Judged], by: Yardstick, *, masked: bool = False) -> list[Line]:
    return [
        line_of(each.finding, each.severity, names=each.aliases, language=by.language, masked=masked) for each in judged
    ]


def line_of(
    finding: Finding,
    severity: str,
    *,
    names: tuple[str, ...] = (),
    language: str = SOURCE_LANGUAGE,
    masked: bool = False,
) -> Line:
    """A finding in the words of a language; `masked` where its visit's label is not granted."""
    say = speech(language).gettext
    words = message(finding, masked=masked, say=say)
    return Line(
        severity=severity,
        code=finding.code,
        table=finding.table,
        line=finding.line,
        field=finding.field,
        value=MASK if masked and finding.value else finding.value[:200],
        title=title(finding, say=say),
        what=words.what,
        mend=words.mend,
        aliases=names,
    )
