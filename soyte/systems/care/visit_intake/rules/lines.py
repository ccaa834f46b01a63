"""Lines against each other and against themselves: what trackers of hospital systems keep reporting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from soyte.formats.visitfile import Finding, split_list
from soyte.systems.care.visit_intake.rules.context import Context, amount, moment, row_finding, shown_moment

NUMBERED = ("XML2", "XML3", "XML4", "XML5", "XML15")
EXAMINATION = "13"
RESULT_GROUPS = frozenset({"1", "2", "3"})
HEALTH_CHECKS = frozenset({"15", "16"})
STAFF_FIELDS = (("XML3", "NGUOI_THUC_HIEN"), ("XML3", "MA_BAC_SI"), ("XML2", "MA_BAC_SI"))


def numbering_findings(context: Context) -> Iterator[Finding]:
    """STT that stands twice in a table."""
    for name in NUMBERED:
        first: dict[str, int] = {}
        for row in context.rows(name):
            number = row.values.get("STT", "")
            if number and first.setdefault(number, row.line) != row.line:
                yield row_finding("lines.STT.duplicate", name, row, "STT", first=str(first[number]))


def staff_findings(context: Context) -> Iterator[Finding]:
    """One member of staff written twice in one field, with or without a separator; a doctor who obeys himself."""
    for name, field in STAFF_FIELDS:
        for row in context.rows(name):
            text = row.values.get(field, "")
            if text and _is_doubled(text):
                yield row_finding(f"line.{field}.doubled", name, row, field)
    for row in context.rows("XML3"):
        ordered, done = row.values.get("MA_BAC_SI", ""), row.values.get("NGUOI_THUC_HIEN", "")
        if ordered and ordered == done and row.values.get("MA_NHOM") in RESULT_GROUPS:
            yield row_finding("line.ordered_by_performer", "XML3", row, "NGUOI_THUC_HIEN")


def _is_doubled(text: str) -> bool:
    if ";" in text:
        members = [member for member in split_list(text) if member]
        return len(set(members)) < len(members)
    half, odd = divmod(len(text), 2)
    # Shorter halves may be an honest number such as 1212.
    return not odd and half >= 6 and text[:half] == text[half:]


def time_findings(context: Context) -> Iterator[Finding]:
    """A service done and reported in the same minute."""
    for row in context.rows("XML3"):
        done, result = row.values.get("NGAY_TH_YL", ""), row.values.get("NGAY_KQ", "")
        if done and done == result and row.values.get("MA_NHOM") in RESULT_GROUPS and moment(done):
            yield row_finding("line.time_equals_result", "XML3", row, "NGAY_KQ", shown=shown_moment(done))


def examination_findings(context: Context) -> Iterator[Finding]:
    """An examination without its line, a single one below its full rate, a health check charged to the insurer."""
    if context.old or context.summary is None:
        return
    exams = [row for row in context.rows("XML3") if row.values.get("MA_NHOM") == EXAMINATION]
    if context.kind == "01" and not exams:
        yield context.summary_finding("visit.no_examination", "MA_LOAI_KCB")
    if len(exams) == 1 and amount(exams[0].values.get("TYLE_TT_DV", "") or "100") != 100:
        yield row_finding("line.single_examination_rate", "XML3", exams[0], "TYLE_TT_DV")
    if context.kind in HEALTH_CHECKS and (amount(context.get("T_BHTT")) or 0) > 0:
        yield context.summary_finding("subject.health_check_paid", "T_BHTT", kind=context.kind)


def traditional_findings(context: Context) -> Iterator[Finding]:
    """A traditional-medicine diagnosis that no service line carries."""
    services = context.rows("XML3")
    if context.get("MA_BENH_YHCT") and services and not any(row.values.get("MA_BENH_YHCT") for row in services):
        yield Finding("diagnosis.YHCT_missing", "XML3", None, "MA_BENH_YHCT")


def transfer_findings(context: Context) -> Iterator[Finding]:
    """Drug names repeated in the transfer letter."""
    for row in context.rows("XML13"):
        names = Counter(name for name in split_list(row.values.get("TEN_THUOC", "")) if name)
        repeated = [name for name, count in names.items() if count > 1]
        if repeated:
            yield row_finding("XML13.TEN_THUOC.repeated", "XML13", row, "TEN_THUOC", repeated="; ".join(repeated))


def weight_findings(context: Context) -> Iterator[Finding]:
    """A weight of nothing."""
    text = context.get("CAN_NANG")
    if text and amount(text) == 0:
        yield context.summary_finding("visit.CAN_NANG.zero", "CAN_NANG")
