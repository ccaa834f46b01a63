"""Whose records a citizen reads: his own, and those of the children in his care."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from soyte.kernel.access.models import CitizenAccount, Guardianship
from soyte.kernel.people.selectors import families

if TYPE_CHECKING:
    from soyte.kernel.accounts.models import Account

OF_AGE = 18  # years: Bộ luật Dân sự 91/2015/QH13, art. 20 and 21


@dataclass(frozen=True, slots=True)
class Citizen:
    """`person_id` stands for the citizen's record; `own` are all rows that make it. `wards`: the record of each child
    in his care today and the first day without. `shows_labelled`: he asked at the desk to see his labelled visits."""

    person_id: uuid.UUID
    own: frozenset[uuid.UUID]
    wards: Mapping[uuid.UUID, dt.date]
    ward_people: frozenset[uuid.UUID]
    shows_labelled: bool


def adult_on(born: dt.date) -> dt.date:
    """The first day on which somebody born on that day is of age; of a 29 February the first of March."""
    try:
        return born.replace(year=born.year + OF_AGE)
    except ValueError:
        return dt.date(born.year + OF_AGE, 3, 1)


def citizen_of(account: Account, day: dt.date) -> Citizen | None:
    """None where the account was taken back."""
    mine = CitizenAccount.objects.filter(account=account, ended_at=None).select_related("person").first()
    if mine is None:
        return None
    own = families([mine.person_id])[mine.person_id]
    wards, children = _wards(own, day)
    return Citizen(
        person_id=mine.person.record_id,
        own=frozenset(own),
        wards=wards,
        ward_people=frozenset(child for family in families(children).values() for child in family),
        shows_labelled=mine.labelled_since is not None,
    )


def _wards(own: list[uuid.UUID], day: dt.date) -> tuple[dict[uuid.UUID, dt.date], list[uuid.UUID]]:
    """The records in care on a day with the first day without, and the children's own rows.

    A birth date may have become known better since, and a child may have been merged with somebody older: what is known
    today has the last word.
    """
    in_force = Guardianship.objects.filter(guardian__in=own, valid_from__lte=day, valid_to__gt=day)
    wards, children = {}, []
    for one in in_force.select_related("child__merged_into").order_by("id"):
        stands = one.child.merged_into or one.child
        births = [adult_on(person.birth_date) for person in (one.child, stands) if person.birth_date]
        until = min([one.valid_to, *births])
        if until > day:
            wards[stands.pk] = until
            children.append(one.child_id)
    return wards, children
