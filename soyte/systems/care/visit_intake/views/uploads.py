"""Files and ZIPs handed in by the browser, and how far the receiving of one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile as Sent
from django.db.models import Count
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from soyte.formats.visitfile import Finding
from soyte.kernel.access.policy import visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.errors import DomainError
from soyte.kernel.files.scratch import upload_fault
from soyte.kernel.organisations.models import Unit
from soyte.kernel.text import format as words
from soyte.systems.care.visit_intake import causes, uploads
from soyte.systems.care.visit_intake.ingest import faults
from soyte.systems.care.visit_intake.models import Upload, UploadedFile
from soyte.systems.care.visit_intake.rules import message
from soyte.systems.care.visit_intake.views.receipts import tabs
from soyte.systems.care.visit_intake.views.report import slices
from soyte.systems.care.visit_intake.views.scopes import scope_of
from soyte.systems.care.visit_intake.views.showing import ReceiptRow, receipt_rows
from soyte.ui.components import Chip
from soyte.ui.paging import page

SEND = "visit_files.send"
WAITING, DONE, FAILED = Upload.State.WAITING, Upload.State.DONE, Upload.State.FAILED


@requires(SEND)
@require_http_methods(["GET", "POST"])
def upload_list(request: HouseRequest) -> HttpResponse:
    """The form, and what was handed in before. With scripts each file comes by a request of its own."""
    units = _units(request)
    if request.method == "POST":
        return _take(request, units)
    seen = visible(request.actor, SEND, Upload.objects.select_related("account", "unit"))
    shown = page(seen, request, ["-id"])
    context = {
        "units": units,
        "page": shown,
        "rows": _upload_rows(shown.rows),
        "tabs": tabs(request, "uploads"),
        "waits": any(upload.state == WAITING for upload in shown),
    }
    return render(request, "visit_intake/uploads.html", context)


def _units(request: HouseRequest) -> list[Unit]:
    """Facilities for which the actor may send."""
    rows = visible(request.actor, SEND, Unit.objects.filter(facility_code__isnull=False, valid_to=None))
    return list(rows.order_by("name")[:200])


def _take(request: HouseRequest, units: Sequence[Unit]) -> HttpResponse:
    asked = request.POST.get("unit", "")
    unit = next((one for one in units if str(one.pk) == asked), units[0] if len(units) == 1 else None)
    if lost := upload_fault(request):
        return _answer(request, [], _words(lost))
    sent = request.FILES.getlist("files")
    if unit is None or not sent:
        text = _("Chọn ít nhất một tệp.") if unit else _("Chọn cơ sở mà các tệp này thuộc về.")
        return _answer(request, [], text)
    kept: list[Upload] = []
    try:
        for file in sent:
            kept.append(_keep(request, unit, file))
    except (DomainError, OSError) as fault:
        return _answer(request, kept, _words(fault))
    return _answer(request, kept, "")


def _words(fault: DomainError | OSError) -> str:
    if isinstance(fault, DomainError):
        return str(fault)
    if faults.is_disk_full(fault):
        return _("Máy chủ hết chỗ trên ổ đĩa nên chưa giữ được tệp. Báo quản trị viên rồi gửi lại tệp này.")
    return _("Máy chủ không lưu được tệp. Gửi lại sau, hoặc báo quản trị viên.")


def _keep(request: HouseRequest, unit: Unit, file: Sent[Any]) -> Upload:
    return uploads.keep(request.actor, unit=unit, filename=(file.name or "")[:255], chunks=file.chunks())


def _answer(request: HouseRequest, kept: Sequence[Upload], fault: str) -> HttpResponse:
    """JSON for the script that sends file by file, else a page."""
    url = reverse("visit_intake:upload", args=[kept[0].pk]) if len(kept) == 1 else reverse("visit_intake:uploads")
    if request.headers.get("Accept") == "application/json":
        if fault:
            return JsonResponse({"tone": "bad", "text": fault})
        return JsonResponse({"tone": "good", "text": _("đã tải lên, đang kiểm tra"), "url": url})
    if fault:
        messages.error(request, fault)
    if kept:
        told = _("Đã tải lên %(count)s tệp. soyte đang kiểm tra; có thể đóng trang này.")
        messages.success(request, told % {"count": words.number(len(kept))})
    return redirect(url)


def _upload_rows(shown: Sequence[Upload]) -> list[tuple[Upload, Chip]]:
    """Uploads with how far they are; one query for those that wait."""
    waiting = [upload.pk for upload in shown if upload.state == WAITING]
    counted = UploadedFile.objects.filter(upload__in=waiting).values("upload_id").annotate(n=Count("pk")).order_by()
    received = dict(counted.values_list("upload_id", "n")) if waiting else {}
    return [(upload, state_chip(upload, received.get(upload.pk, 0))) for upload in shown]


def state_chip(upload: Upload, received: int = 0) -> Chip:
    if upload.state == FAILED:
        return Chip(_("Không nhận được"), "bad")
    if upload.state == DONE:
        return Chip(_("Đã kiểm tra xong"), "good")
    if received and upload.file_count:
        told = {"received": words.number(received), "files": words.number(upload.file_count)}
        return Chip(_("Đang kiểm tra, xong %(received)s / %(files)s tệp") % told, "info", "loader-2")
    return Chip(_("Đang kiểm tra"), "info", "loader-2")


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of an upload; `row` is None where it was not read, `skipped` then says why."""

    file: UploadedFile
    name: str  # in a ZIP without the name of the ZIP, which is the page's title
    row: ReceiptRow | None
    skipped: str


@requires("visit_files.read")
@require_GET
def upload(request: HouseRequest, upload_id: int) -> HttpResponse:
    """How far it is, then the files with their fate. The page asks again by itself until all is done."""
    scope = scope_of(request, "upload", upload_id=upload_id)
    shown = scope.upload
    assert shown is not None
    files = page(UploadedFile.objects.filter(upload=shown).select_related("receipt"), request, ["seq"])
    told = causes.sums(scope.receipts)
    context = {
        "scope": scope,
        "upload": shown,
        "chip": state_chip(shown),
        "waits": shown.state == WAITING,
        "stalled": uploads.is_stalled(shown),
        "expected": shown.file_count if shown.state == WAITING else None,
        "received": UploadedFile.objects.filter(upload=shown).count(),
        "fault": message(Finding(shown.error), say=_) if shown.error else None,
        "sums": told,
        "slices": slices(told),
        "page": files,
        "rows": _file_rows(shown, files.rows),
        "report_url": scope.url(),
        "refused_url": scope.url("visits", ket_qua="giu"),
    }
    return render(request, "visit_intake/upload.html", context)


@requires(SEND)
@require_POST
def resume(request: HouseRequest, upload_id: int) -> HttpResponse:
    """Work on an upload again whose receiving stopped for good."""
    shown = get_object_or_404(visible(request.actor, SEND, Upload.objects.all()), pk=upload_id)
    if uploads.is_stalled(shown):
        uploads.resume(request.actor, shown)
    return redirect("visit_intake:upload", upload_id)


def _file_rows(upload: Upload, files: Sequence[UploadedFile]) -> list[FileRow]:
    rows = {row.receipt.pk: row for row in receipt_rows([file.receipt for file in files if file.receipt])}
    return [
        FileRow(
            file,
            file.filename.removeprefix(f"{upload.filename}/"),
            rows.get(file.receipt_id) if file.receipt_id else None,
            message(Finding(file.skipped), say=_).text if file.skipped else "",
        )
        for file in files
    ]
