"""Whom the journeys meet in the small province: read from the truth beside its files, not guessed."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from soyte.kernel.text import fold

HOSPITAL = "70001"
LATELY = dt.timedelta(days=330)


@dataclass(frozen=True)
class Somebody:
    """A person of the province; `visits` in all, `here` at the hospital within the last months."""

    name: str
    citizen: str
    visits: int
    here: int
    born: dt.date = dt.date(1970, 1, 1)

    @property
    def age(self) -> int:
        today = dt.date.today()  # noqa: DTZ011 - as the province
        return today.year - self.born.year - ((today.month, today.day) < (self.born.month, self.born.day))

    @property
    def typed(self) -> str:
        """The name as somebody in a hurry types it: without marks, the given name first."""
        return " ".join(reversed(fold(self.name).split()))


def _rows(files: Path, name: str) -> list[dict[str, str]]:
    with (files / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _people(files: Path) -> list[Somebody]:
    """Everybody with a number and a name that nobody shares, those with most visits first."""
    since = (dt.date.today() - LATELY).isoformat()  # noqa: DTZ011 - the province ends on this machine's yesterday
    visits = [row for row in _rows(files, "persons") if row["in_force"] == "1"]
    all_of = Counter(row["person"] for row in visits)
    here = Counter(row["person"] for row in visits if row["facility"] == HOSPITAL and row["ended_on"] > since)
    known = _rows(files, "people")
    names = Counter(frozenset(fold(row["name"]).split()) for row in known)
    found = [
        Somebody(
            row["name"], row["citizen"], all_of[row["person"]], here[row["person"]], dt.date.fromisoformat(row["born"])
        )
        for row in known
        if row["citizen"] and all_of[row["person"]] and names[frozenset(fold(row["name"]).split())] == 1
    ]
    return sorted(found, key=lambda one: -one.visits)


def of_the_hospital(files: Path) -> list[Somebody]:
    """People who came to the demo doctor's hospital lately."""
    return [one for one in _people(files) if one.here]


def of_elsewhere(files: Path) -> list[Somebody]:
    """People whom the demo doctor's hospital has never seen."""
    since_ever = {row["person"] for row in _rows(files, "persons") if row["facility"] == HOSPITAL}
    seen = {row["citizen"] for row in _rows(files, "people") if row["person"] in since_ever}
    return [one for one in _people(files) if one.citizen not in seen]


def parent_and_child(files: Path) -> tuple[Somebody, Somebody]:
    """A grown person and a child, both with a number of their own."""
    known = _people(files)
    return next(one for one in known if 25 <= one.age < 60), next(one for one in known if one.age < 16)
