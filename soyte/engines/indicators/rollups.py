"""Reading roll-ups: figures of long periods and series of days without their rows.

    figure("visits", actor=actor, start=first, end=last, by=["commune"])   # as figures.figure, same answer
    several([Asked("visits", first, last), ...], actor=actor)             # figures of days and weeks, read at once
    series("visits", actor=actor, start=first, end=last, by="facility")    # a value for each day and key

What a viewer sees and what is hidden from him is as in `figures`. A question that cells cannot answer, or whose cells are
being built, is counted from the rows. Cells are a moment behind the rows: `as_of` says of when they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Aggregate, Expression, F, Q, QuerySet, Sum
from django.utils import timezone

from soyte.engines.indicators import figures, rolling
from soyte.engines.indicators.counting import Dimension, period_key
from soyte.engines.indicators.figures import Counted, Crossing, Figure, Question, Where
from soyte.engines.indicators.models import Cell
from soyte.kernel.access.policy import visible
from soyte.kernel.actors import Acting

_DAY = timedelta(days=1)


def figure(
    code: str, *, actor: Acting, start: date, end: date, by: Sequence[str] = (), where: Where | None = None
) -> Figure:
    """The answer of `figures.figure`, from daily cells where they can give it."""
    question = Question.of(code, actor=actor, start=start, end=end, by=by, where=where)
    if not _answers_by_day(question):
        return figures.answered(question, question.count, as_of=timezone.now())
    as_of = rolling.as_of()
    return figures.answered(question, lambda names: _count(question, names), as_of=as_of)


def _answers_by_day(question: Question) -> bool:
    return _fits_days(question) and rolling.is_current(question.indicator.code)


def _fits_days(question: Question) -> bool:
    indicator, asked = question.indicator, [d for d in question.dimensions if not d.is_period]
    if not indicator.daily or len(asked) > 1 or not {d.code for d in asked} <= {*indicator.daily}:
        return False
    of_unit = all(dimension.of_unit for dimension in asked)
    return of_unit or question.actor.units(question.countable.action) is None


def _count(question: Question, names: Sequence[str]) -> list[Counted]:
    """`Question.count` of cells. A total is counted undivided, because a split leaves out rows that lack its key."""
    used = _used(question, names)
    split = _split(used)
    found = _cells(question, split).filter(day__gte=question.start, day__lte=question.end)
    keys: dict[str, Expression | F] = {
        f"key_{d.code}": period_key(d.code, "day") if d.is_period else F("key") for d in used
    }
    return figures.grouped(
        figures.narrowed(found.annotate(**keys), question.where),
        names,
        _sums(question.actor, question.countable.action),
    )


def _used(question: Question, names: Sequence[str]) -> list[Dimension]:
    """The dimensions that keys are needed of."""
    return [d for d in question.dimensions if f"key_{d.code}" in names or d.code in question.where]


def _split(used: Sequence[Dimension]) -> str:
    return next((dimension.code for dimension in used if not dimension.is_period), "")


def _cells(question: Question, split: str) -> QuerySet[Any]:
    mine = Cell.objects.filter(indicator=question.indicator.code, split=split)
    return visible(question.actor, question.countable.action, mine)


def _sums(actor: Acting, action: str) -> dict[str, Aggregate]:
    return {
        "value": Sum("amount", default=Decimal(0)),
        "size": Sum("rows", default=0),
        "unseen": Sum("rows", filter=figures.unseen_by(actor, action, "labels"), default=0),
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of several, as `figure` takes it."""

    code: str
    start: date
    end: date
    by: Sequence[str] = ()
    where: Where | None = None


