"""Reading the single values of a visit file: numbers, moments, birth dates, lists.

Every reader takes the text of one field and answers a typed value, `None` for an empty text, and raises
`ValueError` for anything else. Nothing is guessed: a guessed amount would be paid.
Source: annexes of QĐ 4210, 130, 4750 and 3176, which write instants as yyyyMMddHHmm and days as yyyyMMdd.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

# Vietnam has had one offset since 1975 and no daylight saving; a fixed one is quicker than a zone database.
VIETNAM = timezone(timedelta(hours=7), "+07")

# ASCII digits only, here and below: \d would take the full-width "９". Thirty digits are more than any price of the country.
_DECIMAL = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")


def read_decimal(text: str) -> Decimal | None:
    """A number as the files write it: digits, a point before decimals, perhaps a minus sign.

    A negative number is readable (a rule refuses it, with its own words); `1.000,5`, `1,5`, `1e3`, `NaN` are not.
    """
    if not text:
        return None
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"not a number: {text!r}")
    return Decimal(text)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def read_day(text: str) -> date | None:
    """A day, yyyyMMdd."""
    if not text:
        return None
    if len(text) != 8 or not _is_digits(text):
        raise ValueError(f"not a day: {text!r}")
    return date.fromisoformat(text)


def read_instant(text: str) -> datetime | None:
    """A minute, yyyyMMddHHmm, as an aware time of Vietnam."""
    if not text:
        return None
    if len(text) != 12 or not _is_digits(text):
        raise ValueError(f"not an instant: {text!r}")
    return datetime.fromisoformat(f"{text[:8]}T{text[8:]}").replace(tzinfo=VIETNAM)


def read_instant_or_day(text: str) -> datetime | date | None:
    """A field whose length changed between decisions (NGAY_HEN_KL, NGAY_MIEN_CCT): 12 or 8 digits."""
    return read_day(text) if len(text) == 8 else read_instant(text)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A birth date of which parts may be unknown; an unknown part is None, and so are those after it."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None

    @property
    def precision(self) -> str:
        """`day`, `month`, `year` or `unknown`."""
        if self.day is not None:
            return "day"
        if self.month is not None:
            return "month"
        return "unknown" if self.year is None else "year"

    @property
    def first_day(self) -> date | None:
        """The earliest day it may mean; None when unknown."""
        if self.year is None:
            return None
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def instant(self) -> datetime | None:
        """The minute of birth, where the file gives one other than midnight."""
        if self.year is None or self.month is None or self.day is None or not (self.hour or self.minute):
            return None
        return datetime(self.year, self.month, self.day, self.hour or 0, self.minute or 0, tzinfo=VIETNAM)


def read_partial_date(text: str) -> PartialDate | None:
    """A birth date: 4, 6, 8 or 12 digits, of which unknown parts are zeros; twelve zeros mean unknown.

    4210 wrote a bare year or a day; 130 and later write yyyyMMddHHmm.
    """
    if not text:
        return None
    if len(text) not in (4, 6, 8, 12) or not _is_digits(text):
        raise ValueError(f"not a birth date: {text!r}")
    year, month, day = int(text[:4]), int(text[4:6] or 0), int(text[6:8] or 0)
    hour, minute = int(text[8:10] or 0), int(text[10:12] or 0)
    if hour > 23 or minute > 59 or (not year and (month or day)) or (not month and day):
        raise ValueError(f"not a birth date: {text!r}")
    if not year:
        return PartialDate()
    date(year, month or 1, day or 1)
    if not day:
        return PartialDate(year, month or None)
    return PartialDate(year, month, day, hour, minute)


def split_list(text: str, separator: str = ";") -> list[str]:
    """The members of a joined field, each stripped.

    An empty member between two separators keeps its place, since MA_THE_BHYT, GT_THE_TU and GT_THE_DEN are read side
    by side; one separator too many at the end adds nothing.
    """
    if not text:
        return []
    members = [member.strip() for member in text.split(separator)]
    if not members[-1]:
        members.pop()
    return members
