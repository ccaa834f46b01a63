"""Names, numbers and birth dates of persons as they are kept and compared."""

from __future__ import annotations

import re

from soyte.kernel.text import one_line, words

_PASSPORT = re.compile(r"[A-Z]\d{7}")
INSURANCE_DIGITS = 10
CITIZEN_DIGITS = (9, 12)


def kept_name(name: str) -> str:
    """A name as it is kept: composed, as written, blanks squeezed."""
    return one_line(name)


def folded_name(name: str) -> str:
    """A name as it is compared and searched: folded words. "H’Hen  NIÊ" -> 'h hen nie'."""
    return " ".join(words(name))


def digits(text: str) -> str:
    """The ASCII digits of a text: '0912 345.678' -> '0912345678'."""
    return "".join(c for c in text if c.isascii() and c.isdigit())


def phone_number(text: str) -> str:
    """A phone number as it is kept: digits, 0 before the Vietnamese number. '+84 912 345 678' -> '0912345678'."""
    number = digits(text)
    if len(number) in {11, 12} and number.startswith("84"):
        number = "0" + number[2:]
    return number[:15]


def insurance_number(card: str) -> str:
    """The insurance identifier: the last ten digits of a card or of the bare number; '' if it has no ten digits.

    The letters and digits before them say group, benefit and province, and change with the card.
    """
    number = digits(card)
    return number[-INSURANCE_DIGITS:] if len(number) >= INSURANCE_DIGITS and number.strip("0") else ""


def citizen_number(text: str) -> str:
    """A personal number of 12 digits or 9 of the older card; '' for anything else, also for all zeros."""
    number = "".join(text.split())
    if number.isascii() and number.isdigit() and len(number) in CITIZEN_DIGITS and number.strip("0"):
        return number
    return ""


def passport_number(text: str) -> str:
    """A passport number: a capital and seven digits; '' for anything else."""
    number = "".join(text.split()).upper()
    return number if _PASSPORT.fullmatch(number) else ""
