"""The file around the visits, and who sent it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from soyte.formats.visitfile import Finding, Sheet, Survey, Visit
from soyte.systems.care.visit_intake.rules.context import day, shown_day

if TYPE_CHECKING:
    from soyte.formats.visitfile.signature import SignatureCheck


def envelope_findings(survey: Survey, *, received_on: date, sender_facility: str | None) -> Iterator[Finding]:
    """Findings of the first pass and of the envelope's own fields. Nothing more is said of a file that is refused."""
    yield from survey.findings
    if survey.fatal is not None:
        yield survey.fatal
        return
    if survey.kind != "visits":
        return
    if not survey.facility_code:
        yield Finding("envelope.MACSKCB.required", field="MACSKCB")
    elif sender_facility is not None and survey.facility_code != sender_facility:
        yield Finding("sender.MACSKCB", field="MACSKCB", value=survey.facility_code, params={"own": sender_facility})
    made_on = day(survey.made_on)
    if made_on is not None and made_on > received_on:
        yield Finding(
            "envelope.NGAYLAP.future",
            field="NGAYLAP",
            value=survey.made_on,
            params={"shown": shown_day(made_on), "other": shown_day(received_on)},
        )
    if not survey.signed:
        yield Finding("envelope.CHUKYDONVI.empty", field="CHUKYDONVI")


def signature_findings(check: SignatureCheck) -> Iterator[Finding]:
    """What the verification of a signature that is present has shown; a good one is not worth a word."""
    if check.state not in ("absent", "valid"):
        params = {"hint": check.reason} if check.reason else {}
        yield Finding(f"signature.{check.state}", field="CHUKYDONVI", params=params)


def sender_findings(visit: Visit, *, survey: Survey, sender_facility: str | None) -> Iterator[Finding]:
    """Does the visit belong to the signed-in sender? Both the envelope and XML1 must name his own facility."""
    if sender_facility is None:
        return
    if survey.facility_code and survey.facility_code != sender_facility:
        yield Finding("sender.MACSKCB", field="MACSKCB", value=survey.facility_code, params={"own": sender_facility})
    if visit.facility_code and visit.facility_code != sender_facility:
        yield Finding(
            "sender.MA_CSKCB",
            table="XML1",
            line=1,
            field="MA_CSKCB",
            value=visit.facility_code,
            params={"own": sender_facility},
        )


def sheet_sender_findings(sheet: Sheet, *, sender_facility: str | None) -> Iterator[Finding]:
    """The same for a check-in, whose rows name the facility themselves."""
    if sender_facility is None:
        return
    for row in sheet.rows:
        own = row.values.get("MA_CSKCB", "")
        if own and own != sender_facility:
            params = {"own": sender_facility}
            yield Finding("sender.MA_CSKCB", sheet.table, row.line, "MA_CSKCB", own, params)


def version_day(survey: Survey, *, received_on: date) -> date:
    """The day by which versions of a visit are ordered: NGAYLAP, at most the day of receipt, which also stands in
    where NGAYLAP cannot be read."""
    made_on = day(survey.made_on)
    return min(made_on, received_on) if made_on is not None else received_on
