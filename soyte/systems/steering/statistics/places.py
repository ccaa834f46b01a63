"""Values by commune of residence, drawn on one map: the communes since 2025-07-01, or those before in their districts.

A visit names a commune by the code of its day. The crosswalk takes an old code to its heir; where a commune was split it takes
the heir of most of it, and the line says that it is approximate. A new code says nothing of which of the merged communes it
was: on the old map it stands as a line of its own in their district.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from soyte.clinical.encounters.countables import NEW_MAP, NEW_MAP_FIRST_DAY, OLD_MAP, OLD_MAP_LAST_DAY
from soyte.kernel.places.maps import Map, PlaceOn
from soyte.kernel.places.outlines import outlines_on
from soyte.kernel.places.selectors import load_map
from soyte.kernel.text.folding import vi_key

Written = Mapping[tuple[str, str], Decimal | None]
"""(code, map of its day) -> value; None is hidden."""


@dataclass(slots=True)
class PlaceLine:
    """A place of the chosen map. `keys` are the codes that fell to it, as the dimension `place` writes them."""

    code: str
    name: str
    district: str = ""
    value: Decimal = Decimal(0)
    is_hidden: bool = False
    is_approximate: bool = False
    parts: Sequence[str] = ()  # names of the communes that were merged into it, on the old map
    keys: list[str] = field(default_factory=list)

    def add(self, key: str, value: Decimal | None, *, approximate: bool) -> None:
        self.keys.append(key)
        self.value += value or 0
        self.is_hidden |= value is None
        self.is_approximate |= approximate


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a code falls on the chosen map; code "" is outside or unknown."""

    code: str
    name: str = ""
    district: str = ""
    is_approximate: bool = False
    parts: tuple[str, ...] = ()


OUTSIDE = _Target("")


def parts_of(start: date, end: date) -> list[tuple[str, date, date]]:
    """(map, first day, last day): the period cut where codes were given anew."""
    if end <= OLD_MAP_LAST_DAY:
        return [(OLD_MAP, start, end)]
    if start >= NEW_MAP_FIRST_DAY:
        return [(NEW_MAP, start, end)]
    return [(OLD_MAP, start, OLD_MAP_LAST_DAY), (NEW_MAP, NEW_MAP_FIRST_DAY, end)]


def on_map(written: Written, chosen: str, *, end: date) -> list[PlaceLine]:
    """The values on the chosen map, every place of the territory once, by name; last what lies outside or is unknown."""
    known = load_map()
    today = max(end, NEW_MAP_FIRST_DAY)
    lines: dict[str, PlaceLine] = {}
    for target in _places(known, chosen, today):
        lines[target.code] = PlaceLine(target.code, target.name, target.district)
    for (code, of_map), value in written.items():
        target = (_on_new if chosen == NEW_MAP else _on_old)(known, code, of_map, today)
        if chosen == NEW_MAP and not _is_ours(target.code):
            target = OUTSIDE
        line = lines.setdefault(target.code, PlaceLine(target.code, target.name, target.district, parts=target.parts))
        line.add(f"{code}@{of_map}", value, approximate=target.is_approximate)
    inside = [line for code, line in lines.items() if code]
    inside.sort(key=lambda line: (vi_key(line.district), vi_key(line.name)))
    return [*inside, *([lines[""]] if "" in lines else [])]


def _places(known: Map, chosen: str, today: date) -> list[_Target]:
    """Every place of the territory on the chosen map. Without borders of a territory there is no list of its places."""
    new = [place for code in outlines_on(NEW_MAP_FIRST_DAY) if (place := known.place(code, today))]
    if chosen == NEW_MAP:
        return [_Target(place.code, place.name) for place in new]
    return [_old(known, place) for one in new for place in _former(known, one.code)]


def _old(known: Map, place: PlaceOn) -> _Target:
    return _Target(f"{place.code}@{OLD_MAP}", place.name, _district(known, place))


def _district(known: Map, place: PlaceOn) -> str:
    district = known.place(place.district_code, OLD_MAP_LAST_DAY)
    return district.name if district else ""


def _former(known: Map, code: str) -> list[PlaceOn]:
    """The communes of the old map whose territory came to bear `code`."""
    found = (known.place(old, OLD_MAP_LAST_DAY) for old in known.former(code))
    return [place for place in found if place and place.level == "commune" and _heir(known, place) == code]


def _heir(known: Map, place: PlaceOn) -> str:
    heirs = known.heirs(place.code, OLD_MAP_LAST_DAY, until=NEW_MAP_FIRST_DAY)
    return heirs[0].place.code if heirs else ""


def _on_new(known: Map, code: str, of_map: str, today: date) -> _Target:
    day = OLD_MAP_LAST_DAY if of_map == OLD_MAP else NEW_MAP_FIRST_DAY
    heirs = known.today(code, day, today=today)
    if not heirs:
        return OUTSIDE
    return _Target(heirs[0].place.code, heirs[0].place.name, is_approximate=heirs[0].relation == "part")


def _on_old(known: Map, code: str, of_map: str, today: date) -> _Target:
    """Old codes stand as they are, also those written too late; a new one stands for itself, unless it is one old commune."""
    old = known.place(code, OLD_MAP_LAST_DAY)
    new = known.place(code, today)
    is_new = new is not None and new.level == "commune" and (of_map == NEW_MAP or old is None)
    if not is_new:
        return _old(known, old) if old and old.level == "commune" and _is_ours(_heir(known, old)) else OUTSIDE
    assert new is not None
    former = sorted(_former(known, code), key=lambda place: vi_key(place.name))
    if not former or not _is_ours(code):
        return OUTSIDE
    if len(former) == 1:
        return _old(known, former[0])
    by_district: dict[str, int] = defaultdict(int)
    for place in former:
        by_district[_district(known, place)] += 1
    district = max(by_district, key=lambda name: by_district[name])
    names = tuple(place.name for place in former)
    return _Target(f"{code}@{NEW_MAP}", new.name, district, len(by_district) > 1, names)


def _is_ours(code: str) -> bool:
    """The commune of the new map lies in the territory; everywhere where its borders are not known."""
    territory = outlines_on(NEW_MAP_FIRST_DAY)
    return code in territory or (bool(code) and not territory)
