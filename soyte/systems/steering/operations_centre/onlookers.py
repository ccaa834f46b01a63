"""Who looks without an account: a wall screen, and the worker that freezes the page of the day.

Sees counts of the whole province as somebody without any grant does: no rows, no labelled diseases, small cells hidden.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import timezone

from soyte.kernel.access import policy
from soyte.kernel.actors import Acting, WithoutAccount

if TYPE_CHECKING:
    from django.db.models import Model

SEES = frozenset({"centre.read", "figures.read", "alerts.read", "plan.read"})


@dataclass(frozen=True, slots=True)
class Onlooker(WithoutAccount):
    """An actor (kernel/actors `Acting`) without account and post."""

    text: str
    address: str | None = None
    request_id: str = ""
    now: dt.datetime = field(default_factory=timezone.now)

    @property
    def labels(self) -> Set[str]:
        return frozenset()

    def holds(self, action: str) -> bool:
        return action in SEES

    def units(self, action: str) -> frozenset[int] | None:
        return None if action in SEES else frozenset()

    def parts(self, action: str) -> Sequence[Acting]:
        return [self] if action in SEES else []

    def holdings(self, action: str) -> Sequence[str]:
        return [self.text] if action in SEES else []

    def purpose_for(self, action: str) -> str:
        return "administration"

    def require(self, action: str, obj: Model | None = None) -> None:
        policy.require(self, action, obj)
