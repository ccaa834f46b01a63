"""Start-up check: every indicator fits its schema and names a countable, a measure and a filter that exist."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.core.checks import CheckMessage, Error, register

from soyte.engines.indicators.content import Indicator, indicators
from soyte.engines.indicators.counting import Countable, countables
from soyte.kernel.content.declarations import BadDeclaration


def _faults_of_cells(indicator: Indicator, countable: Countable) -> Iterator[str]:
    """Cells are read by the rule of `figures.read`, follow events and add up."""
    if not countable.changes or countable.action != "figures.read":
        yield f"{indicator.count!r} has no changes that cells could follow, or another right than figures.read"
    if indicator.measure in countable.measures and not countable.adds_up(indicator.measure):
        yield f"measure {indicator.measure!r} does not add up over cells"
    known = {dimension.code for dimension in countable.dimensions if not dimension.is_period}
    if unknown := {*indicator.daily, *chain.from_iterable(indicator.monthly)} - known:
        yield f"cells by {sorted(unknown)}, of which there may only be {sorted(known)}"


def _faults(indicator: Indicator) -> Iterator[str]:
    countable = countables().get(indicator.count)
    if countable is None:
        yield f"counts {indicator.count!r}, which no room offers"
        return
    if indicator.measure not in countable.measures:
        yield f"measure {indicator.measure!r} is not one of {sorted(countable.measures)}"
    if indicator.only is not None and indicator.only not in countable.filters:
        yield f"only {indicator.only!r} is not one of {sorted(countable.filters)}"
    if indicator.daily or indicator.monthly:
        yield from _faults_of_cells(indicator, countable)


@register("soyte")
def indicators_name_what_exists(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        known = indicators()
    except BadDeclaration as error:
        return [Error(str(error), id="soyte.E010")]
    return [
        Error(f"indicator {indicator.code}: {fault}", id="soyte.E011")
        for indicator in known.values()
        for fault in _faults(indicator)
    ]
