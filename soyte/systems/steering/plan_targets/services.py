"""Readings are computed by a job, so that a page opens at once; anybody who may see the plan may have them computed now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from soyte.kernel.actors import Acting
from soyte.kernel.audit.services import record
from soyte.kernel.sql import advisory_lock_many
from soyte.systems.steering.plan_targets.measures import Measure, Measured, measures
from soyte.systems.steering.plan_targets.models import Reading

MONTHS = 12  # of the trend


def compute(on: date | None = None) -> None:
    """Readings of a day (today), and those of the month ends before it that are missing."""
    today = on or timezone.localdate()
    for measure in measures().values():
        known = set(Reading.objects.filter(measure=measure.code).values_list("on", flat=True))
        for day in (today, *(end for end in month_ends(today) if end not in known)):
            _read(measure, day)


@transaction.atomic
def _read(measure: Measure, day: date) -> None:
    with connection.cursor() as cursor:  # of two that compute at once the later one writes the later state
        advisory_lock_many(cursor, [f"plan_targets/{measure.code}"])
    said = measure.compute(day)
    Reading.objects.update_or_create(measure=measure.code, on=day, defaults=_columns(said))


def _columns(said: Measured) -> dict[str, object]:
    return {
        "as_of": timezone.now(),
        "part": said.total.part,
        "whole": said.total.whole,
        "sent": said.sent,
        "expected": said.expected,
        "by_unit": [[unit.key, unit.name, unit.part, unit.whole] for unit in said.by_unit],
        "beside": [[beside.title, beside.number] for beside in said.beside],
    }


def compute_now(actor: Acting) -> None:
    """Compute today's readings because somebody asked. Raises Refused."""
    actor.require("plan.read")
    compute()
    record(actor, "plan.compute", object_kind="plan", object_id=timezone.localdate())


def month_ends(today: date, months: int = MONTHS) -> Iterable[date]:
    """The last days of the months before today's, newest first."""
    end = today.replace(day=1) - timedelta(days=1)
    for _month in range(months):
        yield end
        end = end.replace(day=1) - timedelta(days=1)
