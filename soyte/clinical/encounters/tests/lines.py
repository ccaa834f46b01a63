"""Builders of visits some days ago and of the lines that they brought."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from soyte.clinical.conditions.models import Condition
from soyte.clinical.documents.models import Composition
from soyte.clinical.encounters.tests.visits import facility, visit
from soyte.clinical.medications.models import MedicationRequest
from soyte.clinical.observations.models import Observation


def days_ago(days, hour=8):
    return (timezone.now() - dt.timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)


def came(who, days=30, at="70001", **facts):
    """A visit that many days ago."""
    return visit(who=who, at=days_ago(days), unit=facility(at), **facts)


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
