"""A figure on the map: by commune of residence, on the map that the reader chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from soyte.clinical.encounters.countables import NEW_MAP, NEW_MAP_FIRST_DAY, OLD_MAP
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record
from soyte.systems.steering.statistics.areas import area, by_commune, sentence
from soyte.systems.steering.statistics.places import PlaceLine, on_map
from soyte.systems.steering.statistics.questions import question
from soyte.systems.steering.statistics.views import known_indicator
from soyte.ui.components import Area


@dataclass(frozen=True, slots=True)
class District:
    name: str
    areas: Sequence[Area]
    total: Decimal
    is_partial: bool  # some value in it is hidden


@requires("figures.read")
@require_GET
def figure_map(request: HouseRequest, indicator_code: str) -> HttpResponse:
    indicator, countable = known_indicator(indicator_code)
    asked = question(request, countable)
    chosen = OLD_MAP if request.GET.get("ban-do") == OLD_MAP else NEW_MAP
    figures, written = by_commune(
        indicator_code, actor=request.actor, start=asked.start, end=asked.end, where=asked.where
    )
    record(
        request.actor,
        "figures.read",
        object_kind="indicator",
        object_id=indicator_code,
        details={"from": str(asked.start), "to": str(asked.end), "by": "commune", "where": asked.where},
    )
    lines = on_map(written, chosen, end=asked.end)
    areas = [
        area(line, indicator_code, actor=request.actor, start=asked.start, end=asked.end, where=asked.where)
        for line in lines
    ]
    context = {
        "indicator": indicator,
        "asked": asked,
        "chosen": chosen,
        "areas": areas,
        "districts": _districts(lines, areas),
        "day": NEW_MAP_FIRST_DAY,
        "approximate": [line.name for line in lines if line.is_approximate and line.value],
        "both": len(figures) > 1,
        "as_of": min(found.as_of for found in figures),
        "says": sentence(indicator.title, lines, indicator.unit),
        "table_url": f"{reverse('statistics:figure', args=[indicator_code])}?{asked.query(theo='commune')}",
    }
    return render(request, "statistics/map.html", context)


def _districts(lines: Sequence[PlaceLine], areas: Sequence[Area]) -> list[District]:
    """The old map's communes under their districts; what has no district comes last."""
    pairs = sorted(zip(lines, areas, strict=True), key=lambda pair: not pair[0].district)
    return [
        District(
            name,
            [shown for _line, shown in same],
            sum((line.value for line, _area in same if not line.is_hidden), Decimal(0)),
            any(line.is_hidden for line, _area in same),
        )
        for name, same in ((name, list(group)) for name, group in groupby(pairs, key=lambda pair: pair[0].district))
    ]
