"""A citizen says that something is wrong; the facility answers; an answer can be taken back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters import moving
from soyte.clinical.encounters.models import Encounter
from soyte.kernel.access.actor import Actor
from soyte.kernel.audit.services import record
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.codes.working_days import after_working_days
from soyte.kernel.errors import DomainError, refusing
from soyte.kernel.labels import joined, seal
from soyte.kernel.people.models import Person
from soyte.kernel.text import one_line
from soyte.kernel.text.format import instant
from soyte.systems.care.own_record.models import Dispute

Kind, State = Dispute.Kind, Dispute.State
MOST_OPEN = 20
SHORTEST, LONGEST = 10, 1000


class SaidAlready(DomainError):
    code = "own_record.said_already"
    message = _("Bạn đã gửi phản ánh này rồi; cơ sở đang xem. Không cần gửi lại.")


class TooManyOpen(DomainError):
    code = "own_record.too_many_open"
    message = _("Đang có %(most)s phản ánh chờ trả lời. Chờ cơ sở trả lời bớt rồi gửi tiếp, hoặc rút bớt.")


class WordsMissing(DomainError):
    code = "own_record.words_missing"
    message = _("Thiếu lời giải thích. Viết một câu: mục nào sai, đúng ra là gì.")


class AnswerTooShort(DomainError):
    code = "own_record.answer_too_short"
    message = _("Trả lời cần ít nhất %(shortest)s ký tự: đã đối chiếu gì và kết quả ra sao. Người dân sẽ đọc câu này.")


class AnsweredAlready(DomainError):
    code = "own_record.answered_already"
    message = _("%(name)s đã trả lời phản ánh này trước, lúc %(at)s: %(state)s. Trả lời của bạn chưa được ghi.")


class AnswerIsThere(DomainError):
    code = "own_record.answer_is_there"
    message = _("Phản ánh này không còn chờ trả lời nên không rút được nữa. Xem câu trả lời bên dưới.")


class NotAnswered(DomainError):
    code = "own_record.not_answered"
    message = _("Phản ánh này đang chờ trả lời nên không có gì để hoàn tác. Hãy tải lại trang.")


class WithdrawnAlready(DomainError):
    code = "own_record.withdrawn_already"
    message = _("Người dân đã rút phản ánh này lúc %(at)s nên không cần trả lời nữa.")


def _clean(words: str) -> str:
    return one_line(words)[:LONGEST]


def _sealer(labels: list[str]) -> Callable[[str], str]:
    """Makes a text about a visit with these labels storable."""
    label = joined(labels)
    return str if label is None else partial(seal, label=label)


@transaction.atomic
def say(
    actor: Actor, person: Person, encounter: Encounter, *, kind: str, words: str, entry: str = "", entry_text: str = ""
) -> Dispute:
    """Tell the facility that a visit is not this person's, or that an entry of it is wrong.

    Raises SaidAlready, TooManyOpen, WordsMissing, Refused.
    """
    actor.require("own_record.tell", person)
    actor.require("own_record.read", encounter)
    said = _clean(words)
    if kind == Kind.WRONG_ENTRY and not said:
        raise WordsMissing()
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if Dispute.objects.filter(person=person, state=State.OPEN).count() >= MOST_OPEN:
        raise TooManyOpen(most=MOST_OPEN)
    assert actor.account_id is not None
    today, sealed = timezone.localdate(), _sealer(encounter.labels)
    clock = load_list("dispute_clock").get(kind, today)
    assert clock is not None
    with refusing(dispute_once_at_a_time=SaidAlready()):
        dispute = Dispute.objects.create(
            person=person,
            encounter=encounter,
            facility_code=encounter.facility_code,
            visit_code=encounter.visit_code,
            unit_id=encounter.unit_id,
            labels=encounter.labels,
            kind=kind,
            entry=entry,
            entry_text=sealed(entry_text),
            words=sealed(said),
            for_a_child=person.pk in actor.ward_people,
            raised_by_id=actor.account_id,
            raised_at=timezone.now(),
            due_on=after_working_days(today, int(clock.attrs["working_days"])),
        )
    record(actor, "own_record.tell", obj=dispute, person_id=person.pk, details={"act": "dispute", "kind": kind})
    return dispute


@transaction.atomic
def withdraw(actor: Actor, dispute: Dispute) -> Dispute:
    """Its author needs no answer any more. Raises AnswerIsThere, Refused."""
    try:
        fresh = _to_answer(actor, dispute, "own_record.tell")
    except (AnsweredAlready, WithdrawnAlready) as late:
        raise AnswerIsThere() from late
    _close(actor, fresh, State.WITHDRAWN, "")
    record(actor, "own_record.tell", obj=fresh, person_id=fresh.person_id, details={"act": "withdraw dispute"})
    return fresh


@transaction.atomic
def refuse(actor: Actor, dispute: Dispute, *, answer: str) -> Dispute:
    """Nothing is wrong, and why. Raises AnsweredAlready, AnswerTooShort, Refused."""
    fresh = _to_answer(actor, dispute, "disputes.answer")
    return _answered(actor, fresh, State.REFUSED, answer)


@transaction.atomic
def uphold(actor: Actor, dispute: Dispute, *, answer: str, to: uuid.UUID | None = None) -> Dispute:
    """He is right. A visit that is not his goes to the person `to`, or to nobody known; a wrong entry is mended by a file
    that the facility sends again.

    Raises AnsweredAlready, AnswerTooShort, Refused, and what moving.move raises.
    """
    fresh = _to_answer(actor, dispute, "disputes.answer")
    if fresh.kind == Kind.NOT_MINE:
        in_force = Encounter.objects.filter(
            facility_code=fresh.facility_code, visit_code=fresh.visit_code, in_force=True
        )
        fresh.move = moving.move(actor, in_force.first() or fresh.encounter, to=to, reason=_clean(answer))
    return _answered(actor, fresh, State.UPHELD, answer)


@transaction.atomic
def undo(actor: Actor, dispute: Dispute, *, reason: str) -> Dispute:
    """Take an answer back: a moved visit returns, and the dispute waits again. Raises NotAnswered, AnswerTooShort, Refused."""
    actor.require("disputes.answer", dispute)
    fresh = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute.pk)
    if fresh.state not in (State.UPHELD, State.REFUSED):
        raise NotAnswered()
    why = _long_enough(reason)
    if fresh.move_id is not None:
        moving.undo(actor, fresh.move_id, reason=why)
    before = fresh.state
    fresh.state, fresh.reopened_at, fresh.move = State.OPEN, timezone.now(), None
    fresh.answer, fresh.answered_by, fresh.answered_at = "", None, None
    with refusing(dispute_once_at_a_time=SaidAlready()):
        fresh.save()
    details = {"act": "undo", "before": before}
    record(actor, "disputes.answer", obj=fresh, person_id=fresh.person_id, reason=why, details=details)
    return fresh


def _to_answer(actor: Actor, dispute: Dispute, action: str) -> Dispute:
    actor.require(action, dispute)
    rows = Dispute.objects.select_for_update(of=("self",)).select_related("encounter", "answered_by")
    fresh = rows.get(pk=dispute.pk)
    if fresh.state == State.OPEN:
        return fresh
    at = instant(fresh.answered_at) if fresh.answered_at else ""
    if fresh.state == State.WITHDRAWN:
        raise WithdrawnAlready(at=at)
    name = fresh.answered_by.display_name if fresh.answered_by else ""
    raise AnsweredAlready(name=name, at=at, state=str(State(fresh.state).label).lower())


def _long_enough(text: str) -> str:
    written = _clean(text)
    if len(written) < SHORTEST:
        raise AnswerTooShort(shortest=SHORTEST)
    return written


def _answered(actor: Actor, fresh: Dispute, state: Dispute.State, answer: str) -> Dispute:
    _close(actor, fresh, state, _sealer(fresh.labels)(_long_enough(answer)))
    details = {"act": "answer", "state": state.value}
    record(actor, "disputes.answer", obj=fresh, person_id=fresh.person_id, details=details)
    return fresh


def _close(actor: Actor, fresh: Dispute, state: Dispute.State, answer: str) -> None:
    fresh.state, fresh.answer = state, answer
    fresh.answered_by, fresh.answered_at = actor.account, timezone.now()
    fresh.save(update_fields=["state", "answer", "answered_by", "answered_at", "move"])
