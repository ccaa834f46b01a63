"""A month as rows of seven days, Monday first."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from soyte.ui.components import DayCell


@dataclass(frozen=True, slots=True)
class Square:
    day: date
    cell: DayCell | None
    inside: bool
    today: bool
    future: bool

    @property
    def classes(self) -> str:
        marks = [
            self.cell.tone if self.cell else "",
            "" if self.inside else "out",
            "today" if self.today else "",
            "future" if self.future and self.inside else "",
        ]
        return " ".join(filter(None, marks))


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    weeks: list[list[Square]]


def month(year: int, number: int, cells: Mapping[date, DayCell], *, today: date) -> Month:
    """The weeks that hold the month; days of its neighbours are there as empty squares."""
    weeks = [
        [
            Square(day, cells.get(day) if day.month == number else None, day.month == number, day == today, day > today)
            for day in week
        ]
        for week in calendar.Calendar(firstweekday=0).monthdatescalendar(year, number)
    ]
    return Month(date(year, number, 1), weeks)
