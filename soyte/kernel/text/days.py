"""Days and months as people type them: 5/3/2026, 05-03-2026, 05032026, 2026-03-05; 3/2026, 2026-03."""

from __future__ import annotations

import re
from datetime import date

_YEAR = r"(?P<year>[12]\d{3})"
_BETWEEN = r" ?[/.\- ] ?"  # keyboards of numbers lack the slash
_DAYS = [
    re.compile(rf"(?P<day>\d\d?){_BETWEEN}(?P<month>\d\d?){_BETWEEN}{_YEAR}", re.ASCII),
    re.compile(rf"(?P<day>\d\d)(?P<month>\d\d){_YEAR}", re.ASCII),
    re.compile(rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)", re.ASCII),
]
_MONTHS = [
    re.compile(rf"(?P<month>\d\d?){_BETWEEN}{_YEAR}", re.ASCII),
    re.compile(rf"(?P<month>\d\d){_YEAR}", re.ASCII),
    re.compile(rf"{_YEAR}-(?P<month>\d\d)", re.ASCII),
]


def read_day(text: str) -> date | None:
    """The day that somebody typed, day before month; None where it is none. Years have four digits."""
    return _read(text, _DAYS)


def read_month(text: str) -> date | None:
    """The first day of the month that somebody typed; None where it is none."""
    return _read(text, _MONTHS)


def _read(text: str, patterns: list[re.Pattern[str]]) -> date | None:
    for pattern in patterns:
        if found := pattern.fullmatch(text.strip()):
            parts = {"day": "1"} | found.groupdict()
            try:
                return date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
            except ValueError:
                return None
    return None
