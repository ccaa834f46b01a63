"""How verdicts and findings are told on the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from soyte.kernel.text import format as words
from soyte.systems.care.visit_intake.models import Finding, Receipt, ReceiptVisit
from soyte.systems.care.visit_intake.rules import ERROR, WARNING
from soyte.ui.components import Chip

ACCEPTED = ReceiptVisit.Verdict.ACCEPTED


def severity_chip(severity: str) -> Chip:
    if severity == ERROR:
        return Chip(_("Giữ lại"), "bad", "ban")
    if severity == WARNING:
        return Chip(_("Nên xem"), "warn", "eye")
    return Chip(_("Ghi nhận"), "info", "info-circle")


def place(table: str | None, line: int | None) -> str:
    """Where a finding stands, below its table's name."""
    if table is None:
        return _("đầu tệp")
    return _("dòng %(line)s") % {"line": line} if line else _("cả bảng")


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A received file with its fate."""

    receipt: Receipt
    warned: int
    fate: Chip


def receipt_rows(receipts: Sequence[Receipt]) -> list[ReceiptRow]:
    """Rows of a list of files; what they need beside the files is got by one query."""
    counted = (
        Finding.objects.filter(receipt__in=[receipt.pk for receipt in receipts])
        .order_by()
        .values("receipt_id")
        .annotate(
            warned=Count("receipt_visit", distinct=True, filter=Q(severity=WARNING, receipt_visit__verdict=ACCEPTED)),
            faults=Count("pk", filter=Q(severity=ERROR, receipt_visit=None)),
        )
    )
    told = {row["receipt_id"]: (row["warned"], row["faults"]) for row in counted}
    return [_receipt_row(receipt, *told.get(receipt.pk, (0, 0))) for receipt in receipts]


def _receipt_row(receipt: Receipt, warned: int, faults: int) -> ReceiptRow:
    return ReceiptRow(receipt, warned, _fate(receipt, warned, faults))


def _fate(receipt: Receipt, warned: int, faults: int) -> Chip:
    if receipt.state == Receipt.State.RECEIVED:
        return Chip(_("Đang xử lý"), "info", "loader-2")
    if receipt.kind == Receipt.Kind.UNREADABLE:
        return Chip(_("Không đọc được"), "bad")
    if receipt.refused_count:
        return Chip(_("%(count)s lượt bị giữ") % {"count": words.number(receipt.refused_count)}, "bad", "ban")
    if faults:
        return Chip(_("Bị giữ"), "bad", "ban")
    if warned:
        return Chip(_("Đạt, %(count)s nên xem") % {"count": words.number(warned)}, "warn", "eye")
    return Chip(_("Đạt"), "good")


def verdict_word(visit: ReceiptVisit) -> str:
    return _("Đã nhận") if visit.verdict == ACCEPTED else _("Bị giữ")


def verdict_chip(visit: ReceiptVisit, *, sent_again: bool = False) -> Chip:
    """What became of one received visit."""
    if visit.verdict == ReceiptVisit.Verdict.REFUSED:
        return Chip(_("Đã gửi lại"), "good") if sent_again else Chip(_("Bị giữ"), "bad", "ban")
    kept = visit.encounter
    if kept is not None and kept.withdrawn_at:
        return Chip(_("Đã rút"), "warn", "arrow-back-up")
    if kept is not None and not kept.in_force:
        return Chip(_("Đã có bản khác thay"), "", "versions")
    return Chip(_("Đang có hiệu lực"), "good")
