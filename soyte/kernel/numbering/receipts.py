"""Receipt numbers: unique for ever, readable over a telephone, with a digit that betrays a slip.

TN-261125-000123-7: the day in Vietnam on which it was given, a number that never repeats, and a check digit over both.
Not gap-free: a transaction that is rolled back leaves its number unused, and nobody waits for anybody.
"""

from __future__ import annotations

import re
from datetime import date

from django.utils import timezone

from soyte.kernel.sql import SqlCursor

_NUMBER = re.compile(r"TN-(\d{6})-(\d{6,})-(\d)")


def receipt_numbers(cursor: SqlCursor, count: int, *, on: date | None = None) -> list[str]:
    """`count` new receipt numbers, ascending, in one statement; `on` is the day of receipt, today if not given."""
    day = on or timezone.localdate()
    cursor.execute("select nextval('receipt_number') from generate_series(1, %s)", [count])
    return [receipt_number(day, serial) for (serial,) in cursor.fetchall()]


def receipt_number(on: date, serial: int) -> str:
    day, number = on.strftime("%y%m%d"), f"{serial:06}"
    return f"TN-{day}-{number}-{check_digit(day + number)}"


def is_receipt_number(text: str) -> bool:
    """Whether a text has the form of a receipt number and its check digit fits."""
    found = _NUMBER.fullmatch(text.strip().upper())
    return found is not None and text.isascii() and check_digit(found[1] + found[2]) == int(found[3])


def check_digit(digits: str) -> int:
    """ISO/IEC 7064 MOD 11,10: finds every single wrong digit and nearly every exchange of two neighbours."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10
