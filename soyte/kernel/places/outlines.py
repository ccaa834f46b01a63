"""Borders of places: `content/outlines/*.yaml`, each with a CSV beside it, of the territory that an installation serves.

Simplified for maps on a screen; neighbours share their points. Not for measuring. No Django.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "content" / "outlines"
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Outline:
    """`rings` of (longitude, latitude) in degrees WGS84, first point = last; `inside` is a point within."""

    code: str
    inside: Point
    rings: tuple[tuple[Point, ...], ...]


def _point(text: str) -> Point:
    lon, lat = text.split(",")
    return float(lon), float(lat)


def _outline(row: dict[str, str]) -> Outline:
    rings = tuple(tuple(map(_point, ring.split())) for ring in row["rings"].split(";"))
    return Outline(row["code"], (float(row["lon"]), float(row["lat"])), rings)


@cache
def _files() -> list[tuple[dt.date, dt.date | None, dict[str, Outline]]]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        told = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        with path.with_suffix(".csv").open(encoding="utf-8", newline="") as stream:
            outlines = {row["code"]: _outline(row) for row in csv.DictReader(stream)}
        found.append((told["valid_from"], told.get("valid_to"), outlines))
    return found


@cache
def outlines_on(day: dt.date) -> Mapping[str, Outline]:
    """The borders of a day by code; none where no file is of that day."""
    return {
        code: outline
        for start, end, outlines in _files()
        if start <= day and (end is None or day < end)
        for code, outline in outlines.items()
    }
