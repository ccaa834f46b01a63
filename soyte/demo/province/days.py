"""Which days of a year people come on: weekdays, holidays, Tết and the season of a disease."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from random import Random

from soyte.demo.province import content

HOLIDAYS = {(1, 1), (4, 30), (5, 1), (9, 2)}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TET_WEEK = range(-2, 6)  # days from the first day of the year of the moon


@cache
def _tet_days() -> frozenset[date]:
    firsts = (date.fromisoformat(row["first_day"]) for row in content.rows("tet"))
    return frozenset(first + timedelta(days=offset) for first in firsts for offset in TET_WEEK)


def _opening(day: date, *, emergency: bool) -> float:
    """How busy a day of this kind is; emergencies keep to the calendar only by half."""
    factors = content.shares("weekday factor")
    factor = factors[WEEKDAYS[day.weekday()]]
    if day in _tet_days():
        factor = content.shares("holiday factor")["Tết week"]
    elif (day.month, day.day) in HOLIDAYS:
        factor = factors["Sun"]
    return (factor + 1) / 2 if emergency else factor


@cache
def _season(profile: str) -> tuple[float, ...]:
    row = next(row for row in content.rows("seasons") if row["profile"] == profile)
    return tuple(float(row[f"m{month:02d}"]) for month in range(1, 13))


def season(profile: str, month: int) -> float:
    """The factor of a month (1 to 12) in a season's profile; the mean of a year is 1."""
    return _season(profile)[month - 1]


@cache
def _cumulative(start: date, length: int, profile: str, emergency: bool) -> list[float]:
    days = (start + timedelta(days=offset) for offset in range(length))
    return list(accumulate(_opening(day, emergency=emergency) * season(profile, day.month) for day in days))


def draw(rng: Random, *, start: date, length: int, profile: str = "flat", emergency: bool = False) -> date:
    """A day of the `length` days from `start`."""
    cumulative = _cumulative(start, length, profile, emergency)
    return start + timedelta(days=min(bisect_right(cumulative, rng.random() * cumulative[-1]), length - 1))
