"""Indicators are content: `content/indicators/*.yaml` of any room, one file each, checked at start-up and in CI."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from django.apps import apps
from django.utils.translation import gettext
from pydantic import Field

from soyte.kernel.content.declarations import Declaration, Source, read_declaration

MONEY = "đồng"


class Period(Declaration):
    from_: date = Field(alias="from")
    to: date | None = None


class Indicator(Declaration):
    """One figure: what it is called, what it counts and by which measure.

    The file's texts are Vietnamese; `title`, `explanation` and `unit` are in the reader's language.
    `daily` names the dimensions by each of which it is kept in daily cells, `monthly` sets of dimensions that are kept
    crossed in monthly cells of the whole (rolling.py).
    """

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title_vi: str = Field(alias="title")
    explanation_vi: str = Field(alias="explanation")
    unit_vi: str = Field(alias="unit")
    source: Source
    valid: Period
    count: str
    measure: str
    only: str | None = None
    order: int = 50
    daily: tuple[str, ...] = ()
    monthly: tuple[tuple[str, ...], ...] = ()

    @property
    def title(self) -> str:
        return gettext(self.title_vi)

    @property
    def explanation(self) -> str:
        return gettext(self.explanation_vi)

    @property
    def unit(self) -> str:
        return gettext(self.unit_vi)

    @property
    def is_money(self) -> bool:
        return self.unit_vi == MONEY


@cache
def indicators() -> dict[str, Indicator]:
    """Every indicator by its code, in the order in which pages show them."""
    found = [
        read_declaration(path, Indicator)
        for config in apps.get_app_configs()
        if config.name.startswith("soyte.")
        for path in sorted(Path(config.path, "content", "indicators").glob("*.yaml"))
    ]
    return {indicator.code: indicator for indicator in sorted(found, key=lambda i: (i.order, i.code))}
