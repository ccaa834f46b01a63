"""Statistical tables: what a form's columns count for its rows over a period, for one viewer.

A table is added up from crossings of dimensions (engines/indicators), one for each indicator that its columns name, so every
cell is a sum over keys and opens its rows by the same keys.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from soyte.clinical.encounters.countables import NEW_MAP
from soyte.engines.indicators import figures, rollups
from soyte.engines.indicators.counting import Coverage
from soyte.engines.indicators.figures import Crossed
from soyte.kernel.actors import Acting
from soyte.systems.steering.statistics.layout import DISEASES, PLACES, Form, TableColumn
from soyte.systems.steering.statistics.places import PlaceLine, on_map
from soyte.systems.steering.statistics.questions import rows_address
from soyte.ui.components import FigureCell

Where = Mapping[str, Sequence[str]]
_ROW_DIMENSIONS = {DISEASES: ("icd_chapter", "icd_block"), PLACES: ("place",)}
TOTAL = "tong"


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """A form over a period, narrowed by keys of dimensions, its places on one map."""

    form: Form
    layout_day: date  # whose layout the form has
    start: date
    end: date
    where: Where = field(default_factory=dict)
    on_map: str = NEW_MAP


@dataclass(frozen=True, slots=True)
class TableRow:
    """`key` names the row among those of its table; `level` 0 total, 1 chapter, 2 other. A cell has an address unless nobody may
    open its rows, or not this viewer, or they would single out."""

    key: str
    name: str
    level: int
    cells: Sequence[FigureCell]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    question: TableQuestion
    rows: Sequence[TableRow]
    as_of: datetime
    coverage: Coverage | None
    approximate: Sequence[str]  # names of places whose values are approximate


@dataclass(slots=True)
class _Sum:
    value: Decimal = Decimal(0)
    size: int = 0
    unseen: int = 0

    def add(self, row: Crossed | _Sum) -> None:
        self.value += row.value
        self.size += row.size
        self.unseen += row.unseen


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the table before it is counted: `where` are its keys by dimension; None takes all."""

    key: str
    name: str
    level: int
    where: Where
    note: str = ""


class _Counted:
    """The columns of one indicator, added up for each key of the rows' dimensions."""

    def __init__(self, question: TableQuestion, indicator: str, actor: Acting) -> None:
        self.columns = [column for column in question.form.columns if column.indicator == indicator]
        _found, self.countable = figures.find(indicator)
        self.row_names = _ROW_DIMENSIONS.get(question.form.rows, ("facility",))
        self.actor, self.base = actor, question.where
        narrowing = list(dict.fromkeys(name for column in self.columns for name in column.where))
        names = list(dict.fromkeys((*self.row_names, *narrowing)))
        crossing = rollups.crossed(
            indicator, actor=actor, start=question.start, end=question.end, by=names, where=self.base
        )
        self.as_of = crossing.as_of
        self.has_unseen = (
            figures.Question.of(indicator, actor=actor, start=question.start, end=question.end).has_unseen()
            if self.base  # a combination says the same, whatever the table is narrowed to
            else any(row.unseen for row in crossing.rows)
        )
        self.keys = {row.keys[: len(self.row_names)] for row in crossing.rows}
        self._sums: dict[tuple[str, str, str], _Sum] = defaultdict(_Sum)  # by column, dimension and key; "" for all
        places = [names.index(name) for name in narrowing]
        counting: dict[tuple[str, ...], list[TableColumn]] = {}  # the same few combinations in every row of the table
        for row in crossing.rows:
            keys = tuple(row.keys[place] for place in places)
            if keys not in counting:
                counting[keys] = self._counting(dict(zip(narrowing, keys, strict=True)))
            for column in counting[keys]:
                for name, key in zip(self.row_names, row.keys, strict=False):
                    self._sums[column.code, name, key].add(row)
        for (code, name, _key), part in list(self._sums.items()):
            if name == self.row_names[0]:  # which every row has, if only as ""
                self._sums[code, "", ""].add(part)

    def _counting(self, keys: Mapping[str, str]) -> list[TableColumn]:
        """The columns in which rows with these keys count."""
        return [column for column in self.columns if all(keys[name] in wanted for name, wanted in column.where.items())]

    def sum_of(self, column: TableColumn, where: Where) -> _Sum:
        pairs = [(name, key) for name, keys in where.items() for key in keys] if where else [("", "")]
        parts = [part for name, key in pairs if (part := self._sums.get((column.code, name, key)))]
        if len(parts) == 1:  # most lines have one key
            return parts[0]
        found = _Sum()
        for part in parts:
            found.add(part)
        return found

    def asks(self, rule: Callable[..., bool], column: TableColumn, line: _Line, counted: _Sum) -> bool:
        """What a rule on small cells (`figures.hides`, `figures.singles_out`) says of a cell."""
        if not figures.is_small(counted.size):
            return False
        dimensions = [self.countable.dimension(name) for name in {**line.where, **column.where, **self.base}]
        return rule(dimensions, size=counted.size, unseen=counted.unseen, has_unseen=self.has_unseen)


