"""Deadlines in working days. Expected days are counted by hand on a calendar."""

import datetime as dt

import pytest

from soyte.kernel.codes.working_days import after_working_days, is_working_day, working_days_left

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-09", 2, "2026-11-11"),  # a Monday
        ("2026-11-26", 5, "2026-12-03"),  # over a weekend
        ("2026-04-24", 1, "2026-04-28"),  # a Friday; the day of the kings fell on Sunday, Monday was given for it
        ("2026-04-29", 1, "2026-05-04"),  # 30 April and 1 May
        ("2026-02-13", 5, "2026-02-27"),  # the week of Tết
        ("2024-05-03", 1, "2024-05-04"),  # a Saturday worked in exchange
        ("2031-01-03", 1, "2031-01-06"),  # nothing is announced yet
    ],
)
def test_a_deadline(start, days, due):
    assert after_working_days(dt.date.fromisoformat(start), days) == dt.date.fromisoformat(due)


def test_days_left_and_days_over():
    day = dt.date(2026, 11, 27)  # a Friday
    assert working_days_left(dt.date(2026, 12, 1), day) == 2
    assert working_days_left(day, day) == 0 and working_days_left(day, dt.date(2026, 12, 1)) == -2
    assert is_working_day(day) and not is_working_day(dt.date(2026, 11, 24))
