"""Receipts: made before anything of a file is written, finished when all of it is."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

import structlog
from django.db import DataError, IntegrityError, connection
from django.utils import timezone

from soyte.formats.visitfile import VIETNAM, Finding, Survey
from soyte.formats.visitfile.signature import MAX_SIZE, SignatureCheck, verify_signature
from soyte.kernel.actors import Acting
from soyte.kernel.audit import services as audit
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.files import services as files
from soyte.kernel.numbering.receipts import receipt_numbers
from soyte.kernel.sql import lock_number
from soyte.systems.care.visit_intake.ingest import facilities, sheets
from soyte.systems.care.visit_intake.ingest.batch import ACTION, FINDING, SOURCE_PIECE, StoredVisit, finding_row
from soyte.systems.care.visit_intake.ingest.copy import one_transaction, table_writer, take_ids
from soyte.systems.care.visit_intake.ingest.held import Held
from soyte.systems.care.visit_intake.ingest.judge import FileFacts
from soyte.systems.care.visit_intake.ingest.sheets import ReadSheet
from soyte.systems.care.visit_intake.rules import ERROR, Judged, check_envelope, check_signature, version_day

log = structlog.get_logger(__name__)

RECEIPT = "visit_intake.Receipt"
_PORTION = 8 << 20


@dataclass(frozen=True, slots=True)
class Sender:
    """Who hands files in, and by which door. `facility_code` only of a signed-in sender: both codes must name it."""

    actor: Acting
    channel: str
    facility_code: str | None = None
    unit_id: int | None = None
    synthetic: bool = False


class VisitOutcome(NamedTuple):
    """The verdict on one HOSO. `facts` are its findings as tuples: they come from workers by the thousand."""

    seq: int
    code: str | None
    facility_code: str
    accepted: bool
    replaced: bool
    facts: tuple[tuple[Any, ...], ...]
    persons_new: int = 0
    rows: int = 0

    @property
    def findings(self) -> tuple[Judged, ...]:
        return tuple(Judged(Finding(*finding), severity) for severity, *finding in self.facts)


def visit_outcome(stored: StoredVisit) -> VisitOutcome:
    """What to tell of a visit that was written now."""
    judged = stored.judged
    return VisitOutcome(
        seq=judged.piece.seq,
        code=judged.code,
        facility_code=judged.facility_code,
        accepted=judged.accepted,
        replaced=stored.replaced,
        facts=tuple(facts_of(found) for found in judged.findings),
        persons_new=stored.persons_new,
        rows=stored.row_count,
    )


def facts_of(judged: Judged) -> tuple[Any, ...]:
    found = judged.finding
    return judged.severity, found.code, found.table, found.line, found.field, found.value, dict(found.params)


@dataclass(slots=True)
class Outcome:
    """What became of one received file. `repeated`: its bytes had been received before and nothing was written."""

    name: str
    number: str
    receipt_id: int
    received_at: datetime
    kind: str
    findings: list[Judged] = field(default_factory=list)  # of the file itself
    visits: list[VisitOutcome] = field(default_factory=list)
    persons_new: int = 0
    rows: int = 0
    repeated: bool = False

    @property
    def accepted(self) -> int:
        return sum(visit.accepted for visit in self.visits)

    @property
    def refused(self) -> int:
        return len(self.visits) - self.accepted

    @property
    def replaced(self) -> int:
        """Accepted visits of which a version was known; of repeated bytes that is each of them."""
        return self.accepted if self.repeated else sum(visit.replaced for visit in self.visits)

    @property
    def file_refused(self) -> bool:
        """Whether the file as a whole was not taken."""
        return any(found.severity == ERROR for found in self.findings)


@dataclass(slots=True)
class OpenFile:
    """A file in work."""

    held: Held
    facts: FileFacts
    sender: Sender
    kind: str
    findings: list[Judged]
    repeated: bool = False  # done before: nothing is to be written
    resumed: bool = False  # begun before and cut short
    sheet: ReadSheet | None = None  # of a file that is one table
    signature: str = "none"
    signer: str = ""
    waiting: int = 0  # pieces that are still worked on
    visits: list[VisitOutcome] = field(default_factory=list)

    @property
    def lock(self) -> int:
        return receipt_lock(self.held.sha256)

    @property
    def all_findings(self) -> list[Judged]:
        return self.findings + (self.sheet.findings if self.sheet else [])

    def edges(self) -> Iterator[tuple[int, bytes]]:
        """The pieces that are no HOSO: head and tail of the envelope, or all of a file that has no visits to be cut."""
        if self.kind != "visits":
            yield from enumerate(self.held.parts())
            return
        pieces = self.held.survey.pieces
        yield 0, self.held.piece(*pieces[0])
        yield len(pieces) - 1, self.held.piece(*pieces[-1])


def receipt_lock(sha256: bytes) -> int:
    """The number of the lock under which one receipt is worked on, by one process at a time."""
    return lock_number(f"receipt\x1f{sha256.hex()}")


def try_lock(held: Sequence[Held]) -> list[bool]:
    """Which of these files are ours to work on now. The locks are of the connection and outlive a transaction."""
    if not held:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_try_advisory_lock(number) from unnest(%s::bigint[]) number",
            [[receipt_lock(h.sha256) for h in held]],
        )
        return [row[0] for row in cursor.fetchall()]


def wait_for_lock(held: Held) -> None:
    """Wait until nobody else works on these bytes."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [receipt_lock(held.sha256)])


