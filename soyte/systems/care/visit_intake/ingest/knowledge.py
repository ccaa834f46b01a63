"""The lists by which visits are judged, as this installation's database holds them."""

from __future__ import annotations

from functools import lru_cache

from soyte.kernel.codes.lists import CodeList, Entry
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.places.maps import Map, PlaceOn
from soyte.kernel.places.selectors import load_map
from soyte.systems.care.visit_intake.rules import Lists

PLACES = frozenset({"province", "commune"})


def database_lists() -> Lists:
    """Lists for one run; each is read when first asked for. Take new ones for each run: content may have changed."""
    return Lists(_load)


def _load(name: str) -> CodeList:
    return _places(load_map(), name) if name in PLACES else load_list(name)


@lru_cache(maxsize=len(PLACES))
def _places(places: Map, level: str) -> CodeList:
    """The places of one level as a code list."""
    return CodeList(level, [_entry(place) for place in places if place.level == level])


def _entry(place: PlaceOn) -> Entry:
    return Entry(
        code=place.code,
        name=place.name,
        name_en="",
        attrs={},
        valid_from=place.valid_from,
        valid_to=place.valid_to,
        source="",
        verified="",
        state="official" if place.state == "official" else "review",
        origin="file",
    )
