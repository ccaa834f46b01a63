"""The facility's side: what citizens say of its visits, until when it has to answer, and the answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.access import citizens
from soyte.kernel.access.policy import can, visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record_read
from soyte.kernel.errors import DomainError
from soyte.kernel.people.models import Identifier
from soyte.kernel.people.selectors import family
from soyte.kernel.places import selectors as places
from soyte.kernel.text import last_four
from soyte.systems.care.health_record import public as health_record
from soyte.systems.care.own_record.forms import SOMEBODY, UPHELD, AnswerForm, UndoForm, refuse
from soyte.systems.care.own_record.models import Dispute
from soyte.systems.care.own_record.pages.visit import said_line
from soyte.systems.care.own_record.selectors import disputes
from soyte.systems.care.own_record.services import disputes as services
from soyte.ui.components import Link, Tab
from soyte.ui.paging import page

State = Dispute.State
TABS = {"cho": State.OPEN, "dung": State.UPHELD, "khong": State.REFUSED, "rut": State.WITHDRAWN}
ORDERS = {State.OPEN: ["due_on", "id"]}


@requires("disputes.read")
@require_GET
def dispute_list(request: HouseRequest) -> HttpResponse:
    tab = request.GET.get("xem", "")
    state = TABS.get(tab, State.OPEN)
    counts = disputes.counts(request.actor)
    shown = page(disputes.at_facility(request.actor, state=state), request, ORDERS.get(state, ["-id"]))
    lines = [(said_line(request.actor, row), _may_read(request, row)) for row in shown.rows]
    tabs = [Tab(str(one.label), f"?xem={name}", current=one == state, count=counts[one]) for name, one in TABS.items()]
    return render(request, "own_record/disputes.html", {"page": shown, "lines": lines, "tabs": tabs, "state": state})


def _may_read(request: HouseRequest, dispute: Dispute) -> bool:
    """Whether who is told of, and what, may be shown: of a labelled visit only with the grant."""
    return all(label in request.actor.labels for label in dispute.labels)


def _found(request: HouseRequest, dispute_id: int, action: str = "disputes.read") -> Dispute:
    rows = Dispute.objects.select_related("person", "unit", "encounter", "answered_by", "move__to_person")
    return get_object_or_404(visible(request.actor, action, rows), pk=dispute_id)


@requires("disputes.read")
@require_http_methods(["GET", "POST"])
def dispute_page(request: HouseRequest, dispute_id: int) -> HttpResponse:
    dispute = _found(request, dispute_id)
    if request.method == "GET":
        return _show(request, dispute)
    dispute = _found(request, dispute_id, "disputes.answer")
    form = AnswerForm(request.POST, about_visit=dispute.kind == Dispute.Kind.NOT_MINE)
    if form.is_valid() and _answered(request, dispute, form):
        return redirect("own_record:dispute", dispute.pk)
    return _show(request, dispute, form)


def _answered(request: HouseRequest, dispute: Dispute, form: AnswerForm) -> bool:
    given = form.cleaned_data
    try:
        if given["decision"] == UPHELD:
            to = None
            if given.get("whose") == SOMEBODY:
                bearers = citizens.bearers(given["number"])
                if len(bearers) != 1:
                    form.add_error(
                        "number",
                        _("Số này dẫn đến %(n)s hồ sơ. Ghi số khác của người đó, hoặc chọn “Chưa rõ là ai”.")
                        % {"n": len(bearers)},
                    )
                    return False
                to = bearers[0].pk
            services.uphold(request.actor, dispute, answer=given["answer"], to=to)
        else:
            services.refuse(request.actor, dispute, answer=given["answer"])
    except (services.AnsweredAlready, services.WithdrawnAlready) as late:
        messages.warning(request, str(late))
        return True
    except DomainError as refusal:
        refuse(form, "answer" if refusal.code == services.AnswerTooShort.code else "number", refusal)
        return False
    messages.success(request, _("Đã trả lời. Người dân đọc được câu trả lời trong sổ của mình."))
    return True


@requires("disputes.answer")
@require_POST
def undo(request: HouseRequest, dispute_id: int) -> HttpResponse:
    dispute = _found(request, dispute_id, "disputes.answer")
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _show(request, dispute, undo_form=form)
    try:
        services.undo(request.actor, dispute, reason=form.cleaned_data["reason"])
    except DomainError as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Đã hoàn tác. Phản ánh lại chờ trả lời; lượt khám đã chuyển thì về như cũ."))
    return redirect("own_record:dispute", dispute.pk)


def _show(
    request: HouseRequest, dispute: Dispute, form: AnswerForm | None = None, undo_form: UndoForm | None = None
) -> HttpResponse:
    may_read = _may_read(request, dispute)
    details = {"encounter": str(dispute.encounter_id), "dispute": dispute.pk}
    record_read(request.actor, dispute.person_id, "dispute", action="disputes.read", details=details)
    broken = bool((form and form.errors) or (undo_form and undo_form.errors))
    context: dict[str, Any] = {
        "dispute": dispute,
        "said": said_line(request.actor, dispute),
        "may_read": may_read,
        "may_answer": can(request.actor, "disputes.answer", dispute),
        "about_visit": dispute.kind == Dispute.Kind.NOT_MINE,
        "form": form or AnswerForm(about_visit=dispute.kind == Dispute.Kind.NOT_MINE),
        "undo_form": undo_form or UndoForm(),
        "crumbs": [Link(_("Phản ánh của dân"), reverse("own_record:disputes"))],
        "history": [(event, _event(event.action, event.details)) for event in disputes.history(dispute)[:30]],
        "compared": _compared(dispute) if may_read else [],
        "of_merged": _stands_under_another_row(dispute),
    }
    return render(request, "own_record/dispute.html", context, status=422 if broken else 200)


def _stands_under_another_row(dispute: Dispute) -> bool:
    """The visit came to this record by a decision that two rows are one person: that decision may be what is wrong."""
    return dispute.state == State.OPEN and disputes.as_written(dispute).person.merged_into_id == dispute.person_id


def _event(action: str, details: dict[str, Any]) -> str:
    acts = {
        "dispute": _("Người dân gửi phản ánh"),
        "withdraw dispute": _("Người dân rút phản ánh"),
        "answer": _("Trả lời: %(state)s"),
        "undo": _("Hoàn tác câu trả lời"),
    }
    state = str(State(details["state"]).label).lower() if details.get("state") else ""
    return acts.get(str(details.get("act")), action) % {"state": state}


def _compared(dispute: Dispute) -> list[tuple[str, str, str]]:
    """Who the file says the patient is beside who says that it is not he. No health fact."""
    visit, person = disputes.as_written(dispute), dispute.person
    people = family(person.pk)
    names = places.names_on(list(filter(None, [visit.commune_code, person.commune_code])), timezone.localdate())
    shown = (Identifier.Kind.CITIZEN, Identifier.Kind.INSURANCE, Identifier.Kind.PASSPORT)
    rows = (row for row in disputes.numbers(people) if row.kind in shown)
    held = ", ".join(dict.fromkeys(f"{row.get_kind_display()} {last_four(row.value)}" for row in rows))
    return [
        (_("Họ tên"), visit.full_name, person.full_name),
        (_("Ngày sinh"), _birth(visit), person.birth_text),
        (_("Giới tính"), health_record.sex_of(visit.sex), health_record.sex_of(person.sex)),
        (_("Số định danh"), last_four(visit.citizen_no) if visit.citizen_no else "", held),
        (_("Xã, phường"), names.get(visit.commune_code, visit.commune_code), names.get(person.commune_code, person.commune_code)),
        (_("Điện thoại"), last_four(visit.phone) if visit.phone else "", last_four(person.phone) if person.phone else ""),
    ]  # fmt: skip


def _birth(visit: Encounter) -> str:
    written = visit.birth_written
    return f"{written[6:8]}/{written[4:6]}/{written[:4]}" if len(written) >= 8 else written
