"""Accounts of persons: list, make, edit, lock, reset the password; an account's posts with their dates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from soyte.kernel.access.policy import can, visible
from soyte.kernel.access.selectors import posts_of
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.accounts.models import Account
from soyte.kernel.accounts.selectors import attempts
from soyte.kernel.accounts.services import Issued
from soyte.kernel.errors import DomainError
from soyte.kernel.text.format import instant
from soyte.systems.safety.identity import selectors, services
from soyte.systems.safety.identity.forms import (
    AccountEditForm,
    AccountFilters,
    AccountMakeForm,
    ReasonForm,
    posted,
    refuse,
)
from soyte.systems.safety.identity.views.units import names_of_units
from soyte.ui.components import Chip, Fact, Link
from soyte.ui.paging import capped_count, page

ORDERS = {"username": ("username", "id"), "name": ("display_name", "id"), "created": ("-created_at", "-id")}
_FIELDS = {
    "accounts.username_form": "username",
    "accounts.username_taken": "username",
    "accounts.display_name_missing": "display_name",
    "access.gateway_needs_facility": "role",
    "access.unknown_role": "role",
}


def found_account(request: HouseRequest, account_id: int, action: str = "accounts.manage") -> Account:
    return get_object_or_404(visible(request.actor, action, Account.objects.all()), pk=account_id)


def crumbs_of(account: Account | None = None) -> list[Link]:
    above = [Link(_("Tài khoản"), reverse("identity:accounts"))]
    if account is None:
        return above
    return [*above, Link(account.display_name, reverse("identity:account", args=[account.pk]))]


def state_of(account: Account) -> Chip:
    if not account.is_active:
        return Chip(_("Đã khoá"), "bad", "lock")
    if account.one_time_until and account.one_time_until <= timezone.now():
        return Chip(_("Mật khẩu dùng một lần đã hết hạn"), "warn")
    if account.must_change_password:
        return Chip(_("Chưa đổi mật khẩu dùng một lần"), "info")
    return Chip(_("Đang mở"), "good")


@requires("accounts.read")
@require_GET
def account_list(request: HouseRequest) -> HttpResponse:
    filters = AccountFilters(request)
    asked, today = filters.values(), timezone.localdate()
    names = {"text": "q", "kind": "kind", "state": "state", "role": "role"}
    found = visible(
        request.actor,
        "accounts.read",
        selectors.accounts(day=today, **{argument: asked.get(field, "") for argument, field in names.items()}),
    )
    shown = page(selectors.with_posts(found, today), request, ORDERS)
    return render(
        request,
        "identity/accounts.html",
        {
            "filters": filters,
            "page": shown,
            "count": capped_count(found),
            "lines": [(account, state_of(account), account.posts_now) for account in shown],
            "may_manage": request.actor.holds("accounts.manage"),
        },
    )


@requires("accounts.read")
@require_GET
def account_page(request: HouseRequest, account_id: int) -> HttpResponse:
    account = found_account(request, account_id, "accounts.read")
    may_manage = can(request.actor, "accounts.manage", account)
    return render(
        request,
        "identity/account.html",
        {
            "account": account,
            "state": state_of(account),
            "facts": _facts(account),
            "crumbs": crumbs_of(),
            "posts": list(visible(request.actor, "posts.read", posts_of(account))),
            "today": timezone.localdate(),
            "attempts": list(attempts(username=account.username)[:10]),
            "may_manage": may_manage,
            "may_give": request.actor.holds("posts.manage"),
            "mark": services.password_mark(account) if may_manage else "",
            "is_person": account.kind == Account.Kind.PERSON,
        },
    )


def _facts(account: Account) -> list[Fact]:
    facts = [
        Fact(_("Tên đăng nhập"), account.username),
        Fact(_("Loại"), account.get_kind_display()),
        Fact(_("Điện thoại"), account.phone),
        Fact(_("Tạo lúc"), instant(account.created_at)),
        Fact(_("Đăng nhập lần cuối"), instant(account.last_login) if account.last_login else _("Chưa lần nào")),
    ]
    if account.one_time_until:
        facts.append(Fact(_("Mật khẩu dùng một lần đến"), instant(account.one_time_until)))
    return facts


def secret_page(request: HouseRequest, issued: Issued, *, title: str, crumbs: list[Link]) -> HttpResponse:
    """The only showing of a password: it goes into this answer and nowhere else."""
    return render(
        request,
        "identity/secret.html",
        {
            "account": issued.account,
            "password": issued.password,
            "title": title,
            "crumbs": crumbs,
            "until": issued.account.one_time_until,
            "is_person": issued.account.kind == Account.Kind.PERSON,
        },
    )


@requires("accounts.manage")
@require_http_methods(["GET", "POST"])
def account_make(request: HouseRequest) -> HttpResponse:
    form = AccountMakeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            issued = services.make_person(request.actor, **form.cleaned_data)
        except DomainError as refusal:
            refuse(form, refusal, _FIELDS)
        else:
            return secret_page(request, issued, title=_("Đã tạo tài khoản"), crumbs=crumbs_of())
    return _form(request, "identity/account_make.html", form, crumbs=crumbs_of(), back=reverse("identity:accounts"))


def _form(request: HouseRequest, template: str, form: Any, **context: Any) -> HttpResponse:
    return render(request, template, {"form": form, **names_of_units(), **context}, status=422 if form.errors else 200)


def small_form(
    request: HouseRequest, form: Any, account: Account, *, title: str, save: str, sub: str = "", danger: bool = False
) -> HttpResponse:
    """A form about one account."""
    return _form(
        request,
        "identity/account_form.html",
        form,
        title=title,
        save=save,
        sub=sub,
        danger=danger,
        crumbs=crumbs_of(account),
        back=reverse("identity:account", args=[account.pk]),
    )


@requires("accounts.manage")
@require_http_methods(["GET", "POST"])
def account_edit(request: HouseRequest, account_id: int) -> HttpResponse:
    account = found_account(request, account_id)
    form = AccountEditForm(
        posted(request),
        initial={"display_name": account.display_name, "phone": account.phone, "mark": services.account_mark(account)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_account(request.actor, account, **form.cleaned_data)
        except services.ChangedMeanwhile as refusal:
            messages.error(request, str(refusal))
            return redirect("identity:account_edit", account.pk)
        except DomainError as refusal:
            refuse(form, refusal, _FIELDS)
        else:
            messages.success(request, _("Đã lưu."))
            return redirect("identity:account", account.pk)
    return small_form(request, form, account, title=_("Sửa họ tên, điện thoại"), save=_("Lưu"))


@requires("accounts.manage")
@require_http_methods(["GET", "POST"])
def account_lock(request: HouseRequest, account_id: int) -> HttpResponse:
    account = found_account(request, account_id)
    return _activity(
        request,
        account,
        services.lock_account,
        title=_("Khoá tài khoản"),
        sub=_("Khoá thì không đăng nhập được; phiên đang mở hết ở trang kế tiếp. Chức danh vẫn giữ nguyên."),
        done=_("Đã khoá tài khoản “%(username)s”."),
        danger=True,
    )


@requires("accounts.manage")
@require_http_methods(["GET", "POST"])
def account_unlock(request: HouseRequest, account_id: int) -> HttpResponse:
    account = found_account(request, account_id)
    return _activity(
        request,
        account,
        services.unlock_account,
        title=_("Mở khoá tài khoản"),
        sub="",
        done=_("Đã mở khoá tài khoản “%(username)s”."),
        danger=False,
    )


def _activity(
    request: HouseRequest, account: Account, act: Any, *, title: str, sub: str, done: str, danger: bool
) -> HttpResponse:
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            act(request.actor, account, reason=form.cleaned_data["reason"])
        except (services.LockedAlready, services.OpenAlready) as refusal:
            messages.warning(request, str(refusal))
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, done % {"username": account.username})
        if not form.errors:
            return redirect("identity:account", account.pk)
    return small_form(request, form, account, title=title, save=title, sub=sub, danger=danger)


@requires("accounts.manage")
@require_POST
def password_reset(request: HouseRequest, account_id: int) -> HttpResponse:
    account = found_account(request, account_id)
    try:
        issued = services.reset_password(request.actor, account, mark=request.POST.get("mark", ""))
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("identity:account", account.pk)
    return secret_page(request, issued, title=_("Đã đặt lại mật khẩu"), crumbs=crumbs_of(account))
