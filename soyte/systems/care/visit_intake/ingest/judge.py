"""One HOSO: parsed, checked, labelled and turned into rows. No database is written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from soyte.clinical.terminology.terms import Terms
from soyte.formats.visitfile import Finding, Survey, Visit, read_decimal, read_visit
from soyte.kernel.people.matching import Candidate
from soyte.systems.care.visit_intake.ingest import patient
from soyte.systems.care.visit_intake.ingest.rows import DoesNotFitError, VisitRows, visit_rows
from soyte.systems.care.visit_intake.ingest.rows.reading import date_of
from soyte.systems.care.visit_intake.labelling import labels_of
from soyte.systems.care.visit_intake.rules import ACCEPTED, ERROR, Judged, Lists, check_visit, verdict


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What all visits of a received file have in common. Small: it travels to a worker with every piece."""

    receipt_id: int
    number: str
    survey: Survey  # without pieces, codes and findings
    received_at: datetime
    received_on: date  # day of receipt in Vietnam
    version_day: date
    sender_facility: str | None  # of a signed-in sender, whose files may only name his own
    synthetic: bool

    def __reduce__(self) -> tuple[Any, ...]:
        survey = tuple(getattr(self.survey, name) for name in _SURVEY)
        rest = (self.received_at, self.received_on, self.version_day, self.sender_facility, self.synthetic)
        return _facts, (survey, self.receipt_id, self.number, *rest)


# Pieces travel to workers by the thousand; as tuples they are packed in a fifth of the time of dataclasses.
_SURVEY = tuple(Survey.__dataclass_fields__)


def _facts(survey: tuple[Any, ...], receipt_id: int, number: str, *rest: Any) -> FileFacts:
    return FileFacts(receipt_id, number, Survey(*survey), *rest)


@dataclass(frozen=True, slots=True)
class Piece:
    """One HOSO as it was received. `seq` is its place among the pieces of the file, 1 for the first HOSO."""

    file: FileFacts
    seq: int
    content: bytes

    def __reduce__(self) -> tuple[Any, ...]:
        return Piece, (self.file, self.seq, self.content)


@dataclass(slots=True)
class Knowledge:
    """The lists by which visits are judged and labelled."""

    lists: Lists
    terms: Terms


@dataclass(slots=True)
class JudgedVisit:
    """A visit with its verdict; `rows` and `patient` only where it is accepted."""

    piece: Piece
    code: str | None
    facility_code: str
    findings: list[Judged]
    accepted: bool
    labels: tuple[str, ...]
    ended_on: date | None
    amount: Decimal | None
    rows: VisitRows | None = None
    patient: Candidate | None = None
    newborns: list[Candidate] = field(default_factory=list)

    def refuse(self, finding: Finding) -> None:
        """Turn the verdict: something that only writing could show."""
        self.findings.append(Judged(finding, ERROR))
        self.accepted = False
        self.rows = self.patient = None
        self.newborns = []


def judge(piece: Piece, knowledge: Knowledge) -> JudgedVisit:
    """Read and check one piece. Raises nothing that a file could cause: what is wrong is a finding."""
    (judged,) = judge_all([piece], knowledge)
    return judged


def judge_all(pieces: Sequence[Piece], knowledge: Knowledge) -> list[JudgedVisit]:
    """Read and check pieces, in their order.

    One step after the other for all of them: the processor's caches hold one step's code, which is a tenth quicker.
    """
    visits = [read_visit(piece.content, index=piece.seq, survey=piece.file.survey) for piece in pieces]
    judged = [_checked(piece, visit, knowledge) for piece, visit in zip(pieces, visits, strict=True)]
    for each, visit in zip(judged, visits, strict=True):
        if each.accepted:
            _add_rows(each, visit, knowledge.terms)
    return judged


def _checked(piece: Piece, visit: Visit, knowledge: Knowledge) -> JudgedVisit:
    facts = piece.file
    findings = check_visit(
        visit,
        survey=facts.survey,
        lists=knowledge.lists,
        received_on=facts.received_on,
        sender_facility=facts.sender_facility,
    )
    summary = visit.summary.values if visit.summary else {}
    ended_on = date_of(summary.get("NGAY_RA", ""))
    return JudgedVisit(
        piece=piece,
        code=visit.code,
        facility_code=visit.facility_code,
        findings=findings,
        accepted=verdict(findings) == ACCEPTED,
        labels=labels_of(visit, knowledge.terms, on=ended_on or facts.received_on),
        ended_on=ended_on,
        amount=_amount(summary.get("T_TONGCHI_BV", "") or summary.get("T_TONGCHI", "")),
    )


def _add_rows(judged: JudgedVisit, visit: Visit, terms: Terms) -> None:
    try:
        rows = visit_rows(visit)
    except DoesNotFitError as error:
        judged.refuse(Finding(error.rule, error.table, error.line, error.field, error.value))
        return
    rows.encounter["main_icd_chapter"] = terms.chapter_of(str(rows.encounter["main_icd"]))
    judged.rows = rows
    assert visit.summary is not None
    started_on = date_of(visit.summary.values["NGAY_VAO"])
    assert started_on is not None
    judged.patient = patient.patient(visit, on=started_on, synthetic=judged.piece.file.synthetic)
    judged.newborns = patient.newborns(visit, judged.patient)


def _amount(text: str) -> Decimal | None:
    """The money at stake, for the sender's list."""
    try:
        return read_decimal(text)
    except ValueError:
        return None
