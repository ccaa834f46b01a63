"""Start-up check: every plan fits its schema and names systems and measures that there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register

from soyte.kernel.content.declarations import BadDeclaration
from soyte.systems.steering.plan_targets.content import named_systems, plans
from soyte.systems.steering.plan_targets.content_schemas import Plan
from soyte.systems.steering.plan_targets.measures import measures


def _faults(plan: Plan) -> Iterator[str]:
    known = named_systems()
    for task in plan.tasks:
        yield from (f"task {task.seed}: no system {number}" for number in task.systems if number not in known)
    for target in plan.targets:
        named = {*target.systems, *target.waits_for, *(number for part in target.parts for number in part.systems)}
        yield from (f"target {target.id}: no system {number}" for number in sorted(named - set(known)))
        if target.measure and target.measure not in measures():
            yield f"target {target.id}: no measure {target.measure!r}"


@register("soyte")
def plans_name_what_exists(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        return [
            Error(f"plan {plan.code}: {fault}", id="soyte.E050") for plan in plans().values() for fault in _faults(plan)
        ]
    except BadDeclaration as error:
        return [Error(str(error), id="soyte.E051")]
