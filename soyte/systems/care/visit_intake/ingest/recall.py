"""What to tell of a received file: of one worked on now from memory, of bytes that came again from the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from operator import attrgetter
from typing import Any

from soyte.formats.visitfile import Finding
from soyte.kernel.actors import EVERY_LABEL
from soyte.kernel.labels import unseal
from soyte.systems.care.visit_intake import models
from soyte.systems.care.visit_intake.ingest.receipts import OpenFile, Outcome, VisitOutcome, facts_of
from soyte.systems.care.visit_intake.rules import Judged


def outcome(file: OpenFile) -> Outcome:
    """What to tell of a file that was worked on now."""
    if file.resumed:
        return _resumed(file)
    return Outcome(
        name=file.held.name,
        number=file.facts.number,
        receipt_id=file.facts.receipt_id,
        received_at=file.facts.received_at,
        kind=file.kind,
        findings=file.all_findings,
        visits=sorted(file.visits, key=attrgetter("seq")),
        persons_new=sum(visit.persons_new for visit in file.visits),
        rows=sum(visit.rows for visit in file.visits),
    )


def _resumed(file: OpenFile) -> Outcome:
    """A file of which an earlier run had stored a part: its verdicts are read back, what was written now is counted."""
    return replace(
        recall_many([file.facts.receipt_id])[file.facts.receipt_id],
        name=file.held.name,
        repeated=False,
        persons_new=sum(visit.persons_new for visit in file.visits),
        rows=sum(visit.rows for visit in file.visits),
    )


def recall_many(keys: Collection[int]) -> dict[int, Outcome]:
    """The verdicts of receipts again, as they were given first, by the receipt's key; three queries for all."""
    if not keys:
        return {}
    told = {
        receipt.pk: Outcome(
            receipt.filename, receipt.number, receipt.pk, receipt.received_at, receipt.kind, repeated=True
        )
        for receipt in models.Receipt.objects.filter(pk__in=keys)
    }
    by_visit: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for found in models.Finding.objects.filter(receipt__in=keys).order_by("id").iterator():
        if found.receipt_visit_id is None:
            told[found.receipt_id].findings.append(_judged(found))
        else:
            by_visit[found.receipt_visit_id].append(facts_of(_judged(found)))
    for visit in models.ReceiptVisit.objects.filter(receipt__in=keys).order_by("receipt_id", "seq").iterator():
        told[visit.receipt_id].visits.append(
            VisitOutcome(
                seq=visit.seq,
                code=visit.visit_code,
                facility_code=visit.facility_code,
                accepted=visit.verdict == models.ReceiptVisit.Verdict.ACCEPTED,
                replaced=visit.replaced,
                facts=tuple(by_visit.get(visit.pk, ())),
            )
        )
    return told


def _judged(found: models.Finding) -> Judged:
    """A stored finding as the rules gave it: the sender of the bytes is told again what they say."""
    params = {name: unseal(text, EVERY_LABEL) or "" for name, text in found.params.items()}
    value = unseal(found.value, EVERY_LABEL) or ""
    return Judged(Finding(found.code, found.table, found.line, found.field, value, params), found.severity)
