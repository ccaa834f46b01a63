"""Files and ZIPs handed in by the browser, and how far the receiving of one is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

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
from soyte.systems.care.visit_intake.views.scopes import Scope, scope_of
from soyte.systems.care.visit_intake.views.showing import ReceiptRow, receipt_rows
from soyte.ui.components import Chip
from soyte.ui.paging import page

SEND = "visit_files.send"
MOST_FAULTS = 20
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
        "batch": uuid4(),
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
    together = _together(request)
    try:
        for file in sent:
            kept.append(_keep(request, unit, file, together))
    except (DomainError, OSError) as fault:
        return _answer(request, kept, _words(fault))
    return _answer(request, kept, "")


def _together(request: HouseRequest) -> UUID | None:
    """What the files that one form sends have in common, whether they come by one request or by many."""
    try:
        return UUID(request.POST.get("batch", ""))
    except ValueError:
        return None


def _words(fault: DomainError | OSError) -> str:
    if isinstance(fault, DomainError):
        return str(fault)
    if faults.is_disk_full(fault):
        return _("Máy chủ hết chỗ trên ổ đĩa nên chưa giữ được tệp. Báo quản trị viên rồi gửi lại tệp này.")
    return _("Máy chủ không lưu được tệp. Gửi lại sau, hoặc báo quản trị viên.")


def _keep(request: HouseRequest, unit: Unit, file: Sent[Any], together: UUID | None) -> Upload:
    name = (file.name or "")[:255]
    return uploads.keep(request.actor, unit=unit, filename=name, chunks=file.chunks(), batch=together)


def _answer(request: HouseRequest, kept: Sequence[Upload], fault: str) -> HttpResponse:
    """JSON for the script that sends file by file, else a page."""
    url = _url_of(kept)
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


def _url_of(kept: Sequence[Upload]) -> str:
    if len(kept) == 1:
        return reverse("visit_intake:upload", args=[kept[0].pk])
    if kept and kept[0].batch:
        return reverse("visit_intake:batch", args=[kept[0].batch])
    return reverse("visit_intake:uploads")


@dataclass(frozen=True, slots=True)
class UploadRow:
    """An upload with how far it is; `others` were chosen together with it."""

    upload: Upload
    chip: Chip
    others: int


def _upload_rows(shown: Sequence[Upload]) -> list[UploadRow]:
    """Rows of a list of uploads; one query for those that wait, one for those chosen together."""
    waiting = [upload.pk for upload in shown if upload.state == WAITING]
    counted = UploadedFile.objects.filter(upload__in=waiting).values("upload_id").annotate(n=Count("pk")).order_by()
    received = dict(counted.values_list("upload_id", "n")) if waiting else {}
    alike = Upload.objects.filter(batch__in={upload.batch for upload in shown if upload.batch}).order_by()
    together = dict(alike.values_list("batch").annotate(n=Count("pk")))
    return [
        UploadRow(upload, state_chip(upload, received.get(upload.pk, 0)), max(0, together.get(upload.batch, 0) - 1))
        for upload in shown
    ]


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
    name: str  # without the name of the ZIP where that is the page's title
    row: ReceiptRow | None
    skipped: str


@requires("visit_files.read")
@require_GET
def upload(request: HouseRequest, upload_id: int) -> HttpResponse:
    """How far it is, then the files with their fate. The page asks again by itself until all is done."""
    return _progress(request, scope_of(request, "upload", upload_id=upload_id))


@requires("visit_files.read")
@require_GET
def batch(request: HouseRequest, batch: UUID) -> HttpResponse:
    """The same for all files that were chosen together."""
    scope = scope_of(request, "batch", batch=batch)
    if len(scope.uploads) == 1:
        return redirect("visit_intake:upload", scope.uploads[0].pk)
    return _progress(request, scope)


def _progress(request: HouseRequest, scope: Scope) -> HttpResponse:
    every = scope.uploads
    waiting = [upload for upload in every if upload.state == WAITING]
    held = UploadedFile.objects.filter(upload__in=every)
    files = page(held.select_related("receipt", "upload"), request, ["upload_id", "seq"])
    told = causes.sums(scope.receipts)
    context = {
        "scope": scope,
        "waits": bool(waiting),
        "stalled": next((upload for upload in _first_of_each_unit(waiting) if uploads.is_stalled(upload)), None),
        "expected": sum(upload.file_count or 0 for upload in every) if waiting else None,
        "received": held.filter(receipt__isnull=False).count(),
        "many": len(every) > 1,
        "faults": [(upload.filename, message(Finding(upload.error), say=_)) for upload in every if upload.error][
            :MOST_FAULTS
        ],
        "sums": told,
        "slices": slices(told),
        "page": files,
        "rows": _file_rows(files.rows, many=len(every) > 1),
        "report_url": scope.url(),
        "refused_url": scope.url("visits", ket_qua="giu"),
    }
    return render(request, "visit_intake/upload.html", context)


def _first_of_each_unit(waiting: Sequence[Upload]) -> Iterable[Upload]:
    return {upload.unit_id: upload for upload in reversed(waiting)}.values()


@requires(SEND)
@require_POST
def resume(request: HouseRequest, upload_id: int) -> HttpResponse:
    """Work on an upload again whose receiving stopped for good."""
    shown = get_object_or_404(visible(request.actor, SEND, Upload.objects.all()), pk=upload_id)
    if uploads.is_stalled(shown):
        uploads.resume(request.actor, shown)
    return redirect("visit_intake:upload", upload_id)


def _file_rows(files: Sequence[UploadedFile], *, many: bool) -> list[FileRow]:
    rows = {row.receipt.pk: row for row in receipt_rows([file.receipt for file in files if file.receipt])}
    return [
        FileRow(
            file,
            file.filename if many else file.filename.removeprefix(f"{file.upload.filename}/"),
            rows.get(file.receipt_id) if file.receipt_id else None,
            message(Finding(file.skipped), say=_).text if file.skipped else "",
        )
        for file in files
    ]
