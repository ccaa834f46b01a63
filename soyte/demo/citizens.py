"""A citizen of the demo province with an account, and a child in her care."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from soyte.clinical.observations.models import Observation
from soyte.kernel.access import citizens
from soyte.kernel.access.models import Guardianship
from soyte.kernel.access.roles import CITIZEN_ROLE
from soyte.kernel.accounts.passwords import one_time_password
from soyte.kernel.actors import Machine
from soyte.kernel.people.models import Identifier, Person, PersonRelation
from soyte.kernel.people.selectors import family

ACTOR = Machine("soyte demo")
LATELY = dt.timedelta(days=365)
PARENT, CHILD = (22, 60), (1, 13)  # years of age
PAPER = "Số 01/MH, giấy tờ minh hoạ"


def _aged(people: QuerySet[Person], years: tuple[int, int]) -> QuerySet[Person]:
    today = timezone.localdate()
    first, last = (today - dt.timedelta(days=round(365.25 * age)) for age in (years[1], years[0]))
    return people.filter(birth_precision="day", birth_date__gt=first, birth_date__lte=last)


def _seen_lately(people: QuerySet[Person], visits: Q) -> QuerySet[Person]:
    """Persons with such visits, those with most first."""
    counted = Count("encounters", filter=visits & Q(encounters__in_force=True, encounters__labels=[]))
    return people.annotate(times=counted).filter(times__gt=0).order_by("-times", "id")


def _citizen(facility_code: str) -> Person | None:
    """A grown person with a number who came to this facility lately and has results; mothers of a known child first."""
    since = timezone.now() - LATELY
    number = Identifier.objects.filter(person=OuterRef("pk"), kind=Identifier.Kind.CITIZEN, valid_to=None)
    people = _aged(Person.objects.filter(Exists(number), synthetic=True, merged_into=None), PARENT)
    people = people.filter(Exists(Observation.objects.filter(person=OuterRef("pk"))))
    here = Q(encounters__facility_code=facility_code, encounters__started_at__gte=since)
    seen = _seen_lately(people, here)
    mothers = seen.filter(Exists(PersonRelation.objects.filter(other=OuterRef("pk"))))
    return mothers.first() or seen.first()


def _child(parent: Person) -> Person | None:
    """Her own by a birth certificate; else one of her commune who was ill lately."""
    own = Person.objects.filter(relations__other=parent, merged_into=None).order_by("-birth_date")
    others = _aged(Person.objects.filter(synthetic=True, merged_into=None), CHILD)
    near = _seen_lately(others.filter(commune_code=parent.commune_code), Q())
    return own.first() or near.first() or _seen_lately(others, Q()).first()


def make_citizen(facility_code: str) -> dict[str, str] | None:
    """Her account as `soyte demo-users` lists it; None while nobody of the province has come to the facility."""
    parent = _citizen(facility_code)
    if parent is None:
        return None
    number = parent.identifiers.filter(kind=Identifier.Kind.CITIZEN, valid_to=None).order_by("id")[0].value
    username, password = _account(parent, number)
    child = _child(parent)
    if child is not None and not Guardianship.objects.filter(guardian=parent, child=child).exists():
        kind = Guardianship.Paper.BIRTH
        citizens.make_guardian(ACTOR, parent.pk, number=number, child_id=child.pk, paper_kind=kind, paper=PAPER)
    unit = f"{parent.full_name}, con {child.full_name}" if child else parent.full_name
    return {"role": CITIZEN_ROLE, "username": username, "password": password, "unit": unit}


def _account(person: Person, number: str) -> tuple[str, str]:
    """Name and password of her account: made, or given a new password where the file of passwords was lost."""
    password = one_time_password()
    known = citizens.account_of(family(person.pk))
    if known is None:
        issued = citizens.admit(ACTOR, person.pk, number=number, phone=person.phone, password=password, synthetic=True)
        return issued.account.username, password
    known.account.set_password(password)
    known.account.must_change_password = False
    known.account.save(update_fields=["password", "must_change_password"])
    return known.account.username, password
