"""The map takes the rows of its content sets: one set for each level, the successions, the populations."""

from __future__ import annotations

from typing import Any

from soyte.kernel.content.rows import DatedRow
from soyte.kernel.content.tables import TableTarget
from soyte.kernel.content.targets import register_target
from soyte.kernel.places.content_schemas import PlaceRow, PopulationRow, SuccessionRow
from soyte.kernel.places.models import OVERLAP, Place, PlaceSuccession, Population

_SOURCED = ("source", "verified", "state")


def _sourced(row: DatedRow) -> dict[str, Any]:
    return {"source": row.source, "verified": row.verified, "state": row.state}


def _place(row: DatedRow) -> dict[str, Any]:
    place = row.row
    if not isinstance(place, PlaceRow):
        raise TypeError(f"the map needs rows of PlaceRow, not {type(place).__name__}")
    return {
        "code": place.code,
        "name": place.name,
        "kind": place.kind,
        "parent_code": place.parent(),
        "province_code": place.province(),
        "district_code": place.district(),
        **_sourced(row),
    }


def _succession(row: DatedRow) -> dict[str, Any]:
    step = row.row
    if not isinstance(step, SuccessionRow):
        raise TypeError(f"successions need rows of SuccessionRow, not {type(step).__name__}")
    return {
        "old_code": step.old_code,
        "new_code": step.new_code,
        "on": step.on,
        "relation": step.relation,
        "is_default": step.is_default == "1",
        **_sourced(row),
    }


def _population(row: DatedRow) -> dict[str, Any]:
    count = row.row
    if not isinstance(count, PopulationRow):
        raise TypeError(f"populations need rows of PopulationRow, not {type(count).__name__}")
    return {"place_code": count.place_code, "as_of": count.as_of, "people": count.people, **_sourced(row)}


register_target(
    "places",
    TableTarget(
        Place,
        row=PlaceRow,
        key=("code",),
        facts=("name", "kind", "parent_code", "province_code", "district_code", *_SOURCED),
        scope=lambda set_code: {"level": set_code},
        columns=_place,
        exclusion=OVERLAP,
    ),
)
register_target(
    "place_successions",
    TableTarget(
        PlaceSuccession,
        row=SuccessionRow,
        key=("old_code", "new_code", "on"),
        facts=("relation", "is_default", *_SOURCED),
        scope=lambda set_code: {},
        columns=_succession,
        is_dated=False,
    ),
)
register_target(
    "populations",
    TableTarget(
        Population,
        row=PopulationRow,
        key=("place_code", "as_of"),
        facts=("people", *_SOURCED),
        scope=lambda set_code: {},
        columns=_population,
        is_dated=False,
    ),
)
