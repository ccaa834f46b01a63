"""Reading fields into columns: what cannot be read is left empty here, since the rules have already said so.

Moments, days and numbers stay text, in the form in which PostgreSQL reads them: they are only written from here, and
text is what COPY writes fastest.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache

from soyte.formats.visitfile.model import Row
from soyte.formats.visitfile.values import VIETNAM, read_decimal, read_instant_or_day

_FIRST_YEAR = 2  # in UTC a moment of year 1 may lie before all years, which nothing could read back
_VALUE = re.compile(r"(<=|>=|<|>|≤|≥)?\s*(-?[0-9]{1,15}(?:\.[0-9]{1,12})?)")
_COMPARATORS = {"≤": "<=", "≥": ">="}


# (column, field) of a table. Of several fields for one column the last filled counts: the newest generation's comes last.
Named = tuple[tuple[str, str], ...]


class DoesNotFitError(Exception):
    """A value that no column can hold: the visit is refused, by `rule`, rather than stored changed."""

    def __init__(self, rule: str, table: str, line: int, field: str, value: str) -> None:
        super().__init__(f"{table}.{field} line {line}")
        self.rule, self.table, self.line, self.field, self.value = rule, table, line, field, value


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

    def instant(self, *names: str) -> str | None:
        return instant(self.text(*names))

    def day(self, *names: str) -> str | None:
        return day(self.text(*names))

    def number(self, *names: str) -> str | None:
        return number(self.text(*names))

    def integer(self, *names: str, below: int) -> int | None:
        value = self.text(*names)
        if not value.isascii() or not value.isdigit() or len(value) > 9:
            return None
        return int(value) if int(value) < below else None

    def numbers(self, columns: Named) -> dict[str, object]:
        """Columns of numbers, those that the row fills."""
        get = self.values.get
        return {column: number(value) for column, name in columns if (value := get(name))}

    def texts(self, columns: Named) -> dict[str, object]:
        """Columns of text, those that the row fills."""
        get = self.values.get
        return {column: value for column, name in columns if (value := get(name))}


# The lines of a visit, and visits of a day, repeat the same few moments and amounts; each is read once.


@lru_cache(maxsize=1 << 14)
def instant(text: str) -> str | None:
    """A minute, or a day as its midnight, as PostgreSQL reads it; None where it is neither."""
    moment = _moment(text)
    return moment.isoformat(timespec="minutes") if moment else None


@lru_cache(maxsize=1 << 14)
def day(text: str) -> str | None:
    """A day, or the day of a minute, as PostgreSQL reads it; None where it is neither."""
    moment = _moment(text)
    return moment.date().isoformat() if moment else None


@lru_cache(maxsize=1 << 14)
def number(text: str) -> str | None:
    """A number as the file writes it, which is how PostgreSQL reads it; None for anything else."""
    try:
        return text if read_decimal(text) is not None else None
    except ValueError:
        return None


def date_of(text: str) -> date | None:
    """A day, or the day of a minute; None where it is neither."""
    moment = _moment(text)
    return moment.date() if moment else None


def _moment(text: str) -> datetime | None:
    try:
        found = read_instant_or_day(text)
    except ValueError:
        return None
    if found is None or found.year < _FIRST_YEAR:
        return None
    return found if isinstance(found, datetime) else datetime.combine(found, time(), tzinfo=VIETNAM)


def read_value(text: str) -> tuple[str, str | None]:
    """A result as (comparator, number): `<= 5.2` gives ("<=", "5.2"); words, ranges, decimal commas give no number."""
    found = _VALUE.fullmatch(text.strip())
    if not found:
        return "", None
    sign = found[1] or ""
    return _COMPARATORS.get(sign, sign), found[2]
