"""Keeping roll-ups: cells of indicators whose content asks for them (`daily`, `monthly`).

Cells that a change touches are counted again from the rows, never added to, so that hearing of a change twice, late or in
another order gives the same. Whoever writes cells holds one lock: what commits while an indicator is rebuilt is heard of
afterwards and counted then. A rebuild is one transaction, so readers see the old cells or the new ones.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.db import connection, transaction
from django.db.models import Aggregate, Count, Expression, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from soyte.engines.indicators.content import Indicator, indicators
from soyte.engines.indicators.counting import Countable, countables
from soyte.engines.indicators.figures import keyed, period
from soyte.engines.indicators.models import NO_UNIT, WHOLE, Cell, RolledUp
from soyte.kernel.content import stamps
from soyte.kernel.sql import advisory_lock_many

MONTHLY = "month:"
KEYS_JOINED_BY = "\x1f"
FIRST, LAST = date(1900, 1, 1), date(2200, 1, 1)
# What is written must be what is read: a change of these statements is a change of every definition.
_VERSION = 3


def rolled() -> dict[str, Indicator]:
    """The indicators that are to be kept, by code."""
    return {code: indicator for code, indicator in indicators().items() if indicator.daily or indicator.monthly}


def month_split(dimensions: Iterable[str]) -> str:
    """The split under which the monthly cells of these dimensions stand."""
    return MONTHLY + "+".join(dimensions)


def months_of(split: str) -> str:
    """The split under which the days of a split stand added up by month."""
    return f"{split}/month"


def definition(indicator: Indicator) -> str:
    """What the cells of an indicator depend on beside the rows: its content file and the lists behind its keys."""
    lists = {name: str(stamps.stamp(name)) for name in countables()[indicator.count].lists}
    told = json.dumps([_VERSION, indicator.model_dump(mode="json"), lists], sort_keys=True)
    return blake2b(told.encode(), digest_size=16).hexdigest()


def is_current(code: str) -> bool:
    """The cells of this indicator are complete and stand on today's content."""
    return bool(current({code}))


def current(codes: Collection[str]) -> set[str]:
    """Those of these indicators whose cells are complete and stand on today's content, in one query."""
    kept = rolled()
    known = dict(RolledUp.objects.filter(indicator__in=codes).values_list("indicator", "definition"))
    return {code for code in codes if code in kept and known.get(code) == definition(kept[code])}


def outdated() -> list[str]:
    """The indicators that have to be built before their cells are read."""
    known = dict(RolledUp.objects.values_list("indicator", "definition"))
    return [code for code, indicator in rolled().items() if known.get(code) != definition(indicator)]


CONSUMER = "indicators.keep_cells"
MANY, MANY_DAYS = 5000, 100  # events and days of one batch: to rebuild is quicker than to follow
# The place is two scalars, so that the index leads to what waits without reading what was heard.
_WAITING = """
    from outbox_event where (xid, id) > (
      coalesce((select xid from outbox_cursor where consumer = %(consumer)s), 0),
      coalesce((select event_id from outbox_cursor where consumer = %(consumer)s), 0))"""
_FIRST_WAITING = f"select at {_WAITING} and topic = any(%(topics)s) order by xid, id limit 1"
_IS_FLOOD = f"select exists (select {_WAITING} offset %(many)s)"


def topics() -> frozenset[str]:
    """The events after which cells may have to be counted again."""
    return frozenset(topic for countable in countables().values() for topic in countable.changes)


def as_of() -> datetime:
    """The moment up to which the cells hold every change."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_WAITING, {"consumer": CONSUMER, "topics": sorted(topics())})
        waiting: tuple[datetime] | None = cursor.fetchone()
    return waiting[0] if waiting else timezone.now()


def is_flooded() -> bool:
    """More events wait than are worth following."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_FLOOD, {"consumer": CONSUMER, "many": MANY})
        return bool(cursor.fetchone()[0])


def _lock() -> None:
    with connection.cursor() as cursor:
        advisory_lock_many(cursor, ["indicators.cells"])


