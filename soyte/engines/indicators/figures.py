"""A figure: values over a period, split by at most two dimensions, with its time, its coverage and its rows.

Totals always count labelled visits. What a viewer without the grant may not single out is hidden:
- split by a dimension that can name a condition, a cell of 1-4 rows with a labelled one shows "dưới 5";
- split by two dimensions in a period with a labelled row, all cells under 5 and their row total are hidden; a period is no
  such dimension, and by broad ones alone (sex, age, ...) the whole is divided, not singled out: these are totals.
Whether a combination of keys is hidden depends on nothing but itself and the period, so that tables, figures, filters and
lists of rows say the same of it (`singles_out`).
A row is labelled for a viewer if it carries a label that he is not granted: by every post that lets him see figures, where
he holds several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Aggregate, Count, Expression, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.engines.indicators.content import Indicator, indicators
from soyte.engines.indicators.counting import Countable, Coverage, Dimension, countables
from soyte.kernel.access.policy import hidden, visible
from soyte.kernel.actors import Acting, Machine
from soyte.kernel.errors import DomainError

SMALL = 5
Where = Mapping[str, str | Sequence[str]]
Counted = Mapping[str, Any]


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
    """One value. `hidden` cells have no value: they show "dưới 5". `closed` ones, hidden or not, open no rows."""

    keys: tuple[str, ...]
    value: Decimal | None
    hidden: bool = False
    closed: bool = False


@dataclass(frozen=True)
class Figure:
    indicator: Indicator
    countable: Countable
    start: date
    end: date
    cells: Sequence[Cell]
    total: Cell
    as_of: datetime
    names: Sequence[Mapping[str, str]]  # for each dimension: key -> name on the last day of the period

    @cached_property
    def coverage(self) -> Coverage | None:
        """Asked when it is first said: a page that shows many figures says it of few."""
        return self.countable.coverage(self.start, self.end) if self.countable.coverage else None

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


def period(indicator: Indicator, countable: Countable, start: date, end: date) -> QuerySet[Any]:
    """The indicator's rows of these days, as far as it is valid on them."""
    first = max(start, indicator.valid.from_)
    last = min(end, indicator.valid.to) if indicator.valid.to else end
    rows: QuerySet[Any] = countable.rows()
    rows = rows.filter(**{f"{countable.day}__gte": first, f"{countable.day}__lte": last})
    return countable.filtered(indicator.only, rows)


def keyed(rows: QuerySet[Any], dimensions: Iterable[Dimension]) -> QuerySet[Any]:
    """The rows with `key_<code>` of each dimension."""
    keys: dict[str, Expression | F] = {}
    for dimension in dimensions:
        rows = dimension.prepare(rows)
        keys[f"key_{dimension.code}"] = dimension.key
    found: QuerySet[Any] = rows.annotate(**keys)
    return found


def narrowed(rows: QuerySet[Any], where: Where) -> QuerySet[Any]:
    """Of keyed rows those whose keys are the asked ones."""
    return rows.filter(**{f"key_{name}__in": several(keys) for name, keys in where.items()})


def several(keys: str | Sequence[str]) -> Sequence[str]:
    """The keys of a `where`, of which there may be one."""
    return [keys] if isinstance(keys, str) else keys


def unseen_by(actor: Acting, action: str, labels: str) -> Q:
    """Rows that carry a label which not each post that gives `action` grants. `labels`: path to their text[] column."""
    if isinstance(actor, Machine):
        return Q(**{f"{labels}__isnull": True})  # never
    grants = [frozenset(part.labels) for part in actor.parts(action)]
    granted = frozenset.intersection(*grants) if grants else frozenset[str]()
    return ~Q(**{f"{labels}__contained_by": sorted(granted)})


@dataclass(frozen=True, slots=True)
class Counts:
    """The aggregates at each combination of keys, and of the whole, in which rows count that lack a key."""

    parts: Sequence[Counted]
    whole: Counted


def counts_of(
    rows: QuerySet[Any],
    names: Sequence[str],
    aggregates: Mapping[str, Aggregate],
    whole: Callable[[], QuerySet[Any]] | None = None,
) -> Counts:
    """The counts of keyed rows. `whole` gives the rows of the whole; without, it is added up from the parts.

    Rows that lack a key are left out here and not by the database, which would work out each key again for every condition.
    """
    if not names:
        one = rows.order_by().aggregate(**aggregates)
        return Counts([one], one)
    found = list(rows.order_by().values(*names).annotate(**aggregates).order_by(*names))
    return Counts(
        [row for row in found if all(row[name] for name in names)],
        whole().order_by().aggregate(**aggregates) if whole else added_up(found),
    )


_DIFFERENT = """
    select {names}, count(*), sum(unseen)::bigint, count(*) filter (where place = 1)
    from (select *, row_number() over (partition by thing) as place from ({each}) each) numbered
    group by {names}"""


