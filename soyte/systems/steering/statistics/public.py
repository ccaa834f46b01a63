"""The door for other systems: addresses of figures and of their rows, and a figure on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from soyte.clinical.encounters.countables import NEW_MAP
from soyte.kernel.access.actor import Actor
from soyte.systems.steering.statistics.areas import area, by_commune, sentence
from soyte.systems.steering.statistics.places import on_map
from soyte.systems.steering.statistics.questions import address
from soyte.ui.components import Area

ROWS = "figures.rows"


def address_of(
    code: str,
    *,
    actor: Actor,
    start: date,
    end: date,
    by: str = "facility",
    where: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The rows behind a figure for whoever may open them; else the figure's own table."""
    name = "statistics:rows" if actor.holds(ROWS) else "statistics:figure"
    return f"{reverse(name, args=[code])}?{address(start, end, by=by, where=where or {})}"


@dataclass(frozen=True, slots=True)
class OnMap:
    areas: Sequence[Area]
    sentence: str
    unit: str


def communes(code: str, *, actor: Actor, start: date, end: date) -> OnMap:
    """A figure by commune of residence on today's map. Areas open their rows for whoever may see them."""
    figures, written = by_commune(code, actor=actor, start=start, end=end)
    lines = on_map(written, NEW_MAP, end=end)
    areas = [area(line, code, start=start, end=end, where={}) for line in lines]
    if not actor.holds(ROWS):
        areas = [replace(one, url="") for one in areas]
    indicator = figures[0].indicator
    return OnMap(areas, sentence(indicator.title, lines, indicator.unit), indicator.unit)
