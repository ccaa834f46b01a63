"""A batch of judged visits into the record, in one transaction; each visit with its own verdict.

A batch that the database refuses is halved down to the visit at fault: the good ones land, the bad one is kept as
refused. Nothing here decides whether a visit is good; that was `judge`.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import structlog
from django.db import DatabaseError, DataError, IntegrityError

from soyte.clinical.encounters.locks import Key, visit_locks
from soyte.clinical.encounters.topics import RECORDED
from soyte.formats.visitfile import Finding
from soyte.kernel.actors import Acting
from soyte.kernel.audit import services as audit
from soyte.kernel.files import services as files
from soyte.kernel.ids import uuid7
from soyte.kernel.labels import joined, seal
from soyte.kernel.outbox import services as outbox
from soyte.kernel.people.matching import Candidate, Match, lock_keys, match_people
from soyte.kernel.sql import advisory_lock_many
from soyte.systems.care.visit_intake.ingest import facilities, versions
from soyte.systems.care.visit_intake.ingest.copy import one_transaction, table_writer, take_ids
from soyte.systems.care.visit_intake.ingest.judge import JudgedVisit
from soyte.systems.care.visit_intake.ingest.rows.tables import CHARGE_ITEM, LINE_TABLES, OBSERVATION
from soyte.systems.care.visit_intake.ingest.versions import Decisions
from soyte.systems.care.visit_intake.rules import Judged

log = structlog.get_logger(__name__)

ENCOUNTER, CLAIM = "encounters.Encounter", "coverage.Claim"
RECEIPT_VISIT, FINDING, SOURCE_PIECE = "visit_intake.ReceiptVisit", "visit_intake.Finding", "visit_intake.SourcePiece"
ACTION = "visit_files.send"
_RETRIES = 3
_CROSSED = frozenset({"40001", "40P01"})  # serialization failure, deadlock: nothing is wrong with the batch


@dataclass(slots=True)
class StoredVisit:
    """What became of one visit. `already` was stored by an earlier run of the same receipt: nothing was written now."""

    judged: JudgedVisit
    id: int = 0  # of its ReceiptVisit
    encounter_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None
    replaced: bool = False
    persons_new: int = 0
    row_count: int = 0
    already: bool = False
    blob: bytes = b""


def store(visits: Sequence[JudgedVisit], *, actor: Acting) -> list[StoredVisit]:
    """Write the visits with their verdicts; they come back in their order.

    Raises what no visit is to blame for: a lost connection, a full disk.
    """
    for attempt in range(_RETRIES):
        try:
            return _store_once(visits, actor=actor)
        except (DataError, IntegrityError) as error:
            return _store_halves(visits, error, actor=actor)
        except DatabaseError as error:
            if _sqlstate(error) not in _CROSSED or attempt == _RETRIES - 1:
                raise
    raise AssertionError("unreachable")


def store_again(visits: Mapping[int, JudgedVisit], *, actor: Acting) -> list[StoredVisit]:
    """Write visits that were refused and have been judged anew, by the key of their ReceiptVisit.

    Each keeps its place among the received: its version counts as of the day on which its file came. One that is still
    refused gets its new findings.
    """
    try:
        with one_transaction() as cursor:
            batch = _Replay(cursor, actor, [StoredVisit(judged, id=key) for key, judged in visits.items()])
            batch.run()
    except (DataError, IntegrityError) as error:
        if len(visits) > 1:
            return [stored for key, judged in visits.items() for stored in store_again({key: judged}, actor=actor)]
        (judged,) = visits.values()
        if not judged.accepted:
            raise
        log.error("visit could not be stored", receipt=judged.piece.file.number, sqlstate=_sqlstate(error))
        judged.refuse(Finding("store.failed"))
        return store_again(visits, actor=actor)
    return batch.visits


def _sqlstate(error: DatabaseError) -> str:
    return getattr(error.__cause__, "sqlstate", "") or ""


def _store_halves(visits: Sequence[JudgedVisit], error: DatabaseError, *, actor: Acting) -> list[StoredVisit]:
    if len(visits) > 1:
        middle = len(visits) // 2
        return [*store(visits[:middle], actor=actor), *store(visits[middle:], actor=actor)]
    visit = visits[0]
    if not visit.accepted:
        raise error  # even its refusal cannot be written: a fault of ours
    log.error(
        "visit could not be stored", receipt=visit.piece.file.number, seq=visit.piece.seq, sqlstate=_sqlstate(error)
    )
    visit.refuse(Finding("store.failed"))
    return store(visits, actor=actor)


def _store_once(visits: Sequence[JudgedVisit], *, actor: Acting) -> list[StoredVisit]:
    # Nobody is told of a visit before the receipt of its file is finished, which waits for the disk.
    with one_transaction(durable=False) as cursor:
        batch = _Batch(cursor, actor, [StoredVisit(visit) for visit in visits])
        batch.run()
    return batch.visits


@dataclass(slots=True)
class _Batch:
    cursor: Any
    actor: Acting
    visits: list[StoredVisit]
    decisions: Decisions = field(default_factory=Decisions)
    units: dict[facilities.Asked, int] = field(default_factory=dict)

    @property
    def fresh(self) -> list[StoredVisit]:
        return [visit for visit in self.visits if not visit.already]

    @property
    def accepted(self) -> list[StoredVisit]:
        return [visit for visit in self.visits if visit.judged.accepted and not visit.already]

    def run(self) -> None:
        self.lock()
        self.leave_out_stored()
        self.find_persons()
        self.write()

    def lock(self) -> None:
        """Take all locks at once and in one order: of the pieces, of the visits, of the persons they may belong to."""
        keys = [f"piece\x1f{v.judged.piece.file.receipt_id}\x1f{v.judged.piece.seq}" for v in self.visits]
        keys += visit_locks(_key(visit) for visit in self.accepted)
        keys += lock_keys(list(_candidates(self.accepted)))
        advisory_lock_many(self.cursor, keys)

    def leave_out_stored(self) -> None:
        """Mark what an earlier run of a receipt, cut short after this batch, has stored already."""
        self.cursor.execute(
            "select v.receipt_id, v.seq from unnest(%s::bigint[], %s::int[]) asked(receipt_id, seq) "
            "join visit_intake_receiptvisit v on v.receipt_id = asked.receipt_id and v.seq = asked.seq",
            [[v.judged.piece.file.receipt_id for v in self.visits], [v.judged.piece.seq for v in self.visits]],
        )
        stored = set(self.cursor.fetchall())
        for visit in self.visits:
            visit.already = (visit.judged.piece.file.receipt_id, visit.judged.piece.seq) in stored

    def find_persons(self) -> None:
        accepted = self.accepted
        self.decisions = versions.read(self.cursor, map(_key, accepted))
        self.units = facilities.units_of(
            self.cursor,
            {(visit.judged.facility_code, visit.judged.ended_on) for visit in accepted},
            actor=self.actor,
        )
        decided = versions.decided_persons(self.cursor, map(_key, accepted))
        for visit in accepted:
            earlier = self.decisions.history(_key(visit)).person_id
            person = decided.get(_key(visit))
            if visit.judged.patient is not None and (earlier or person):
                visit.judged.patient = replace(visit.judged.patient, earlier=earlier, decided=person)
        matches = iter(match_people(self.cursor, list(_candidates(accepted)), locked=True))
        for visit in accepted:
            _take_matches(visit, [next(matches) for _candidate in _candidates([visit])])

    def write(self) -> None:
        if not self.fresh:
            return
        self._take_places()
        self._decide_versions()
        self._write_record()
        self._write_received()
        self._tell()

    def _take_places(self) -> None:
        fresh = self.fresh
        for visit, key in zip(fresh, take_ids(self.cursor, RECEIPT_VISIT, len(fresh)), strict=True):
            visit.id = key

    def _decide_versions(self) -> None:
        for visit in self.accepted:
            facts = visit.judged.piece.file
            visit.encounter_id = uuid7()
            assert visit.person_id is not None
            visit.replaced = self.decisions.add(
                _key(visit), visit.encounter_id, day=facts.version_day, order=facts.receipt_id,
                received_at=facts.received_at, person_id=visit.person_id,
            )  # fmt: skip
        if self.decisions.ended:
            self.cursor.execute(
                "update encounters_encounter set in_force = false where id = any(%s)", [list(self.decisions.ended)]
            )

    def _write_record(self) -> None:
        accepted = self.accepted
        tables = _tables(accepted, ended=self.decisions.ended, units=self.units)
        charges = tables.get(CHARGE_ITEM, [])
        for charge, key in zip(charges, take_ids(self.cursor, CHARGE_ITEM, len(charges)), strict=True):
            charge["id"] = key
        for label in (ENCOUNTER, CLAIM, *LINE_TABLES):
            if rows := tables.get(label):
                for row in rows:
                    if (charge := row.pop("charge", None)) is not None:
                        row["charge_item_id"] = charge["id"]
                table_writer(label, own_ids=label == CHARGE_ITEM).write(self.cursor, rows)
        self.cursor.execute(
            "update encounters_checkin c set in_force = false, encounter_id = seen.encounter_id "
            "from unnest(%s::text[], %s::text[], %s::uuid[]) seen(facility_code, visit_code, encounter_id) "
            "where c.facility_code = seen.facility_code and c.visit_code = seen.visit_code and c.in_force",
            [[v.judged.facility_code for v in accepted], [v.judged.code for v in accepted],
             [v.encounter_id for v in accepted]],
        )  # fmt: skip

    def _write_received(self) -> None:
        fresh = self.fresh
        blobs = files.put_many(self.cursor, [(v.judged.piece.content, joined(v.judged.labels)) for v in fresh])
        for visit, blob in zip(fresh, blobs, strict=True):
            visit.blob = blob
        table_writer(RECEIPT_VISIT, own_ids=True).write(self.cursor, map(_receipt_visit, fresh))
        table_writer(SOURCE_PIECE).write(self.cursor, (
            {"receipt_id": v.judged.piece.file.receipt_id, "seq": v.judged.piece.seq, "blob_id": v.blob} for v in fresh
        ))  # fmt: skip
        self._write_findings()

    def _write_findings(self) -> None:
        findings = [row for visit in self.fresh for row in _findings(visit)]
        if findings:
            table_writer(FINDING).write(self.cursor, findings)

    def _tell(self) -> None:
        audit.batch(self.cursor, self.actor, [_audit_row(visit) for visit in self.fresh])
        outbox.emit_many(self.cursor, [_event(visit) for visit in self.accepted])


@dataclass(slots=True)
class _Replay(_Batch):
    """Refused visits judged anew: their received rows are there already."""

    def leave_out_stored(self) -> None:
        """Mark what somebody else has run again meanwhile."""
        self.cursor.execute(
            "select id from visit_intake_receiptvisit where id = any(%s) and verdict = 'refused' for update",
            [[visit.id for visit in self.visits]],
        )
        refused = {row[0] for row in self.cursor.fetchall()}
        for visit in self.visits:
            visit.already = visit.id not in refused

    def _take_places(self) -> None:
        return None

    def _write_received(self) -> None:
        fresh = self.fresh
        files.put_many(self.cursor, [(v.judged.piece.content, joined(v.judged.labels)) for v in fresh])
        keys = [visit.id for visit in fresh]
        rows = [_receipt_visit(visit) for visit in fresh]
        for row in rows:
            row["labels"] = "{" + ",".join(row["labels"]) + "}"  # arrays of arrays of unlike length do not exist
        self.cursor.execute(_RUN_AGAIN, [keys, *([row[name] for row in rows] for name in _RUN_AGAIN_COLUMNS)])
        self.cursor.execute("delete from visit_intake_finding where receipt_visit_id = any(%s)", [keys])
        self._write_findings()
        self.cursor.execute(_COUNT_AGAIN, [list({visit.judged.piece.file.receipt_id for visit in fresh})])


_RUN_AGAIN_COLUMNS = {
    "facility_code": "text", "visit_code": "text", "verdict": "text", "replaced": "bool", "encounter_id": "uuid",
    "ended_on": "date", "amount": "numeric", "labels": "text",
}  # fmt: skip
_RUN_AGAIN = f"""
    update visit_intake_receiptvisit v set replayed_at = now(),
      {", ".join(f"{name} = new.{name}" for name in _RUN_AGAIN_COLUMNS if name != "labels")}, labels = new.labels::text[]
    from unnest(%s::bigint[], {", ".join(f"%s::{kind}[]" for kind in _RUN_AGAIN_COLUMNS.values())})
      new(id, {", ".join(_RUN_AGAIN_COLUMNS)})
    where v.id = new.id"""
_COUNT_AGAIN = """
    update visit_intake_receipt r set accepted_count = seen.accepted, refused_count = seen.visits - seen.accepted,
      replaced_count = seen.replaced
    from (select receipt_id, count(*) as visits, count(*) filter (where verdict = 'accepted') as accepted,
            count(*) filter (where replaced) as replaced
          from visit_intake_receiptvisit where receipt_id = any(%s) group by receipt_id) seen
    where r.id = seen.receipt_id"""


def _key(visit: StoredVisit) -> Key:
    return visit.judged.facility_code, visit.judged.code or ""


def _candidates(visits: Iterable[StoredVisit]) -> Iterable[Candidate]:
    for visit in visits:
        assert visit.judged.patient is not None
        yield visit.judged.patient
        yield from visit.judged.newborns


def _take_matches(visit: StoredVisit, matches: Sequence[Match]) -> None:
    visit.person_id = matches[0].person_id
    visit.persons_new = len({person for match in matches for person in match.made})


def _tables(
    visits: Iterable[StoredVisit], *, ended: set[uuid.UUID], units: dict[facilities.Asked, int]
) -> dict[str, list[dict[str, Any]]]:
    """The rows of the visits by table, complete but for the keys of charges: a row holds the charge itself."""
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for visit in visits:
        judged, rows = visit.judged, visit.judged.rows
        assert rows is not None
        visit.row_count = rows.count
        facts = judged.piece.file
        own = {"encounter_id": str(visit.encounter_id), "person_id": str(visit.person_id)}
        tables[ENCOUNTER].append(rows.encounter | {
            "id": visit.encounter_id,
            "person_id": visit.person_id,
            "unit_id": units.get((judged.facility_code, judged.ended_on)),
            "labels": list(judged.labels),
            "version_day": facts.version_day,
            "received_at": facts.received_at,
            "received_order": facts.receipt_id,
            "in_force": visit.encounter_id not in ended,
            "source_visit_id": visit.id,
        })  # fmt: skip
        tables[CLAIM].append(rows.claim | own)
        charges = rows.lines.get(CHARGE_ITEM, [])
        for label, lines in rows.lines.items():
            for row in lines:
                row |= own
                if isinstance(place := row.get("charge"), int):
                    row["charge"] = charges[place]
            tables[label] += lines
        if judged.labels:
            _seal(tables[ENCOUNTER][-1:], ENCOUNTER, judged.labels)
            for label, lines in rows.lines.items():
                _seal(lines, label, judged.labels)
    return tables


def _seal(rows: Iterable[dict[str, Any]], label: str, labels: Sequence[str]) -> None:
    """Encrypt what a labelled visit says in words. A result is such a word, also where it is a number."""
    writer = table_writer(label, own_ids=label == CHARGE_ITEM)
    sealed = sealer(labels)
    for row in rows:
        writer.seal(row, sealed)
        if label == OBSERVATION:
            row |= {"value_number": None, "comparator": ""}


def sealer(labels: Sequence[str]) -> Callable[[str], str]:
    """What makes a text of a visit with these labels storable: sealed, or as it is where there is none."""
    label = joined(labels)
    return str if label is None else partial(seal, label=label)


def _receipt_visit(visit: StoredVisit) -> dict[str, Any]:
    judged = visit.judged
    return {
        "id": visit.id,
        "receipt_id": judged.piece.file.receipt_id,
        "seq": judged.piece.seq,
        "blob_id": visit.blob,
        "facility_code": judged.facility_code,
        "visit_code": judged.code,
        "verdict": "accepted" if judged.accepted else "refused",
        "replaced": visit.replaced,
        "encounter_id": visit.encounter_id,
        "labels": list(judged.labels),
        "ended_on": judged.ended_on,
        "amount": judged.amount,
    }


def _findings(visit: StoredVisit) -> Iterable[dict[str, Any]]:
    judged = visit.judged
    for found in judged.findings:
        yield finding_row(found, receipt_id=judged.piece.file.receipt_id, visit_id=visit.id, labels=judged.labels)


def finding_row(found: Judged, *, receipt_id: int, visit_id: int | None, labels: Sequence[str] = ()) -> dict[str, Any]:
    """A Finding's columns; what it shows of a labelled visit is sealed."""
    sealed = sealer(labels)
    return {
        "receipt_id": receipt_id,
        "receipt_visit_id": visit_id,
        "table": found.table,
        "line": found.line,
        "field": found.field,
        "code": found.code,
        "severity": found.severity,
        "value": sealed(found.value),
        "params": {name: sealed(text) for name, text in found.finding.params.items()},
    }


def _audit_row(visit: StoredVisit) -> audit.Row:
    judged = visit.judged
    return audit.Row(
        ACTION, "visit_intake.receiptvisit", str(visit.id), visit.person_id,
        details={"receipt": judged.piece.file.number, "verdict": "accepted" if judged.accepted else "refused",
                 "replaced": visit.replaced, "encounter": str(visit.encounter_id) if visit.encounter_id else None},
    )  # fmt: skip


def _event(visit: StoredVisit) -> tuple[str, str, dict[str, Any]]:
    """What others hear of: keys and days, no health data."""
    judged = visit.judged
    assert judged.rows is not None and judged.ended_on is not None
    return RECORDED, str(visit.encounter_id), {
        "facility": judged.facility_code,
        "ended_on": judged.ended_on.isoformat(),
        "replaced": visit.replaced,
    }  # fmt: skip
