"""Where people live, on the map of a day: the communes of the population list, and the codes that lead to each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from soyte.kernel.places.maps import Map
from soyte.kernel.places.selectors import load_map


@dataclass(frozen=True, slots=True)
class Territory:
    """Communes that the population list counts people in. `home_of`: commune code as files write it -> its commune then."""

    names: dict[str, str]
    people: dict[str, int]
    home_of: dict[str, str]


def territory(on: date) -> Territory:
    """The territory of a day. A code of a former commune leads to the default heir of its land."""
    return _territory(load_map(), on)


@lru_cache(maxsize=16)  # the month ends of a year
def _territory(land: Map, on: date) -> Territory:
    communes = {place.code: place for place in land.places_on(on, level="commune")}
    counts = {code: count.people for code in communes if (count := land.population(code, on)) and count.people}
    home_of = {old: code for code in counts for old in land.former(code) if _default_heir(land, old, on) == code}
    return Territory({code: communes[code].name for code in counts}, counts, home_of)


def _default_heir(land: Map, code: str, on: date) -> str:
    heirs = land.today(code, on, today=on)
    return heirs[0].place.code if heirs else ""
