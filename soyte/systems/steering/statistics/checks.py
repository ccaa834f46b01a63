"""Start-up check: every column of the files names an indicator that exists and dimensions that it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register

from soyte.engines.indicators.content import indicators
from soyte.engines.indicators.counting import countables
from soyte.kernel.codes.files import load_list
from soyte.systems.steering.statistics.layout import COLUMNS, FORMS, conditions


def _faults() -> Iterator[str]:
    forms = {entry.code for entry in load_list(FORMS)}
    for column in load_list(COLUMNS):
        indicator = indicators().get(column.attrs["indicator"])
        if column.attrs["form"] not in forms:
            yield f"{column.code}: no form {column.attrs['form']!r}"
        if indicator is None:
            yield f"{column.code}: no indicator {column.attrs['indicator']!r}"
            continue
        known = {dimension.code for dimension in countables()[indicator.count].dimensions}
        if unknown := {*conditions(column.attrs.get("where", ""))} - known:
            yield f"{column.code}: {indicator.count} has no dimension {sorted(unknown)}"


@register("soyte")
def columns_count_what_exists(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [Error(fault, id="soyte.E012") for fault in _faults()]
