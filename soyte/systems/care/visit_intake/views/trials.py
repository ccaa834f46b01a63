"""Checking files on trial in the browser: the report on the page, as HTML, as XLSX; the files de-identified."""

from __future__ import annotations

from typing import Any, cast

from django.core.files.base import File
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.errors import DomainError
from soyte.kernel.files.scratch import upload_fault
from soyte.kernel.organisations.models import Unit
from soyte.systems.care.visit_intake import trials
from soyte.systems.care.visit_intake.check.summary import Cause, Refused
from soyte.systems.care.visit_intake.rules import ERROR, NOTE
from soyte.systems.care.visit_intake.trials import Trial
from soyte.systems.care.visit_intake.views.showing import place, severity_chip
from soyte.ui.components import Chip, Slice
from soyte.ui.xlsx import MEDIA_TYPE

SHOWN_CAUSES = 60
SHOWN_REFUSED = 30
SHOWN_REASONS = 3


@requires(trials.ACTION)
@require_http_methods(["GET", "POST"])
def trial(request: HouseRequest) -> HttpResponse:
    if request.method == "GET":
        return render(request, "visit_intake/trial.html", {"facility": _facility(request)})
    if upload_fault(request):
        told = _("Máy chủ không đọc được các tệp: ổ đĩa có thể đã đầy. Báo quản trị viên rồi thử lại.")
        return _told(request, told)
    wanted = request.POST.get("xem", "")
    sent = cast("list[File[Any]]", request.FILES.getlist("files"))
    try:
        if wanted == "an-danh":
            return _download(*trials.masked(request.actor, sent), "application/octet-stream")
        found = trials.try_files(request.actor, sent, facility_code=_facility(request))
    except DomainError as refusal:
        return _told(request, str(refusal))
    if wanted == "xlsx":
        return _download("soyte-check.xlsx", trials.as_sheet(found), MEDIA_TYPE)
    if wanted == "html":
        return _download("soyte-check.html", trials.as_page(found).encode(), "text/html; charset=utf-8")
    return render(request, "visit_intake/trial.html", _context(request, found))


def _told(request: HouseRequest, fault: str) -> HttpResponse:
    context = {"fault": fault, "facility": _facility(request)}
    # A script that replaces a part of the page shows only answers that went well.
    status = 200 if request.headers.get("HX-Request") else 422
    return render(request, "visit_intake/trial.html", context, status=status)


def _facility(request: HouseRequest) -> str | None:
    """The facility whose files these would be, where the actor sends for one and only one."""
    units = request.actor.units("visit_files.send")
    if not units:
        return None
    codes = Unit.objects.filter(pk__in=units, facility_code__isnull=False, valid_to=None)
    found = list(codes.values_list("facility_code", flat=True)[:2])
    return found[0] if len(found) == 1 else None


def _download(filename: str, content: bytes, media_type: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename) or ""
    return answer


def _context(request: HouseRequest, found: Trial) -> dict[str, object]:
    told = found.summary
    causes = [cause for cause in told.causes_by_weight() if cause.line.severity != NOTE]
    return {
        "facility": _facility(request),
        "trial": found,
        "told": told,
        "slices": [
            Slice(_("đạt"), told.clean, "good"),
            Slice(_("đạt, nên xem"), told.warned, "warn"),
            Slice(_("sẽ bị giữ"), told.refused, "bad"),
        ],
        "kinds": sum(cause.line.severity == ERROR for cause in causes),
        "causes": [_cause_row(cause) for cause in causes[:SHOWN_CAUSES]],
        "refusals": [_refused_row(refused) for refused in told.refusals[:SHOWN_REFUSED]],
        "left_out": max(0, len(told.refusals) - SHOWN_REFUSED),
    }


def _cause_row(cause: Cause) -> tuple[Cause, Chip, str]:
    return cause, severity_chip(cause.line.severity), place(cause.line.table, cause.line.line)


def _refused_row(refused: Refused) -> tuple[Refused, list[str], int]:
    reasons = list(dict.fromkeys(line.what for line in refused.reasons))
    return refused, reasons[:SHOWN_REASONS], max(0, len(reasons) - SHOWN_REASONS)
