"""Taking an official list: upload, dry run, confirmation."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.content.manifest import FoundSet
from soyte.kernel.content.messages import sentence
from soyte.kernel.content.upload import column_maps, heading, required_fields, upload_fields
from soyte.kernel.errors import DomainError
from soyte.kernel.text.format import day, number
from soyte.systems.steering.reference_lists import selectors, services
from soyte.systems.steering.reference_lists.forms import UploadForm, accepted_columns
from soyte.systems.steering.reference_lists.services import Tried
from soyte.systems.steering.reference_lists.views.sets import crumbs_of, found_set_or_404
from soyte.ui.xlsx import Column, download

MOST_FAULTS = 200


@requires("content.upload")
@require_http_methods(["GET", "POST"])
def upload_page(request: HouseRequest, set_code: str) -> HttpResponse:
    found = found_set_or_404(set_code)
    posted = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if posted else UploadForm()
    if posted and form.is_valid():
        given = form.cleaned_data
        try:
            token = services.try_list(
                request.actor,
                set_code=set_code,
                since=given["valid_from"],
                source=given["source"],
                filename=given["file"].name,
                content=_bytes(given["file"]),
            )
        except DomainError as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("reference_lists:trial", token)
    return render(
        request,
        "reference_lists/upload.html",
        {
            "form": form,
            "found": found,
            "crumbs": crumbs_of(found),
            "columns": accepted_columns(found),
            "maps": [one.title for one in column_maps(found)],
            "needed": ", ".join(heading(found, name) for name in required_fields(found)),
        },
        status=422 if form.errors else 200,
    )


def _bytes(file: object) -> bytes:
    """The uploaded bytes, one more than may be taken at the most: the service refuses those."""
    return file.read(services.LARGEST + 1)  # type: ignore[attr-defined,no-any-return]


@requires("content.upload")
@require_GET
def blank_list(request: HouseRequest, set_code: str) -> FileResponse:
    """An empty sheet with the columns that the set reads."""
    found = found_set_or_404(set_code)
    columns = [Column(heading(found, name), width=40 if name == "name" else 18) for name in upload_fields(found)]
    return download(f"soyte-{set_code}.xlsx", title=_(found.manifest.title), columns=columns, rows=())


@requires("content.upload")
@require_http_methods(["GET", "POST"])
def trial_page(request: HouseRequest, token: str) -> HttpResponse:
    return _take(request, token) if request.method == "POST" else _trial(request, token)


def _gone(request: HouseRequest, refusal: DomainError) -> HttpResponse:
    messages.warning(request, str(refusal))
    return redirect("reference_lists:sets")


def _trial(request: HouseRequest, token: str) -> HttpResponse:
    try:
        tried = services.tried(request.actor, token)
    except DomainError as refusal:
        return _gone(request, refusal)
    found = found_set_or_404(tried.trial.set_code)
    faults = tried.plan.faults
    return render(
        request,
        "reference_lists/trial.html",
        {
            "tried": tried,
            "found": found,
            "token": token,
            "crumbs": crumbs_of(found),
            "size": selectors.SAMPLE,
            "samples": selectors.samples(found, tried.plan.changes),
            "faulty": len({fault.line for fault in faults}),
            "faults": _told(found, tried, MOST_FAULTS),
            "most": MOST_FAULTS,
            "may_take": not faults and tried.plan.row_count > 0,
        },
    )


def _told(found: FoundSet, tried: Tried, most: int | None = None) -> list[tuple[int, str, str, str]]:
    """(line, field, what, mend) of each faulty row."""
    return [
        (fault.line, ", ".join(heading(found, name) for name in fault.field.split(",") if name), *sentence(fault))
        for fault in tried.plan.faults[:most]
    ]


def _take(request: HouseRequest, token: str) -> HttpResponse:
    try:
        taken = services.take_list(
            request.actor,
            token,
            expected=request.POST.get("expected", ""),
            seen_ending=request.POST.get("seen_ending") == "on",
        )
    except services.TrialGone as refusal:
        return _gone(request, refusal)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("reference_lists:trial", token)
    upload = taken.upload
    if taken.again:
        messages.warning(request, _("Danh mục này đã nạp rồi, không nạp thêm lần nữa."))
    else:
        messages.success(
            request,
            ngettext(
                "Đã nạp %(count)s dòng, hiệu lực từ %(day)s.",
                "Đã nạp %(count)s dòng, hiệu lực từ %(day)s.",
                upload.row_count,
            )
            % {"count": number(upload.row_count), "day": day(upload.valid_from)},
        )
    return redirect("reference_lists:set", upload.set_code)


@requires("content.upload")
@require_GET
def faults_export(request: HouseRequest, token: str) -> HttpResponse | FileResponse:
    """Every faulty row of a trial as a sheet to work through."""
    try:
        tried = services.tried(request.actor, token)
    except DomainError as refusal:
        return _gone(request, refusal)
    found = found_set_or_404(tried.trial.set_code)
    columns = [
        Column(_("Dòng"), kind="number", width=8),
        Column(_("Cột"), width=24),
        Column(_("Sai gì"), width=60),
        Column(_("Cách sửa"), width=60),
    ]
    return download(
        f"loi-{tried.trial.set_code}.xlsx",
        title=_("Dòng cần sửa: %(file)s") % {"file": tried.trial.filename},
        columns=columns,
        rows=_told(found, tried),
    )


@requires("content.upload")
@require_POST
def trial_drop(request: HouseRequest, token: str) -> HttpResponse:
    try:
        services.drop_trial(request.actor, token)
    except DomainError as refusal:
        return _gone(request, refusal)
    messages.success(request, _("Đã bỏ bản thử. Danh mục không đổi."))
    return redirect(reverse("reference_lists:sets"))
