"""Maps of areas with their table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import template

from soyte.kernel.text import format as words
from soyte.ui import components, maps

register = template.Library()


@register.inclusion_tag("ui/_area_map.html")
def area_map(areas: Sequence[components.Area], label: str, day: date, head: str, unit: str = "") -> dict[str, Any]:
    """The areas of the map of a day, and under it their table.

    `label` is the sentence that says what the map shows; `head` names the column of values. Areas that are not on the map are
    in the table alone.
    """
    drawing = maps.drawing(day)
    cuts, used = maps.steps(area.value for area in areas if area.value is not None)
    drawn = [(drawing.shapes[area.code], area, _tone(area, cuts)) for area in areas if area.code in drawing.shapes]
    names = {area.code: area.name.removeprefix("Phường ").removeprefix("Xã ") for _shape, area, _tone in drawn}
    alarms = [area.code for _shape, area, _tone in drawn if area.alarm]
    return {
        "drawing": drawing,
        "drawn": sorted(drawn, key=lambda one: bool(one[1].alarm)),  # red outlines lie above their neighbours
        "names": [(drawing.shapes[code], names[code]) for code in maps.names_with_room(names, drawing.shapes, alarms)],
        "legend": [(step.number, _range(step)) for step in used],
        "nothing": ", ".join(dict.fromkeys(area.text for _shape, area, tone in drawn if tone == "none")),
        "has_unknown": any(tone == "na" for _shape, _area, tone in drawn),
        "has_alarm": bool(alarms),
        "areas": areas,
        "label": label,
        "head": head,
        "unit": unit,
    }


def _tone(area: components.Area, cuts: Sequence[Decimal]) -> str:
    if area.value is None:
        return "none" if area.text else "na"
    return f"m{maps.step_of(area.value, cuts)}"


def _range(step: maps.Step) -> str:
    low, high = words.number(step.low), words.number(step.high)
    return low if low == high else f"{low}–{high}"
