"""How verdicts and findings are told on the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count as CountOf
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soyte.kernel.text import format as words
from soyte.systems.care.visit_intake.models import Finding, Receipt, ReceiptVisit
from soyte.systems.care.visit_intake.rules import ERROR, WARNING
from soyte.systems.care.visit_intake.selectors import title_of
from soyte.ui.components import Chip
from soyte.ui.paging import Count
from soyte.ui.tags.values import count

ACCEPTED = ReceiptVisit.Verdict.ACCEPTED
# Said of each file of a facility that does not sign, or whose issuer is on no list yet: on the file's page, not in lists.
OF_EVERY_FILE = ("envelope.CHUKYDONVI.empty", "signature.unchecked")


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
    """A received file with its fate; `reason` tells why one could not be read."""

    receipt: Receipt
    warned: int
    fate: Chip
    reason: str = ""


def receipt_rows(receipts: Sequence[Receipt]) -> list[ReceiptRow]:
    """Rows of a list of files; what they need beside the files is got by two queries."""
    counted = (
        Finding.objects.filter(receipt__in=[receipt.pk for receipt in receipts])
        .order_by()
        .values("receipt_id")
        .annotate(
            warned=CountOf("receipt_visit", distinct=True, filter=Q(severity=WARNING, receipt_visit__verdict=ACCEPTED)),
            faults=CountOf("pk", filter=Q(severity=ERROR, receipt_visit=None)),
            head=CountOf("pk", filter=Q(severity=WARNING, receipt_visit=None) & ~Q(code__in=OF_EVERY_FILE)),
        )
    )
    told = {row["receipt_id"]: (row["warned"], row["faults"], row["head"]) for row in counted}
    reasons = _reasons([receipt for receipt in receipts if receipt.kind == Receipt.Kind.UNREADABLE])
    return [
        ReceiptRow(receipt, counts[0], _fate(receipt, *counts), reasons.get(receipt.pk, ""))
        for receipt in receipts
        for counts in [told.get(receipt.pk, (0, 0, 0))]
    ]


def _reasons(unreadable: Sequence[Receipt]) -> dict[int, str]:
    """Why files could not be read: the first error of each."""
    if not unreadable:
        return {}
    found = Finding.objects.filter(receipt__in=unreadable, severity=ERROR).order_by("-id")
    return {one.receipt_id: title_of(one) for one in found}


def _fate(receipt: Receipt, warned: int, faults: int, head: int) -> Chip:
    if receipt.state == Receipt.State.RECEIVED:
        return Chip(_("Đang xử lý"), "info", "loader-2")
    if receipt.kind == Receipt.Kind.UNREADABLE:
        return Chip(_("Không đọc được"), "bad")
    if receipt.refused_count:
        return Chip(
            ngettext("%(count)s lượt bị giữ", "%(count)s lượt bị giữ", receipt.refused_count)
            % {"count": words.number(receipt.refused_count)},
            "bad",
            "ban",
        )
    if faults:
        return Chip(_("Bị giữ"), "bad", "ban")
    if warned:
        return Chip(_("Đạt, %(count)s nên xem") % {"count": words.number(warned)}, "warn", "eye")
    if head:
        return Chip(_("Đạt, đầu tệp nên xem"), "warn", "eye")
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


def visits_counted(found: Count) -> str:
    return ngettext("%(count)s lượt", "%(count)s lượt", found.number) % {"count": count(found)}


def files_counted(found: Count) -> str:
    return ngettext("%(count)s tệp", "%(count)s tệp", found.number) % {"count": count(found)}


def times_counted(found: Count) -> str:
    return ngettext("%(count)s lần", "%(count)s lần", found.number) % {"count": count(found)}
