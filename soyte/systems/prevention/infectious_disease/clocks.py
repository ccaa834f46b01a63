"""When a report is due. No Django: instants are aware, days are Vietnam's.

Rows of 24 and 48 hours run from NGAY_VAO, weekly rows end on the Tuesday after their week, monthly ones on the 5th, a
death has its own 24 hours from NGAY_RA. What was over before the file arrived runs from its receipt instead.
Source: QĐ 97/QĐ-PB of 2026-06-30 and TT 15/2026/TT-BYT; the numbers are content (case_clock).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
DEATH = "death"


@dataclass(frozen=True, slots=True)
class ClockNumbers:
    """`weekly_weekday`: 1 = Monday, of the week after; `monthly_day`: of the month after; both to the day's end."""

    weekly_weekday: int
    monthly_day: int
    death_hours: int
    past_days: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """`started_at`: from when the clock runs; `is_late_file`: from the receipt, because it was over before."""

    started_at: dt.datetime
    due_at: dt.datetime
    is_late_file: bool


def deadline(
    *, clock: str, hours: int | None, seen_at: dt.datetime, received_at: dt.datetime, numbers: ClockNumbers
) -> Deadline:
    """`clock`: hours, weekly, monthly (of the list of notifiable diseases) or death. `seen_at`: NGAY_VAO; of a death NGAY_RA."""
    due = _due(clock, hours, seen_at, numbers)
    if due > received_at:
        return Deadline(seen_at, due, is_late_file=False)
    return Deadline(received_at, _due(clock, hours, received_at, numbers), is_late_file=True)


def is_past(*, ended_at: dt.datetime, received_at: dt.datetime, numbers: ClockNumbers) -> bool:
    """The file tells of a visit so long ago that it only fills in the past: it is counted, no clock runs."""
    return received_at - ended_at > dt.timedelta(days=numbers.past_days)


def _due(clock: str, hours: int | None, start: dt.datetime, numbers: ClockNumbers) -> dt.datetime:
    if clock == DEATH:
        return start + dt.timedelta(hours=numbers.death_hours)
    if clock == "hours":
        if hours is None:
            raise ValueError("a clock of hours without a number of hours")
        return start + dt.timedelta(hours=hours)
    day = start.astimezone(VIETNAM).date()
    if clock == "weekly":
        monday = day - dt.timedelta(days=day.weekday())
        return _end_of(monday + dt.timedelta(days=7 + numbers.weekly_weekday - 1))
    if clock == "monthly":
        following = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=numbers.monthly_day)
        return _end_of(following)
    raise ValueError(f"no such clock: {clock}")


def _end_of(day: dt.date) -> dt.datetime:
    """24:00 of a day in Vietnam."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), VIETNAM)
