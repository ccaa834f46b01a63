"""Decisions on pairs of the review list. Nothing is moved by them, so each can be undone exactly."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.kernel.actors import Acting
from soyte.kernel.audit import services as audit
from soyte.kernel.errors import DomainError
from soyte.kernel.people.models import Person, ReviewPair
from soyte.kernel.people.selectors import family
from soyte.kernel.sql import advisory_lock_many

State = ReviewPair.State
PERMISSION = "pairs.decide"


class PairDecided(DomainError):
    code = "people.pair_decided"
    message = _("Cặp này đã được quyết định. Hãy tải lại trang; muốn đổi quyết định thì hoàn tác trước.")


class PairOpen(DomainError):
    code = "people.pair_open"
    message = _("Cặp này chưa được quyết định nên không có gì để hoàn tác. Hãy tải lại trang.")


class DecisionsContradict(DomainError):
    code = "people.decisions_contradict"
    message = _(
        "Quyết định này trái với một quyết định trước về %(a)s và %(b)s. Hãy xem lại và hoàn tác quyết định đó trước."
    )


@transaction.atomic
def decide_same(pair_id: int, *, actor: Acting, keep: uuid.UUID | None = None, note: str = "") -> ReviewPair:
    """The pair is one person: `keep`, one of the two, stands for both from now on; without it the older row.

    Raises DecisionsContradict where persons would become one who were decided to be different.
    """
    pair = _to_decide(pair_id, actor, PairDecided, State.OPEN)
    together = {*family(pair.a_id), *family(pair.b_id)}
    _refuse_contradiction(ReviewPair.objects.filter(a__in=together, b__in=together, state=State.DIFFERENT))
    return _decide(pair, State.SAME, actor, note, keep)


@transaction.atomic
def decide_different(pair_id: int, *, actor: Acting, note: str = "") -> ReviewPair:
    """The pair is two persons and is never asked about again. Raises DecisionsContradict if other pairs made them one."""
    pair = _to_decide(pair_id, actor, PairDecided, State.OPEN)
    if pair.b_id in family(pair.a_id):
        _refuse_contradiction(ReviewPair.objects.filter(id=pair.id))
    return _decide(pair, State.DIFFERENT, actor, note)


@transaction.atomic
def undo(pair_id: int, *, actor: Acting, note: str = "") -> ReviewPair:
    """Take a decision back: the pair is open again, and persons merged by it are apart as they were."""
    pair = _to_decide(pair_id, actor, PairOpen, State.SAME, State.DIFFERENT)
    return _decide(pair, State.OPEN, actor, note)


def _to_decide(pair_id: int, actor: Acting, refusal: type[DomainError], *states: State) -> ReviewPair:
    """The pair, under the one lock of all decisions: each may change a whole family."""
    with connection.cursor() as cursor:
        advisory_lock_many(cursor, ["people.decisions"])
    pair = ReviewPair.objects.select_for_update(of=("self",)).select_related("a", "b").get(id=pair_id)
    actor.require(PERMISSION, pair)
    if pair.state not in states:
        raise refusal
    return pair


def _refuse_contradiction(pairs: Iterable[ReviewPair]) -> None:
    for pair in pairs:
        raise DecisionsContradict(a=pair.a.full_name, b=pair.b.full_name)


def _decide(pair: ReviewPair, state: State, actor: Acting, note: str, keep: uuid.UUID | None = None) -> ReviewPair:
    before, pair.state, pair.note, pair.keeps_id = pair.state, state, note, keep
    decided = state != State.OPEN
    pair.decided_at, pair.decided_by_id = (timezone.now(), actor.account_id) if decided else (None, None)
    pair.save(update_fields=["state", "note", "keeps", "decided_at", "decided_by"])
    for person_id in (pair.a_id, pair.b_id):
        _merge_family(_same_as(person_id))
    details = {"a": str(pair.a_id), "b": str(pair.b_id), "before": before, "after": state.value}
    if keep:
        details["keeps"] = str(keep)
    # One event for each of the two: the decision is found by whichever of them somebody asks for.
    kind, key = pair._meta.label_lower, str(pair.pk)
    persons = (pair.a_id, pair.b_id)
    audit.record_many(actor, [audit.Row(PERMISSION, kind, key, person, note, details) for person in persons])
    return pair


def _same_as(person_id: uuid.UUID) -> set[uuid.UUID]:
    """All persons that decisions join to this one, over any number of pairs."""
    joined: set[uuid.UUID] = set()
    fresh = {person_id}
    while fresh:
        joined |= fresh
        touching = ReviewPair.objects.filter(Q(a__in=fresh) | Q(b__in=fresh), state=State.SAME)
        fresh = {member for pair in touching.values_list("a_id", "b_id") for member in pair} - joined
    return joined


def _merge_family(members: set[uuid.UUID]) -> None:
    stands = _who_stands(members)
    Person.objects.filter(id__in=members - {stands}).update(merged_into=stands)
    Person.objects.filter(id=stands).update(merged_into=None)


def _who_stands(members: set[uuid.UUID]) -> uuid.UUID:
    """The one chosen last, else the oldest row (UUIDs grow with time): follows from the decisions in force alone."""
    choices = ReviewPair.objects.filter(a__in=members, b__in=members, state=State.SAME, keeps__isnull=False)
    return choices.order_by("-decided_at", "-id").values_list("keeps", flat=True).first() or min(members)
