"""Reading fields into columns: what cannot be read is left empty here, since the rules have already said so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal

from soyte.formats.visitfile.model import Row
from soyte.formats.visitfile.values import VIETNAM, read_day, read_decimal, read_instant

_FIRST_YEAR = 2  # in UTC a moment of year 1 may lie before all years, which nothing could read back
_VALUE = re.compile(r"(<=|>=|<|>|≤|≥)?\s*(-?[0-9]{1,15}(?:\.[0-9]{1,12})?)")
_COMPARATORS = {"≤": "<=", "≥": ">="}


class DoesNotFitError(Exception):
    """A moment that no column can hold: the visit is refused rather than stored changed."""

    def __init__(self, table: str, line: int, field: str, value: str) -> None:
        super().__init__(f"{table}.{field} line {line}")
        self.table, self.line, self.field, self.value = table, line, field, value


class Source:
    """The row of a visit file that is being read, with its place."""

    __slots__ = ("line", "table", "table_number", "values")

    def __init__(self, table: str, row: Row) -> None:
        self.table, self.line, self.values = table, row.line, row.values
        self.table_number = int(table[3:])

    def text(self, *names: str) -> str:
        """The first filled of these fields, so that a column may name its field in each generation."""
        values = self.values
        for name in names:
            value = values.get(name)
            if value:
                return value
        return ""

    def instant(self, *names: str) -> datetime | None:
        return instant(self.text(*names))

    def day(self, *names: str) -> date | None:
        return day(self.text(*names))

    def number(self, *names: str) -> Decimal | None:
        try:
            return read_decimal(self.text(*names))
        except ValueError:
            return None

    def integer(self, *names: str, below: int) -> int | None:
        value = self.text(*names)
        if not value.isascii() or not value.isdigit() or len(value) > 9:
            return None
        return int(value) if int(value) < below else None

    def texts(self, columns: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, object]:
        """Columns of text, those that the row fills."""
        return {column: value for column, names in columns if (value := self.text(*names))}


def instant(text: str) -> datetime | None:
    """A minute, or a day as its midnight; None where it is neither."""
    try:
        if len(text) == 8:
            found = read_day(text)
            return at_midnight(found) if found and found.year >= _FIRST_YEAR else None
        moment = read_instant(text)
    except ValueError:
        return None
    return moment if moment and moment.year >= _FIRST_YEAR else None


def day(text: str) -> date | None:
    """A day, or the day of a minute; None where it is neither."""
    moment = instant(text)
    return moment.date() if moment else None


def at_midnight(on: date) -> datetime:
    return datetime.combine(on, time(), tzinfo=VIETNAM)


def read_value(text: str) -> tuple[str, Decimal | None]:
    """A result as (comparator, number): `<= 5.2` gives ("<=", 5.2); words, ranges and decimal commas give no number."""
    found = _VALUE.fullmatch(text.strip())
    if not found:
        return "", None
    sign = found[1] or ""
    return _COMPARATORS.get(sign, sign), Decimal(found[2])
