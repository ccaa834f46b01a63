"""The verdict on a file and on its visits: all rules run, each finding weighed by the day of the visit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from soyte.formats.visitfile import Finding, Sheet, Survey, Visit
from soyte.systems.care.visit_intake.rules import catalogue
from soyte.systems.care.visit_intake.rules.attachments import attachment_findings
from soyte.systems.care.visit_intake.rules.context import Context
from soyte.systems.care.visit_intake.rules.dates import date_findings
from soyte.systems.care.visit_intake.rules.diagnoses import diagnosis_findings
from soyte.systems.care.visit_intake.rules.envelope import (
    envelope_findings,
    sender_findings,
    sheet_sender_findings,
    signature_findings,
    version_day,
)
from soyte.systems.care.visit_intake.rules.fields import field_findings
from soyte.systems.care.visit_intake.rules.lines import (
    examination_findings,
    numbering_findings,
    staff_findings,
    time_findings,
    traditional_findings,
    transfer_findings,
    weight_findings,
)
from soyte.systems.care.visit_intake.rules.lists import Lists
from soyte.systems.care.visit_intake.rules.messages import Message, message, variant
from soyte.systems.care.visit_intake.rules.money import money_findings, uninsured_findings, zero_cost_findings
from soyte.systems.care.visit_intake.rules.same import same_findings
from soyte.systems.care.visit_intake.rules.stay import (
    card_findings,
    day_findings,
    generation_findings,
    leave_findings,
    length_findings,
    outcome_findings,
)
from soyte.systems.care.visit_intake.rules.sums import sum_findings

if TYPE_CHECKING:
    from soyte.formats.visitfile.signature import SignatureCheck

ACCEPTED, REFUSED = "accepted", "refused"

_RULES: tuple[Callable[[Context], Iterator[Finding]], ...] = (
    field_findings,
    generation_findings,
    date_findings,
    day_findings,
    length_findings,
    outcome_findings,
    diagnosis_findings,
    traditional_findings,
    attachment_findings,
    same_findings,
    leave_findings,
    card_findings,
    sum_findings,
    money_findings,
    uninsured_findings,
    zero_cost_findings,
    examination_findings,
    numbering_findings,
    staff_findings,
    time_findings,
    transfer_findings,
    weight_findings,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding with its weight: `error` refuses, `warning` and `note` do not."""

    finding: Finding
    severity: str

    @property
    def code(self) -> str:
        return self.finding.code

    @property
    def table(self) -> str | None:
        return self.finding.table

    @property
    def line(self) -> int | None:
        return self.finding.line

    @property
    def field(self) -> str | None:
        return self.finding.field

    @property
    def value(self) -> str:
        return self.finding.value

    @property
    def message(self) -> Message:
        return message(self.finding)

    @property
    def aliases(self) -> tuple[str, ...]:
        return catalogue.aliases(self.finding.code, variant(self.finding))


def check_visit(
    visit: Visit, *, survey: Survey, lists: Lists, received_on: date, sender_facility: str | None = None
) -> list[Judged]:
    """Everything that is wrong, or worth saying, about one visit, in the order of the rules.

    `received_on` is the day of receipt in Vietnam. `sender_facility` is the facility of a signed-in sender, whose
    files may only name his own; None for the command line and the folder, where a difference only warns. Of a visit
    that could not be read only the reasons are said: rules over half of its tables would mislead.
    """
    context = Context(visit, lists=lists, received_on=received_on)
    findings = [*visit.findings, *sender_findings(visit, survey=survey, sender_facility=sender_facility)]
    if visit.readable:
        for rule in _RULES:
            findings += rule(context)
    return weighed(findings, on=context.on)


def check_envelope(survey: Survey, *, received_on: date, sender_facility: str | None = None) -> list[Judged]:
    """Findings of the file itself, fatal ones included, weighed by the day it was made."""
    found = envelope_findings(survey, received_on=received_on, sender_facility=sender_facility)
    return weighed(found, on=version_day(survey, received_on=received_on))


def check_signature(check: SignatureCheck, *, received_on: date) -> list[Judged]:
    """Findings of a signature that was verified."""
    return weighed(signature_findings(check), on=received_on)


def check_sheet(sheet: Sheet, *, lists: Lists, received_on: date, sender_facility: str | None = None) -> list[Judged]:
    """Findings of a check-in or a medical assessment: its single fields, the order of its dates, its sender."""
    visit = Visit(
        index=1,
        code=None,
        facility_code="",
        generation=sheet.generations[0] if sheet.generations else "130",
        tables={sheet.table: sheet.rows},
        generations={sheet.table: sheet.generations},
        findings=[],
        readable=sheet.readable,
    )
    context = Context(visit, lists=lists, received_on=received_on)
    findings = [*sheet.findings, *sheet_sender_findings(sheet, sender_facility=sender_facility)]
    if sheet.readable:
        findings += [*field_findings(context), *date_findings(context)]
    return weighed(findings, on=received_on)


def weighed(findings: Iterable[Finding], *, on: date) -> list[Judged]:
    """Findings with their severity of the day; those switched off are left out."""
    judged = []
    for finding in findings:
        severity = catalogue.severity(finding.code, on)
        if severity != catalogue.OFF:
            judged.append(Judged(finding, severity))
    return judged


def verdict(findings: Iterable[Judged]) -> str:
    """ACCEPTED, or REFUSED where one finding is an error."""
    return REFUSED if any(found.severity == catalogue.ERROR for found in findings) else ACCEPTED
