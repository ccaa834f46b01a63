"""Gateways: by which account each facility's software sends, and its password."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from soyte.kernel.access.policy import visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.accounts.services import Issued
from soyte.kernel.errors import DomainError
from soyte.kernel.organisations.models import Unit
from soyte.systems.safety.identity import selectors, services
from soyte.systems.safety.identity.forms import GatewayFilters, GatewayMakeForm, GatewayPasswordForm, posted, refuse
from soyte.systems.safety.identity.views.accounts import found_account, secret_page
from soyte.ui.components import Link
from soyte.ui.paging import capped_count, page

ORDERS = {"name": ("name_folded", "id")}
_FIELDS = {
    "accounts.username_form": "username",
    "accounts.username_taken": "username",
    "accounts.display_name_missing": "display_name",
    "accounts.password_too_short": "password",
    "accounts.password_too_long": "password",
    "accounts.password_too_common": "password",
    "accounts.password_holds_name": "password",
}


def _crumbs() -> list[Link]:
    return [Link(_("Cổng gửi tệp"), reverse("identity:gateways"))]


@requires("accounts.manage")
@require_GET
def gateway_list(request: HouseRequest) -> HttpResponse:
    filters = GatewayFilters(request)
    asked = filters.values()
    found = visible(
        request.actor,
        "units.manage",
        selectors.gateways(text=asked.get("q", ""), lacking=asked.get("thieu", False), day=timezone.localdate()),
    )
    return render(
        request,
        "identity/gateways.html",
        {"filters": filters, "page": page(found, request, ORDERS), "count": capped_count(found)},
    )


@requires("accounts.manage")
@require_http_methods(["GET", "POST"])
def gateway_make(request: HouseRequest, unit_id: int) -> HttpResponse:
    facilities = Unit.objects.filter(facility_code__isnull=False)
    unit = get_object_or_404(visible(request.actor, "units.manage", facilities), pk=unit_id)
    form = GatewayMakeForm(
        posted(request),
        initial={
            "username": f"{unit.facility_code}_bv".lower(),
            "display_name": _("Cổng của %(name)s") % {"name": unit.name},
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            issued = services.make_gateway(request.actor, unit=unit, **form.cleaned_data)
        except DomainError as refusal:
            refuse(form, refusal, _FIELDS)
        else:
            return _told(request, issued, form.cleaned_data["password"], _("Đã tạo tài khoản cổng"))
    return render(
        request,
        "identity/gateway_form.html",
        {
            "form": form,
            "title": _("Tạo tài khoản cổng"),
            "save": _("Tạo tài khoản cổng"),
            "sub": unit.name,
            "crumbs": _crumbs(),
        },
        status=422 if form.errors else 200,
    )


def _told(request: HouseRequest, issued: Issued, chosen: str, title: str) -> HttpResponse:
    return secret_page(request, Issued(issued.account, issued.password or chosen), title=title, crumbs=_crumbs())


@requires("accounts.manage")
@require_http_methods(["GET", "POST"])
def gateway_password(request: HouseRequest, account_id: int) -> HttpResponse:
    account = found_account(request, account_id)
    form = GatewayPasswordForm(posted(request), initial={"mark": services.password_mark(account)})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            issued = services.set_gateway_password(
                request.actor, account, mark=given["mark"], password=given["password"] or None
            )
        except DomainError as refusal:
            refuse(form, refusal, _FIELDS)
        else:
            return _told(request, issued, given["password"], _("Đã đặt mật khẩu cổng"))
    return render(
        request,
        "identity/gateway_form.html",
        {
            "form": form,
            "title": _("Đặt mật khẩu cổng"),
            "save": _("Đặt mật khẩu cổng"),
            "crumbs": _crumbs(),
            "sub": _("%(name)s (%(username)s). Mật khẩu cũ hết dùng ngay khi đặt.")
            % {"name": account.display_name, "username": account.username},
        },
        status=422 if form.errors else 200,
    )
