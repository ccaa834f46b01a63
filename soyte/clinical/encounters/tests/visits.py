"""Builders: a facility, a person and a visit in force; a test states only what it is about."""

import datetime as dt
from itertools import count

from django.utils import timezone

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.organisations.models import Unit
from soyte.kernel.people.models import Person
from soyte.kernel.text import fold

_numbers = count(1)


def facility(code="70001", **facts):
    """The facility of this code; made when the test database has none."""
    known = Unit.objects.filter(facility_code=code).first()
    if known:
        return known
    told = {
        "name": f"Cơ sở {code}",
        "name_folded": f"co so {code}",
        "kind": Unit.Kind.HOSPITAL,
        "valid_from": dt.date(2010, 1, 1),
        **facts,
    }
    return Unit.objects.create(facility_code=code, **told)


def person(name="Trần Thị Hoa", **facts):
    told = {"birth_date": dt.date(1968, 3, 4), "birth_precision": "day", "sex": "2", **facts}
    return Person.objects.create(full_name=name, name_folded=fold(name), **told)


def visit(*, at=None, unit=None, who=None, **facts):
    """A visit in force that ended an hour after it began."""
    unit, who = unit or facility(), who or person()
    at = at or timezone.make_aware(dt.datetime(2026, 9, 10, 8, 0))  # noqa: DTZ001
    ended = facts.pop("ended_at", at + dt.timedelta(hours=1))
    number = next(_numbers)
    told = {
        "visit_code": f"LK{number:06}",
        "generation": "130",
        "kind": "01",
        "kind_written": "01",
        "full_name": who.full_name,
        "birth_written": "196803040000",
        "sex": who.sex,
        "main_icd": "J02.9",
        "main_icd_chapter": "X",
        "total_amount": 100_000,
        "insurer_amount": 80_000,
        "version_day": timezone.localdate(ended),
        "received_at": ended,
        "received_order": number,
        "in_force": True,
        **facts,
    }
    return Encounter.objects.create(
        unit=unit,
        person=who,
        facility_code=unit.facility_code,
        started_at=at,
        ended_at=ended,
        ended_on=timezone.localdate(ended),
        **told,
    )
