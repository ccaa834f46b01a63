"""Builders: a desk officer, a citizen with her account and a child, and a browser for each."""

from __future__ import annotations

from itertools import count

from django.test import Client
from django.utils import timezone

from soyte.clinical.encounters.tests.lines import blood_group, came, condition, medicine, paper, result
from soyte.clinical.encounters.tests.visits import facility
from soyte.clinical.encounters.tests.visits import person as plain_person
from soyte.kernel.access import citizens
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.own import adult_on
from soyte.kernel.access.tests.people import account, post
from soyte.kernel.people.models import Identifier

HERE, ELSEWHERE = "70001", "70002"
BACKEND = "soyte.kernel.accounts.backends.AccountBackend"
_numbers = count(1)
PAPER = {"paper_kind": "birth", "paper": "Số 12, ngày 05/06/2019, UBND xã Tân An"}

__all__ = ["BACKEND", "ELSEWHERE", "HERE", "PAPER", "blood_group", "came", "condition", "medicine", "paper", "result"]


def person(name="Trần Thị Hoa", number="", **facts):
    """Somebody with a citizen number, `card` of the row."""
    made = plain_person(name, **facts)
    made.card = number or f"0701680{next(_numbers):05}"
    Identifier.objects.create(person=made, kind="citizen", value=made.card)
    return made


def child(years=7, name="Trần Gia Bảo"):
    today = timezone.localdate()
    return person(name, birth_date=adult_on(today.replace(year=today.year - years - 18)))


def doctor(role="doctor", at=HERE):
    holder = account()
    post(holder, role, facility(at))
    return actor_for(holder)


def officer(at=HERE, role="desk_officer"):
    return doctor(role, at)


def admitted(who, *, labelled=False):
    """The citizen's account, its password chosen already."""
    issued = citizens.admit(officer(), who.pk, number=who.card)
    issued.account.must_change_password = False
    issued.account.save(update_fields=["must_change_password"])
    if labelled:
        citizens.show_labelled(officer(), who.pk, number=who.card, shown=True)
    return issued.account


def citizen(who, **facts):
    """The actor of somebody with an account."""
    return actor_for(admitted(who, **facts))


def in_care(guardian, kid):
    return citizens.make_guardian(officer(), guardian.pk, number=guardian.card, child_id=kid.pk, **PAPER)


def browser(account):
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


def text(answer):
    return answer.content.decode()
