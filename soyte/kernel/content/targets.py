"""Where the rows of a set go. A room that keeps content in its own tables says so in its content_targets.py:

    register_target("places", TableTarget(Place, row=PlaceRow, ...))

A target that is no plain table is any object of the shape of `Target`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Protocol

from django.db.models import QuerySet
from django.utils.module_loading import autodiscover_modules

from soyte.kernel.content.manifest import FoundSet
from soyte.kernel.content.rows import ContentRow, DatedRow
from soyte.kernel.content.versions import Changes, Row

Origin = Literal["file", "upload"]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of a set on their way to its target.

    `since`: the first day of an uploaded list (None when a file is loaded). `uploads`: the first days of the lists that
    were uploaded for this set before. `today`: the day on which a row that its file no longer has comes to an end.
    """

    found: FoundSet
    rows: Sequence[DatedRow]
    origin: Origin
    today: dt.date
    since: dt.date | None = None
    uploads: tuple[dt.date, ...] = ()

    @property
    def set_code(self) -> str:
        return self.found.code


@dataclass(frozen=True, slots=True)
class HeldRows:
    """Rows of a set in their table: `key` and `facts` are columns of `rows`, none of `key` is null. `is_dated`: with
    valid_from and valid_to; else rows that hold no more are `withdrawn`."""

    rows: QuerySet[Any]
    key: tuple[str, ...]
    facts: tuple[str, ...]
    is_dated: bool = True


class Target(Protocol):
    """What the loader asks of a target. `row` is the schema of sets that name none of their own."""

    row: type[ContentRow]

    def overlapping(self, batch: Batch) -> list[tuple[Row, Row]]:
        """Pairs of rows of one thing that hold on the same day: a file that has any is refused. Needs no database."""

    def plan(self, batch: Batch) -> Changes:
        """What `apply` would write; nothing is written."""

    def apply(self, batch: Batch, changes: Changes) -> None:
        """Write what `plan` found. The caller holds the content lock and a transaction."""

    def held_rows(self, set_code: str) -> HeldRows:
        """The table's rows of a set, for a page that lists them."""


_targets: dict[str, Target] = {}


def register_target(name: str, target: Target) -> None:
    """Offer a target under the name that manifests use."""
    _targets[name] = target


@cache
def targets() -> dict[str, Target]:
    """Every target of the house, found by the modules content_targets.py."""
    autodiscover_modules("content_targets")
    return _targets


def target(name: str) -> Target | None:
    return targets().get(name)
