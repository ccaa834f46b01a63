"""Reading the tables of this package: CSV files that an officer can review in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

ALL = "*"


@cache
def table(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of `data/<name>.csv`."""
    with files(__package__).joinpath("data", f"{name}.csv").open(encoding="utf-8") as lines:
        return tuple(csv.DictReader(lines))


def for_generation(row: Mapping[str, str], generation: str) -> bool:
    """Does a row with a `generations` column apply to visits of this generation?"""
    return row["generations"] == ALL or generation in row["generations"].split()
