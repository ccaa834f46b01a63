"""Units: list, make, name, correct, rename, end; what a unit is, was and who holds posts there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from soyte.kernel.access.policy import can, visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.errors import DomainError
from soyte.kernel.organisations import services as organisations
from soyte.kernel.organisations.models import Unit
from soyte.kernel.organisations.services import EVER
from soyte.kernel.places import selectors as places
from soyte.kernel.text.format import day as in_words
from soyte.systems.safety.identity import selectors, services
from soyte.systems.safety.identity.forms import (
    NAMES,
    UnitCorrectForm,
    UnitEndForm,
    UnitFilters,
    UnitMakeForm,
    UnitNameForm,
    UnitRenameForm,
    posted,
    refuse,
)
from soyte.systems.safety.identity.selectors import ENDED, OPEN, REVIEW, TO_NAME
from soyte.ui.components import Chip, Fact, Link, Tab
from soyte.ui.paging import capped_count, page

ORDERS = {"name": ("name_folded", "id"), "from": ("-valid_from", "-id")}
MOST_ROWS = 100  # of posts and sub-units on a unit's page
_FIELDS = {
    "organisations.name_missing": "name",
    "organisations.facility_code_form": "facility_code",
    "organisations.facility_code_taken": "facility_code",
    "organisations.date_order": "on",
    "organisations.end_before_beginning": "on",
    "organisations.parent_below": "parent",
    "identity.unit_twice": "name",
}


def _found(request: HouseRequest, unit_id: int, action: str = "units.manage") -> Unit:
    return get_object_or_404(visible(request.actor, action, Unit.objects.select_related("parent")), pk=unit_id)


def names_of_units() -> dict[str, Any]:
    """What pages with a unit field need: the names that it proposes."""
    return {"names_id": NAMES, "unit_names": selectors.unit_titles(timezone.localdate())}


@requires("units.read")
@require_GET
def unit_list(request: HouseRequest) -> HttpResponse:
    filters = UnitFilters(request)
    asked = filters.values()
    view = str(asked.get("xem", OPEN))
    view = view if view in selectors.VIEWS else OPEN
    today = timezone.localdate()
    allowed = visible(request.actor, "units.read", selectors.units_in(view, today))
    found = selectors.narrowed(allowed, text=asked.get("q", ""), kind=asked.get("kind", ""))
    return render(
        request,
        "identity/units.html",
        {
            "filters": filters,
            "view": view,
            "page": page(found, request, ORDERS),
            "count": capped_count(found),
            "tabs": _tabs(request, view),
            "may_manage": request.actor.holds("units.manage"),
            "to_name": view == TO_NAME,
        },
    )


def _tabs(request: HouseRequest, current: str) -> list[Tab]:
    today, address = timezone.localdate(), reverse("identity:units")
    titles = {OPEN: _("Đang hoạt động"), TO_NAME: _("Chờ đặt tên"), REVIEW: _("Chờ rà soát"), ENDED: _("Đã kết thúc")}

    def count(view: str) -> int:
        return visible(request.actor, "units.read", selectors.units_in(view, today)).count()

    return [Tab(title, f"{address}?xem={view}", view == current, count(view)) for view, title in titles.items()]


@requires("units.read")
@require_GET
def unit_page(request: HouseRequest, unit_id: int) -> HttpResponse:
    unit = _found(request, unit_id, "units.read")
    may_see_posts = can(request.actor, "posts.read") and request.actor.units("posts.read") is None
    return render(
        request,
        "identity/unit.html",
        {
            "unit": unit,
            "state": _state(unit),
            "facts": _facts(unit),
            "crumbs": _crumbs(),
            "names": unit.names.order_by("-valid_from"),
            "successions": selectors.successions(unit),
            "children": list(unit.children.order_by("valid_to", "name_folded")[:MOST_ROWS]),
            "posts": list(selectors.posts_at(unit)[:MOST_ROWS]) if may_see_posts else None,
            "most": MOST_ROWS,
            "today": timezone.localdate(),
            "may_manage": can(request.actor, "units.manage", unit),
            "ever": EVER,
        },
    )


def _state(unit: Unit) -> Chip:
    today = timezone.localdate()
    if unit.valid_to and unit.valid_to <= today:
        return Chip(_("Đã kết thúc"), "", "ban")
    if unit.valid_from > today:
        return Chip(_("Chưa bắt đầu"), "info")
    if unit.valid_to:
        return Chip(_("Kết thúc từ %(day)s") % {"day": in_words(unit.valid_to)}, "info")
    if unit.state == Unit.State.REVIEW:
        to_name = unit.origin == Unit.Origin.VISITS
        return Chip(_("Chờ đặt tên") if to_name else _("Chờ rà soát"), "warn")
    return Chip(_("Đang hoạt động"), "good")


def _facts(unit: Unit) -> list[Fact]:
    commune = places.names_on([unit.commune_code], timezone.localdate()) if unit.commune_code else {}
    parent = unit.parent
    since = None if unit.valid_from == EVER else in_words(unit.valid_from)
    return [
        Fact(_("Mã cơ sở"), unit.facility_code or _("Không có")),
        Fact(_("Loại"), unit.get_kind_display()),
        Fact(
            _("Cấp trên"),
            parent.name if parent else _("Không có"),
            url=reverse("identity:unit", args=[parent.pk]) if parent else "",
        ),
        Fact(_("Sở hữu"), unit.get_ownership_display() if unit.ownership else None),
        Fact(_("Số giường"), unit.beds),
        Fact(_("Phần mềm gửi tệp"), unit.software),
        Fact(_("Xã, phường"), commune.get(unit.commune_code or "", unit.commune_code)),
        Fact(_("Mã GLN"), unit.gln),
        Fact(_("Hoạt động từ"), since),
        Fact(_("Đến"), in_words(unit.valid_to) if unit.valid_to else _("nay")),
        Fact(_("Nguồn"), unit.get_origin_display()),
    ]


def _crumbs(unit: Unit | None = None) -> list[Link]:
    above = [Link(_("Đơn vị"), reverse("identity:units"))]
    return [*above, Link(unit.name, reverse("identity:unit", args=[unit.pk]))] if unit else above


def _form(
    request: HouseRequest,
    form: forms.Form,
    *,
    unit: Unit | None,
    title: str,
    save: str,
    sub: str = "",
    danger: str = "",
) -> HttpResponse:
    return render(
        request,
        "identity/unit_form.html",
        {
            "form": form,
            "unit": unit,
            "title": title,
            "save": save,
            "sub": sub,
            "danger": danger,
            "crumbs": _crumbs(unit),
            "back": reverse("identity:unit", args=[unit.pk]) if unit else reverse("identity:units"),
            **names_of_units(),
        },
        status=422 if form.errors else 200,
    )


@requires("units.manage")
@require_http_methods(["GET", "POST"])
def unit_make(request: HouseRequest) -> HttpResponse:
    form = UnitMakeForm(posted(request), initial={"valid_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            unit = services.make_unit(
                request.actor,
                name=given["name"],
                valid_from=given["valid_from"],
                decision=given["decision"],
                facility_code=given["facility_code"] or None,
                **form.facts(),
            )
        except DomainError as refusal:
            refuse(form, refusal, _FIELDS)
        else:
            messages.success(request, _("Đã thêm “%(name)s”.") % {"name": unit.name})
            return redirect("identity:unit", unit.pk)
    return _form(request, form, unit=None, title=_("Thêm đơn vị"), save=_("Thêm đơn vị"))


def _known_facts(unit: Unit) -> dict[str, Any]:
    return {
        "kind": unit.kind,
        "parent": unit.parent,
        "ownership": unit.ownership,
        "beds": unit.beds,
        "software": unit.software,
        "gln": unit.gln,
        "commune_code": unit.commune_code or "",
    }


@requires("units.manage")
@require_http_methods(["GET", "POST"])
def unit_name(request: HouseRequest, unit_id: int) -> HttpResponse:
    """Name and make official what files or an unofficial list told of."""
    unit = _found(request, unit_id)
    to_name = unit.origin == Unit.Origin.VISITS
    name, kind = ("", "") if to_name else (unit.name, unit.kind)
    form = UnitNameForm(posted(request), initial={**_known_facts(unit), "kind": kind, "name": name})
    if request.method == "POST" and form.is_valid():
        try:
            named = services.name_unit(request.actor, unit, name=form.cleaned_data["name"], **form.facts())
        except DomainError as refusal:
            refuse(form, refusal, _FIELDS)
        else:
            messages.success(request, _("“%(name)s” nay là đơn vị chính thức.") % {"name": named.name})
            return redirect("identity:unit", unit.pk)
    sub = (
        _("Mã %(code)s xuất hiện trong tệp khám bệnh nhưng danh mục chưa có.") % {"code": unit.facility_code}
        if to_name
        else _("Đối chiếu với văn bản chính thức rồi nhận.")
    )
    return _form(
        request,
        form,
        unit=unit,
        sub=sub,
        title=_("Đặt tên đơn vị") if to_name else _("Nhận là chính thức"),
        save=_("Đặt tên và nhận") if to_name else _("Nhận là chính thức"),
    )


@requires("units.manage")
@require_http_methods(["GET", "POST"])
def unit_correct(request: HouseRequest, unit_id: int) -> HttpResponse:
    unit = _found(request, unit_id)
    initial = {**_known_facts(unit), "mark": services.unit_mark(unit)}
    form = UnitCorrectForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.correct_unit(request.actor, unit, mark=form.cleaned_data["mark"], facts=form.facts())
        except services.ChangedMeanwhile as refusal:
            messages.error(request, str(refusal))
            return redirect("identity:unit_correct", unit.pk)
        except DomainError as refusal:
            refuse(form, refusal, _FIELDS)
        else:
            messages.success(request, _("Đã lưu."))
            return redirect("identity:unit", unit.pk)
    return _form(
        request,
        form,
        unit=unit,
        title=_("Sửa thông tin đơn vị"),
        save=_("Lưu thông tin"),
        sub=_("Sau khi sửa, danh mục đi kèm phần mềm không ghi đè đơn vị này nữa."),
    )


@requires("units.manage")
@require_http_methods(["GET", "POST"])
def unit_rename(request: HouseRequest, unit_id: int) -> HttpResponse:
    unit = _found(request, unit_id)
    form = UnitRenameForm(posted(request), initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            renamed = organisations.rename(request.actor, unit, **form.cleaned_data)
        except DomainError as refusal:
            refuse(form, refusal, _FIELDS)
        else:
            messages.success(
                request,
                _("Đã đổi tên thành “%(name)s”. Tên cũ vẫn dùng cho những ngày trước.") % {"name": renamed.name},
            )
            return redirect("identity:unit", unit.pk)
    return _form(
        request,
        form,
        unit=unit,
        title=_("Đổi tên đơn vị"),
        save=_("Đổi tên"),
        sub=_("Tên đang mang: %(name)s") % {"name": unit.name},
    )


@requires("units.manage")
@require_http_methods(["GET", "POST"])
def unit_end(request: HouseRequest, unit_id: int) -> HttpResponse:
    unit = _found(request, unit_id)
    form = UnitEndForm(posted(request), unit=unit, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        relation = {"relation": given["relation"]} if given["relation"] else {}
        try:
            organisations.end_unit(
                request.actor,
                unit,
                on=given["on"],
                decision=given["decision"],
                successor=given["successor"],
                **relation,
            )
        except DomainError as refusal:
            refuse(form, refusal, _FIELDS)
        else:
            messages.success(
                request, _("“%(name)s” kết thúc từ ngày %(on)s.") % {"name": unit.name, "on": in_words(given["on"])}
            )
            return redirect("identity:unit", unit.pk)
    return _form(
        request,
        form,
        unit=unit,
        title=_("Kết thúc đơn vị"),
        save=_("Kết thúc “%(name)s”") % {"name": unit.name},
        sub=_("Dữ liệu cũ vẫn còn. Sáp nhập hoặc thay thế thì chức danh ở đơn vị nhận thấy cả dữ liệu cũ."),
        danger=_("Kết thúc “%(name)s”?") % {"name": unit.name},
    )
