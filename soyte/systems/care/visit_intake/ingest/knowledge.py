"""The lists by which visits are judged, as this installation's database holds them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from soyte.kernel.codes.lists import CodeList, Entry
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.organisations.models import Unit
from soyte.kernel.organisations.selectors import units_to_review
from soyte.kernel.places.maps import Map, PlaceOn
from soyte.kernel.places.selectors import load_map
from soyte.systems.care.visit_intake.rules import Lists

PLACES = frozenset({"province", "commune"})
FACILITY = "facility"


def database_lists() -> Lists:
    """Lists for one run; each is read when first asked for. Take new ones for each run: content may have changed."""
    return Lists(_load)


def _load(name: str) -> CodeList:
    if name == FACILITY:
        return _facilities()
    return _places(load_map(), name) if name in PLACES else load_list(name)


def _facilities() -> CodeList:
    """The units of the register, official or not yet; one that only files tell of is not on it until it is named."""
    registered = Unit.objects.filter(facility_code__isnull=False).exclude(pk__in=units_to_review())
    rows = registered.order_by("valid_from").values_list("facility_code", "name", "valid_from", "valid_to")
    return CodeList(FACILITY, [_listed(str(code), name, start, end) for code, name, start, end in rows])


@lru_cache(maxsize=len(PLACES))
def _places(places: Map, level: str) -> CodeList:
    """The places of one level as a code list."""
    return CodeList(level, [_entry(place) for place in places if place.level == level])


def _entry(place: PlaceOn) -> Entry:
    return _listed(place.code, place.name, place.valid_from, place.valid_to)


def _listed(code: str, name: str, valid_from: date | None, valid_to: date | None) -> Entry:
    return Entry(code, name, "", {}, valid_from, valid_to, source="", verified="", state="official", origin="file")