@transaction.atomic
def rebuild(code: str) -> int:
    """Count all cells of an indicator anew; returns how many there are. Cut short it leaves everything as it was."""
    _lock()
    indicator = rolled()[code]
    RolledUp.objects.update_or_create(
        indicator=code, defaults={"definition": definition(indicator), "built_at": timezone.now()}
    )
    _delete(code)
    _write_days(indicator, None)
    _add_up_months(indicator, None)
    _write_months(indicator, None)
    return Cell.objects.filter(indicator=code).count()


@transaction.atomic
def forget() -> None:
    """Leave the cells unread until they are rebuilt: quicker than to follow a flood of changes."""
    _lock()
    RolledUp.objects.all().delete()


@transaction.atomic
def drop_unknown() -> None:
    """Delete the cells of indicators that content keeps no more."""
    _lock()
    for code in set(RolledUp.objects.values_list("indicator", flat=True)) - set(rolled()):
        _delete(code)
        RolledUp.objects.filter(indicator=code).delete()


@transaction.atomic
def count_again(touched: Mapping[str, set[date]]) -> None:
    """Count the cells of these days again, by code of the countable; indicators not built yet are left."""
    _lock()
    built = set(RolledUp.objects.values_list("indicator", flat=True))
    for code, indicator in rolled().items():
        days = touched.get(indicator.count)
        if code in built and days:
            months = {day.replace(day=1) for day in days}
            daily = _daily_splits(indicator)
            _delete(code, days=days, splits=daily)
            _delete(code, days=months, splits=[months_of(split) for split in daily])
            _delete(code, days=months, splits=[month_split(dimensions) for dimensions in indicator.monthly])
            _write_days(indicator, days)
            _add_up_months(indicator, months)
            _write_months(indicator, months)


@transaction.atomic
def differing(code: str) -> int:
    """How many cells of an indicator differ from what its rows give now; nothing is changed."""
    _lock()
    with connection.cursor() as cursor:
        cursor.execute(f"create temp table cells_kept on commit drop as {_CELLS_OF}", [code])
        with transaction.atomic():
            rebuild(code)
            cursor.execute(_DIFFERING, [code, code])
            found = int(cursor.fetchone()[0])
            transaction.set_rollback(True)
        cursor.execute("drop table cells_kept")
    return found


_CELLS_OF = "select * from indicators_cell where indicator = %s"
_DIFFERING = f"""
    select count(*) from ((select * from cells_kept except ({_CELLS_OF})) union all ({_CELLS_OF} except select * from cells_kept)) d"""


def _delete(code: str, *, days: set[date] | None = None, splits: Sequence[str] = ()) -> None:
    """Delete an indicator's cells: all, or those of these days in these splits."""
    mine = Cell.objects.filter(indicator=code)
    if days is not None:
        mine = mine.filter(split__in=splits, day__in=sorted(days))
    mine._raw_delete(mine.db)


