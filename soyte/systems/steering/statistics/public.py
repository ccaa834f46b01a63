"""The door for other systems: addresses of figures and of their rows, and a figure on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import reverse

from soyte.clinical.encounters.countables import NEW_MAP
from soyte.engines.indicators.figures import Figure
from soyte.kernel.actors import Acting
from soyte.systems.steering.statistics.areas import area, sentence, written_on
from soyte.systems.steering.statistics.places import on_map, parts_of
from soyte.systems.steering.statistics.questions import ROWS, address, rows_address
from soyte.ui.components import Area

__all__ = ["ROWS", "OnMap", "address_of", "day_on_map"]


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
    asked: Any = {"start": start, "end": end, "by": by, "where": where or {}}
    return rows_address(code, actor=actor, **asked) or f"{reverse('statistics:figure', args=[code])}?{address(**asked)}"


@dataclass(frozen=True, slots=True)
class OnMap:
    areas: Sequence[Area]
    sentence: str
    unit: str


def day_on_map(figure: Figure, *, actor: Acting, alarms: Mapping[str, str]) -> OnMap:
    """A figure by commune of residence of one day on today's map. Areas open their rows for whoever may see them.

    `alarms`: what is wrong in a commune, by its code."""
    code, day = figure.indicator.code, figure.end
    [(of_map, *_days)] = parts_of(day, day)
    lines = on_map(written_on(of_map, figure), NEW_MAP, end=day)
    areas = [
        replace(area(line, code, actor=actor, start=day, end=day, where={}), alarm=alarms.get(line.code, ""))
        for line in lines
    ]
    return OnMap(areas, sentence(figure.indicator.title, lines, figure.indicator.unit), figure.indicator.unit)