def several(asked: Sequence[Asked], *, actor: Acting) -> list[Figure]:
    """The answers of `figure` to each question, in their order, from one reading of the cells.

    For days and weeks: the cells of each day are read and added up here, which for years is dearer than to ask one by one.
    """
    questions = [
        Question.of(one.code, actor=actor, start=one.start, end=one.end, by=one.by, where=one.where) for one in asked
    ]
    current = rolling.current({question.indicator.code for question in questions})
    kept = [_fits_days(question) and question.indicator.code in current for question in questions]
    as_of = rolling.as_of()
    days = _read_days([question for question, is_kept in zip(questions, kept, strict=True) if is_kept], actor)
    return [
        figures.answered(question, partial(_count_read, days, question), as_of=as_of)
        if is_kept
        else figures.answered(question, question.count, as_of=timezone.now())
        for question, is_kept in zip(questions, kept, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Day:
    """The cells of a day and key, added up over units and labels."""

    day: date
    key: str
    value: Decimal
    size: int
    unseen: int

    def key_of(self, dimension: Dimension) -> str:
        if not dimension.is_period:
            return self.key
        return self.day.isoformat() if dimension.code == "day" else f"{self.day:%Y-%m}"


_Days = Mapping[tuple[str, str], Sequence[_Day]]  # by indicator and split


def _read_days(questions: Sequence[Question], actor: Acting) -> _Days:
    wanted = Q()
    for question in questions:
        for split in {_split(_used(question, question.names)), _split(_used(question, []))}:
            wanted |= Q(indicator=question.indicator.code, split=split, day__gte=question.start, day__lte=question.end)
    found: dict[tuple[str, str], list[_Day]] = defaultdict(list)
    if not wanted:
        return found
    for action in {question.countable.action for question in questions}:
        codes = {question.indicator.code for question in questions if question.countable.action == action}
        mine = visible(actor, action, Cell.objects.filter(wanted, indicator__in=sorted(codes)))
        rows = mine.order_by().values_list("indicator", "split", "day", "key").annotate(**_sums(actor, action))
        for code, split, *rest in rows:
            found[code, split].append(_Day(*rest))
    return found


def _count_read(days: _Days, question: Question, names: Sequence[str]) -> list[Counted]:
    """`_count` of cells that are read already."""
    used = _used(question, names)
    allowed = [(d, {*figures.several(question.where[d.code])}) for d in used if d.code in question.where]
    dimensions = [dimension for name in names for dimension in used if name == f"key_{dimension.code}"]
    sums: dict[tuple[str, ...], list[Any]] = {} if names else {(): [Decimal(0), 0, 0]}
    for one in days.get((question.indicator.code, _split(used)), ()):
        if question.start <= one.day <= question.end and all(one.key_of(d) in keys for d, keys in allowed):
            row = sums.setdefault(tuple(one.key_of(d) for d in dimensions), [Decimal(0), 0, 0])
            row[:] = [row[0] + one.value, row[1] + one.size, row[2] + one.unseen]
    return [
        {**dict(zip(names, keys, strict=True)), "value": value, "size": size, "unseen": unseen}
        for keys, (value, size, unseen) in sorted(sums.items())
    ]


def crossed(
    code: str, *, actor: Acting, start: date, end: date, by: Sequence[str], where: Where | None = None
) -> Crossing:
    """The answer of `figures.crossed`, from monthly cells for whole months of the whole province."""
    question = Question.of(code, actor=actor, start=start, end=end, by=by, where=where)
    kept = _monthly(question)
    if kept is None:
        return figures.crossed_of(question)
    as_of = rolling.as_of()
    found = _cells(question, rolling.month_split(kept)).filter(day__gte=start, day__lte=end)
    wanted = {kept.index(name): {*figures.several(keys)} for name, keys in question.where.items()}
    places = [kept.index(dimension.code) for dimension in question.by]
    sums: dict[tuple[str, ...], list[Any]] = defaultdict(lambda: [Decimal(0), 0, 0])
    for key, *amounts in found.values_list("key").annotate(**_sums(actor, question.countable.action)).order_by():
        keys = key.split(rolling.KEYS_JOINED_BY)
        if all(keys[place] in allowed for place, allowed in wanted.items()):
            row = sums[tuple(keys[place] for place in places)]
            row[:] = [known + more for known, more in zip(row, amounts, strict=True)]
    return Crossing([figures.Crossed(keys, *row) for keys, row in sums.items()], as_of)


def _monthly(question: Question) -> tuple[str, ...] | None:
    """The dimensions of the monthly cells that can answer, the fewest that do."""
    whole_months = question.start.day == 1 and (question.end + _DAY).day == 1
    if not whole_months or question.actor.units(question.countable.action) is not None:
        return None
    needed = {dimension.code for dimension in question.dimensions}
    fitting = [kept for kept in question.indicator.monthly if needed <= {*kept}]
    if not fitting or not rolling.is_current(question.indicator.code):
        return None
    return min(fitting, key=len)


@dataclass(frozen=True, slots=True)
class Series:
    """Values of each day. `lines` has one for each key (of "" without a split), as long as `days`; None is hidden."""

    days: Sequence[date]
    lines: Mapping[str, Sequence[Decimal | None]]
    names: Mapping[str, str]
    as_of: datetime


def series(
    code: str, *, actor: Acting, start: date, end: date, by: str | None = None, where: Where | None = None
) -> Series:
    """The values of each day from `start` to `end`, both included, of the whole or of each key of a dimension."""
    return series_of(figure(code, actor=actor, start=start, end=end, by=["day", *([by] if by else [])], where=where))


def series_of(found: Figure) -> Series:
    """A figure that was asked by day, or by day and a dimension, with a value for each day."""
    by = len(found.names) > 1
    days = [found.start + n * _DAY for n in range((found.end - found.start).days + 1)]
    place = {day.isoformat(): n for n, day in enumerate(days)}
    lines: dict[str, list[Decimal | None]] = defaultdict(lambda: [Decimal(0)] * len(days))
    for cell in found.cells:
        lines[cell.keys[1] if by else ""][place[cell.keys[0]]] = cell.value
    if not by:
        lines[""]
    return Series(days, dict(lines), found.names[1] if by else {}, found.as_of)
