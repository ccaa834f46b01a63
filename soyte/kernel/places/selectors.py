"""Questions asked of the map, answered from memory while that is what the database holds."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from django.db.models import F, Q

from soyte.kernel.content import stamps
from soyte.kernel.places import files
from soyte.kernel.places.maps import Count, Map, PlaceOn, Step
from soyte.kernel.places.models import Place, PlaceSuccession, Population

_SETS = (*files.LEVELS, "place_succession", "population")

_held: tuple[tuple[uuid.UUID | None, ...], Map] | None = None


def _read() -> Map:
    holding = Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lt=F("valid_to"))
    places = Place.objects.filter(holding).values_list(*PlaceOn._fields)
    steps = PlaceSuccession.objects.filter(withdrawn=False).values_list(*Step._fields)
    counts = Population.objects.filter(withdrawn=False).values_list(*Count._fields)
    return Map(
        (PlaceOn(*row) for row in places.iterator(chunk_size=5000)),
        (Step(*row) for row in steps.iterator(chunk_size=5000)),
        (Count(*row) for row in counts),
    )


def load_map() -> Map:
    """The whole map as the database holds it; as the files say where content was never loaded."""
    global _held
    known = tuple(stamps.stamp(code) for code in _SETS)
    if not any(known):
        return files.load_map()
    if _held is None or _held[0] != known:
        _held = (known, _read())
    return _held[1]


def place(code: str, on: dt.date) -> PlaceOn | None:
    """The place that bore a code on a day. Codes are re-used: without its day a code says nothing."""
    return load_map().place(code, on)


def names_on(codes: Collection[str], on: dt.date) -> dict[str, str]:
    """The name of each code on a day; a code that was no place then is left out."""
    return load_map().names_on(codes, on)
