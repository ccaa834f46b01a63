"""Reading roll-ups: figures of long periods and series of days without their rows.

    figure("visits", actor=actor, start=first, end=last, by=["commune"])   # as figures.figure, same answer
    several([Asked("visits", first, last), ...], actor=actor)             # figures of days and weeks, read at once
    series("visits", actor=actor, start=first, end=last, by="facility")    # a value for each day and key

What a viewer sees and what is hidden from him is as in `figures`. A question that cells cannot answer, or whose cells are
being built, is counted from the rows. Cells are a moment behind the rows: `as_of` says of when they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Aggregate, Expression, F, Q, QuerySet, Sum
from django.utils import timezone

from soyte.engines.indicators import figures, rolling
from soyte.engines.indicators.counting import Dimension, period_key
from soyte.engines.indicators.figures import Counted, Counts, Crossed, Crossing, Figure, Question, Where
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
        return figures.answered(question, question.count(), as_of=timezone.now())
    as_of = rolling.as_of()
    return figures.answered(question, _count(question), as_of=as_of)


def _answers_by_day(question: Question) -> bool:
    return _fits_days(question) and rolling.is_current(question.indicator.code)


def _fits_days(question: Question) -> bool:
    indicator, asked = question.indicator, [d for d in question.dimensions if not d.is_period]
    if not indicator.daily or len(asked) > 1 or not {d.code for d in asked} <= {*indicator.daily}:
        return False
    of_unit = all(dimension.of_unit for dimension in asked)
    return of_unit or question.actor.units(question.countable.action) is None


def _count(question: Question) -> Counts:
    """`Question.count` of cells. The total of a split is counted undivided, since cells of rows that lack a key are not kept."""
    aggregates = _sums(question.actor, question.countable.action)
    is_split = not _is_whole(question, question.names)
    return figures.counts_of(
        _keyed(question, question.names),
        question.names,
        aggregates,
        partial(_keyed, question, []) if is_split else None,
    )


def _is_whole(question: Question, names: Sequence[str]) -> bool:
    """The cells that these keys are read from hold every row of the whole."""
    return _split(_used(question, names)) == _split(_used(question, []))


def _keyed(question: Question, names: Sequence[str]) -> QuerySet[Any]:
    """The cells of the question, keyed as far as these keys need."""
    used = _used(question, names)
    keys: dict[str, Expression | F] = {
        f"key_{d.code}": period_key(d.code, "day") if d.is_period else F("key") for d in used
    }
    by_day = any(dimension.code == "day" for dimension in used)
    found = _cells(question).filter(_period(_split(used), question.start, question.end, by_day=by_day))
    return figures.narrowed(found.annotate(**keys), question.where)


def _period(split: str, start: date, end: date, *, by_day: bool) -> Q:
    """The cells of a split that make up the days from `start` to `end`: of whole months and of what days are left."""
    first, after = _whole_months(start, end)
    if by_day or first >= after:
        return Q(split=split, day__range=(start, end))
    found = Q(split=rolling.months_of(split), day__gte=first, day__lt=after)
    if start < first:
        found |= Q(split=split, day__gte=start, day__lt=first)
    if after <= end:
        found |= Q(split=split, day__range=(after, end))
    return found


def _whole_months(start: date, end: date) -> tuple[date, date]:
    """The first days of the first whole month and of the first that is not; not in this order if there is none."""
    first = start if start.day == 1 else (start.replace(day=1) + 31 * _DAY).replace(day=1)
    return first, (end + _DAY).replace(day=1)


def _used(question: Question, names: Sequence[str]) -> list[Dimension]:
    """The dimensions that keys are needed of."""
    return [d for d in question.dimensions if f"key_{d.code}" in names or d.code in question.where]


def _split(used: Sequence[Dimension]) -> str:
    return next((dimension.code for dimension in used if not dimension.is_period), "")


def _cells(question: Question) -> QuerySet[Any]:
    mine = Cell.objects.filter(indicator=question.indicator.code)
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
        figures.answered(question, _count_read(days, question), as_of=as_of)
        if is_kept
        else figures.answered(question, question.count(), as_of=timezone.now())
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


def _count_read(days: _Days, question: Question) -> Counts:
    """`_count` of cells that are read already."""
    parts = _sums_read(days, question, question.names)
    is_whole = _is_whole(question, question.names)
    return Counts(parts, figures.added_up(parts if is_whole else _sums_read(days, question, [])))


def _sums_read(days: _Days, question: Question, names: Sequence[str]) -> list[Counted]:
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
    """The answer of `figures.crossed_of`: whole months of the whole province from monthly cells, the days beside them from
    the rows. What is asked is counted by the row, so its parts add up."""
    question = Question.of(code, actor=actor, start=start, end=end, by=by, where=where)
    kept, (first, after) = _monthly(question), _whole_months(start, end)
    if kept is None or first >= after:
        return figures.crossed_of(question)
    as_of = rolling.as_of()
    parts = _crossed_months(replace(question, start=first, end=after - _DAY), kept)
    for rest_start, rest_end in ((start, first - _DAY), (after, end)):
        if rest_start <= rest_end:
            parts += figures.crossed_of(replace(question, start=rest_start, end=rest_end)).rows
    return Crossing(_added(parts), as_of)


def _crossed_months(question: Question, kept: tuple[str, ...]) -> list[Crossed]:
    """The cells of whole months, kept by the dimensions `kept`."""
    cells = _cells(question).filter(split=rolling.month_split(kept), day__range=(question.start, question.end))
    sums = _sums(question.actor, question.countable.action)
    wanted = {kept.index(name): {*figures.several(keys)} for name, keys in question.where.items()}
    places = [kept.index(dimension.code) for dimension in question.by]
    parts = []
    for key, *amounts in cells.values_list("key").annotate(**sums).order_by():
        keys = key.split(rolling.KEYS_JOINED_BY)
        if all(keys[place] in allowed for place, allowed in wanted.items()):
            parts.append(Crossed(tuple([keys[place] for place in places]), *amounts))
    return parts


def _added(parts: Iterable[Crossed]) -> list[Crossed]:
    """One for each combination of keys."""
    sums: dict[tuple[str, ...], Crossed] = {}
    for row in parts:
        sums[row.keys] = row.plus(known) if (known := sums.get(row.keys)) else row
    return [*sums.values()]


def _monthly(question: Question) -> tuple[str, ...] | None:
    """The dimensions of the monthly cells that can answer, the fewest that do."""
    if question.actor.units(question.countable.action) is not None:
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
