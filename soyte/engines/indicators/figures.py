"""A figure: values over a period, split by at most two dimensions, with its time, its coverage and its rows.

Totals always count labelled visits. What a viewer without the grant may not single out is hidden:
- split by a dimension that can name a condition, a cell of 1-4 rows with a labelled one shows "dưới 5";
- split by two dimensions where a labelled row falls in the table, all cells under 5 and their row totals are hidden.
A row is labelled for a viewer if it carries a label that he is not granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, Expression, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.engines.indicators.content import Indicator, indicators
from soyte.engines.indicators.counting import Countable, Coverage, Dimension, countables
from soyte.kernel.access.policy import visible
from soyte.kernel.actors import Acting, Machine
from soyte.kernel.errors import DomainError

SMALL = 5


class UnknownIndicator(DomainError):
    code = "indicators.unknown"
    message = _("Không có số liệu mang mã “%(code)s”. Có: %(known)s.")


class UnknownDimension(DomainError):
    code = "indicators.unknown_dimension"
    message = _("Số liệu này không chia theo “%(code)s”. Chia được theo: %(known)s.")


class PeriodReversed(DomainError):
    code = "indicators.period_reversed"
    message = _("Ngày đầu (%(start)s) sau ngày cuối (%(end)s). Đổi lại hai ngày.")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. `hidden` cells have no value: they show "dưới 5" and open no rows."""

    keys: tuple[str, ...]
    value: Decimal | None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    indicator: Indicator
    start: date
    end: date
    cells: Sequence[Cell]
    total: Cell
    as_of: datetime
    coverage: Coverage | None
    names: Sequence[Mapping[str, str]]  # for each dimension: key -> name on the last day of the period

    def name(self, cell: Cell, position: int = 0) -> str:
        key = cell.keys[position]
        return self.names[position].get(key, key)


def find(code: str) -> tuple[Indicator, Countable]:
    """The indicator of this code and what it counts. Raises UnknownIndicator."""
    indicator = indicators().get(code)
    if indicator is None:
        raise UnknownIndicator(code=code, known=", ".join(indicators()))
    return indicator, countables()[indicator.count]


def _dimension(countable: Countable, code: str) -> Dimension:
    try:
        return countable.dimension(code)
    except KeyError:
        raise UnknownDimension(code=code, known=", ".join(d.code for d in countable.dimensions)) from None


def _period(indicator: Indicator, countable: Countable, start: date, end: date) -> QuerySet[Any]:
    if start > end:
        raise PeriodReversed(start=start, end=end)
    first = max(start, indicator.valid.from_)
    last = min(end, indicator.valid.to) if indicator.valid.to else end
    rows: QuerySet[Any] = countable.rows()
    rows = rows.filter(**{f"{countable.day}__gte": first, f"{countable.day}__lte": last})
    return countable.filtered(indicator.only, rows)


def _keyed(rows: QuerySet[Any], dimensions: Sequence[Dimension]) -> QuerySet[Any]:
    for dimension in dimensions:
        rows = dimension.prepare(rows)
    keys: dict[str, Expression | F] = {f"key_{dimension.code}": dimension.key for dimension in dimensions}
    keyed: QuerySet[Any] = rows.annotate(**keys)
    return keyed


def _counted(
    rows: QuerySet[Any], names: Sequence[str], countable: Countable, measure: str, actor: Acting
) -> Iterator[dict[str, Any]]:
    # Rows of no key at all (an unknown chapter) are left out of a split; the total has them.
    present = Q()
    for name in names:
        present &= Q(**{f"{name}__isnull": False}) & ~Q(**{name: ""})
    grouped = rows.filter(present).order_by().values(*names)
    aggregates: dict[str, Any] = {
        "value": countable.measures[measure],
        "size": Count("pk"),
        "unseen": _unseen(countable, actor),
    }
    if not names:
        yield {**rows.order_by().aggregate(**aggregates)}
        return
    yield from grouped.annotate(**aggregates).order_by(*names).iterator(chunk_size=2000)


def _unseen(countable: Countable, actor: Acting) -> Aggregate:
    """How many rows carry a label that the actor is not granted."""
    if isinstance(actor, Machine):
        return Count("pk", filter=Q(pk__isnull=True))
    return Count("pk", filter=~Q(**{f"{countable.labels}__contained_by": sorted(actor.labels)}))


def _decimal(value: Any) -> Decimal:
    return Decimal(value if value is not None else 0)


def figure(
    code: str,
    *,
    actor: Acting,
    start: date,
    end: date,
    by: Sequence[str] = (),
    where: Mapping[str, str] | None = None,
) -> Figure:
    """The values of an indicator from `start` to `end`, both days included, split by at most two dimensions.

    Rows outside the actor's units are not counted. Raises UnknownIndicator, UnknownDimension, PeriodReversed.
    """
    indicator, countable = find(code)
    dimensions = [_dimension(countable, name) for name in by]
    narrowing = [_dimension(countable, name) for name in where or {}]
    rows = visible(actor, countable.action, _period(indicator, countable, start, end))
    rows = _keyed(rows, [*dimensions, *(d for d in narrowing if d not in dimensions)])
    rows = rows.filter(**{f"key_{name}": key for name, key in (where or {}).items()})
    names = [f"key_{dimension.code}" for dimension in dimensions]
    counted = list(_counted(rows, names, countable, indicator.measure, actor))
    cells = _cells(counted, names, dimensions, narrowing, actor)
    whole = next(_counted(rows, [], countable, indicator.measure, actor)) if dimensions else counted[0]
    return Figure(
        indicator=indicator,
        start=start,
        end=end,
        cells=cells if dimensions else [Cell((), _decimal(whole["value"]))],
        total=_cells([whole], [], [], narrowing, actor)[0],
        as_of=timezone.now(),
        coverage=countable.coverage(start, end) if countable.coverage else None,
        names=[d.names([row[f"key_{d.code}"] for row in counted], end) for d in dimensions],
    )


def _cells(
    counted: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    dimensions: Sequence[Dimension],
    narrowing: Sequence[Dimension],
    actor: Acting,
) -> list[Cell]:
    singles_out = any(d.singles_out for d in (*dimensions, *narrowing))
    crossed = len(dimensions) + len(narrowing) > 1
    table_has_unseen = any(row["unseen"] for row in counted)

    def hidden(row: Mapping[str, Any]) -> bool:
        if not 0 < row["size"] < SMALL:
            return False
        if crossed:
            return table_has_unseen
        return singles_out and row["unseen"] > 0

    return [
        Cell(tuple(row[name] for name in names), None if hidden(row) else _decimal(row["value"]), hidden(row))
        for row in counted
    ]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows behind a figure that the viewer may see; `some_hidden` says that the figure holds others too."""

    rows: QuerySet[Any]
    some_hidden: bool


def rows_of(code: str, *, actor: Acting, start: date, end: date, where: Mapping[str, str] | None = None) -> Rows:
    """The rows that the figure counted, by the same predicate, newest first."""
    indicator, countable = find(code)
    narrowing = [_dimension(countable, name) for name in where or {}]
    counted = _keyed(visible(actor, countable.action, _period(indicator, countable, start, end)), narrowing)
    counted = counted.filter(**{f"key_{name}": key for name, key in (where or {}).items()})
    seen = visible(actor, countable.rows_action, counted)
    some_hidden = counted.exclude(pk__in=seen.values("pk")).exists()
    return Rows(rows=seen.order_by(F(countable.day).desc(), "-pk"), some_hidden=some_hidden)
