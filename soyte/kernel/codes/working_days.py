"""Deadlines in working days: Monday to Friday, but for the days of the content list `public_holiday`."""

from __future__ import annotations

import datetime as dt

from soyte.kernel.codes.selectors import load_list

SATURDAY = 5
_DAY = dt.timedelta(days=1)


def is_working_day(day: dt.date) -> bool:
    """Of a year of which nothing has been announced, weekdays."""
    entry = load_list("public_holiday").get(day.isoformat(), day)
    return entry.attrs["working"] == "1" if entry else day.weekday() < SATURDAY


def after_working_days(start: dt.date, days: int) -> dt.date:
    """The last day of a deadline of `days` working days: the day on which it began does not count."""
    day = start
    for _number in range(days):
        day += _DAY
        while not is_working_day(day):
            day += _DAY
    return day


def working_days_left(until: dt.date, today: dt.date) -> int:
    """Working days after today up to and with `until`; negative for those that have passed since."""
    if until < today:
        return -working_days_left(today, until)
    days = (today + _DAY * number for number in range(1, (until - today).days + 1))
    return sum(map(is_working_day, days))
