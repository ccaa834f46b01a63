"""What can be counted: rooms offer it in their `countables.py`; this engine knows no health word.

A countable is a queryset of rows with a day, named measures over them, named filters and named dimensions. An indicator (a
content file) picks one of each. SQL lives in the countable, never in content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import Aggregate, CharField, Count, Expression, F, Func, Model, Q, QuerySet, Sum, Value
from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import modules

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Names = Callable[[Iterable[str], date], Mapping[str, str]]
"""(keys, day) -> what each key was called on that day, in the order in which they are shown; keys without a name are left out."""


_PERIODS = {"day": "YYYY-MM-DD", "month": "YYYY-MM"}


def named(names: Mapping[str, str | _StrPromise]) -> Names:
    """The names of a few fixed keys, in the order given."""

    def told(keys: Iterable[str], on: date) -> Mapping[str, str]:
        asked = {*keys}
        return {key: str(name) for key, name in names.items() if key in asked}

    return told


def _no_names(keys: Iterable[str], on: date) -> Mapping[str, str]:
    return {}


def period_key(code: str, field: str) -> Func:
    """The text key of a period ("day": 2026-09-30, "month": 2026-09) of a date field."""
    return Func(F(field), Value(_PERIODS[code]), function="to_char", output_field=CharField())


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to split a figure: `key` gives each row its text key.

    `singles_out` marks a dimension whose keys can name a protected condition (disease, ICD chapter, code): small cells
    with labelled rows are hidden there from whoever lacks the grant. `is_period`: the key is a stretch of time. `is_broad`: few
    keys that divide everything and name neither a condition nor a place. `is_coded`: the key is an official code, worth showing
    beside its name. `of_unit`: the unit decides the key, so that cells by it can stand apart by unit.
    """

    code: str
    title: str | _StrPromise
    key: Expression | F
    names: Names = _no_names
    singles_out: bool = False
    prepare: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows
    is_period: bool = False
    is_broad: bool = False
    is_coded: bool = False
    of_unit: bool = False


def _month_names(keys: Iterable[str], on: date) -> Mapping[str, str]:
    return {key: f"{key[5:]}/{key[:4]}" for key in keys}


def _day_names(keys: Iterable[str], on: date) -> Mapping[str, str]:
    return {key: f"{key[8:]}/{key[5:7]}/{key[:4]}" for key in keys}


def periods(field: str) -> tuple[Dimension, ...]:
    """The splits by time, `day` and `month`, of a countable whose `day` is this field."""
    return (
        Dimension("month", _("Tháng"), period_key("month", field), _month_names, is_period=True),
        Dimension("day", _("Ngày"), period_key("day", field), _day_names, is_period=True),
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the units that should have sent something for the period, how many did."""

    sent: int
    expected: int


@dataclass(frozen=True)
class Countable:
    """Rows that can be counted. `day` is the date field that decides the period; both ends are included.

    Measures are counts, sums and counts of different things. `action` is what a viewer needs to see the figures (and its scope says of which units); `rows_action` is what he needs to
    open the rows behind them.

    What roll-ups need to know: `changes` names the events after which rows may differ and, for each, finds the days of all
    rows that the objects of these events have or had; `lists` are the content sets on which keys and filters stand.
    """

    code: str
    title: str | _StrPromise
    action: str
    rows_action: str
    rows: Callable[[], QuerySet[Any]]
    day: str
    unit: str
    labels: str
    measures: Mapping[str, Aggregate]
    dimensions: tuple[Dimension, ...]
    filters: Mapping[str, Q | Callable[[QuerySet[Any]], QuerySet[Any]]] = field(default_factory=dict)
    coverage: Callable[[date, date], Coverage] | None = None
    changes: Mapping[str, Callable[[Sequence[str]], set[date]]] = field(default_factory=dict)
    lists: tuple[str, ...] = ()

    def dimension(self, code: str) -> Dimension:
        for dimension in self.dimensions:
            if dimension.code == code:
                return dimension
        raise KeyError(code)

    def filtered(self, name: str | None, rows: QuerySet[Any]) -> QuerySet[Any]:
        if name is None:
            return rows
        narrow = self.filters[name]
        if isinstance(narrow, Q):
            return rows.filter(narrow)
        return narrow(rows)

    def adds_up(self, measure: str) -> bool:
        """The value of a whole is the sum of those of its parts."""
        aggregate = self.measures[measure]
        return isinstance(aggregate, (Count, Sum)) and not getattr(aggregate, "distinct", False)

    @property
    def model(self) -> type[Model]:
        return self.rows().model


@cache
def countables() -> dict[str, Countable]:
    """Every countable by its code, from the `countables.py` modules of the house (their COUNTABLES)."""
    return {countable.code: countable for room in modules("countables") for countable in room.COUNTABLES}
