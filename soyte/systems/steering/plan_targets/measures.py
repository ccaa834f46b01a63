"""What a target's figure is made of. Rooms offer measures in their `plan_measures.py` (its MEASURES); plans name them by code.

A measure is asked for a day and answers from operating data as known now, so that a past day can be asked too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from soyte.kernel.systems import modules

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Share:
    """Of `whole` things, `part` fulfil the formula; of one unit or commune where `key` names it."""

    part: int
    whole: int
    key: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """A count that stands beside the figure and is not part of it."""

    title: str
    number: int


@dataclass(frozen=True, slots=True)
class Measured:
    """`total` of the day; `by_unit` the same formula for each unit or commune; `sent` of `expected` facilities sent data."""

    total: Share
    by_unit: tuple[Share, ...] = ()
    beside: tuple[Beside, ...] = ()
    sent: int | None = None
    expected: int | None = None


Rows = Callable[[date, str, bool], QuerySet[Any]]
"""(day, key of a unit or "", fulfilled) -> the visits behind the denominator or, where fulfilled, the numerator."""


@dataclass(frozen=True, slots=True)
class Measure:
    """`units` says in a word what `by_unit` lists. `rows` are the visits behind the numerator; where `whole_has_rows` also those
    behind the denominator, which else is no visits: units of a register, people of the population lists."""

    code: str
    units: str | _StrPromise
    compute: Callable[[date], Measured]
    rows: Rows | None = None
    whole_has_rows: bool = False


@cache
def measures() -> dict[str, Measure]:
    """Every measure by its code."""
    return {measure.code: measure for room in modules("plan_measures") for measure in room.MEASURES}
