"""The audit as the administrator sees it: refused attempts, and whether the chain of sealed batches holds."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from soyte.kernel.access.policy import action_title, visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.accounts.selectors import accounts
from soyte.kernel.audit.chain import verify
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.audit.selectors import refused_attempts
from soyte.kernel.audit.services import record
from soyte.kernel.systems import permissions
from soyte.systems.safety.identity import selectors
from soyte.systems.safety.identity.forms import RefusedFilters, action_choices
from soyte.systems.safety.identity.words import kinds_of_rows
from soyte.ui.components import Tab
from soyte.ui.paging import page

MOST_VERIFIED = 200_000  # events whose hashes a page computes while somebody waits; more is work for the command


def _own_titles() -> dict[str, str]:
    """Acts at the door, which no post gives and no room declares."""
    return {
        "accounts.sign_in": _("Đăng nhập"),
        "accounts.sign_out": _("Đăng xuất"),
        "accounts.change_password": _("Đổi mật khẩu của mình"),
    }


def _reasons() -> dict[str, str]:
    return {
        "accounts.wrong": _("Sai tên đăng nhập hoặc mật khẩu"),
        "accounts.throttled": _("Thử sai quá số lần cho phép"),
        "accounts.locked": _("Tài khoản đã khoá"),
        "accounts.demo_only": _("Tài khoản minh hoạ ngoài bản minh hoạ"),
        "accounts.one_time_ended": _("Mật khẩu dùng một lần đã hết hạn"),
        "accounts.current_password_wrong": _("Sai mật khẩu hiện tại"),
    }


def _tabs(current: str) -> list[Tab]:
    return [
        Tab(_("Lần bị từ chối"), reverse("identity:refused"), current == "refused"),
        Tab(_("Chuỗi niêm phong"), reverse("identity:chain"), current == "chain"),
    ]


def _line(event: AuditEvent) -> dict[str, object]:
    own = _own_titles()
    return {
        "event": event,
        "title": own.get(event.action) or action_title(event.action),
        "reason": _reasons().get(event.reason, event.reason),
        "kind": kinds_of_rows().get(event.object_kind, event.object_kind),
        "why_url": _why_url(event),
    }


def _why_url(event: AuditEvent) -> str:
    """Where the reasons are told, for an act that some post could give."""
    if event.account is None or event.action not in permissions():
        return ""
    asked = urlencode({"account": event.account.username, "action": event.action})
    return f"{reverse('identity:why')}?{asked}"


@requires("audit.read")
@require_GET
def refused_list(request: HouseRequest) -> HttpResponse:
    filters = RefusedFilters(request, [*_own_titles().items(), *action_choices()])
    asked = filters.values()
    found = visible(request.actor, "audit.read", refused_attempts())
    if "q" in asked:
        found = found.filter(Q(account__in=accounts(text=asked["q"]).values("pk")) | Q(actor_text=asked["q"].strip()))
    if "action" in asked:
        found = found.filter(action=asked["action"])
    shown = page(found, request, ["-id"])
    return render(
        request,
        "identity/refused.html",
        {"filters": filters, "page": shown, "lines": [_line(event) for event in shown], "tabs": _tabs("refused")},
    )


@requires("audit.read")
@require_http_methods(["GET", "POST"])
def chain_page(request: HouseRequest) -> HttpResponse:
    state = selectors.chain_state()
    few = state.events <= MOST_VERIFIED
    if request.method == "POST" and few:
        broken = verify()
        record(
            request.actor,
            "audit.read",
            object_kind="audit.chain",
            details={"act": "verify", "broken": broken.number if broken else None},
        )
        if not state.batches:
            messages.warning(request, _("Chưa có lô nào được niêm phong nên chưa có gì để kiểm tra."))
        elif broken:
            messages.error(
                request,
                _(
                    "Chuỗi bị đứt tại lô %(number)s, dòng %(first)s đến %(last)s. Giữ nguyên máy chủ, "
                    "báo người phụ trách an toàn thông tin."
                )
                % {"number": broken.number, "first": broken.first_id, "last": broken.last_id},
            )
        else:
            messages.success(
                request, _("Chuỗi nguyên vẹn: mã băm của cả %(count)s lô khớp với dữ liệu.") % {"count": state.batches}
            )
        return redirect("identity:chain")
    return render(
        request,
        "identity/chain.html",
        {"state": state, "few": few, "tabs": _tabs("chain"), "limit": selectors.WAITING_LIMIT, "most": MOST_VERIFIED},
    )
