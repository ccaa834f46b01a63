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
from soyte.engines.indicators import rollups
from soyte.engines.indicators.figures import Figure
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record
from soyte.systems.steering.statistics.areas import area, sentence
from soyte.systems.steering.statistics.places import PlaceLine, on_map, parts_of
from soyte.systems.steering.statistics.questions import Question
from soyte.systems.steering.statistics.views import asked_of, known_indicator
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
    asked = asked_of(request, countable)
    chosen = OLD_MAP if request.GET.get("ban-do") == OLD_MAP else NEW_MAP
    figures = _by_commune(request, indicator_code, asked)
    written = {
        (cell.keys[0], of_map): cell.value for of_map, found in figures.items() for cell in found.cells if cell.keys[0]
    }
    lines = on_map(written, chosen, end=asked.end)
    areas = [area(line, indicator_code, start=asked.start, end=asked.end, where=asked.where) for line in lines]
    context = {
        "indicator": indicator,
        "asked": asked,
        "chosen": chosen,
        "areas": areas,
        "districts": _districts(lines, areas),
        "day": NEW_MAP_FIRST_DAY,
        "approximate": [line.name for line in lines if line.is_approximate and line.value],
        "both": len(figures) > 1,
        "as_of": min(found.as_of for found in figures.values()),
        "says": sentence(indicator.title, lines, indicator.unit),
        "table_url": f"{reverse('statistics:figure', args=[indicator_code])}?{asked.query(theo='commune')}",
    }
    return render(request, "statistics/map.html", context)


def _by_commune(request: HouseRequest, code: str, asked: Question) -> dict[str, Figure]:
    found = {
        of_map: rollups.figure(code, actor=request.actor, start=start, end=end, by=["commune"], where=asked.where)
        for of_map, start, end in parts_of(asked.start, asked.end)
    }
    record(
        request.actor,
        "figures.read",
        object_kind="indicator",
        object_id=code,
        details={"from": str(asked.start), "to": str(asked.end), "by": "commune", "where": asked.where},
    )
    return found


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
