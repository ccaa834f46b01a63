"""What the content of this room says on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from soyte.kernel.codes.selectors import load_list


@dataclass(frozen=True, slots=True)
class Clock:
    """Numbers of days, as the rows of content/follow_up_clock.csv name them."""

    missed_after: int
    early: int
    ahead: int
    missed_shown: int
    done_shown: int
    discharge_shown: int
    kept: int


@dataclass(frozen=True, slots=True)
class Result:
    """See content_schemas.FollowUpResultRow."""

    code: str
    name: str
    closes: bool
    asks_day: bool


def clock(on: dt.date) -> Clock:
    rows = {entry.code: int(entry.attrs["days"]) for entry in load_list("follow_up_clock").in_force(on)}
    return Clock(**{name: rows[name] for name in Clock.__dataclass_fields__})


def results(kind: str, on: dt.date) -> list[Result]:
    """What may be ticked of a kind of work, in the order of the list."""
    rows = load_list("follow_up_result").in_force(on)
    return [
        Result(row.code, row.name, row.attrs["closes"] == "1", row.attrs["asks_day"] == "1")
        for row in rows
        if row.attrs["of"] in (kind, "both")
    ]
