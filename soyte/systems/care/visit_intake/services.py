"""Acts on visit files: send, withdraw a visit, run refused visits again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters.locks import visit_locks
from soyte.clinical.encounters.models import Encounter
from soyte.clinical.encounters.topics import WITHDRAWN
from soyte.kernel.access.policy import visible
from soyte.kernel.actors import EVERY_LABEL, Acting
from soyte.kernel.audit.services import record
from soyte.kernel.errors import DomainError
from soyte.kernel.files.selectors import get_many
from soyte.kernel.organisations.models import Unit
from soyte.kernel.outbox.services import emit
from soyte.kernel.sql import advisory_lock_many
from soyte.systems.care.visit_intake.ingest.batch import StoredVisit, store_again
from soyte.systems.care.visit_intake.ingest.held import Source
from soyte.systems.care.visit_intake.ingest.judge import JudgedVisit, Piece, judge
from soyte.systems.care.visit_intake.ingest.receipts import Outcome, Sender
from soyte.systems.care.visit_intake.ingest.receive import BATCH_VISITS, knowledge, receive_one
from soyte.systems.care.visit_intake.models import Receipt, ReceiptVisit
from soyte.systems.care.visit_intake.selectors import files_facts

REPLAY = "visit_files.replay"
LONGEST_REASON = 500


class NoFacilityCode(DomainError):
    code = "visit_intake.no_facility_code"
    message = _("Đơn vị “%(name)s” không có mã cơ sở khám chữa bệnh nên không gửi được tệp khám bệnh.")


class ReasonMissing(DomainError):
    code = "visit_intake.reason_missing"
    message = _("Ghi lý do rút lượt khám.")


class NotInForce(DomainError):
    code = "visit_intake.not_in_force"
    message = _("Lượt khám %(visit_code)s không còn hiệu lực: đã rút, hoặc đã có bản gửi sau thay thế.")


def sender_of(actor: Acting, *, unit: Unit, channel: str) -> Sender:
    """A signed-in sender of a unit. Raises Refused, NoFacilityCode."""
    actor.require("visit_files.send", unit)
    if not unit.facility_code:
        raise NoFacilityCode(name=unit.name)
    return Sender(actor, channel, unit.facility_code, unit.pk, synthetic=settings.SOYTE_DEMO)


def send(actor: Acting, source: Source, *, unit: Unit, channel: str) -> Outcome:
    """Receive a file of a signed-in sender and tell what became of it.

    By the gateway each visit is a transaction of its own. Raises Refused, NoFacilityCode; a lost database or a full
    disk raise as they are (ingest.faults names them).
    """
    sender = sender_of(actor, unit=unit, channel=channel)
    return receive_one(source, sender, batch_visits=1 if channel == Receipt.Channel.GATEWAY else BATCH_VISITS)


@transaction.atomic
def withdraw(actor: Acting, encounter: Encounter, *, reason: str) -> Encounter:
    """Take the version in force of a visit out of the record. It comes back only by other bytes sent afterwards.

    Raises Refused, ReasonMissing, NotInForce.
    """
    actor.require("visit_files.withdraw", encounter)
    why = " ".join(reason.split())[:LONGEST_REASON]
    if not why:
        raise ReasonMissing()
    with connection.cursor() as cursor:
        advisory_lock_many(cursor, visit_locks([(encounter.facility_code, encounter.visit_code)]))
    fresh = Encounter.objects.select_for_update().get(pk=encounter.pk)
    if not fresh.in_force:
        raise NotInForce(visit_code=fresh.visit_code)
    fresh.in_force, fresh.withdrawn_at, fresh.withdrawn_reason = False, timezone.now(), why
    fresh.save(update_fields=["in_force", "withdrawn_at", "withdrawn_reason"])
    record(actor, "visit_files.withdraw", obj=fresh, person_id=fresh.person_id, reason=why)
    emit(WITHDRAWN, str(fresh.pk), {"facility": fresh.facility_code, "ended_on": fresh.ended_on.isoformat()})
    return fresh


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a second run says of a visit that had been refused."""

    visit: ReceiptVisit
    judged: JudgedVisit

    @property
    def accepted(self) -> bool:
        return self.judged.accepted


def preview_replay(actor: Acting, visits: Sequence[ReceiptVisit]) -> list[Replayed]:
    """What running these refused visits again would give; nothing is written. Raises Refused."""
    mine = visible(actor, REPLAY, ReceiptVisit.objects.filter(pk__in=[visit.pk for visit in visits]))
    allowed = set(mine.values_list("pk", flat=True))
    for visit in visits:
        if visit.pk not in allowed:
            actor.require(REPLAY, visit)
    known = knowledge()
    return [Replayed(visit, judge(piece, known)) for visit, piece in _pieces(visits)]


def replay(actor: Acting, visits: Sequence[ReceiptVisit]) -> list[StoredVisit]:
    """Run refused visits again by today's rules and lists; those that now pass are taken, as of the day of their file.

    Raises Refused.
    """
    again = preview_replay(actor, [visit for visit in visits if visit.verdict == ReceiptVisit.Verdict.REFUSED])
    stored: list[StoredVisit] = []
    for start in range(0, len(again), BATCH_VISITS):
        stored += store_again({each.visit.pk: each.judged for each in again[start : start + BATCH_VISITS]}, actor=actor)
    return stored


def _pieces(visits: Iterable[ReceiptVisit]) -> Iterator[tuple[ReceiptVisit, Piece]]:
    """The received bytes of visits. The machine opens labelled ones: what it finds is shown by the viewer's own right."""
    visits = list(visits)
    contents = get_many([bytes(visit.blob_id) for visit in visits], EVERY_LABEL)
    facts = files_facts({visit.receipt for visit in visits})
    for visit in visits:
        content = contents[bytes(visit.blob_id)]
        assert content is not None
        yield visit, Piece(facts[visit.receipt_id], visit.seq, content)
