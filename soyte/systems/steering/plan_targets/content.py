"""Plans and the systems they name, read from content once a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from soyte.kernel import systems as house
from soyte.systems.steering.plan_targets.content_schemas import Plan, PlanSystem, SystemsFile

FOLDER = Path(__file__).parent / "content"
Schema = TypeVar("Schema", bound=BaseModel)


class BadPlan(Exception):
    """A content file does not fit its schema; the message names the file."""


def _read(path: Path, schema: type[Schema]) -> Schema:
    try:
        return schema.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise BadPlan(f"{path.name}: {error}") from error


def _read_plan(path: Path) -> Plan:
    plan = _read(path, Plan)
    if plan.code != path.stem:
        raise BadPlan(f"{path.name}: code {plan.code!r} must be the file's name")
    return plan


@cache
def plans() -> dict[str, Plan]:
    """Every plan by its code, the latest period first."""
    found = [_read_plan(path) for path in sorted((FOLDER / "plans").glob("*.yaml"))]
    return {plan.code: plan for plan in sorted(found, key=lambda plan: plan.period.from_, reverse=True)}


@cache
def named_systems() -> dict[str, PlanSystem]:
    """The systems that plans name, by the plans' own number."""
    return dict(_read(FOLDER / "systems" / "of_the_plan.yaml", SystemsFile).systems)


@cache
def _rooms() -> frozenset[str]:
    return frozenset(system.label for system in house.systems())


def state(number: str) -> Literal["whole", "partial", "absent"]:
    """How much of the system of this number this house has."""
    system = named_systems()[number]
    if system.room not in _rooms():
        return "absent"
    return "partial" if system.partial else "whole"