def counts_of_different(rows: QuerySet[Any], names: Sequence[str], aggregates: Mapping[str, Aggregate]) -> Counts:
    """The counts of keyed rows where the value is of different things.

    Each thing is grouped once for each combination of keys and numbered there: the whole are those that come first.
    """
    thing = aggregates["value"].get_source_expressions()[0]
    each = rows.order_by().values(*names, thing=thing).annotate(unseen=aggregates["unseen"])
    sql, params = each.query.get_compiler(each.db, elide_empty=False).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENT.format(names=", ".join(names), each=sql), params)
        found = cursor.fetchall()
    parts = [
        {**dict(zip(names, keys, strict=True)), "value": value, "size": value, "unseen": unseen}
        for *keys, value, unseen, _first in found
    ]
    whole = sum(row[-1] for row in found)
    return Counts(
        [row for row in parts if all(row[name] for name in names)],
        {"value": whole, "size": whole, "unseen": sum(row["unseen"] for row in parts)},
    )


def added_up(counted: Sequence[Counted]) -> Counted:
    return {name: sum(row[name] or 0 for row in counted) for name in ("value", "size", "unseen")}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: an indicator over a period, split by dimensions and narrowed by dimensions."""

    indicator: Indicator
    countable: Countable
    actor: Acting
    start: date
    end: date
    by: Sequence[Dimension]
    where: Where

    @classmethod
    def of(
        cls, code: str, *, actor: Acting, start: date, end: date, by: Sequence[str] = (), where: Where | None = None
    ) -> Question:
        """Raises UnknownIndicator, UnknownDimension, PeriodReversed."""
        indicator, countable = find(code)
        dimensions = [_dimension(countable, name) for name in by]
        for name in where or {}:
            _dimension(countable, name)
        if start > end:
            raise PeriodReversed(start=start, end=end)
        return cls(indicator, countable, actor, start, end, dimensions, where or {})

    @property
    def narrowing(self) -> list[Dimension]:
        return [self.countable.dimension(name) for name in self.where]

    @property
    def dimensions(self) -> list[Dimension]:
        """All that need a key, each once."""
        return list({dimension.code: dimension for dimension in (*self.by, *self.narrowing)}.values())

    @property
    def names(self) -> list[str]:
        return [f"key_{dimension.code}" for dimension in self.by]

    def rows(self) -> QuerySet[Any]:
        """The counted rows, keyed."""
        found = visible(self.actor, self.countable.action, period(self.indicator, self.countable, self.start, self.end))
        return narrowed(keyed(found, self.dimensions), self.where)

    def aggregates(self) -> dict[str, Aggregate]:
        """`value`, `size` in rows (of a count what it counts: few persons may have many visits) and `unseen`, the rows with
        a label that the actor is not granted."""
        measure = self.countable.measures[self.indicator.measure]
        return {
            "value": measure,
            "size": measure if isinstance(measure, Count) else Count("pk"),
            "unseen": Count("pk", filter=self._unseen()),
        }

    def _unseen(self) -> Q:
        return unseen_by(self.actor, self.countable.action, self.countable.labels)

    def has_unseen(self) -> bool:
        """Whether the period holds a labelled row, wherever it falls."""
        if isinstance(self.actor, Machine):
            return False
        return bool(replace(self, by=(), where={}).rows().filter(self._unseen()).exists())

    def count(self) -> Counts:
        """The counts from the rows, which are read once."""
        if self.names and not self.countable.adds_up(self.indicator.measure):
            return counts_of_different(self.rows(), self.names, self.aggregates())
        return counts_of(self.rows(), self.names, self.aggregates())


def figure(
    code: str, *, actor: Acting, start: date, end: date, by: Sequence[str] = (), where: Where | None = None
) -> Figure:
    """The values of an indicator from `start` to `end`, both days included, split by at most two dimensions.

    `where` narrows to one key of a dimension or to several. Rows outside the actor's units are not counted. Raises
    UnknownIndicator, UnknownDimension, PeriodReversed.
    """
    question = Question.of(code, actor=actor, start=start, end=end, by=by, where=where)
    return answered(question, question.count(), as_of=timezone.now())


def answered(question: Question, counts: Counts, *, as_of: datetime) -> Figure:
    """The figure of what was counted for the question, with what the actor may not single out hidden."""
    has_unseen = is_crossed(question.dimensions) and question.has_unseen()
    [total] = cells([counts.whole], [], question.narrowing, has_unseen=has_unseen)
    found = cells(counts.parts, question.by, question.narrowing, has_unseen=has_unseen) if question.by else [total]
    if question.narrowing and is_crossed(question.dimensions) and any(cell.hidden for cell in found):
        total = Cell((), None, hidden=True, closed=True)  # the total of a row with a hidden cell
    names = [d.names([row[f"key_{d.code}"] for row in counts.parts], question.end) for d in question.by]
    return Figure(
        indicator=question.indicator,
        countable=question.countable,
        start=question.start,
        end=question.end,
        cells=_in_order(found, names),
        total=total,
        as_of=as_of,
        names=names,
    )


def _in_order(found: Sequence[Cell], names: Sequence[Mapping[str, str]]) -> list[Cell]:
    """The cells in the order of their names; keys without a name come last, by themselves."""
    places = [{key: place for place, key in enumerate(named)} for named in names]
    return sorted(
        found,
        key=lambda cell: [(of.get(key, len(of)), key) for of, key in zip(places, cell.keys, strict=True)],
    )


def _crossing(dimensions: Iterable[Dimension]) -> list[Dimension]:
    """A period is no crossing: anybody may ask for each day as a table of its own."""
    return list({dimension.code: dimension for dimension in dimensions if not dimension.is_period}.values())


def is_crossed(dimensions: Iterable[Dimension]) -> bool:
    """Keys of two dimensions or more meet here."""
    return len(_crossing(dimensions)) > 1


def is_small(size: int) -> bool:
    """So few rows that their value may have to be hidden."""
    return 0 < size < SMALL


def singles_out(dimensions: Iterable[Dimension], *, size: int, unseen: int, has_unseen: bool) -> bool:
    """Whether so few rows at keys of these dimensions would single out: such a combination opens no rows.

    `unseen`: labelled rows among them; `has_unseen`: some in the period, wherever they fall.
    """
    if not is_small(size):
        return False
    crossing = _crossing(dimensions)
    if len(crossing) > 1:
        return has_unseen
    return unseen > 0 and any(dimension.singles_out for dimension in crossing)


def hides(dimensions: Iterable[Dimension], *, size: int, unseen: int, has_unseen: bool) -> bool:
    """Whether the value is hidden too. By broad dimensions alone it is a total, and totals are told."""
    crossing = _crossing(dimensions)
    return not all(dimension.is_broad for dimension in crossing) and singles_out(
        crossing, size=size, unseen=unseen, has_unseen=has_unseen
    )


def cells(
    counted: Sequence[Counted], by: Sequence[Dimension], narrowing: Sequence[Dimension], *, has_unseen: bool
) -> list[Cell]:
    """Cells of a table, small ones hidden where they would single out."""
    dimensions = [*by, *narrowing]

    def cell(row: Counted) -> Cell:
        told = {"size": row["size"], "unseen": row["unseen"], "has_unseen": has_unseen}
        hidden = hides(dimensions, **told)
        keys = tuple(row[f"key_{dimension.code}"] for dimension in by)
        return Cell(keys, None if hidden else _decimal(row["value"]), hidden, singles_out(dimensions, **told))

    return [cell(row) for row in counted]


class Crossed(NamedTuple):
    """What stands at a combination of keys, nothing hidden yet. A row that lacks a key has "" there."""

    keys: tuple[str, ...]
    value: Decimal
    size: int
    unseen: int

    def plus(self, other: Crossed) -> Crossed:
        return self._replace(
            value=self.value + other.value, size=self.size + other.size, unseen=self.unseen + other.unseen
        )


@dataclass(frozen=True, slots=True)
class Crossing:
    rows: Sequence[Crossed]
    as_of: datetime


def crossed_of(question: Question) -> Crossing:
    """The combinations of any number of dimensions: what tables with columns of their own are added up from.

    Nothing is hidden in them: whoever shows sums of them hides by `hides`.
    """
    names = question.names
    found = question.rows().order_by().values(*names).annotate(**question.aggregates())
    return Crossing(
        [
            Crossed(tuple(row[name] or "" for name in names), _decimal(row["value"]), row["size"], row["unseen"])
            for row in found.iterator(chunk_size=5000)
        ],
        timezone.now(),
    )


def _decimal(value: Any) -> Decimal:
    return Decimal(value if value is not None else 0)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows behind a figure that the viewer may see; `some_hidden` says that the figure holds others too.

    `closed`: so few that they would single out (`singles_out`); there are none to see, whoever they are.
    """

    rows: QuerySet[Any]
    some_hidden: bool
    closed: bool = False


def rows_of(code: str, *, actor: Acting, start: date, end: date, where: Where | None = None) -> Rows:
    """The rows that the figure counted, by the same predicate, newest first."""
    question = Question.of(code, actor=actor, start=start, end=end, where=where)
    counted = question.rows()
    if _is_closed(question):
        return Rows(counted.none(), some_hidden=False, closed=True)
    action = question.countable.rows_action
    seen = visible(actor, action, counted)
    some_hidden = hidden(actor, action, counted).exists()
    return Rows(rows=seen.order_by(F(question.countable.day).desc(), "-pk"), some_hidden=some_hidden)


def _is_closed(question: Question) -> bool:
    dimensions = _crossing(question.narrowing)
    if len(dimensions) < 2 and not any(dimension.singles_out for dimension in dimensions):
        return False
    whole = question.count().whole
    has_unseen = is_crossed(dimensions) and question.has_unseen()
    return singles_out(dimensions, size=whole["size"], unseen=whole["unseen"], has_unseen=has_unseen)
