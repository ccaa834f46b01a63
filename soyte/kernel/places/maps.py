"""The map in memory: which place a code was on a day, and what became of it. The same whether read from the content files
or from the database. No Django."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple


class PlaceOn(NamedTuple):
    """An administrative unit in one shape; `valid_to` is the first day on which it is no more."""

    code: str
    level: str
    name: str
    kind: str
    parent_code: str
    province_code: str
    district_code: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    state: str

    def holds(self, on: dt.date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on < self.valid_to)


class Step(NamedTuple):
    """On a day the territory of one place went, whole or in part, to another."""

    old_code: str
    new_code: str
    on: dt.date
    relation: str
    is_default: bool


class Heir(NamedTuple):
    """A place that holds today (part of) the territory of a former one. `relation` is `part` if any step of the way was;
    `is_default` marks the one heir to take where nobody can be asked."""

    place: PlaceOn
    relation: str
    is_default: bool


class Count(NamedTuple):
    """The people of a place on a day."""

    place_code: str
    as_of: dt.date
    people: int
    source: str
    state: str


class _Way(NamedTuple):
    code: str
    reached: dt.date
    relation: str
    is_default: bool


class Map:
    """Places of all times, their successions and populations."""

    def __init__(self, places: Iterable[PlaceOn], steps: Iterable[Step], counts: Iterable[Count]) -> None:
        self._places: dict[str, list[PlaceOn]] = defaultdict(list)
        for place in places:
            self._places[place.code].append(place)
        self._steps: dict[str, list[Step]] = defaultdict(list)
        self._turns: set[tuple[str, dt.date]] = set()  # days on which the land of a code changed
        for step in steps:
            self._steps[step.old_code].append(step)
            self._turns |= {(step.old_code, step.on), (step.new_code, step.on)}
        self._counts: dict[str, list[Count]] = defaultdict(list)
        for count in sorted(counts, key=lambda c: c.as_of):
            self._counts[count.place_code].append(count)

    def __iter__(self) -> Iterator[PlaceOn]:
        """Every shape of every place."""
        return (place for shapes in self._places.values() for place in shapes)

    def place(self, code: str, on: dt.date) -> PlaceOn | None:
        """The place that bore a code on a day."""
        return next((place for place in self._places.get(code, ()) if place.holds(on)), None)

    def history(self, code: str) -> list[PlaceOn]:
        """Every place that ever bore a code, earliest first."""
        return sorted(self._places.get(code, ()), key=lambda p: p.valid_from or dt.date.min)

    def names_on(self, codes: Collection[str], on: dt.date) -> dict[str, str]:
        """The name of each code on a day; a code that was no place then is left out."""
        found = ((code, self.place(code, on)) for code in codes)
        return {code: place.name for code, place in found if place}

    def places_on(self, on: dt.date, *, level: str, province_code: str = "") -> list[PlaceOn]:
        """The places of a level on a day, by code; of one province if it is named."""
        found = (p for same in self._places.values() for p in same if p.level == level and p.holds(on))
        return sorted((p for p in found if province_code in ("", p.province_code)), key=lambda p: p.code)

    def _next(self, way: _Way, until: dt.date) -> list[Step]:
        """The steps of the first succession after the day on which a place was reached."""
        later = [step for step in self._steps.get(way.code, ()) if way.reached < step.on <= until]
        first = min((step.on for step in later), default=None)
        return [step for step in later if step.on == first]

    def _walk(self, way: _Way, until: dt.date) -> list[_Way]:
        steps = self._next(way, until)
        if not steps:
            return [way]
        ways = []
        for step in steps:
            relation = "part" if "part" in (way.relation, step.relation) else "whole"
            ways += self._walk(_Way(step.new_code, step.on, relation, way.is_default and step.is_default), until)
        return ways

    def heirs(self, code: str, on: dt.date, *, until: dt.date) -> list[Heir]:
        """What on the day `until` holds the territory of the place that bore `code` on the day `on`; the default first.

        Follows the chain of successions by their dates. Several heirs mean that the place was split. Empty if the code was
        no place on that day, or if its heir is not known.
        """
        if self.place(code, on) is None:
            return []
        best: dict[str, _Way] = {}
        for way in self._walk(_Way(code, on, "whole", True), until):
            known = best.get(way.code)
            if known is None or way.is_default > known.is_default:
                best[way.code] = way
        found = [(way, self.place(way.code, until)) for way in best.values()]
        heirs = [Heir(place, way.relation, way.is_default) for way, place in found if place]
        return sorted(heirs, key=lambda heir: (not heir.is_default, heir.place.code))

    def today(self, code: str, on: dt.date, *, today: dt.date) -> list[Heir]:
        """What became of the commune that somebody on the day `on` called `code`; the default heir first.

        Who kept the old list for a while, or used the new one too early, is understood: a code that was no place on its
        day is that of today, else the last place that bore it. Empty for a code of no commune.
        """
        if heirs := self.heirs(code, on, until=today):
            return [heir for heir in heirs if heir.place.level == "commune"]
        place = self.place(code, today)
        if place is not None:
            return [Heir(place, "whole", True)] if place.level == "commune" else []
        ended = [was.valid_to for was in self._places.get(code, ()) if was.level == "commune" and was.valid_to]
        return self.heirs(code, max(ended) - dt.timedelta(days=1), until=today) if ended else []

    def former(self, code: str) -> set[str]:
        """Every code whose territory came to bear `code` in the end, as the default heir of each step; itself among them."""
        found, waiting = {code}, [code]
        while waiting:
            after = waiting.pop()
            before = self._taken_over.get(after, set()) - found
            found |= before
            waiting += before
        return found

    @cached_property
    def _taken_over(self) -> dict[str, set[str]]:
        """new code -> the old codes of which it is the default heir. Whole before another thread sees it."""
        found: dict[str, set[str]] = defaultdict(set)
        for steps in self._steps.values():
            for step in steps:
                if step.is_default:
                    found[step.new_code].add(step.old_code)
        return found

    def _same_land(self, place: PlaceOn) -> list[PlaceOn]:
        """The shapes of this code that differ in name or kind alone: xã Lộc Ninh and the phường that it became."""
        shapes = [place]
        for earlier in reversed(self.history(place.code)):
            first = shapes[-1]
            if earlier.valid_to is not None and earlier.valid_to == first.valid_from:
                if (place.code, earlier.valid_to) in self._turns:
                    break
                shapes.append(earlier)
        return shapes

    def population(self, code: str, on: dt.date) -> Count | None:
        """The latest count of the place that bore a code on a day, made while the code had that land and not after the
        day; the earliest later one if there is none before."""
        place = self.place(code, on)
        if place is None:
            return None
        lands = self._same_land(place)
        counts = [c for c in self._counts.get(code, ()) if any(land.holds(c.as_of) for land in lands)]
        before = [c for c in counts if c.as_of <= on]
        return before[-1] if before else next(iter(counts), None)
