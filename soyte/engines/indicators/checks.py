"""Start-up check: every indicator fits its schema and names a countable, a measure and a filter that exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register

from soyte.engines.indicators.content import BadIndicator, Indicator, indicators
from soyte.engines.indicators.counting import countables


def _faults(indicator: Indicator) -> Iterator[str]:
    countable = countables().get(indicator.count)
    if countable is None:
        yield f"counts {indicator.count!r}, which no room offers"
        return
    if indicator.measure not in countable.measures:
        yield f"measure {indicator.measure!r} is not one of {sorted(countable.measures)}"
    if indicator.only is not None and indicator.only not in countable.filters:
        yield f"only {indicator.only!r} is not one of {sorted(countable.filters)}"


@register("soyte")
def indicators_name_what_exists(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        known = indicators()
    except BadIndicator as error:
        return [Error(str(error), id="soyte.E010")]
    return [
        Error(f"indicator {indicator.code}: {fault}", id="soyte.E011")
        for indicator in known.values()
        for fault in _faults(indicator)
    ]
