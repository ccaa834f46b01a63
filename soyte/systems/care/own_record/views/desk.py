"""The desk: find who stands here by the number on the card, hand out an account, note a guardian.

The number is kept in the officer's session for the person whom it found, so that each act compares it again and a person's
page opens to nobody who has not held a card of his.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from soyte.kernel.access import citizens
from soyte.kernel.access.policy import visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.accounts.services import Issued
from soyte.kernel.audit.services import record_read, record_reads
from soyte.kernel.errors import DomainError
from soyte.kernel.people.models import Identifier, Person, PersonRelation
from soyte.kernel.people.selectors import family
from soyte.kernel.places import selectors as places
from soyte.kernel.text import format as words
from soyte.systems.care.health_record import public as health_record
from soyte.systems.care.own_record.forms import (
    AdmitForm,
    EndAccountForm,
    EndGuardianForm,
    GuardianForm,
    LookUpForm,
    SeenCard,
    refuse,
)
from soyte.ui.components import Fact

HELD = "desk"
MOST_HELD = 8


def _hold(request: HouseRequest, people: list[Person], number: str) -> None:
    held = {**request.session.get(HELD, {}), **{str(person.pk): number for person in people}}
    request.session[HELD] = dict(list(held.items())[-MOST_HELD:])


@requires("citizens.admit")
@require_http_methods(["GET", "POST"])
def desk(request: HouseRequest) -> HttpResponse:
    form = LookUpForm(request.POST if request.method == "POST" else None)
    found: list[Person] = []
    asked = ""
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data["number"].strip()
        if not list(citizens.numbers_of(asked)):
            form.add_error(
                "number",
                _("Không đọc được số này. Căn cước có 12 số, chứng minh 9 số, thẻ bảo hiểm 10 hoặc 15 ký tự."),
            )
            asked = ""
        else:
            found = citizens.bearers(asked)
            _hold(request, found, asked)
            record_reads(request.actor, [person.pk for person in found], "desk", action=citizens.ACTION)
    context = {
        "form": form,
        "asked": asked,
        "rows": [(person, health_record.sex_of(person.sex), _commune(person)) for person in found],
    }
    return render(request, "own_record/desk.html", context, status=422 if form.errors else 200)


def _commune(person: Person) -> str:
    names = places.names_on([person.commune_code], timezone.localdate())
    return names.get(person.commune_code, person.commune_code)


def at_desk(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page or act about a person whose card this officer has just looked up: the view gets the person and the number."""

    @wraps(view)
    def guarded(request: HouseRequest, person_id: uuid.UUID, **rest: Any) -> HttpResponse:
        number = request.session.get(HELD, {}).get(str(person_id))
        if number is None:
            messages.info(
                request, _("Tìm lại theo số trên giấy tờ: trang của một người chỉ mở khi vừa xem giấy tờ của họ.")
            )
            return redirect("own_record:desk")
        rows = visible(request.actor, citizens.ACTION, Person.objects.select_related("merged_into"))
        person = get_object_or_404(rows, pk=person_id)
        return view(request, person.merged_into or person, number, **rest)

    return guarded


@requires("citizens.admit")
@require_GET
@at_desk
def person_page(request: HouseRequest, person: Person, number: str) -> HttpResponse:
    record_read(request.actor, person.pk, "desk", action=citizens.ACTION)
    return _show(request, person)


def _show(request: HouseRequest, person: Person, **forms_: forms.Form) -> HttpResponse:
    people, today = family(person.pk), timezone.localdate()
    _keep_for_record(request, person, people)
    account = citizens.account_of(people)
    broken = next((form for form in forms_.values() if form.errors), None)
    context = {
        "person": person,
        "facts": _facts(person, people),
        "account": account,
        "today": today,
        "guardianships": list(citizens.guardianships(people)[:20]),
        "people": people,
        "admit": AdmitForm(initial={"phone": person.phone}),
        "renewal": SeenCard(prefix="renewal"),
        "labelled": SeenCard(prefix="labelled"),
        "end": EndAccountForm(),
        "guardian": GuardianForm(children=_children(people)),
        "broken": broken,
        **forms_,
    }
    return render(request, "own_record/desk_person.html", context, status=422 if broken else 200)


def _keep_for_record(request: HouseRequest, person: Person, people: list[uuid.UUID]) -> None:
    """The number that found a merged row serves the page of who stands for it."""
    held = request.session.get(HELD, {})
    number = next((held[str(pk)] for pk in people if str(pk) in held), None)
    if number is not None and str(person.pk) not in held:
        _hold(request, [person], number)


def _facts(person: Person, people: list[uuid.UUID]) -> list[Fact]:
    rows = Identifier.objects.filter(person__in=people)
    mothers = PersonRelation.objects.filter(person__in=people).select_related("other").order_by("id")
    shown = [
        Fact(_("Ngày sinh"), person.birth_text if person.birth_date else None),
        Fact(_("Giới tính"), health_record.sex_of(person.sex)),
        Fact(_("Nơi ở"), " · ".join(filter(None, [person.address, _commune(person)])) or None),
        Fact(_("Điện thoại"), person.phone or None),
    ]
    shown += [Fact(one.title, one.value) for one in health_record.numbers(rows, timezone.localdate())]
    return shown + [Fact(_("Con của"), row.other.full_name) for row in mothers[:1]]


def _children(people: list[uuid.UUID]) -> list[tuple[str, str]]:
    rows = PersonRelation.objects.filter(other__in=people).select_related("person").order_by("-person__birth_date")
    return [(str(row.person_id), f"{row.person.full_name}, {row.person.birth_text}") for row in rows[:12]]


