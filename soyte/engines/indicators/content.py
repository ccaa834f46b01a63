"""Indicators are content: `content/indicators/*.yaml` of any room, one file each, checked at start-up and in CI."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import yaml
from django.apps import apps
from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field, ValidationError

MONEY = "đồng"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Source(_Strict):
    document: str
    place: str = ""


class Period(_Strict):
    from_: date = Field(alias="from")
    to: date | None = None


class Indicator(_Strict):
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


class BadIndicator(Exception):
    """A content file does not fit the schema or names something that no countable offers; the message names the file."""


def _read(path: Path) -> Indicator:
    try:
        indicator = Indicator.model_validate(yaml.safe_load(path.read_text()))
    except (yaml.YAMLError, ValidationError) as error:
        raise BadIndicator(f"{path.name}: {error}") from error
    if indicator.code != path.stem:
        raise BadIndicator(f"{path.name}: code {indicator.code!r} must be the file's name")
    return indicator


@cache
def indicators() -> dict[str, Indicator]:
    """Every indicator by its code, in the order in which pages show them."""
    found = [
        _read(path)
        for config in apps.get_app_configs()
        if config.name.startswith("soyte.")
        for path in sorted(Path(config.path, "content", "indicators").glob("*.yaml"))
    ]
    return {indicator.code: indicator for indicator in sorted(found, key=lambda i: (i.order, i.code))}
