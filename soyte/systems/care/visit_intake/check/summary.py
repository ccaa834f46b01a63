"""What the two reports show: findings grouped by rule, by field, by facility, and the visits that would be refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from soyte.systems.care.visit_intake.check.reading import FileReport, Line, VisitReport
from soyte.systems.care.visit_intake.check.running import SKIPPED
from soyte.systems.care.visit_intake.rules import ERROR, NOTE, SEVERITIES, WARNING
from soyte.systems.care.visit_intake.rules.messages import MASK

_WEIGHT = {severity: place for place, severity in enumerate(SEVERITIES)}


@dataclass(slots=True)
class Cause:
    """One rule over the whole call, told by its first finding that is not masked. `insurer` sums T_BHTT of the visits it touches."""

    line: Line
    path: str
    visit: str | None
    occurrences: int = 0
    visits: int = 0
    files: int = 0
    total: Decimal = Decimal(0)
    insurer: Decimal = Decimal(0)
    last_file: str = ""
    values: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class FieldCount:
    """One field of one table: how many findings of each weight."""

    table: str
    field: str
    error: int = 0
    warning: int = 0
    note: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A visit, or a whole file (`visit` None), that would not be taken."""

    path: str
    visit: VisitReport | None
    reasons: tuple[Line, ...]


@dataclass(slots=True)
class Summary:
    """Everything counted while the reports go by. Money is đồng."""

    files: int = 0
    visits: int = 0
    clean: int = 0
    warned: int = 0
    refused: int = 0
    files_refused: int = 0
    masked: int = 0  # visits of whose values nothing is shown
    check_ins: int = 0
    total: Decimal = Decimal(0)
    insurer: Decimal = Decimal(0)
    refused_total: Decimal = Decimal(0)
    refused_insurer: Decimal = Decimal(0)
    causes: dict[tuple[str, str], Cause] = field(default_factory=dict)
    fields: dict[tuple[str, str], FieldCount] = field(default_factory=dict)
    refusals: list[Refused] = field(default_factory=list)
    skipped: list[tuple[str, Line]] = field(default_factory=list)

    def add(self, report: FileReport) -> None:
        """Count one file."""
        if report.kind == SKIPPED:
            self.skipped += [(report.path, line) for line in report.lines]
            return
        self.files += 1
        self.files_refused += report.refused
        self.check_ins += report.kind == "check_in"
        self._count_lines(report, None, report.lines)
        if report.refused:
            errors = tuple(line for line in report.lines if line.severity == ERROR)
            self.refusals.append(Refused(report.path, None, errors))
        for visit in report.visits:
            self._add_visit(report, visit)

    def causes_by_weight(self) -> list[Cause]:
        """The causes: errors first, the dearest first among them."""
        return sorted(
            self.causes.values(),
            key=lambda cause: (_WEIGHT[cause.line.severity], -cause.insurer, -cause.occurrences, cause.line.code),
        )

    def fields_by_weight(self) -> list[FieldCount]:
        return sorted(
            self.fields.values(), key=lambda each: (-each.error, -each.warning, -each.note, each.table, each.field)
        )

    def _add_visit(self, report: FileReport, visit: VisitReport) -> None:
        self.visits += 1
        self.masked += visit.masked
        self.total += visit.total
        self.insurer += visit.insurer
        if not visit.accepted:
            self.refused += 1
            self.refused_total += visit.total
            self.refused_insurer += visit.insurer
            errors = tuple(line for line in visit.lines if line.severity == ERROR)
            self.refusals.append(Refused(report.path, visit, errors))
        elif any(line.severity == WARNING for line in visit.lines):
            self.warned += 1
        else:
            self.clean += 1
        self._count_lines(report, visit, visit.lines)

    def _count_lines(self, report: FileReport, visit: VisitReport | None, lines: tuple[Line, ...] | list[Line]) -> None:
        touched: set[tuple[str, str]] = set()
        for line in lines:
            key = (line.severity, line.code)
            cause = self.causes.get(key)
            if cause is None:
                cause = self.causes[key] = Cause(line, report.path, visit.code if visit else None)
            elif cause.line.value == MASK != line.value:
                cause.line, cause.path, cause.visit = line, report.path, visit.code if visit else None
            cause.occurrences += 1
            if line.value and line.value != MASK and (len(cause.values) < 200 or line.value in cause.values):
                cause.values[line.value] += 1
            if key not in touched:
                touched.add(key)
                self._touch(cause, report, visit)
            self._count_field(line)

    def _touch(self, cause: Cause, report: FileReport, visit: VisitReport | None) -> None:
        if cause.last_file != report.path:
            cause.last_file = report.path
            cause.files += 1
        if visit is not None:
            cause.visits += 1
            cause.total += visit.total
            cause.insurer += visit.insurer

    def _count_field(self, line: Line) -> None:
        if line.field is None:
            return
        key = (line.table or "", line.field)
        counted = self.fields.get(key)
        if counted is None:
            counted = self.fields[key] = FieldCount(*key)
        if line.severity == ERROR:
            counted.error += 1
        elif line.severity == NOTE:
            counted.note += 1
        else:
            counted.warning += 1
