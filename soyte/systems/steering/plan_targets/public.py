"""The door for other systems: what a measure of theirs is made of, and the targets of the latest plan that can be measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from soyte.systems.steering.plan_targets import cards as targets
from soyte.systems.steering.plan_targets.content import plans
from soyte.systems.steering.plan_targets.measures import Measure, Measured, Share

__all__ = ["Measure", "Measured", "MeasuredTarget", "PlanNow", "Share", "latest_plan"]


@dataclass(frozen=True, slots=True)
class MeasuredTarget:
    card: targets.Card
    url: str


@dataclass(frozen=True, slots=True)
class PlanNow:
    """`number` of all targets of the plan; `is_over`: its period has ended."""

    title: str
    url: str
    number: int
    is_over: bool
    measured: Sequence[MeasuredTarget]


def latest_plan(today: date) -> PlanNow | None:
    """None where no plan is loaded."""
    plan = next(iter(plans().values()), None)
    if plan is None:
        return None
    every = targets.cards(plan, today)
    return PlanNow(
        title=plan.title,
        url=reverse("plan_targets:plan", args=[plan.code]),
        number=len(every),
        is_over=plan.over(today),
        measured=[
            MeasuredTarget(card, reverse("plan_targets:target", args=[plan.code, card.target.id]))
            for card in every
            if card.percent is not None
        ],
    )
