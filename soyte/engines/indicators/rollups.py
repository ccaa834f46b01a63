"""Reading roll-ups: figures of long periods and series of days without their rows.

    figure("visits", actor=actor, start=first, end=last, by=["commune"])   # as figures.figure, same answer
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
from typing import Any

from django.db.models import Aggregate, Expression, F, QuerySet, Sum
from django.utils import timezone

from soyte.engines.indicators import figures, rolling
from soyte.engines.indicators.counting import Coverage, period_key
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
    indicator, asked = question.indicator, [d for d in question.dimensions if not d.is_period]
    if not indicator.daily or len(asked) > 1 or not {d.code for d in asked} <= {*indicator.daily}:
        return False
    of_unit = all(dimension.of_unit for dimension in asked)
    sees_all = question.actor.units(question.countable.action) is None
    return (of_unit or sees_all) and rolling.is_current(indicator.code)


def _count(question: Question, names: Sequence[str]) -> list[Counted]:
    """`Question.count` of cells. A total is counted undivided, because a split leaves out rows that lack its key."""
    used = [d for d in question.dimensions if f"key_{d.code}" in names or d.code in question.where]
    split = next((dimension.code for dimension in used if not dimension.is_period), "")
    found = _cells(question, split).filter(day__gte=question.start, day__lte=question.end)
    keys: dict[str, Expression | F] = {
        f"key_{d.code}": period_key(d.code, "day") if d.is_period else F("key") for d in used
    }
    return figures.grouped(figures.narrowed(found.annotate(**keys), question.where), names, _sums(question.actor))


def _cells(question: Question, split: str) -> QuerySet[Any]:
    mine = Cell.objects.filter(indicator=question.indicator.code, split=split)
    return visible(question.actor, question.countable.action, mine)


def _sums(actor: Acting) -> dict[str, Aggregate]:
    return {
        "value": Sum("amount", default=Decimal(0)),
        "size": Sum("rows", default=0),
        "unseen": Sum("rows", filter=figures.unseen_by(actor, "labels"), default=0),
    }


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
    for key, *amounts in found.values_list("key").annotate(**_sums(actor)).order_by():
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
    coverage: Coverage | None


def series(
    code: str, *, actor: Acting, start: date, end: date, by: str | None = None, where: Where | None = None
) -> Series:
    """The values of each day from `start` to `end`, both included, of the whole or of each key of a dimension."""
    found = figure(code, actor=actor, start=start, end=end, by=["day", *([by] if by else [])], where=where)
    days = [start + n * _DAY for n in range((end - start).days + 1)]
    place = {day.isoformat(): n for n, day in enumerate(days)}
    lines: dict[str, list[Decimal | None]] = defaultdict(lambda: [Decimal(0)] * len(days))
    for cell in found.cells:
        lines[cell.keys[1] if by else ""][place[cell.keys[0]]] = cell.value
    if not by:
        lines[""]
    return Series(days, dict(lines), found.names[1] if by else {}, found.as_of, found.coverage)
