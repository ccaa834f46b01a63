"""The door for other systems: addresses of figures and of their rows, and a figure on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from soyte.clinical.encounters.countables import NEW_MAP
from soyte.engines.indicators.figures import Figure
from soyte.kernel.actors import Acting
from soyte.systems.steering.statistics.areas import area, sentence, written_on
from soyte.systems.steering.statistics.places import on_map, parts_of
from soyte.systems.steering.statistics.questions import address
from soyte.ui.components import Area

ROWS = "figures.rows"


def address_of(
    code: str,
    *,
    actor: Acting,
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


def day_on_map(figure: Figure, *, actor: Acting) -> OnMap:
    """A figure by commune of residence of one day on today's map. Areas open their rows for whoever may see them."""
    code, day = figure.indicator.code, figure.end
    [(of_map, *_days)] = parts_of(day, day)
    lines = on_map(written_on(of_map, figure), NEW_MAP, end=day)
    areas = [area(line, code, start=day, end=day, where={}) for line in lines]
    if not actor.holds(ROWS):
        areas = [replace(one, url="") for one in areas]
    return OnMap(areas, sentence(figure.indicator.title, lines, figure.indicator.unit), figure.indicator.unit)
