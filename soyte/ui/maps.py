"""Maps of areas as SVG drawn by the server: shapes, their steps of colour, and where names have room."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from math import cos, radians

from soyte.kernel.places.outlines import Outline, Point, outlines_on

WIDTH = 520
STEPS = 5
LETTER, LINE = 6.6, 15.0  # about how much room a name takes, in units of the drawing


@dataclass(frozen=True, slots=True)
class Shape:
    """The path of an area and the point where its name stands; `room` is the width of the area there."""

    path: str
    x: int
    y: int
    room: int


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    shapes: Mapping[str, Shape]


@cache
def drawing(day: date) -> Drawing:
    """The areas of a day's map, north up, each degree of latitude and longitude as long as it is in their middle."""
    outlines = outlines_on(day)
    points = [point for outline in outlines.values() for ring in outline.rings for point in ring]
    if not points:
        return Drawing(WIDTH, 0, {})
    west, east = min(lon for lon, _ in points), max(lon for lon, _ in points)
    south, north = min(lat for _, lat in points), max(lat for _, lat in points)
    narrowing = cos(radians((south + north) / 2))
    scale = (WIDTH - 4) / ((east - west) * narrowing)

    def place(point: Point) -> tuple[int, int]:
        return round((point[0] - west) * narrowing * scale) + 2, round((north - point[1]) * scale) + 2

    shapes = {code: _shape(outline, place) for code, outline in outlines.items()}
    return Drawing(WIDTH, place((west, south))[1] + 2, shapes)


def _shape(outline: Outline, place: object) -> Shape:
    assert callable(place)
    rings = [_without_repeats(place(point) for point in ring) for ring in outline.rings]
    x, y = place(outline.inside)
    across = [px for ring in rings for px, _ in ring]
    return Shape("".join(_path(ring) for ring in rings), x, y, 2 * min(x - min(across), max(across) - x))


def _without_repeats(points: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for point in points:
        if not kept or kept[-1] != point:
            kept.append(point)
    return kept


def _path(ring: Sequence[tuple[int, int]]) -> str:
    """A closed path by steps from point to point: half as long as by places."""
    first, steps = ring[0], []
    for (x1, y1), (x2, y2) in pairwise(ring):
        steps.append(f"{x2 - x1} {y2 - y1}")
    return f"M{first[0]} {first[1]}l{' '.join(steps[:-1])}z"


@dataclass(frozen=True, slots=True)
class Step:
    """A colour of the map and the least and greatest value that bear it."""

    number: int
    low: Decimal
    high: Decimal


def steps(values: Iterable[Decimal]) -> tuple[list[Decimal], list[Step]]:
    """(cuts, steps in use): values in five steps with about as many areas each; equal values share a step.

    Nothing is a step of its own: a map must show where there is none. Where nearly all areas have the least value, those
    that have more make a step.
    """
    ordered = sorted(values)
    if not ordered:
        return [], []
    some = ordered[bisect_right(ordered, 0) :]
    if 0 < len(some) < len(ordered):
        cuts = sorted({some[len(some) * n // (STEPS - 1)] for n in range(STEPS - 1)})
    else:
        cuts = sorted({ordered[len(ordered) * n // STEPS] for n in range(1, STEPS)} - {ordered[0]})
        cuts = cuts or ordered[bisect_right(ordered, ordered[0]) :][:1]
    used: dict[int, list[Decimal]] = {}
    for value in ordered:
        used.setdefault(step_of(value, cuts), []).append(value)
    return cuts, [Step(number, same[0], same[-1]) for number, same in sorted(used.items())]


def step_of(value: Decimal, cuts: Sequence[Decimal]) -> int:
    """0 to 4, the more the darker; fewer steps than five lie as far apart as they can."""
    return round(bisect_right(cuts, value) * (STEPS - 1) / len(cuts)) if cuts else 0


def names_with_room(names: Mapping[str, str], shapes: Mapping[str, Shape], first: Iterable[str] = ()) -> list[str]:
    """The areas whose names fit into them and into each other; those of `first` are written in any case."""
    wanted = list(first)
    wanted += sorted((code for code in names if code in shapes and code not in wanted), key=lambda c: -shapes[c].room)
    taken: list[tuple[float, float, float]] = []
    written = []
    for code in wanted:
        shape, half = shapes[code], len(names[code]) * LETTER / 2
        clear = all(abs(shape.y - y) > LINE or abs(shape.x - x) > half + other for x, y, other in taken)
        if clear and (code in first or 2 * half <= shape.room):
            taken.append((shape.x, shape.y, half))
            written.append(code)
    return written
