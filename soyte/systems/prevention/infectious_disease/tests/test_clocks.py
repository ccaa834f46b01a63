"""Clocks, against days counted by hand on a calendar of 2026 (2026-09-10 is a Thursday)."""

import pytest

from soyte.systems.prevention.infectious_disease.clocks import ClockNumbers, deadline, is_past
from soyte.systems.prevention.infectious_disease.tests.people import at

NUMBERS = ClockNumbers(weekly_weekday=2, monthly_day=5, death_hours=24, past_days=120)


def due(clock, seen, received, hours=None):
    return deadline(clock=clock, hours=hours, seen_at=at(seen), received_at=at(received), numbers=NUMBERS)


@pytest.mark.parametrize(
    ("clock", "hours", "seen", "due_at"),
    [
        ("hours", 24, "2026-09-10 08:00", "2026-09-11 08:00"),
        ("hours", 48, "2026-09-10 08:00", "2026-09-12 08:00"),
        ("weekly", None, "2026-09-10 08:00", "2026-09-16 00:00"),  # Tuesday the 15th, 24:00
        ("weekly", None, "2026-09-07 00:00", "2026-09-16 00:00"),  # the first minute of the same week
        ("weekly", None, "2026-09-13 23:59", "2026-09-16 00:00"),  # its last one
        ("weekly", None, "2026-09-14 00:00", "2026-09-23 00:00"),
        ("monthly", None, "2026-09-30 23:59", "2026-10-06 00:00"),  # the 5th, 24:00
        ("monthly", None, "2026-12-01 00:00", "2027-01-06 00:00"),
        ("death", None, "2026-09-10 08:00", "2026-09-11 08:00"),
    ],
)
def test_a_clock_runs_from_the_arrival(clock, hours, seen, due_at):
    found = due(clock, seen, "2026-09-10 09:00" if seen < "2026-09-10 09:00" else seen, hours)
    assert (found.due_at, found.started_at, found.is_late_file) == (at(due_at), at(seen), False)


@pytest.mark.parametrize(
    ("clock", "hours", "received", "due_at"),
    [
        ("hours", 48, "2026-09-12 08:00", "2026-09-14 08:00"),  # over at the very minute of the receipt
        ("hours", 24, "2026-12-11 10:30", "2026-12-12 10:30"),  # three months later
        ("weekly", None, "2026-09-17 10:00", "2026-09-23 00:00"),
        ("monthly", None, "2026-10-20 10:00", "2026-11-06 00:00"),
        ("death", None, "2026-09-20 10:00", "2026-09-21 10:00"),
    ],
)
def test_a_late_file_gets_its_time_from_the_receipt(clock, hours, received, due_at):
    found = due(clock, "2026-09-10 08:00", received, hours)
    assert (found.due_at, found.started_at, found.is_late_file) == (at(due_at), at(received), True)


def test_a_server_clock_set_back_gives_nobody_less_time():
    found = due("hours", "2026-09-10 08:00", "2026-09-10 06:00", 24)
    assert (found.due_at, found.is_late_file) == (at("2026-09-11 08:00"), False)


def test_only_the_long_past_has_no_clock():
    assert not is_past(ended_at=at("2026-06-01 08:00"), received_at=at("2026-09-01 08:00"), numbers=NUMBERS)
    assert is_past(ended_at=at("2026-05-01 08:00"), received_at=at("2026-09-01 08:00"), numbers=NUMBERS)
