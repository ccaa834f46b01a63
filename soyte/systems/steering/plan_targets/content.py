"""Plans and the systems they name, read from content once a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from soyte.kernel import systems as house
from soyte.kernel.content.declarations import read_declaration
from soyte.systems.steering.plan_targets.content_schemas import Plan, PlanSystem, SystemsFile

FOLDER = Path(__file__).parent / "content"


@cache
def plans() -> dict[str, Plan]:
    """Every plan by its code, the latest period first."""
    found = [read_declaration(path, Plan) for path in sorted((FOLDER / "plans").glob("*.yaml"))]
    return {plan.code: plan for plan in sorted(found, key=lambda plan: plan.period.from_, reverse=True)}


@cache
def named_systems() -> dict[str, PlanSystem]:
    """The systems that plans name, by the plans' own number."""
    return dict(read_declaration(FOLDER / "systems" / "of_the_plan.yaml", SystemsFile).systems)


@cache
def _rooms() -> frozenset[str]:
    return frozenset(system.label for system in house.systems())


def state(number: str) -> Literal["whole", "partial", "absent"]:
    """How much of the system of this number this house has."""
    system = named_systems()[number]
    if system.room not in _rooms():
        return "absent"
    return "partial" if system.partial else "whole"
