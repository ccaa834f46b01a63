"""One report: what the files say, what people add, and what becomes of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from soyte.kernel.access.actor import Actor
from soyte.kernel.access.policy import can, visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.errors import DomainError
from soyte.systems.prevention.infectious_disease import selectors, services, texts
from soyte.systems.prevention.infectious_disease.forms import (
    CaseForm,
    DiscardForm,
    HandOverForm,
    ReopenForm,
    ReportForm,
    VersionForm,
    shown,
)
from soyte.systems.prevention.infectious_disease.models import CaseReport, HandOver
from soyte.systems.prevention.infectious_disease.pages import filled, listing, sheet
from soyte.systems.prevention.infectious_disease.views.cases import read_cases, sheets
from soyte.ui.components import Chip, Link

Forms = Mapping[str, forms.Form]
_NUMBER = ReportForm.base_fields["number"].label


def _found(request: HouseRequest, case_id: uuid.UUID, action: str = "cases.read") -> CaseReport:
    """404 for a report that the actor may not see: that it is there is a health fact."""
    rows = CaseReport.objects.select_related("person", "unit", "changed_by").prefetch_related("person__identifiers")
    return get_object_or_404(visible(request.actor, action, rows), pk=case_id)


@requires("cases.read")
@require_GET
def case(request: HouseRequest, case_id: uuid.UUID) -> HttpResponse:
    return _show(request, _found(request, case_id))


def _show(request: HouseRequest, case: CaseReport, refused: Forms | None = None, **more: Any) -> HttpResponse:
    actor, visits = request.actor, selectors.visits_of(case)
    read_cases(request, [case])
    visit = visits[-1].encounter if visits else None
    names = selectors.communes()
    known = sheet.answers(actor, case, visits)
    version: dict[str, Any] = {"initial": {"version": case.version}}
    own: dict[str, forms.Form] = {
        "form": CaseForm(case=case, known=known),
        "report_form": ReportForm(),
        "discard_form": DiscardForm(**version),
        "reopen_form": ReopenForm(**version),
        "hand_over_form": HandOverForm(communes=names, here=case.commune_code, **version),
    }
    context = {
        "case": case,
        "title": listing.title_of(case),
        "crumbs": [Link(_("Ca bệnh phải báo cáo"), reverse("infectious_disease:cases"))],
        "chip": Chip(str(case.get_state_display()), listing.TONES.get(CaseReport.State(case.state), "")),
        "clock": listing.clock_of(case, actor.now),
        "may_write": can(actor, "cases.write", case),
        "person_facts": filled.person_facts(case, visit, names.get(case.commune_code, "")),
        "visits": [(link, filled.visit_facts(actor, case, link.encounter)) for link in reversed(visits)],
        "others": filled.other_diagnoses(actor, visit) if visit else [],
        "results": filled.results(actor, visit) if visit else [],
        "answers": [
            *([(_NUMBER, case.reported_no)] if case.reported_no else []),
            *((CaseForm.base_fields[name].label, shown(name, known.get(name, ""))) for name in sheet.fields()),
        ],
        "events": [(event, texts.told(actor, event.note)) for event in _events(case)],
        "waiting": case.hand_overs.filter(received_at=None).select_related("sent_by").last(),
        "communes": names,
        **own,
        **(refused or {}),
        **more,
    }
    return render(request, "infectious_disease/case.html", context, status=422 if refused else 200)


def _events(case: CaseReport) -> Any:
    return case.events.select_related("account").order_by("-id")[:50]


@requires("cases.write")
@require_POST
def complete(request: HouseRequest, case_id: uuid.UUID) -> HttpResponse:
    """Save the form. A number that was typed beside it is not lost: it is noted too."""
    return _save(request, case_id, reports=bool(request.POST.get("number", "").strip()))


@requires("cases.write")
@require_POST
def report(request: HouseRequest, case_id: uuid.UUID) -> HttpResponse:
    """Save the form and note the number of the national system, or neither."""
    return _save(request, case_id, reports=True)


def _save(request: HouseRequest, case_id: uuid.UUID, *, reports: bool) -> HttpResponse:
    """Of two officers the second one sees what the first wrote beside what she typed, and nothing that she left empty takes
    away what the first wrote."""
    case = _found(request, case_id, "cases.write")
    form = CaseForm(request.POST, case=case, known={})
    report_form = ReportForm(request.POST if reports else None)
    shown: dict[str, forms.Form] = {"form": form, "report_form": report_form}
    seen = VersionForm(request.POST)
    # Each is asked, so that the faults of all are named at once.
    if not all([form.is_valid(), seen.is_valid(), not reports or report_form.is_valid()]):
        return _show(request, case, shown)
    number = report_form.cleaned_data["number"] if reports else ""
    try:
        said = _saved(request.actor, case, seen.cleaned_data["version"], form, number)
    except services.SomebodyWasFaster as refusal:
        fresh = _found(request, case_id)
        both = form.with_answers_of(texts.details_of(request.actor, fresh))
        both.full_clean()
        both.add_error(None, str(refusal))
        differing = [*_differing(request, fresh, form), *_other_number(fresh, number)]
        return _show(request, fresh, {**shown, "form": both}, differing=differing)
    except services.NumberTaken as refusal:
        report_form.add_error("number", str(refusal))
        return _show(request, case, shown)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _show(request, case, shown)
    messages.success(request, said)
    return redirect("infectious_disease:case", case_id=case.pk)


@transaction.atomic
def _saved(actor: Actor, case: CaseReport, version: int, form: CaseForm, number: str) -> str:
    """Saves, with a number reports, and says what was done."""
    kept = services.complete(actor, case.pk, version=version, details=form.texts())
    if not number:
        return _("Đã lưu phiếu. Khi đã nhập hệ thống quốc gia, ghi số phiếu để dừng đồng hồ.")
    services.report(actor, case.pk, version=kept.version, number=number)
    return _("Đã lưu phiếu và ghi số %(number)s. Đồng hồ dừng.") % {"number": number}


def _differing(request: HouseRequest, case: CaseReport, form: CaseForm) -> list[tuple[Any, str, str]]:
    """(question, what stands now, what was typed) where the two say different things."""
    theirs, mine = texts.details_of(request.actor, case), form.texts()
    return [
        (CaseForm.base_fields[name].label, shown(name, theirs.get(name, "")), shown(name, mine.get(name, "")))
        for name in sheet.fields()
        if name in theirs and name in mine and theirs[name] != mine[name]
    ]


def _other_number(case: CaseReport, typed: str) -> list[tuple[Any, str, str]]:
    """The same of the number: two officers may have entered the case into the national system twice."""
    kept = case.reported_no
    return [(_NUMBER, kept or str(_("chưa có")), typed)] if typed and typed != kept else []


def _act(
    request: HouseRequest, case_id: uuid.UUID, name: str, form: forms.Form, do: Callable[[dict[str, Any]], str]
) -> HttpResponse:
    """One of the short acts: ask the form, do it, say what was done."""
    if not form.is_valid():
        return _show(request, _found(request, case_id), {name: form})
    try:
        said = do(form.cleaned_data)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _show(request, _found(request, case_id), {name: form})
    messages.success(request, said)
    seen = visible(request.actor, "cases.read", CaseReport.objects.filter(pk=case_id)).exists()
    return redirect("infectious_disease:case", case_id=case_id) if seen else redirect("infectious_disease:cases")


@requires("cases.write")
@require_POST
def discard(request: HouseRequest, case_id: uuid.UUID) -> HttpResponse:
    case = _found(request, case_id, "cases.write")

    def do(told: dict[str, Any]) -> str:
        services.discard(request.actor, case.pk, version=told["version"], reason=told["reason"])
        return _("Đã bỏ phiếu này. Phiếu nằm ở thẻ “Đã bỏ” và mở lại được.")

    return _act(request, case_id, "discard_form", DiscardForm(request.POST), do)


@requires("cases.write")
@require_POST
def reopen(request: HouseRequest, case_id: uuid.UUID) -> HttpResponse:
    case = _found(request, case_id, "cases.write")

    def do(told: dict[str, Any]) -> str:
        services.reopen(request.actor, case.pk, version=told["version"], reason=told["reason"])
        return _("Đã mở lại phiếu với hạn cũ.")

    return _act(request, case_id, "reopen_form", ReopenForm(request.POST), do)


@requires("cases.write")
@require_POST
def hand_over(request: HouseRequest, case_id: uuid.UUID) -> HttpResponse:
    case, names = _found(request, case_id, "cases.write"), selectors.communes()

    def do(told: dict[str, Any]) -> str:
        made = services.hand_over(
            request.actor, case.pk, version=told["version"], commune=told["commune"], reason=told["reason"]
        )
        facts = {"commune": names.get(made.to_commune, made.to_commune), "number": made.number}
        return _("Đã chuyển phiếu cho %(commune)s, phiếu chuyển số %(number)s. Chờ bên nhận ký.") % facts

    form = HandOverForm(request.POST, communes=names, here=case.commune_code)
    return _act(request, case_id, "hand_over_form", form, do)


@requires("cases.write")
@require_POST
def receive(request: HouseRequest, case_id: uuid.UUID) -> HttpResponse:
    """Sign for the hand-over that waits."""
    case = _found(request, case_id, "cases.write")
    waiting = HandOver.objects.filter(case=case, received_at=None).last()
    if waiting is None:
        messages.warning(request, _("Không có phiếu chuyển nào chờ ký nhận."))
        return redirect("infectious_disease:case", case_id=case.pk)
    try:
        services.receive(request.actor, waiting.pk)
    except DomainError as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Đã ký nhận phiếu chuyển %(number)s.") % {"number": waiting.number})
    return redirect("infectious_disease:case", case_id=case.pk)


@requires("cases.read")
@require_GET
@transaction.atomic
def export(request: HouseRequest, case_id: uuid.UUID) -> HttpResponseBase:
    """This report's sheet for the national system."""
    found = _found(request, case_id)
    return sheets(request, [found], f"ca-benh-{found.seen_on:%Y%m%d}")