@dataclass(frozen=True, slots=True)
class _Counted:
    """Rows of an indicator with their day, unit, labels, amount and the keys of some dimensions, as SQL."""

    sql: str
    params: tuple[Any, ...]
    keys: tuple[str, ...]  # names of the columns of keys

    @classmethod
    def of(cls, indicator: Indicator, countable: Countable, rows: QuerySet[Any], dimensions: Sequence[str]) -> _Counted:
        names = [f"key_{name}" for name in dimensions]
        found = keyed(rows, [countable.dimension(name) for name in dimensions]).annotate(
            cell_day=F(countable.day),
            cell_unit=Coalesce(Cast(F(f"{countable.unit}_id"), IntegerField()), Value(NO_UNIT)),
            cell_labels=F(countable.labels),
            cell_amount=_amount(countable.measures[indicator.measure]),
        )
        wanted = ("cell_day", "cell_unit", "cell_labels", "cell_amount", *names)
        sql, params = found.order_by().values_list(*wanted).query.sql_with_params()
        keys = tuple(f"k{place}" for place in range(len(names)))
        return cls(f"with counted ({', '.join(('day', 'unit', 'labels', 'amount', *keys))}) as ({sql})", params, keys)

    def insert(self, statement: str, params: Sequence[Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"{self.sql} insert into indicators_cell (indicator, split, day, unit, key, labels, rows, amount) {statement}",
                [*self.params, *params],
            )


def _amount(measure: Aggregate) -> Expression:
    """What each row adds to the value."""
    if isinstance(measure, Count):
        return Value(1)
    amount: Expression = measure.get_source_expressions()[0]
    return amount


def _write_days(indicator: Indicator, days: set[date] | None) -> None:
    """The daily cells of these days, or all: undivided and by each dimension, in one reading of the rows."""
    countable = countables()[indicator.count]
    rows = period(indicator, countable, FIRST, LAST)
    if days is not None:
        rows = rows.filter(**{f"{countable.day}__in": sorted(days)})
    counted = _Counted.of(indicator, countable, rows, indicator.daily)
    sets, splits, present = ["(day, labels, unit)"], "", ""
    for name, key in zip(indicator.daily, counted.keys, strict=True):
        unit = ", unit" if countable.dimension(name).of_unit else ""
        sets.append(f"(day, labels, {key}{unit})")
        splits += f" when grouping({key}) = 0 then %s"
        present += f" and (grouping({key}) = 1 or {key} <> '')"
    counted.insert(
        f"select %s, case when false then ''{splits} else '' end, day, coalesce(unit, %s),"
        f" coalesce({', '.join((*counted.keys, repr('')))}), labels, count(*), coalesce(sum(amount), 0)"
        f" from counted group by grouping sets ({', '.join(sets)}) having true{present} order by 2, 3",
        [indicator.code, *indicator.daily, WHOLE],
    )


def _daily_splits(indicator: Indicator) -> list[str]:
    return ["", *indicator.daily]


_ADD_UP_MONTHS = """
    insert into indicators_cell (indicator, split, day, unit, key, labels, rows, amount)
    select indicator, split || %s, month, unit, key, labels, sum(rows), sum(amount)
    from indicators_cell, lateral (select date_trunc('month', day)::date as month) of_day
    where indicator = %s and split = any(%s) {in_months}
    group by indicator, split, month, unit, key, labels order by split, month"""


def _add_up_months(indicator: Indicator, months: set[date] | None) -> None:
    """The months of the daily cells: these (their first days), or all."""
    params: list[Any] = [months_of(""), indicator.code, _daily_splits(indicator)]
    in_months = ""
    if months is not None:
        in_months = "and day between %s and %s and month = any(%s)"
        params += [min(months), max(months) + timedelta(days=31), sorted(months)]
    with connection.cursor() as cursor:
        cursor.execute(_ADD_UP_MONTHS.format(in_months=in_months), params)


def _write_months(indicator: Indicator, months: set[date] | None) -> None:
    """The monthly cells of these months (their first days), or all."""
    countable = countables()[indicator.count]
    for dimensions in indicator.monthly:
        rows = period(indicator, countable, FIRST, LAST)
        if months is not None:
            rows = _in_months(rows, countable, months)
        counted = _Counted.of(indicator, countable, rows, dimensions)
        keys = f" || '{KEYS_JOINED_BY}' || ".join(f"coalesce({key}, '')" for key in counted.keys)
        counted.insert(
            f"select %s, %s, date_trunc('month', day)::date, %s, {keys}, labels, count(*), coalesce(sum(amount), 0)"
            " from counted group by 3, 5, 6 order by 3",
            [indicator.code, month_split(dimensions), WHOLE],
        )


def _in_months(rows: QuerySet[Any], countable: Countable, months: set[date]) -> QuerySet[Any]:
    in_one = Q()
    for first in sorted(months):
        next_first = (first + timedelta(days=31)).replace(day=1)
        in_one |= Q(**{f"{countable.day}__gte": first, f"{countable.day}__lt": next_first})
    return rows.filter(in_one)
