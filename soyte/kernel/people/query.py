"""What a searcher typed: numbers, dates and name words told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from soyte.kernel.people.names import citizen_number, digits, insurance_number, passport_number, phone_number
from soyte.kernel.text import accented_words, fold, is_accented, nfc

_DAY = re.compile(r"(?<!\d)(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_MONTH = re.compile(r"(?<![\d/.\-])(\d{1,2})/(\d{4})(?!\d)")
_YEAR = re.compile(r"(?<!\S)(1[89]\d\d|20\d\d)(?!\S)")
_CARD = re.compile(r"(?<!\w)([A-Z]{2})[ \-]?(\d(?:[ \-]?\d){12})(?!\w)", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\w)\+?\d(?:[ .\-]?\d){8,14}(?!\w)")
_PASSPORT = re.compile(r"(?<!\w)[A-Z]\d{7}(?!\w)", re.IGNORECASE)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` until `end` (not included), and the precision in which they were typed."""

    first: date
    end: date
    precision: str


@dataclass(frozen=True, slots=True)
class PersonQuery:
    """A search for persons. Every part has to fit; of `numbers` and `phones` of one typed number, either."""

    words: tuple[str, ...] = ()  # folded
    accented: tuple[str, ...] = ()  # those of the words that were typed with marks, in lower case
    numbers: tuple[tuple[str, str], ...] = ()  # (kind, value) of identifiers
    phone: str = ""
    born: Period | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.numbers or self.phone or self.born)


def read_query(text: str) -> PersonQuery:
    """Take a search apart: 'đỗ bệnh 1950', '0912 345 678', 'GD4757512345678', '05/03/1950 hoa'.

    Ten digits may be an insurance number or a phone: both are meant.
    """
    rest = nfc(text)[:LONGEST]
    rest, born = _take_birth(rest)
    rest, numbers, phone = _take_numbers(rest)
    typed = accented_words(rest)
    return PersonQuery(tuple(fold(word) for word in typed), tuple(filter(is_accented, typed)), numbers, phone, born)


def _take_birth(text: str) -> tuple[str, Period | None]:
    for pattern, read in ((_DAY, _day), (_ISO, _day_of_iso), (_MONTH, _month), (_YEAR, _year)):
        if found := pattern.search(text):
            period = read(*map(int, found.groups()))
            if period:
                return text[: found.start()] + " " + text[found.end() :], period
    return text, None


def _day(day: int, month: int, year: int) -> Period | None:
    try:
        first = date(year, month, day)
    except ValueError:
        return None
    return Period(first, first + timedelta(days=1), "day")


def _day_of_iso(year: int, month: int, day: int) -> Period | None:
    return _day(day, month, year)


def _month(month: int, year: int) -> Period | None:
    if not 1 <= month <= 12 or year < 1800:
        return None
    return Period(date(year, month, 1), date(year + month // 12, month % 12 + 1, 1), "month")


def _year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year + 1, 1, 1), "year")


def _take_numbers(text: str) -> tuple[str, tuple[tuple[str, str], ...], str]:
    for pattern in (_CARD, _NUMBER, _PASSPORT):
        if found := pattern.search(text):
            rest = text[: found.start()] + " " + text[found.end() :]
            return rest, *_meanings(found[0])
    return text, (), ""


def _meanings(typed: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """What one typed number may be: identifiers, a phone."""
    bare = digits(typed)
    meant = []
    if typed[0].isalpha():
        passport = passport_number(typed)
        meant.append(("passport", passport) if passport else ("insurance", insurance_number(typed)))
        return tuple(meant), ""
    if citizen := citizen_number(bare):
        meant.append(("citizen", citizen))
    if len(bare) in {10, 13, 15} and (insurance := insurance_number(bare)):
        meant.append(("insurance", insurance))
    phone = phone_number(typed)
    return tuple(meant), phone if phone.startswith("0") and len(phone) in {10, 11} else ""
