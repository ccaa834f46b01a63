"""What a citizen tells: allergies, and what is wrong in his record."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from soyte.clinical.allergies import selectors as allergy_selectors
from soyte.clinical.terminology import selectors as terminology
from soyte.kernel.access.policy import visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record_read
from soyte.kernel.errors import DomainError
from soyte.kernel.text.format import day
from soyte.systems.care.own_record.forms import AllergyForm, SayForm, refuse
from soyte.systems.care.own_record.models import Dispute
from soyte.systems.care.own_record.pages import visit as visit_words
from soyte.systems.care.own_record.selectors import disputes, records
from soyte.systems.care.own_record.selectors.records import OwnRecord
from soyte.systems.care.own_record.services import allergies as allergy_services
from soyte.systems.care.own_record.services import disputes as services
from soyte.systems.care.own_record.views.opening import of_own, show
from soyte.systems.care.own_record.views.visits import found_visit
from soyte.ui.paging import page

Kind = Dispute.Kind


@requires("own_record.tell")
@require_http_methods(["GET", "POST"])
@of_own
def allergies(request: HouseRequest, record: OwnRecord) -> HttpResponse:
    record_read(request.actor, record.person.pk, "allergies", action=records.ACTION)
    told = allergy_selectors.told(record.people)
    known = {kind: row.answer for kind, row in told.items()} | {f"{k}_what": row.substance for k, row in told.items()}
    form = AllergyForm(request.POST if request.method == "POST" else None, initial=known, is_child=record.is_child)
    if request.method == "POST" and form.is_valid():
        try:
            allergy_services.tell(request.actor, record.person, form.answers())
        except allergy_services.SubstanceMissing as missing:
            refuse(form, f"{missing.kind}_what", missing)
        else:
            messages.success(request, _("Đã ghi. Bác sĩ mở hồ sơ sẽ thấy câu trả lời, có ghi rõ là lời khai."))
            return redirect("own_record:record", record.person.pk)
    return show(request, "own_record/allergies.html", record, "home", form=form, status=422 if form.errors else 200)


@requires("own_record.tell")
@require_http_methods(["GET", "POST"])
@of_own
def say(request: HouseRequest, record: OwnRecord, encounter_id: uuid.UUID) -> HttpResponse:
    """A visit is not mine, or an entry of it (`?muc=`) is wrong."""
    visit, terms = found_visit(request, record, encounter_id), terminology.terms()
    read = {"encounter": str(visit.pk)}
    record_read(request.actor, record.person.pk, "visit", action=records.ACTION, details=read)
    entry = visit_words.entries(request.actor, visit, terms).get(request.GET.get("muc", ""))
    form = SayForm(
        request.POST if request.method == "POST" else None,
        initial={"kind": Kind.WRONG_ENTRY if entry else request.GET.get("viec", "")},
    )
    if request.method == "POST" and form.is_valid():
        about = entry if form.cleaned_data["kind"] == Kind.WRONG_ENTRY else None
        try:
            said = services.say(
                request.actor,
                record.person,
                visit,
                kind=form.cleaned_data["kind"],
                words=form.cleaned_data["words"],
                entry=about.key if about else "",
                entry_text=f"{about.title} · {about.text} ({about.place})" if about else "",
            )
        except services.SaidAlready as already:
            messages.info(request, str(already))
            return redirect("own_record:said", record.person.pk)
        except DomainError as refusal:
            refuse(form, "words", refusal)
        else:
            messages.success(request, _("Đã gửi. Cơ sở trả lời chậm nhất ngày %(day)s.") % {"day": day(said.due_on)})
            return redirect("own_record:said", record.person.pk)
    return show(
        request,
        "own_record/say.html",
        record,
        "said",
        form=form,
        entry=entry,
        visit=visit,
        head=visit_words.line(request.actor, visit, terms),
        status=422 if form.errors else 200,
    )


@requires("own_record.read")
@require_GET
@of_own
def said(request: HouseRequest, record: OwnRecord) -> HttpResponse:
    record_read(request.actor, record.person.pk, "dispute", action=records.ACTION)
    shown = page(disputes.said(request.actor, record.people), request, ["-id"], size=20)
    lines = [visit_words.said_line(request.actor, row) for row in shown.rows]
    return show(request, "own_record/said.html", record, "said", page=shown, said=lines)


@requires("own_record.tell")
@require_POST
@of_own
def withdraw(request: HouseRequest, record: OwnRecord, dispute_id: int) -> HttpResponse:
    rows = visible(request.actor, "own_record.tell", Dispute.objects.filter(person__in=record.people))
    dispute = get_object_or_404(rows, pk=dispute_id)
    try:
        services.withdraw(request.actor, dispute)
    except DomainError as refusal:
        messages.info(request, str(refusal))
    else:
        messages.success(request, _("Đã rút phản ánh."))
    return redirect("own_record:said", record.person.pk)
