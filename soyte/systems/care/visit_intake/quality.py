"""The quality of each facility's files over time: refused, warned, made late, by rule and by the sending program.

A file counts in the month in which it was made (NGAYLAP, never later than its receipt), so that a backlog sent at once
does not look like one bad month. A visit was made late where its file was made more than `late_days` after it ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TypeVar

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from soyte.engines.indicators.figures import SMALL
from soyte.kernel.access.policy import visible
from soyte.kernel.actors import Acting
from soyte.kernel.organisations.models import Unit
from soyte.systems.care.visit_intake.calendar import bounds, step
from soyte.systems.care.visit_intake.labelling import ABORTION, HIV
from soyte.systems.care.visit_intake.models import QualityMonth, Receipt, RuleMonth
from soyte.systems.care.visit_intake.rules import catalogue
from soyte.systems.care.visit_intake.rules.inventory import title_of

M = TypeVar("M", bound=Model)
# What these rules speak of are visits with a label, and nothing but them.
_TELLING = {
    HIV: re.compile(r"(?:^|\.)XML6\."),
    ABORTION: re.compile(r"(?:^|\.)XML7\.(?:NGUYENNHAN_DINHCHI|THOIGIAN_DINHCHI|TUOI_THAI)\."),
}
LATE_DAYS = 1
LATE_CHOICES = (1, 3, 7, 30)  # as QualityMonth counts
MONTHS = 6
MOST_FACILITIES = 1_000


@dataclass(frozen=True)
class Period:
    """Whole months from `first` to `last`, both by their first day."""

    first: date
    last: date

    @cached_property
    def months(self) -> list[date]:
        found = [self.first]
        while found[-1] < self.last:
            found.append(step(found[-1], 1))
        return found

    @property
    def end(self) -> date:
        """The first day after the period."""
        return step(self.last, 1)


def asked_period(first: date | None, last: date | None, *, today: date) -> Period:
    """The months asked for, by their first days; else the last six up to now. At most three years."""
    until = min(last or today.replace(day=1), today.replace(day=1))
    since = first
    if since is None or since > until:
        since = until
        for _number in range(MONTHS - 1):
            since = step(since, -1)
    return Period(max(since, date(until.year - 3, until.month, 1)), until)


@dataclass(slots=True)
class Counts:
    """Visits of a facility, a program or a month. Shares are of one; None where nothing was sent."""

    files: int = 0
    unreadable: int = 0
    visits: int = 0
    refused: int = 0
    warned: int = 0
    late: int = 0
    last_at: datetime | None = None

    def add(self, other: Counts) -> None:
        self.files += other.files
        self.unreadable += other.unreadable
        self.visits += other.visits
        self.refused += other.refused
        self.warned += other.warned
        self.late += other.late
        self.last_at = max(filter(None, [self.last_at, other.last_at]), default=None)

    def _share(self, part: int) -> float | None:
        return part / self.visits if self.visits else None

    @property
    def refused_share(self) -> float | None:
        return self._share(self.refused)

    @property
    def warned_share(self) -> float | None:
        return self._share(self.warned)

    @property
    def late_share(self) -> float | None:
        return self._share(self.late)


@dataclass(frozen=True, slots=True)
class Line:
    """The counts of one facility, or of one program, whole and by month."""

    key: str
    name: str
    software: str
    whole: Counts
    months: Sequence[Counts]

    @property
    def trend(self) -> list[float | None]:
        """The refused share of each month in percent."""
        return [None if m.refused_share is None else 100 * m.refused_share for m in self.months]


def _counted(
    actor: Acting, period: Period, *, late_days: int, unit: Unit | None = None
) -> list[tuple[int | None, date, Counts]]:
    """Sums by sender and month. Files that nobody is known to have sent have no unit and stand in a line of their own."""
    rows = _reached(actor, QualityMonth.objects.filter(month__gte=period.first, month__lt=period.end), unit)
    fields = ["unit_id", "month", "files", "unreadable", "visits", "refused", "warned", f"late_{late_days}", "last_at"]
    return [(unit_id, month, Counts(*numbers)) for unit_id, month, *numbers in rows.values_list(*fields)]


def _reached(actor: Acting, rows: QuerySet[M], unit: Unit | None) -> QuerySet[M]:
    reach = actor.units("visit_files.quality")
    if reach is not None:
        rows = rows.filter(unit__in=sorted(reach))
    return rows.filter(unit=unit) if unit else rows


def facilities(actor: Acting, period: Period, *, late_days: int = LATE_DAYS) -> list[Line]:
    """A line for each facility that sent in the period: the largest refused share first."""
    counted = _counted(actor, period, late_days=late_days)
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in={key for key, _month, _counts in counted if key})}
    keyed = [(_facility(units.get(key or 0)), month, counts) for key, month, counts in counted]
    return _worst_first(_lines(keyed, period))[:MOST_FACILITIES]


def one_facility(actor: Acting, period: Period, unit: Unit, *, late_days: int = LATE_DAYS) -> Line:
    """The line of one facility; of one that sent nothing, without counts."""
    counted = _counted(actor, period, late_days=late_days, unit=unit)
    lines = _lines([(_facility(unit), month, counts) for _unit, month, counts in counted], period)
    return lines[0] if lines else Line(*_facility(unit), Counts(), [Counts() for _month in period.months])


def _facility(unit: Unit | None) -> tuple[str, str, str]:
    if unit is None:
        return "", _("Không rõ cơ sở"), ""
    return unit.facility_code or str(unit.pk), unit.name, unit.software


def programs(actor: Acting, period: Period, *, late_days: int = LATE_DAYS) -> list[Line]:
    """A line for each program that the facilities say they send with."""
    counted = _counted(actor, period, late_days=late_days)
    named = dict(Unit.objects.filter(pk__in={key for key, *_rest in counted if key}).values_list("pk", "software"))
    keyed = [
        ((name, name or _("Chưa khai phần mềm"), name), month, counts)
        for name, month, counts in ((named.get(key or 0, ""), month, counts) for key, month, counts in counted)
    ]
    return _worst_first(_lines(keyed, period))


def _lines(counted: Iterable[tuple[tuple[str, str, str], date, Counts]], period: Period) -> list[Line]:
    lines: dict[tuple[str, str, str], Line] = {}
    for key, month, counts in counted:
        line = lines.setdefault(key, Line(*key, Counts(), [Counts() for _month in period.months]))
        line.whole.add(counts)
        line.months[period.months.index(month)].add(counts)
    return list(lines.values())


def _worst_first(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-(line.whole.refused_share or 0), -line.whole.visits, line.name))


def total(lines: Iterable[Line]) -> Counts:
    whole = Counts()
    for line in lines:
        whole.add(line.whole)
    return whole


@dataclass(frozen=True, slots=True)
class RuleLine:
    """How often one rule spoke: visits (files, where it speaks of the file), facilities, and the months of the period.

    `visits` is None where they are so few that they would single out a label: then nothing else is counted either.
    """

    code: str
    title: str
    severity: str
    visits: int | None
    facilities: int
    months: Sequence[int]


def rules(actor: Acting, period: Period, *, unit: Unit | None = None) -> list[RuleLine]:
    """The rules that spoke in the period, of one facility or of all; errors first, the most frequent first."""
    rows = _reached(actor, RuleMonth.objects.filter(month__gte=period.first, month__lt=period.end), unit)
    lines = _rule_lines(rows.values_list("code", "severity", "month", "unit_id", "visits"), period)
    return [_fewer_hidden(actor, line) for line in lines]


def _fewer_hidden(actor: Acting, line: RuleLine) -> RuleLine:
    """The line, or without its numbers where few visits of a label that the actor is not granted would be told."""
    if line.visits is None or line.visits >= SMALL:
        return line
    told = [label for label, rule in _TELLING.items() if rule.search(line.code)]
    granted = (part.labels for part in actor.parts("visit_files.quality"))
    return (
        replace(line, visits=None, facilities=0, months=()) if any(set(told) - labels for labels in granted) else line
    )


def _rule_lines(rows: Iterable[tuple[str, str, date, int | None, int]], period: Period) -> list[RuleLine]:
    months: dict[tuple[str, str], list[int]] = {}
    senders: dict[tuple[str, str], set[int | None]] = {}
    for code, severity, month, unit, visits in rows:
        counted = months.setdefault((code, severity), [0] * len(period.months))
        counted[period.months.index(month)] += visits
        senders.setdefault((code, severity), set()).add(unit)
    lines = [
        RuleLine(code, title_of(code, say=_), severity, sum(counted), len(senders[code, severity]), counted)
        for (code, severity), counted in months.items()
    ]
    return sorted(lines, key=lambda line: (line.severity != catalogue.ERROR, -(line.visits or 0), line.code))


def unit_of(actor: Acting, facility_code: str) -> Unit | None:
    """The facility whose files the actor may judge; the latest that bore this code."""
    found = visible(actor, "visit_files.quality", Unit.objects.filter(facility_code=facility_code))
    return found.order_by("-valid_from").first()


def silent_facilities(actor: Acting, *, today: date, days: int = 3, lately: int = 30) -> int:
    """Facilities that sent within `lately` days and nothing in the last `days`."""
    morning = bounds(today, today)[0]
    since, silent = morning - timedelta(days=lately), morning - timedelta(days=days)
    latest = visible(actor, "visit_files.quality", Receipt.objects.filter(unit=OuterRef("pk"))).order_by("-id")
    heard = Unit.objects.annotate(heard_at=Subquery(latest.values("received_at")[:1]))
    return heard.filter(heard_at__gte=since, heard_at__lt=silent).count()
