"""What the lists say of clocks and of how each disease is watched, on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from soyte.kernel.codes.lists import Entry
from soyte.kernel.codes.selectors import load_list
from soyte.systems.prevention.infectious_disease.clocks import ClockNumbers

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class DiseaseWatch:
    """See content_schemas.DiseaseWatchRow."""

    window_days: int
    least_cases: int
    cluster_days: int
    rarity: int
    years: int
    weeks_around: int
    quiet_days: int


def watch_of(disease_code: str, on: dt.date) -> DiseaseWatch:
    """How a disease is watched on a day."""
    rows = load_list("disease_watch")
    found = rows.get(disease_code, on) or rows.get(DEFAULT, on)
    if found is None:
        raise LookupError(f"disease_watch has no row {DEFAULT} for {on}")
    return _watch(found)


def _watch(entry: Entry) -> DiseaseWatch:
    told = entry.attrs
    whole = ("window_days", "least_cases", "cluster_days", "rarity", "years", "weeks_around", "quiet_days")
    return DiseaseWatch(**{name: int(told[name]) for name in whole})


def clock_numbers(on: dt.date) -> ClockNumbers:
    """The numbers of the clocks on a day."""
    rows = {entry.code: int(entry.attrs["number"]) for entry in load_list("case_clock").in_force(on)}
    return ClockNumbers(**{name: rows[name] for name in ClockNumbers.__dataclass_fields__})
