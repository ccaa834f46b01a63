"""What people do to a report. Each act is one transaction: lock, right, version, change, history, audit, event."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters.residence import communes_here
from soyte.kernel.actors import Acting
from soyte.kernel.audit.services import Row, record, record_many
from soyte.kernel.errors import DomainError
from soyte.kernel.numbering.receipts import receipt_numbers
from soyte.kernel.outbox.services import emit
from soyte.kernel.text import format as words
from soyte.systems.prevention.infectious_disease import alarms, texts
from soyte.systems.prevention.infectious_disease.models import (
    CaseEvent,
    CaseReport,
    HandOver,
    Outbreak,
)

State, Attention, Act = CaseReport.State, CaseReport.Attention, CaseEvent.Act
WRITE = "cases.write"
CHANGED = "infectious_disease.changed"
LONGEST_NOTE, LONGEST_NUMBER = 1000, 60


class SomebodyWasFaster(DomainError):
    code = "infectious_disease.changed_meanwhile"
    message = _(
        "%(name)s vừa lưu phiếu này lúc %(at)s, sau khi bạn mở trang. Điều bạn gõ chưa được ghi và vẫn còn ở dưới. "
        "Xem lại rồi lưu lần nữa."
    )


class NotOpen(DomainError):
    code = "infectious_disease.not_open"
    message = _("Phiếu này đang ở trạng thái “%(state)s” nên không làm được việc này. Muốn sửa thì mở lại phiếu trước.")


class ReasonMissing(DomainError):
    code = "infectious_disease.reason_missing"
    message = _("Thiếu lý do. Ghi một câu để người sau hiểu.")


class NumberMissing(DomainError):
    code = "infectious_disease.number_missing"
    message = _("Thiếu số phiếu mà hệ thống quốc gia đã cấp.")


class NumberTaken(DomainError):
    code = "infectious_disease.number_taken"
    message = _("Số %(number)s đã ghi cho một phiếu khác. Xem lại số trong hệ thống quốc gia.")


class CommuneUnknown(DomainError):
    code = "infectious_disease.commune_unknown"
    message = _("Chọn một xã khác trong địa bàn để chuyển.")


class AlreadyReceived(DomainError):
    code = "infectious_disease.already_received"
    message = _("Phiếu chuyển %(number)s đã được ký nhận lúc %(at)s.")


class OwnHandOver(DomainError):
    code = "infectious_disease.own_hand_over"
    message = _("Bạn là người chuyển phiếu %(number)s nên không ký nhận được. Chờ bên nhận ký.")


def _locked(actor: Acting, case_id: uuid.UUID, version: int | None) -> CaseReport:
    """The report under lock. Raises Refused, and SomebodyWasFaster if it is not the version that the actor saw."""
    case = CaseReport.objects.select_for_update(of=("self",)).select_related("changed_by").get(pk=case_id)
    actor.require(WRITE, case)
    if version is not None and version != case.version:
        name = case.changed_by.display_name if case.changed_by else _("Máy")
        raise SomebodyWasFaster(name=name, at=words.instant(case.changed_at))
    return case


def _must_be(case: CaseReport, *states: str) -> None:
    if case.state not in states:
        raise NotOpen(state=case.get_state_display())


def _moment(case: CaseReport) -> dt.datetime:
    """Now, or the last change where the clock was set back: no act stands before the one it follows."""
    return max(timezone.now(), case.changed_at)


def _save(actor: Acting, case: CaseReport, act: str, note: str = "", *, fields: Sequence[str] = ()) -> CaseReport:
    moment = _moment(case)
    case.version, case.changed_at, case.changed_by_id = case.version + 1, moment, actor.account_id
    case.save(update_fields=["version", "changed_at", "changed_by", *fields])
    kept = texts.kept(case.labels, note)
    CaseEvent.objects.create(case=case, act=act, at=moment, account_id=actor.account_id, note=kept)
    record(actor, WRITE, obj=case, person_id=case.person_id, reason=kept, details={"act": act, "state": case.state})
    emit(CHANGED, str(case.pk), {"seen_on": case.seen_on.isoformat()})
    return case


def _reason(text: str) -> str:
    reason = " ".join(text.split())[:LONGEST_NOTE]
    if not reason:
        raise ReasonMissing()
    return reason


@transaction.atomic
def complete(actor: Acting, case_id: uuid.UUID, *, version: int, details: Mapping[str, str]) -> CaseReport:
    """Write down what the file could not say. Raises Refused, SomebodyWasFaster, NotOpen."""
    case = _locked(actor, case_id, version)
    _must_be(case, State.DRAFT, State.COMPLETED, State.PAST)
    if case.state == State.DRAFT:
        case.state = State.COMPLETED
    case.details = texts.kept_all(case.labels, details)
    return _save(actor, case, Act.COMPLETED, fields=("state", "details"))


@transaction.atomic
def report(actor: Acting, case_id: uuid.UUID, *, version: int, number: str) -> CaseReport:
    """It stands in the national system under `number`: the clock stops.

    Raises NumberMissing, NumberTaken and as `complete`.
    """
    case = _locked(actor, case_id, version)
    _must_be(case, State.DRAFT, State.COMPLETED)
    case.reported_no = " ".join(number.split())[:LONGEST_NUMBER]
    if not case.reported_no:
        raise NumberMissing()
    if CaseReport.objects.filter(reported_no=case.reported_no).exists():
        raise NumberTaken(number=case.reported_no)
    case.state, case.reported_at, case.attention = State.REPORTED, _moment(case), Attention.NONE
    fields = ("state", "reported_no", "reported_at", "attention")
    return _save(actor, case, Act.REPORTED, case.reported_no, fields=fields)


@transaction.atomic
def discard(actor: Acting, case_id: uuid.UUID, *, version: int, reason: str) -> CaseReport:
    """It is no case to report. It stays where it can be found and reopened. Raises ReasonMissing and as `complete`."""
    case = _locked(actor, case_id, version)
    _must_be(case, State.DRAFT, State.COMPLETED, State.PAST)
    why = _reason(reason)
    case.state, case.attention = State.DISCARDED, Attention.NONE
    return _save(actor, case, Act.DISCARDED, why, fields=("state", "attention"))


@transaction.atomic
def reopen(actor: Acting, case_id: uuid.UUID, *, version: int, reason: str) -> CaseReport:
    """Back to work, with the deadline that it had; a number given before stays in the history."""
    case = _locked(actor, case_id, version)
    _must_be(case, State.DISCARDED, State.REPORTED)
    why = _reason(reason)
    case.state = State.COMPLETED if case.details else State.DRAFT
    case.reported_at, case.reported_no, case.attention = None, "", Attention.NONE
    return _save(actor, case, Act.REOPENED, why, fields=("state", "reported_at", "reported_no", "attention"))


@transaction.atomic
def hand_over(actor: Acting, case_id: uuid.UUID, *, version: int, commune: str, reason: str) -> HandOver:
    """Give the report to another commune of the installation; the receiver signs for it (`receive`).

    Raises CommuneUnknown, ReasonMissing and as `complete`.
    """
    case = _locked(actor, case_id, version)
    _must_be(case, State.DRAFT, State.COMPLETED)
    why = _reason(reason)
    if commune == case.commune_code or commune not in communes_here(timezone.localdate()):
        raise CommuneUnknown()
    with connection.cursor() as cursor:
        (number,) = receipt_numbers(cursor, 1)
    before, case.commune_code = case.commune_code, commune
    made = HandOver.objects.create(case=case, number=number, from_commune=before, to_commune=commune,
                                   reason=texts.kept(case.labels, why), sent_at=_moment(case),
                                   sent_by_id=actor.account_id)  # fmt: skip
    _save(actor, case, Act.HANDED_OVER, f"{number}: {why}", fields=("commune_code",))
    return made


@transaction.atomic
def receive(actor: Acting, hand_over_id: int) -> HandOver:
    """Sign for a report that another commune handed over. Raises Refused, AlreadyReceived, OwnHandOver."""
    case_id = HandOver.objects.values_list("case_id", flat=True).get(pk=hand_over_id)
    case = _locked(actor, case_id, None)
    given = HandOver.objects.select_for_update().get(pk=hand_over_id)
    if given.received_at is not None:
        raise AlreadyReceived(number=given.number, at=words.instant(given.received_at))
    if given.sent_by_id == actor.account_id:
        raise OwnHandOver(number=given.number)
    given.received_at, given.received_by_id = _moment(case), actor.account_id
    given.save(update_fields=["received_at", "received_by"])
    _save(actor, case, Act.RECEIVED, given.number)
    return given


def exported(actor: Acting, cases: Iterable[CaseReport]) -> None:
    """Note in the audit that these sheets left the house as a file: who saw them may take them along."""
    record_many(actor, [Row("cases.export", case._meta.label_lower, str(case.pk), case.person_id) for case in cases])


class OutbreakChanged(DomainError):
    code = "infectious_disease.outbreak_changed"
    message = _("Ổ dịch này vừa được quyết định lúc %(at)s: %(state)s. Tải lại trang rồi quyết định.")


# From which state an outbreak may come into which.
DECISIONS = {
    Outbreak.State.OPEN: (Outbreak.State.SIGNAL,),
    Outbreak.State.DISMISSED: (Outbreak.State.SIGNAL, Outbreak.State.OPEN),
    Outbreak.State.CLOSED: (Outbreak.State.OPEN,),
}


@transaction.atomic
def note_act(actor: Acting, outbreak_id: int, *, what: str, done_on: dt.date, text: str = "") -> Outbreak:
    """Add a dated line of what was done. Raises Refused."""
    outbreak = Outbreak.objects.select_for_update().get(pk=outbreak_id)
    actor.require("outbreaks.note", outbreak)
    alarms.note(outbreak, what, " ".join(text.split())[:LONGEST_NOTE], account_id=actor.account_id, on=done_on)
    record(actor, "outbreaks.note", obj=outbreak, details={"what": what, "done_on": done_on})
    return outbreak


@transaction.atomic
def decide_outbreak(actor: Acting, outbreak_id: int, *, version: int, decision: str, reason: str) -> Outbreak:
    """Confirm, dismiss or close. Raises Refused, OutbreakChanged, ReasonMissing."""
    outbreak = Outbreak.objects.select_for_update().get(pk=outbreak_id)
    actor.require("outbreaks.manage", outbreak)
    wanted = Outbreak.State(decision)
    if outbreak.version != version or outbreak.state not in DECISIONS[wanted]:
        raise OutbreakChanged(at=words.instant(outbreak.decided_at), state=outbreak.get_state_display().lower())
    outbreak.reason, outbreak.state, outbreak.version = _reason(reason), wanted, version + 1
    outbreak.decided_at, outbreak.decided_by_id = timezone.now(), actor.account_id
    outbreak.closed_on = None if wanted == Outbreak.State.OPEN else timezone.localdate()
    outbreak.save()
    alarms.note(outbreak, wanted, outbreak.reason, account_id=actor.account_id)
    record(actor, "outbreaks.manage", obj=outbreak, reason=outbreak.reason, details={"decision": wanted.value})
    emit(alarms.RAISED, str(outbreak.pk), {"first_on": outbreak.first_on.isoformat()})
    return outbreak
