"""Sign-in and sign-out, the start page, search, the reader's own account, language and look."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from soyte.kernel.access.web import PUBLIC, SIGNED_IN, HouseRequest, requires
from soyte.kernel.accounts import services as accounts
from soyte.kernel.accounts import sessions
from soyte.kernel.accounts import sign_in as door
from soyte.kernel.accounts.models import Account
from soyte.kernel.errors import DomainError
from soyte.ui import searches
from soyte.web import finding, starting
from soyte.web.browsers import browser_in_words
from soyte.web.context import THEME_COOKIE, THEMES, links
from soyte.web.forms import ChangePasswordForm, SignInForm

KEPT_SECONDS = 12 * 3600
YEAR = timedelta(days=365)
# Chromium 109 is the last for Windows 7 and 8.1, Windows NT 6.1 to 6.3.
NO_MORE_UPDATES = re.compile(r"Windows NT (5|6\.[0-3])\b")


@requires(SIGNED_IN)
@require_GET
def start(request: HouseRequest) -> HttpResponse:
    if request.actor.is_citizen and (own := links(request.actor, "")):
        return HttpResponseRedirect(own[0].url)
    return render(
        request,
        "web/start.html",
        {
            "finder": starting.finder(request.actor),
            "waiting": starting.waiting(request.actor),
            "chapters": starting.chapters(request.actor),
        },
    )


@requires(PUBLIC)
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    target = _safe_target(request)
    if request.method == "GET":
        if request.user.is_authenticated:
            return HttpResponseRedirect(target)
        return _gate(request, SignInForm(), target)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _gate(request, form, target)
    result = door.sign_in(request, form.cleaned_data["username"], form.cleaned_data["password"])
    if not result.ok:
        return _gate(request, form, target, refused=result)
    request.session.set_expiry(KEPT_SECONDS if form.cleaned_data["own_machine"] else 0)
    return HttpResponseRedirect(target)


def _gate(request: HttpRequest, form: SignInForm, target: str, refused: door.Result | None = None) -> HttpResponse:
    status = 200 if not refused else 429 if refused.code == "accounts.throttled" else 401
    return render(
        request,
        "web/sign_in.html",
        {
            "form": form,
            "target": target,
            "refused": refused,
            "lost": request.method == "GET" and "mat" in request.GET,
            "demo": settings.SOYTE_DEMO,
            "figures": starting.public_figures(),
            "unsafe_machine": bool(NO_MORE_UPDATES.search(request.headers.get("User-Agent", ""))),
        },
        status=status,
    )


def _safe_target(request: HttpRequest, default: str = settings.LOGIN_REDIRECT_URL) -> str:
    """Where to go next: only to a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return target if own else default


@requires(PUBLIC)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    door.sign_out(request)
    return HttpResponseRedirect(reverse("web:sign_in"))


@requires(SIGNED_IN, before_password_change=True)
@require_http_methods(["GET", "POST"])
def change_password(request: HouseRequest) -> HttpResponse:
    account = cast(Account, request.user)
    forced = account.must_change_password
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed(request, account, form):
        messages.success(request, _("Đã đổi mật khẩu. Các phiên đăng nhập khác của tài khoản này đã kết thúc."))
        return HttpResponseRedirect(reverse("web:start" if forced else "web:account"))
    return render(
        request,
        "web/change_password.html",
        {"form": form, "forced": forced},
        status=422 if form.errors else 200,
    )


def _changed(request: HouseRequest, account: Account, form: ChangePasswordForm) -> bool:
    try:
        fresh = accounts.change_password(
            request.actor, account, current=form.cleaned_data["current"], new=form.cleaned_data["new"]
        )
    except (accounts.CurrentPasswordWrong, accounts.TooManyTries) as refusal:
        form.add_error("current", str(refusal))
        return False
    except DomainError as refusal:
        form.add_error("new", str(refusal))
        return False
    door.keep_session(request, fresh)
    return True


@requires(SIGNED_IN)
@require_GET
def account(request: HouseRequest) -> HttpResponse:
    mine = cast(Account, request.user)
    open_sessions = sessions.signed_in(mine, request.session.session_key)
    context = {
        "account": mine,
        "posts": starting.rights(request.actor),
        "sessions": [(one, browser_in_words(one.browser)) for one in open_sessions],
    }
    return render(request, "web/account.html", context)


@requires(SIGNED_IN)
@require_POST
def end_sessions(request: HouseRequest) -> HttpResponse:
    """Sign the reader out elsewhere: of the session marked, else of all but this one."""
    mine, mark = cast(Account, request.user), request.POST.get("phien", "")
    ended = sessions.end_elsewhere(request.actor, mine, here=request.session.session_key, mark=mark)
    if ended:
        told = ngettext("Đã đăng xuất ở %(n)d nơi khác.", "Đã đăng xuất ở %(n)d nơi khác.", ended)
        messages.success(request, told % {"n": ended})
    else:
        messages.info(request, _("Phiên đó đã hết từ trước."))
    return HttpResponseRedirect(reverse("web:account"))


@requires(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def search(request: HouseRequest) -> HttpResponse:
    if request.method == "POST":
        return searches.keep(request)
    query = searches.typed(request)
    groups = finding.find(request.actor, query) if query else []
    context = {"query": query, "forgotten": searches.is_forgotten(request), "groups": groups}
    return render(request, "web/search.html", context)


@requires(PUBLIC)
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("theme", "")
    return _remember(request, THEME_COOKIE, chosen if chosen in THEMES else "auto")


@requires(PUBLIC)
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language", "")
    return _remember(
        request, settings.LANGUAGE_COOKIE_NAME, chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    )


def _remember(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    response = HttpResponseRedirect(_safe_target(request))
    response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return response