def unlock(opened: Iterable[OpenFile]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_unlock(number) from unnest(%s::bigint[]) number", [[file.lock for file in opened]]
        )


def open_receipts(held: Sequence[Held], sender: Sender) -> list[OpenFile]:
    """A receipt for each file, in their order; the caller holds their locks."""
    now = timezone.now()
    with one_transaction(durable=False) as cursor:  # like its visits: nobody hears of it before it is finished
        known = _known(cursor, [file.sha256 for file in held])
        new = [(file, file.received_at or now) for file in held if file.sha256 not in known]
        ids = take_ids(cursor, RECEIPT, len(new))
        numbers = _numbers(cursor, [_day(at) for _file, at in new])
        rows = [
            _receipt_row(file, key, number, sender, received_at=at)
            for (file, at), key, number in zip(new, ids, numbers, strict=True)
        ]
        if rows:
            table_writer(RECEIPT, own_ids=True).write(cursor, rows)
    told = ("id", "number", "state", "received_at", "version_day")
    fresh = {row["sha256"]: tuple(row[name] for name in told) for row in rows}
    return [_opened(file, known.get(file.sha256) or fresh[file.sha256], sender, file.sha256 in known) for file in held]


def _day(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()


def _numbers(cursor: Any, days: Sequence[date]) -> Iterator[str]:
    """A receipt number for each, of its day; one statement for neighbours of one day."""
    for day, same in groupby(days):
        yield from receipt_numbers(cursor, len(list(same)), on=day)


def stored_pieces(file: OpenFile) -> set[int]:
    """The visits of a file, by their place in it, that an earlier run stored before it was cut short."""
    if not file.resumed:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("select seq from visit_intake_receiptvisit where receipt_id = %s", [file.facts.receipt_id])
        return {row[0] for row in cursor.fetchall()}


def _known(cursor: Any, hashes: Sequence[bytes]) -> dict[bytes, tuple[int, str, str, datetime, date]]:
    cursor.execute(
        "select sha256, id, number, state, received_at, version_day from visit_intake_receipt where sha256 = any(%b)",
        [list(hashes)],
    )
    return {bytes(sha256): tuple(rest) for sha256, *rest in cursor.fetchall()}


def _receipt_row(held: Held, key: int, number: str, sender: Sender, *, received_at: datetime) -> dict[str, Any]:
    survey = held.survey
    declared = survey.declared_count
    return {
        "id": key,
        "number": number,
        "sha256": held.sha256,
        "size": held.size,
        "filename": held.listed,
        "channel": sender.channel,
        "received_at": received_at,
        "state": "received",
        "kind": _kind(survey),
        "encoding": survey.encoding,
        "account_id": sender.actor.account_id,
        "sender": sender.actor.text,
        "sender_facility": sender.facility_code or "",
        "unit_id": sender.unit_id,
        "facility_code": survey.facility_code,
        "made_on_written": survey.made_on,
        "version_day": version_day(survey, received_on=_day(received_at)),
        "declared_count": int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 10 else None,
    }


def _kind(survey: Survey) -> str:
    return "unreadable" if survey.fatal is not None or survey.kind is None else survey.kind


def _opened(held: Held, row: tuple[int, str, str, datetime, date], sender: Sender, was_known: bool) -> OpenFile:
    key, number, state, received_at, day = row
    survey = held.survey
    received_on = _day(received_at)
    facts = FileFacts(
        receipt_id=key,
        number=number,
        survey=replace(survey, pieces=(), codes=(), findings=()),
        received_at=received_at,
        received_on=received_on,
        version_day=day,
        sender_facility=sender.facility_code,
        synthetic=sender.synthetic,
    )
    file = OpenFile(
        held=held,
        facts=facts,
        sender=sender,
        kind=_kind(survey),
        findings=check_envelope(survey, received_on=received_on, sender_facility=sender.facility_code),
        repeated=state == "done",
        resumed=was_known and state != "done",
    )
    if survey.signed and not file.repeated:
        _verify(file)
    return file


def _verify(file: OpenFile) -> None:
    """What the signature of a file is worth; never a reason to refuse it."""
    held = file.held
    if held.size > MAX_SIZE:
        check = SignatureCheck("unchecked", "size")
    else:
        check = verify_signature(held.whole(), trusted=_trusted_issuers(), on=file.facts.received_on)
    file.signature = _SIGNATURES[check.state]
    file.signer = check.signer
    file.findings += check_signature(check, received_on=file.facts.received_on)


_SIGNATURES = {
    "absent": "none", "valid": "valid", "weak": "unverified", "invalid": "invalid", "unchecked": "unverified",
}  # fmt: skip


def _trusted_issuers() -> list[bytes]:
    return [b64decode(entry.attrs["certificate"]) for entry in load_list("signature_issuer")]


def finish(opened: Sequence[OpenFile]) -> None:
    """Write what remains of these files beside their visits, and close their receipts.

    In one transaction; where the database refuses it, each file in its own.
    """
    try:
        _finish(opened)
    except (DataError, IntegrityError) as error:
        if len(opened) > 1:
            for file in opened:
                finish([file])
            return
        file = opened[0]
        if file.sheet is None or not file.sheet.rows:
            raise
        log.error("table could not be stored", receipt=file.facts.number, error=type(error).__name__)
        file.sheet = ReadSheet(file.sheet.kind, (), [*file.sheet.findings, Judged(Finding("store.failed"), ERROR)])
        _finish(opened)


def _finish(opened: Sequence[OpenFile]) -> None:
    with one_transaction() as cursor:
        for file in opened:
            if file.sheet is not None:
                sheets.store(cursor, file.sheet, file.facts, actor=file.sender.actor)
        _write_edges(cursor, opened)
        findings = [
            finding_row(found, receipt_id=file.facts.receipt_id, visit_id=None)
            for file in opened
            for found in file.all_findings
        ]
        if findings:
            table_writer(FINDING).write(cursor, findings)
        _close(cursor, opened)
        for file in opened:
            if file.kind == "unreadable":
                audit.batch(cursor, file.sender.actor, [_audit_row(file)])


def _write_edges(cursor: Any, opened: Sequence[OpenFile]) -> None:
    for portion in _portions((file.facts.receipt_id, seq, content) for file in opened for seq, content in file.edges()):
        blobs = files.put_many(cursor, [(content, None) for _receipt, _seq, content in portion])
        table_writer(SOURCE_PIECE).write(cursor, (
            {"receipt_id": receipt, "seq": seq, "blob_id": blob}
            for (receipt, seq, _content), blob in zip(portion, blobs, strict=True)
        ))  # fmt: skip


def _portions(pieces: Iterable[tuple[int, int, bytes]]) -> Iterator[list[tuple[int, int, bytes]]]:
    """Pieces in portions of a few megabytes, so that a large file that could not be cut is not held whole."""
    portion: list[tuple[int, int, bytes]] = []
    size = 0
    for piece in pieces:
        portion.append(piece)
        size += len(piece[2])
        if size >= _PORTION:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


_CLOSE = """
    update visit_intake_receipt r set
      state = 'done', finished_at = %(now)s, kind = closed.kind, signature = closed.signature, signer = closed.signer,
      unit_id = coalesce(r.unit_id, closed.unit_id), visit_count = seen.visits, accepted_count = seen.accepted,
      refused_count = seen.visits - seen.accepted, replaced_count = seen.replaced
    from unnest(%(ids)s::bigint[], %(kinds)s::text[], %(units)s::bigint[], %(signatures)s::text[], %(signers)s::text[])
        closed(id, kind, unit_id, signature, signer)
    cross join lateral (
      select count(*) as visits, count(*) filter (where verdict = 'accepted') as accepted,
        count(*) filter (where replaced) as replaced
      from visit_intake_receiptvisit v where v.receipt_id = closed.id) seen
    where r.id = closed.id"""


def _close(cursor: Any, opened: Sequence[OpenFile]) -> None:
    units = facilities.known_units(cursor, {(f.held.survey.facility_code, f.facts.received_on) for f in opened})
    cursor.execute(_CLOSE, {
        "now": timezone.now(),
        "ids": [file.facts.receipt_id for file in opened],
        "kinds": [file.kind for file in opened],
        "units": [units.get((file.held.survey.facility_code, file.facts.received_on)) for file in opened],
        "signatures": [file.signature for file in opened],
        "signers": [file.signer for file in opened],
    })  # fmt: skip


def _audit_row(file: OpenFile) -> audit.Row:
    return audit.Row(ACTION, "visit_intake.receipt", str(file.facts.receipt_id),
                     details={"receipt": file.facts.number, "verdict": "unreadable"})  # fmt: skip
