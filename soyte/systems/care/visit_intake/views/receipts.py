"""The list of received files, as a page and as a sheet; the calendar of a month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.text import format as words
from soyte.systems.care.visit_intake import calendar, selectors
from soyte.systems.care.visit_intake.calendar import bounds
from soyte.systems.care.visit_intake.forms import ReceiptFilters
from soyte.systems.care.visit_intake.models import Finding, Receipt, ReceiptVisit
from soyte.systems.care.visit_intake.rules import WARNING
from soyte.systems.care.visit_intake.views.showing import OF_EVERY_FILE, files_counted, receipt_rows
from soyte.ui.components import Tab
from soyte.ui.paging import capped_count, page
from soyte.ui.xlsx import Column, download

ORDERS = {"nhan": ("-id",)}
PORTION = 500
MOST_ROWS = 100_000


def tabs(request: HouseRequest, current: str) -> list[Tab]:
    """The pages of a sender's files."""
    entries = [
        ("receipts", _("Tệp đã nhận"), "visit_files.read"),
        ("refused", _("Lượt bị giữ"), "visit_files.read"),
        ("month", _("Lịch tháng"), "visit_files.read"),
        ("uploads", _("Tải tệp lên"), "visit_files.send"),
    ]
    return [
        Tab(title, reverse(f"visit_intake:{name}"), name == current)
        for name, title, need in entries
        if request.actor.holds(need)
    ]


def several_units(request: HouseRequest) -> bool:
    """Whether the actor sees files of more than one unit, so that a list must say whose."""
    units = request.actor.units("visit_files.read")
    return units is None or len(units) > 1


def _filtered(request: HouseRequest, asked: dict[str, Any]) -> QuerySet[Receipt]:
    rows = selectors.receipts(request.actor)
    if text := asked.get("q"):
        visits = ReceiptVisit.objects.filter(receipt=OuterRef("pk"), visit_code=text)
        rows = rows.filter(Q(filename__icontains=text) | Q(number__iexact=text) | Exists(visits))
    if channel := asked.get("cua"):
        rows = rows.filter(channel=channel)
    if kind := asked.get("loai"):
        rows = rows.filter(kind=kind)
    if on := asked.get("ngay"):
        start, end = bounds(on, on)
        rows = rows.filter(received_at__gte=start, received_at__lt=end)
    return _of_fate(rows, asked.get("ket_qua", ""))


def _of_fate(rows: QuerySet[Receipt], fate: str) -> QuerySet[Receipt]:
    if fate == "giu":
        return rows.filter(refused_count__gt=0)
    if fate == "xem":
        warned = Finding.objects.filter(receipt=OuterRef("pk"), severity=WARNING)
        return rows.filter(Exists(warned.exclude(code__in=OF_EVERY_FILE)))
    if fate == "dat":
        return rows.filter(refused_count=0, state=Receipt.State.DONE).exclude(kind=Receipt.Kind.UNREADABLE)
    if fate == "hong":
        return rows.filter(kind=Receipt.Kind.UNREADABLE)
    return rows.filter(state=Receipt.State.RECEIVED) if fate == "cho" else rows


@requires("visit_files.read")
@require_GET
def receipt_list(request: HouseRequest) -> HttpResponse:
    form = ReceiptFilters(request)
    rows = _filtered(request, form.values())
    shown = page(rows.select_related("unit"), request, ORDERS)
    export = f"{reverse('visit_intake:receipts_export')}?{request.GET.urlencode()}"
    context = {
        "filters": form,
        "page": shown,
        "rows": receipt_rows(shown.rows),
        "shown": files_counted(capped_count(rows)),
        "with_units": several_units(request),
        "tabs": tabs(request, "receipts"),
        "export_url": export,
    }
    return render(request, "visit_intake/receipts.html", context)


@requires("visit_files.read")
@require_GET
def receipts_export(request: HouseRequest) -> FileResponse:
    form = ReceiptFilters(request)
    rows = _filtered(request, form.values()).select_related("unit").order_by("-id")[:MOST_ROWS]
    asked = "; ".join(token.title for token in form.tokens())
    return download(
        f"soyte-tep-da-nhan-{timezone.localdate()}.xlsx",
        title=_("Tệp khám bệnh đã nhận"),
        notes=[_("Lập lúc %(at)s. %(filters)s") % {"at": words.instant(timezone.now()), "filters": asked}],
        columns=[
            Column(_("Biên nhận"), width=24),
            Column(_("Tên tệp"), width=44),
            Column(_("Đơn vị"), width=32),
            Column(_("Cửa nhận"), width=14),
            Column(_("Loại tệp"), width=18),
            Column(_("Nhận lúc"), kind="instant", width=18),
            Column(_("Lượt khám"), kind="number", width=11),
            Column(_("Đã nhận"), kind="number", width=11),
            Column(_("Bị giữ"), kind="number", width=11),
            Column(_("Nên xem"), kind="number", width=11),
            Column(_("Thay bản trước"), kind="number", width=14),
            Column(_("Kết quả"), width=20),
        ],
        rows=_export_rows(rows.iterator(chunk_size=PORTION)),
    )


def _export_rows(receipts: Iterable[Receipt]) -> Iterator[tuple[object, ...]]:
    receipts = iter(receipts)
    # Put into words once: get_…_display() does it with every choice for each row, a third of the whole work.
    channels, kinds = ({code: str(title) for code, title in told.choices} for told in (Receipt.Channel, Receipt.Kind))
    while portion := list(islice(receipts, PORTION)):
        for row in receipt_rows(portion):
            one = row.receipt
            yield (
                one.number, one.filename, one.unit.name if one.unit else one.facility_code, channels[one.channel],
                kinds[one.kind], one.received_at, one.visit_count, one.accepted_count, one.refused_count,
                row.warned, one.replaced_count, row.fate.text,
            )  # fmt: skip


@requires("visit_files.read")
@require_GET
def month(request: HouseRequest) -> HttpResponse:
    """A month day by day: what came, and the days for which nothing did."""
    today = timezone.localdate()
    asked = calendar.asked_month(request.GET.get("thang", ""), today=today)
    by_receipt = request.GET.get("theo") == "nhan"
    told = calendar.by_receipt(request.actor, asked) if by_receipt else calendar.by_end(request.actor, asked)
    context = {
        "told": calendar.shown(told, asked, today=today, by_receipt=by_receipt),
        "by_receipt": by_receipt,
        "ways": [
            Tab(_("Theo ngày ra viện"), f"?thang={asked:%Y-%m}", not by_receipt),
            Tab(_("Theo ngày nhận tệp"), f"?thang={asked:%Y-%m}&theo=nhan", by_receipt),
        ],
        "previous": calendar.step(asked, -1),
        "next": calendar.step(asked, 1) if calendar.step(asked, 1) <= today else None,
        "asked": asked,
        "tabs": tabs(request, "month"),
    }
    return render(request, "visit_intake/month.html", context)
