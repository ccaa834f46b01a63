"""What must accompany what: the papers of a stay, a transfer, an appointment, a birth."""

from __future__ import annotations

from collections.abc import Iterator

from soyte.formats.visitfile import Finding, split_list
from soyte.systems.care.visit_intake.rules.context import INPATIENT, Context, row_finding, shown_moment

DIED = frozenset({"5", "8"})
ABSCONDED = "3"
TRANSFERRED = frozenset({"2", "5"})
RESULT_GROUPS = frozenset({"1", "2", "3"})


def attachment_findings(context: Context) -> Iterator[Finding]:
    """Findings of tables that are missing, or stand there without their reason. 4210 has none of them."""
    if context.old or context.summary is None:
        return
    yield from _stay(context)
    yield from _transfer(context)
    yield from _appointment(context)
    if context.get("CAN_NANG_CON") and not context.rows("XML9"):
        yield _missing("XML9")
    if not context.rows("XML4") and any(row.values.get("MA_NHOM") in RESULT_GROUPS for row in context.rows("XML3")):
        yield _missing("XML4")


def _stay(context: Context) -> Iterator[Finding]:
    if context.kind not in INPATIENT:
        if not context.rows("XML8"):
            yield _missing("XML8", why="health_book")
        return
    if not context.rows("XML7"):
        # Who died or ran away gets no discharge paper: the gateway's own exception.
        excused = context.get("KET_QUA_DTRI") in DIED or context.get("MA_LOAI_RV") == ABSCONDED
        yield _missing("XML7", why="excused" if excused else "")
    for name in ("XML8", "XML5"):
        if not context.rows(name):
            yield _missing(name)


def _transfer(context: Context) -> Iterator[Finding]:
    if context.get("MA_LOAI_RV") in TRANSFERRED:
        if not context.rows("XML13"):
            yield _missing("XML13")
    elif context.rows("XML13"):
        yield context.summary_finding("attached.XML13.not_transferred", "MA_LOAI_RV")
    if context.get("MA_NOI_DI") and context.get("MA_NOI_DI") == context.get("MA_CSKCB"):
        yield context.summary_finding("visit.MA_NOI_DI.self", "MA_NOI_DI")


def _appointment(context: Context) -> Iterator[Finding]:
    promised = split_list(context.get("NGAY_TAI_KHAM"))
    papers = context.rows("XML14")
    if promised and not papers:
        yield _missing("XML14")
    if papers and not promised:
        yield context.summary_finding("attached.XML14.no_date", "NGAY_TAI_KHAM")
    if papers and promised:
        days = {date[:8] for date in promised}
        for row in papers:
            written = row.values.get("NGAY_HEN_KL", "")
            if written and written[:8] not in days:
                yield row_finding(
                    "attached.XML14.other_date",
                    "XML14",
                    row,
                    "NGAY_HEN_KL",
                    shown=shown_moment(written),
                    other=", ".join(shown_moment(date) for date in promised),
                )


def _missing(table: str, *, why: str = "") -> Finding:
    return Finding(f"attached.{table}.missing" + (f".{why}" if why else ""), table)