def _slip(request: HouseRequest, person: Person, issued: Issued, title: str) -> HttpResponse:
    """The only showing of a code: it goes into this answer and nowhere else."""
    answer = render(
        request,
        "own_record/slip.html",
        {
            "person": person,
            "issued": issued,
            "account": issued.account,
            "title": title,
            "address": request.build_absolute_uri(reverse("web:sign_in")),
        },
    )
    answer["Cache-Control"] = "no-store"
    return answer


@requires("citizens.admit")
@require_POST
@at_desk
def admit(request: HouseRequest, person: Person, number: str) -> HttpResponse:
    form = AdmitForm(request.POST)
    if form.is_valid():
        try:
            issued = citizens.admit(request.actor, person.pk, number=number, phone=form.cleaned_data["phone"])
        except citizens.AccountExists as exists:
            messages.warning(request, str(exists))
            return redirect("own_record:desk_person", person.pk)
        except DomainError as refusal:
            refuse(form, None, refusal)
        else:
            return _slip(request, person, issued, _("Đã cấp tài khoản"))
    return _show(request, person, admit=form)


@requires("citizens.admit")
@require_POST
@at_desk
def renew_code(request: HouseRequest, person: Person, number: str) -> HttpResponse:
    form = SeenCard(request.POST, prefix="renewal")
    if not form.is_valid():
        return _show(request, person, renewal=form)
    try:
        issued = citizens.renew_code(request.actor, person.pk, number=number)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("own_record:desk_person", person.pk)
    return _slip(request, person, issued, _("Đã cấp mã mới"))


@requires("citizens.admit")
@require_POST
@at_desk
def show_labelled(request: HouseRequest, person: Person, number: str) -> HttpResponse:
    form = SeenCard(request.POST, prefix="labelled")
    if not form.is_valid():
        return _show(request, person, labelled=form)
    shown = request.POST.get("shown") == "1"
    try:
        citizens.show_labelled(request.actor, person.pk, number=number, shown=shown)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        done = (
            _("Từ nay sổ của người này hiện cả lượt khám cần giữ kín.")
            if shown
            else _("Đã thôi hiện lượt khám cần giữ kín.")
        )
        messages.success(request, done)
    return redirect("own_record:desk_person", person.pk)


@requires("citizens.admit")
@require_POST
@at_desk
def end_account(request: HouseRequest, person: Person, number: str) -> HttpResponse:
    form = EndAccountForm(request.POST)
    if not form.is_valid():
        return _show(request, person, end=form)
    try:
        citizens.end_account(request.actor, person.pk, number=number, reason=form.cleaned_data["reason"])
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Đã thu tài khoản; phiên đang mở hết ở trang kế tiếp."))
    return redirect("own_record:desk_person", person.pk)


_GUARDIAN_FIELDS = {
    "citizens.paper_missing": "paper",
    "citizens.guardianship_too_long": "until",
    "citizens.guardian_of_himself": "child_number",
    "citizens.child_is_adult": "child_number",
    "citizens.birth_unknown": "child_number",
    "citizens.guardianship_exists": "child_number",
}


@requires("citizens.admit")
@require_POST
@at_desk
def make_guardian(request: HouseRequest, person: Person, number: str) -> HttpResponse:
    form = GuardianForm(request.POST, children=_children(family(person.pk)))
    if form.is_valid() and (child_id := _child(form)):
        given = {name: form.cleaned_data[name] for name in ("paper_kind", "paper", "until")}
        try:
            made = citizens.make_guardian(request.actor, person.pk, number=number, child_id=child_id, **given)
        except DomainError as refusal:
            refuse(form, _GUARDIAN_FIELDS.get(refusal.code), refusal)
        else:
            told = {
                "guardian": person.full_name,
                "child": made.child.full_name,
                "day": words.day(made.valid_to),
            }
            messages.success(request, _("%(guardian)s xem được sổ của %(child)s, đến trước ngày %(day)s.") % told)
            return redirect("own_record:desk_person", person.pk)
    return _show(request, person, guardian=form)


def _child(form: GuardianForm) -> uuid.UUID | None:
    """The child chosen, or borne by the number; several or none are said beside the field."""
    if form.cleaned_data.get("child"):
        return uuid.UUID(form.cleaned_data["child"])
    bearers = citizens.bearers(form.cleaned_data["child_number"])
    if len(bearers) == 1:
        return bearers[0].pk
    form.add_error(
        "child_number",
        _("Chưa tệp nào ghi số này.")
        if not bearers
        else _(
            "Số này dẫn đến %(n)s hồ sơ. Ghi số khác của cháu, hoặc nhờ cán bộ dữ liệu của Sở xử lý cặp nghi trùng trước."
        )
        % {"n": len(bearers)},
    )
    return None


@requires("citizens.admit")
@require_POST
@at_desk
def end_guardian(request: HouseRequest, person: Person, number: str, guardianship_id: int) -> HttpResponse:
    one = get_object_or_404(citizens.guardianships(family(person.pk)), pk=guardianship_id)
    form = EndGuardianForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Thiếu lý do thôi giám hộ."))
        return redirect("own_record:desk_person", person.pk)
    try:
        citizens.end_guardian(request.actor, one.pk, reason=form.cleaned_data["reason"])
    except DomainError as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request,
            _("Đã thôi giám hộ: từ hôm nay %(name)s không xem được sổ của cháu nữa.")
            % {"name": one.guardian.full_name},
        )
    return redirect("own_record:desk_person", person.pk)