def table(question: TableQuestion, *, actor: Acting) -> Table:
    """The table as the actor may see it. Raises PeriodReversed."""
    counted = {
        indicator: _Counted(question, indicator, actor)
        for indicator in dict.fromkeys(column.indicator for column in question.form.columns)
    }
    lines = list(_lines(question, counted))
    first = next(iter(counted.values()))
    return Table(
        question=question,
        rows=[_row(question, line, counted) for line in lines],
        as_of=min(part.as_of for part in counted.values()),
        coverage=first.countable.coverage(question.start, question.end) if first.countable.coverage else None,
        approximate=[line.name for line in lines if line.note],
    )


def _row(question: TableQuestion, line: _Line, counted: Mapping[str, _Counted]) -> TableRow:
    return TableRow(
        line.key,
        line.name,
        line.level,
        [_cell(question, column, line, counted[column.indicator]) for column in question.form.columns],
        line.note,
    )


def _cell(question: TableQuestion, column: TableColumn, line: _Line, counted: _Counted) -> FigureCell:
    found = counted.sum_of(column, line.where)
    if counted.asks(figures.hides, column, line, found):
        return FigureCell(None)
    where = {**counted.base, **column.where, **line.where}
    if not found.size or any(not key for keys in where.values() for key in keys):
        return FigureCell(found.value)  # an address cannot ask for rows that lack a key
    if counted.asks(figures.singles_out, column, line, found):
        return FigureCell(found.value)
    url = rows_address(column.indicator, actor=counted.actor, start=question.start, end=question.end, where=where)
    return FigureCell(found.value, url)


def _lines(question: TableQuestion, counted: Mapping[str, _Counted]) -> Iterator[_Line]:
    yield _Line(TOTAL, _("Tổng số"), 0, {})
    if question.form.rows == DISEASES:
        yield from _diseases(question.form, counted)
    elif question.form.rows == PLACES:
        yield from _places(question, counted)
    else:
        yield from _facilities(question, counted)


def _diseases(form: Form, counted: Mapping[str, _Counted]) -> Iterator[_Line]:
    for row in form.diseases:
        yield _Line(f"{row.dimension}:{row.key}", row.name, 1 if row.is_chapter else 2, {row.dimension: [row.key]})
    if any(not keys[0] for part in counted.values() for keys in part.keys):
        yield _Line("icd_chapter:", _("Mã bệnh không có trong danh mục"), 1, {"icd_chapter": [""]})


def _facilities(question: TableQuestion, counted: Mapping[str, _Counted]) -> Iterator[_Line]:
    codes = {keys[0] for part in counted.values() for keys in part.keys}
    names = next(iter(counted.values())).countable.dimension("facility").names(codes, question.end)
    for code in (*names, *sorted(codes - {*names})):  # names come in their order
        yield _Line(f"facility:{code}", names.get(code, code), 2, {"facility": [code]})


def _places(question: TableQuestion, counted: Mapping[str, _Counted]) -> Iterator[_Line]:
    """The places of the chosen map; a visit without a code falls to the last line too."""
    keys = {keys[0] for part in counted.values() for keys in part.keys}
    written = {(code, of_map): Decimal(0) for code, _at, of_map in (key.partition("@") for key in keys if key)}
    found = on_map(written, question.on_map, end=question.end)
    if "" in keys:
        if not found or found[-1].code:
            found.append(PlaceLine("", ""))
        found[-1].keys.append("")
    for line in found:
        name = line.name or _("Ngoài địa bàn hoặc không rõ")
        full = f"{name}, {line.district}" if line.district else name
        yield _Line(f"place:{line.code}", full, 2, {"place": line.keys}, _("gần đúng") if line.is_approximate else "")
