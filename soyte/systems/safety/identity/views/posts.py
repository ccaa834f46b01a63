"""Posts: give one, end one, and which roles there are."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from soyte.kernel.access import services as access
from soyte.kernel.access.models import Post
from soyte.kernel.access.policy import visible
from soyte.kernel.access.roles import purposes, roles
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.errors import DomainError
from soyte.kernel.systems import permissions
from soyte.kernel.text.format import day
from soyte.systems.safety.identity import selectors, services
from soyte.systems.safety.identity.forms import PostEndForm, PostGiveForm, posted, refuse
from soyte.systems.safety.identity.views.accounts import crumbs_of, found_account, small_form
from soyte.systems.safety.identity.views.units import names_of_units

_FIELDS = {
    "access.unknown_role": "role",
    "access.post_held": "role",
    "access.gateway_needs_facility": "unit",
    "access.post_dates": "valid_to",
}
_END_FIELDS = {"access.post_dates": "on"}


@requires("posts.manage")
@require_http_methods(["GET", "POST"])
def post_give(request: HouseRequest, account_id: int) -> HttpResponse:
    account = found_account(request, account_id, "accounts.read")
    form = PostGiveForm(posted(request), account=account, initial={"valid_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            post = access.give_post(request.actor, account=account, **form.cleaned_data)
        except DomainError as refusal:
            refuse(form, refusal, _FIELDS)
        else:
            messages.success(
                request,
                _("Đã giao “%(role)s” tại %(unit)s từ ngày %(day)s.")
                % {"role": roles()[post.role].title, "unit": post.unit.name, "day": day(post.valid_from)},
            )
            return redirect("identity:account", account.pk)
    return render(
        request,
        "identity/post_give.html",
        {
            "form": form,
            "account": account,
            "crumbs": crumbs_of(account),
            "roles": list(roles().values()),
            **names_of_units(),
        },
        status=422 if form.errors else 200,
    )


@requires("posts.manage")
@require_http_methods(["GET", "POST"])
def post_end(request: HouseRequest, post_id: int) -> HttpResponse:
    post = get_object_or_404(
        visible(request.actor, "posts.manage", Post.objects.select_related("account", "unit")), pk=post_id
    )
    form = PostEndForm(posted(request), initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            services.end_post(request.actor, post, **form.cleaned_data)
        except access.PostEnded as refusal:
            messages.warning(request, str(refusal))
        except DomainError as refusal:
            refuse(form, refusal, _END_FIELDS)
        else:
            messages.success(request, _("Đã cho thôi từ ngày %(day)s.") % {"day": day(form.cleaned_data["on"])})
        if not form.errors:
            return redirect("identity:account", post.account_id)
    sub = _("%(role)s tại %(unit)s, từ ngày %(day)s") % {
        "role": selectors.role_title(post.role),
        "unit": post.unit.name,
        "day": day(post.valid_from),
    }
    return small_form(
        request, form, post.account, title=_("Thôi chức danh"), save=_("Thôi chức danh"), sub=sub, danger=True
    )


@requires("posts.read")
@require_GET
def role_list(request: HouseRequest) -> HttpResponse:
    """Every role: what it may do, over which units, for which purpose."""
    reach = {"own": _("trong đơn vị"), "subtree": _("đơn vị và trực thuộc"), "province": _("cả tỉnh")}
    titles = {code: str(permission.title) for code, permission in permissions().items()}
    lines = [
        (
            line,
            purposes().get(line.role.purpose, line.role.purpose),
            sorted((titles.get(action, action), reach[scope]) for action, scope in line.role.actions.items()),
        )
        for line in selectors.role_lines(timezone.localdate())
    ]
    return render(request, "identity/roles.html", {"lines": lines})
