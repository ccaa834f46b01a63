"""The door for other systems: addresses of figures and of their rows, and a figure on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from soyte.clinical.encounters.countables import NEW_MAP
from soyte.engines.indicators.figures import Figure
from soyte.kernel.actors import Acting
from soyte.kernel.text import format as words
from soyte.systems.steering.statistics.areas import area, sentence, written_on
from soyte.systems.steering.statistics.places import PlaceLine, on_map, parts_of
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


def _lines(figure: Figure, *, end: date) -> list[PlaceLine]:
    """A figure by commune of one day on the map of `end`."""
    [(of_map, *_days)] = parts_of(figure.end, figure.end)
    return on_map(written_on(of_map, figure), NEW_MAP, end=end)


def _year_before(line: PlaceLine | None) -> str:
    if line is not None and line.is_hidden:
        return _("năm trước: có ô dưới 5")
    return _("năm trước %(value)s") % {"value": words.number(line.value if line else 0)}


def day_on_map(figure: Figure, before: Figure, *, actor: Acting, alarms: Mapping[str, str]) -> OnMap:
    """A figure by commune of residence of one day on today's map, beside that of the day a year `before`. Areas open their
    rows for whoever may see them.

    `alarms`: what is wrong in a commune, by its code."""
    code, day = figure.indicator.code, figure.end
    lines = _lines(figure, end=day)
    then = {line.code: line for line in _lines(before, end=day)}
    areas = [area(line, code, actor=actor, start=day, end=day, where={}) for line in lines]
    areas = [
        replace(
            one,
            alarm=alarms.get(one.code, ""),
            note="; ".join(filter(None, (_year_before(then.get(one.code)), one.note))),
        )
        for one in areas
    ]
    return OnMap(areas, sentence(figure.indicator.title, lines, figure.indicator.unit), figure.indicator.unit)
