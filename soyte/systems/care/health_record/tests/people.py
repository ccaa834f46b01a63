"""Builders for the record: a hospital with its doctor, a person, and somebody who has just come."""

from __future__ import annotations

from itertools import count

from django.utils import timezone

from soyte.clinical.encounters.models import CheckIn
from soyte.clinical.encounters.tests.lines import (
    blood_group,
    came,
    condition,
    days_ago,
    medicine,
    paper,
    result,
)
from soyte.clinical.encounters.tests.visits import facility, person, visit
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.tests.people import account, post
from soyte.systems.care.health_record.selectors.seen import people_of, seen

HERE, ELSEWHERE = "70001", "70002"
BACKEND = "soyte.kernel.accounts.backends.AccountBackend"
_numbers = count(1)

__all__ = [
    "BACKEND",
    "ELSEWHERE",
    "HERE",
    "blood_group",
    "came",
    "condition",
    "days_ago",
    "facility",
    "medicine",
    "paper",
    "person",
    "result",
    "visit",
]


def doctor(role="doctor", at=HERE):
    holder = account()
    post(holder, role, facility(at))
    return actor_for(holder)


def arrived(who, days=0, at=HERE, **facts):
    """A check-in that no visit has ended yet."""
    number = next(_numbers)
    told = {
        "visit_code": f"CI{number:05}", "kind": "01", "full_name": who.full_name, "birth_written": "196803040000",
        "sex": who.sex, "received_at": timezone.now(), "received_order": number, "in_force": True, "source_receipt_id": 1,
    } | facts  # fmt: skip
    return CheckIn.objects.create(unit=facility(at), facility_code=at, person=who, started_at=days_ago(days), **told)


def record(actor, who):
    """What the actor may see of this person's visits."""
    return seen(actor, people_of(who))
