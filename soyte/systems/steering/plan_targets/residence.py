"""Where people live, on the map of a day: the communes of the population list, and the codes that lead to each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from soyte.kernel.places.maps import Map, PlaceOn
from soyte.kernel.places.selectors import load_map


@dataclass(frozen=True, slots=True)
class Territory:
    """Communes that the population list counts people in. `home_of`: commune code as files write it -> its commune then."""

    names: dict[str, str]
    people: dict[str, int]
    home_of: dict[str, str]


def territory(on: date) -> Territory:
    """The territory of a day. A code of a former commune leads to the default heir of its land."""
    land = load_map()
    communes = {place.code: place for place in land.places_on(on, level="commune")}
    counts = {code: count.people for code in communes if (count := land.population(code, on)) and count.people}
    home_of = {code: code for code in counts}
    for place in sorted(land, key=lambda place: place.valid_to or date.max):
        if place.level == "commune" and place.code not in communes and (home := _heir(land, place, on)) in counts:
            home_of[place.code] = home
    return Territory({code: communes[code].name for code in counts}, counts, home_of)


def _heir(land: Map, place: PlaceOn, on: date) -> str:
    if place.valid_to is None or place.valid_to > on:
        return ""
    heirs = land.heirs(place.code, place.valid_to - timedelta(days=1), until=on)
    return heirs[0].place.code if heirs else ""
