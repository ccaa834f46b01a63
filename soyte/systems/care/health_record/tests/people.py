"""Builders for the record: a hospital with its doctor, a person, and lines that a visit brought."""

from __future__ import annotations

import datetime as dt
from itertools import count

from django.utils import timezone

from soyte.clinical.conditions.models import Condition
from soyte.clinical.documents.models import Composition
from soyte.clinical.encounters.models import CheckIn
from soyte.clinical.encounters.tests.visits import facility, person, visit
from soyte.clinical.medications.models import MedicationRequest
from soyte.clinical.observations.models import Observation
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.tests.people import account, post
from soyte.systems.care.health_record.selectors.seen import people_of, seen

HERE, ELSEWHERE = "70001", "70002"
BACKEND = "soyte.kernel.accounts.backends.AccountBackend"
_numbers = count(1)

__all__ = ["BACKEND", "ELSEWHERE", "HERE", "facility", "person", "visit"]


def doctor(role="doctor", at=HERE):
    holder = account()
    post(holder, role, facility(at))
    return actor_for(holder)


def days_ago(days, hour=8):
    return (timezone.now() - dt.timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)


def came(who, days=30, at=HERE, **facts):
    """A visit that many days ago."""
    return visit(who=who, at=days_ago(days), unit=facility(at), **facts)


def arrived(who, days=0, at=HERE, **facts):
    """A check-in that no visit has ended yet."""
    number = next(_numbers)
    told = {
        "visit_code": f"CI{number:05}", "kind": "01", "full_name": who.full_name, "birth_written": "196803040000",
        "sex": who.sex, "received_at": timezone.now(), "received_order": number, "in_force": True, "source_receipt_id": 1,
    } | facts  # fmt: skip
    return CheckIn.objects.create(unit=facility(at), facility_code=at, person=who, started_at=days_ago(days), **told)


def _line(encounter, facts):
    given = {"encounter": encounter, "person_id": encounter.person_id, "at": encounter.started_at}
    return {**given, "source_table": 1, "source_line": 1, **facts}


def condition(encounter, code, role=Condition.Role.MAIN, **facts):
    return Condition.objects.create(code=code, role=role, seq=1, **_line(encounter, facts))


def result(encounter, name="Glucose máu", value="5.5", unit="mmol/L", **facts):
    told = {"category": Observation.Category.LABORATORY, "code": "", "value_number": _number(value), **facts}
    return Observation.objects.create(name=name, value_text=value, unit=unit, **_line(encounter, told))


def _number(text):
    return text if text.replace(".", "", 1).isdigit() else None


def blood_group(encounter, group):
    told = {"category": Observation.Category.BLOOD_GROUP, "code": "NHOM_MAU"}
    return Observation.objects.create(value_text=group, **_line(encounter, told))


def medicine(encounter, name="Metformin", dose="", **facts):
    return MedicationRequest.objects.create(code="40.1", name=name, dose=dose, **_line(encounter, facts))


def paper(encounter, kind=Composition.Kind.DISCHARGE, **facts):
    return Composition.objects.create(kind=kind, **_line(encounter, facts))


def record(actor, who):
    """What the actor may see of this person's visits."""
    return seen(actor, people_of(who))
