"""Pairs of the review list, and what the files say of who the two persons are. No health fact is read here."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.access.actor import Actor
from soyte.kernel.access.policy import visible
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.audit.selectors import who_read
from soyte.kernel.people import selectors as people
from soyte.kernel.people.models import Identifier, PersonRelation, ReviewPair

State = ReviewPair.State
MOST_PAIRS = 20


def pairs(actor: Actor, *, state: str, reason: str = "") -> QuerySet[ReviewPair]:
    """Pairs that the actor may see, of one state."""
    found = ReviewPair.objects.filter(state=state).select_related("a", "b", "decided_by", "keeps")
    return visible(actor, "pairs.read", found.filter(reason=reason) if reason else found)


def counts(actor: Actor) -> dict[str, int]:
    """How many pairs of each state the actor may see."""
    rows = visible(actor, "pairs.read", ReviewPair.objects.order_by()).values_list("state").annotate(Count("id"))
    return dict.fromkeys(State.values, 0) | dict(rows)


def next_open(actor: Actor, after: ReviewPair, *, reason: str = "") -> ReviewPair | None:
    """The next pair to decide in the order of the list; after its last one the first."""
    waiting = pairs(actor, state=State.OPEN, reason=reason).exclude(pk=after.pk).order_by("-id")
    return waiting.filter(id__lt=after.pk).first() or waiting.first()


@dataclass(frozen=True, slots=True)
class Written:
    """What `times` visits of one person say letter by letter of who he is, at one facility, last on `last`."""

    person_id: uuid.UUID
    full_name: str
    birth_written: str
    sex: str
    commune_code: str
    facility_code: str
    facility: str
    times: int
    last: dt.datetime


def written(actor: Actor, person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Written]]:
    """What the visits in force say of each person, the latest first; visits with a label are left out."""
    visits = visible(actor, "pairs.read", Encounter.objects.filter(person__in=person_ids, in_force=True))
    said = ("person_id", "full_name", "birth_written", "sex", "commune_code", "facility_code")
    rows = visits.order_by().values(*said).annotate(facility=F("unit__name"), times=Count("id"), last=Max("started_at"))
    found: defaultdict[uuid.UUID, list[Written]] = defaultdict(list)
    for row in rows.order_by("-last", "full_name"):
        found[row["person_id"]].append(Written(**{**row, "facility": row["facility"] or row["facility_code"]}))
    return found


def identifiers(actor: Actor, person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Identifier]]:
    """Numbers of each person in the order in which they were first seen; those that a facility gave only where a visit to it
    may be told."""
    there = Encounter.objects.filter(person=OuterRef("person"), facility_code=OuterRef("issuer"), in_force=True)
    told = ~Q(kind=Identifier.Kind.PATIENT_NO) | Exists(visible(actor, "pairs.read", there))
    found: defaultdict[uuid.UUID, list[Identifier]] = defaultdict(list)
    for row in Identifier.objects.filter(told, person__in=person_ids).order_by("id"):
        found[row.person_id].append(row)
    return found


def mothers(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """Names of each person's mother, several where files disagree."""
    found: defaultdict[uuid.UUID, list[str]] = defaultdict(list)
    rows = PersonRelation.objects.filter(person__in=person_ids, kind=PersonRelation.Kind.MOTHER).order_by("id")
    for person_id, name in rows.values_list("person_id", "other__full_name"):
        found[person_id].append(name)
    return found


def other_pairs(actor: Actor, pair: ReviewPair) -> list[ReviewPair]:
    """Pairs that one of the two makes with somebody else: a decision here bears on them."""
    found = people.pairs_of([pair.a_id, pair.b_id]).exclude(pk=pair.pk).select_related("a", "b")
    return list(visible(actor, "pairs.read", found)[:MOST_PAIRS])


def history(pair: ReviewPair) -> QuerySet[AuditEvent]:
    """Decisions on the pair and their undoing, newest first."""
    return who_read(pair.a_id).filter(action="pairs.decide", object_id=str(pair.pk), outcome=AuditEvent.Outcome.DONE)
