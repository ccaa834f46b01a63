"""Files that are one table: check-ins (XML0) and medical assessments (XML12)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from soyte.clinical.encounters.locks import Key, visit_locks
from soyte.clinical.encounters.topics import CHECKED_IN
from soyte.formats.visitfile import Row, read_assessment, read_check_in
from soyte.kernel.actors import Acting
from soyte.kernel.audit import services as audit
from soyte.kernel.ids import uuid7
from soyte.kernel.outbox import services as outbox
from soyte.kernel.people.matching import known_people
from soyte.kernel.sql import advisory_lock_many
from soyte.systems.care.visit_intake.ingest import facilities, patient, versions
from soyte.systems.care.visit_intake.ingest.copy import table_writer
from soyte.systems.care.visit_intake.ingest.judge import FileFacts, Knowledge
from soyte.systems.care.visit_intake.ingest.rows.papers import ASSESSMENT, composition
from soyte.systems.care.visit_intake.ingest.rows.reading import Source, date_of
from soyte.systems.care.visit_intake.ingest.rows.visit import counted_kind, person_columns
from soyte.systems.care.visit_intake.rules import ACCEPTED, Judged, check_sheet, verdict

CHECK_IN, COMPOSITION = "encounters.CheckIn", "documents.Composition"
ACTION = "visit_files.send"


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A table file with its findings; without rows where it is refused."""

    kind: str
    rows: Sequence[Row]
    findings: list[Judged]


def read(content: bytes, *, kind: str, facts: FileFacts, knowledge: Knowledge) -> ReadSheet:
    """Read and check a file that is one table."""
    sheet = read_check_in(content) if kind == "check_in" else read_assessment(content)
    findings = check_sheet(
        sheet, lists=knowledge.lists, received_on=facts.received_on, sender_facility=facts.sender_facility
    )
    taken = sheet.readable and verdict(findings) == ACCEPTED
    return ReadSheet(kind, sheet.rows if taken else (), findings)


def store(cursor: Any, sheet: ReadSheet, facts: FileFacts, *, actor: Acting) -> None:
    """Write what the table states, in the caller's transaction."""
    if not sheet.rows:
        return
    if sheet.kind == "check_in":
        _store_check_ins(cursor, sheet.rows, facts, actor=actor)
    else:
        _store_assessments(cursor, sheet.rows, facts)


def _store_check_ins(cursor: Any, rows: Sequence[Row], facts: FileFacts, *, actor: Acting) -> None:
    by_visit = _first_of_each(rows)
    advisory_lock_many(cursor, visit_locks(by_visit))
    known = versions.read(cursor, by_visit)
    units = facilities.units_of(cursor, {(key[0], source.started_on) for key, source in by_visit.items()}, actor=actor)
    persons = known_people(
        cursor,
        [patient.checked_in(s.row, on=s.started_on, synthetic=facts.synthetic) for s in by_visit.values()],
    )
    order = facts.receipt_id
    cursor.execute(_SUPERSEDE, [[key[0] for key in by_visit], [key[1] for key in by_visit], order, order])
    later = set(cursor.fetchall())
    columns = []
    for (key, source), person_id in zip(by_visit.items(), persons, strict=True):
        history = known.histories.get(key)
        columns.append(source.columns | {
            "id": uuid7(),
            "unit_id": units.get((key[0], source.started_on)),
            "person_id": person_id,
            "received_at": facts.received_at,
            "received_order": facts.receipt_id,
            "in_force": key not in later and history is None,
            "encounter_id": history.current if history else None,
            "source_receipt_id": facts.receipt_id,
        })  # fmt: skip
    table_writer(CHECK_IN).write(cursor, columns)
    audit.batch(cursor, actor, [_audit_row(row, facts) for row in columns])
    outbox.emit_many(cursor, [(CHECKED_IN, str(row["id"]), {"facility": row["facility_code"]}) for row in columns])


# The check-ins in force of these visits end, unless they were received later than this file (which then is the past).
_SUPERSEDE = """
    with asked as (select * from unnest(%s::text[], %s::text[]) a(facility_code, visit_code)),
    ended as (
      update encounters_checkin c set in_force = false from asked a
      where c.facility_code = a.facility_code and c.visit_code = a.visit_code and c.in_force and c.received_order < %s)
    select c.facility_code, c.visit_code from encounters_checkin c join asked a
      on c.facility_code = a.facility_code and c.visit_code = a.visit_code and c.in_force and c.received_order >= %s"""


def _audit_row(row: dict[str, Any], facts: FileFacts) -> audit.Row:
    return audit.Row(ACTION, "encounters.checkin", str(row["id"]), row["person_id"], details={"receipt": facts.number})


class _CheckIn:
    """One person of a check-in file."""

    def __init__(self, row: Row) -> None:
        self.row = row
        source = Source("XML0", row)
        started_on = date_of(source.text("NGAY_VAO"))
        assert started_on is not None
        self.started_on = started_on
        self.columns = person_columns(source) | {
            "facility_code": source.text("MA_CSKCB"),
            "visit_code": source.text("MA_LK"),
            "kind": counted_kind(source.text("MA_LOAI_KCB")),
            "subject_code": source.text("MA_DOITUONG_KCB"),
            "card_number": source.text("MA_THE_BHYT"),
            "started_at": source.instant("NGAY_VAO"),
            "admitted_at": source.instant("NGAY_VAO_NOI_TRU"),
            "reason": source.text("LY_DO_VNT"),
            "reason_code": source.text("MA_LY_DO_VNT"),
        }


def _first_of_each(rows: Iterable[Row]) -> dict[Key, _CheckIn]:
    """The first line of each visit that names the visit, its facility and its beginning: the others have no place."""
    found: dict[Key, _CheckIn] = {}
    for row in rows:
        key = row.values.get("MA_CSKCB", ""), row.values.get("MA_LK", "")
        readable = 0 < len(key[0]) <= 5 and 0 < len(key[1]) <= 100
        if readable and key not in found and Source("XML0", row).instant("NGAY_VAO") is not None:
            found[key] = _CheckIn(row)
    return found


def _store_assessments(cursor: Any, rows: Sequence[Row], facts: FileFacts) -> None:
    """Assessments as papers without a visit, of the person where she is known."""
    persons = known_people(
        cursor, [patient.assessed(row, on=facts.received_on, synthetic=facts.synthetic) for row in rows]
    )
    table_writer(COMPOSITION).write(cursor, (
        composition(ASSESSMENT, Source("XML12", row), at=facts.received_at.isoformat())
        | {"person_id": person_id, "source_receipt_id": facts.receipt_id}
        for row, person_id in zip(rows, persons, strict=True)
    ))  # fmt: skip
