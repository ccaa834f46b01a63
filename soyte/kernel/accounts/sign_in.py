"""Signing in and out, in a browser and at the gateway."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soyte.kernel.accounts import sessions
from soyte.kernel.accounts.addresses import client_address
from soyte.kernel.accounts.models import Account
from soyte.kernel.accounts.passwords import LONGEST, GatewayFormWrong, as_gateway_form
from soyte.kernel.accounts.throttle import Turn, pass_turn, take_turn
from soyte.kernel.actors import Machine
from soyte.kernel.audit.services import record, record_refused
from soyte.kernel.text import nfc

BACKEND = "soyte.kernel.accounts.backends.AccountBackend"


@dataclass(frozen=True, slots=True)
class Result:
    """`account` where the password is right and the account may sign in; else `code` and a Vietnamese `message`.

    Codes: accounts.wrong, accounts.throttled, accounts.locked, accounts.one_time_ended, accounts.demo_only.
    """

    account: Account | None
    code: str = ""
    message: str = ""
    tries_left: int | None = None
    retry_at: dt.datetime | None = None

    @property
    def ok(self) -> bool:
        return self.account is not None


def username_key(username: str) -> str:
    """A username as stored: NFC, lower case, without blanks around it."""
    return nfc(username).strip().lower()[:64]


def sign_in(request: HttpRequest, username: str, password: str) -> Result:
    """Sign a person in. The session gets a new key, and attempts are counted by account and by address."""
    request_id = getattr(request, "request_id", "")
    result = _check(username, password, client_address(request), request_id, Account.PEOPLE)
    if result.account:
        login(request, result.account, backend=BACKEND)
        sessions.begin(request)
    return result


def check_gateway(username: str, password_form: str, address: str | None, *, request_id: str = "") -> Result:
    """The gateway account that sends this MD5-form password; counted like any other attempt."""
    try:
        secret = as_gateway_form(password_form)
    except GatewayFormWrong:
        secret = ""
    return _check(username, secret, address, request_id, (Account.Kind.GATEWAY, Account.Kind.MACHINE))


def sign_out(request: HttpRequest) -> None:
    account = request.user if request.user.is_authenticated else None
    if account is not None:
        record(
            _Signing(account.get_username(), client_address(request), getattr(request, "request_id", ""), account.pk),
            "accounts.sign_out",
            obj=account,
        )
    logout(request)


def keep_session(request: HttpRequest, account: Account) -> None:
    """After a change of password: this session goes on under a new key, all others of the account end."""
    update_session_auth_hash(request, account)


@dataclass(frozen=True, slots=True)
class _Signing(Machine):
    """Somebody at the door: in the audit by the name that was typed, and by the account once it is known."""

    known_account: int | None = None

    @property
    def account_id(self) -> int | None:
        return self.known_account


def _check(username: str, password: str, address: str | None, request_id: str, kinds: tuple[str, ...]) -> Result:
    name = username_key(username)
    turn = take_turn(name, address)
    account = None if turn.retry_at else _authenticated(name, password, kinds)
    result = _verdict(account, turn)
    # The typed name may be a password in the wrong field: only names of accounts go to the audit.
    known = Account.objects.filter(username=name).values_list("pk", flat=True).first()
    at_the_door = _Signing(name if known else "unknown", address, request_id, known)
    if result.ok:
        record(at_the_door, "accounts.sign_in", object_kind="accounts.account", object_id=known or "")
    else:
        record_refused(
            at_the_door, "accounts.sign_in", object_kind="accounts.account", object_id=known or "", reason=result.code
        )
    return result


def _authenticated(username: str, password: str, kinds: tuple[str, ...]) -> Account | None:
    """The account whose password this is. An unknown name costs the same time as a wrong password."""
    account = Account.objects.filter(username=username, kind__in=kinds).first()
    if account is None:
        make_password(password[:LONGEST])
        return None
    return account if len(password) <= LONGEST and check_password(password, account.password) else None


def _verdict(account: Account | None, turn: Turn) -> Result:
    if turn.retry_at:
        return _throttled(turn.retry_at)
    if account is None:
        return _wrong(turn)
    pass_turn(turn)
    if not account.is_active:
        return Result(None, "accounts.locked", _("Tài khoản này đã khoá. Liên hệ quản trị viên của đơn vị."))
    if account.synthetic and not settings.SOYTE_DEMO:
        return Result(None, "accounts.demo_only", _("Tài khoản minh hoạ chỉ dùng được trong bản minh hoạ."))
    if account.one_time_until and account.one_time_until <= timezone.now():
        return Result(None, "accounts.one_time_ended", _one_time_ended(account))
    return Result(account)


def _one_time_ended(account: Account) -> str:
    if account.kind == Account.Kind.CITIZEN:
        return _("Mã dùng một lần đã hết hạn. Mang giấy tờ tuỳ thân đến trạm y tế hoặc bệnh viện để nhận mã mới.")
    return _("Mật khẩu dùng một lần đã hết hạn. Xin quản trị viên đặt lại mật khẩu.")


def _wrong(turn: Turn) -> Result:
    if turn.tries_left == 0:
        minutes = _("Tên đăng nhập hoặc mật khẩu chưa đúng. Đã hết số lần thử, thử lại sau 15 phút.")
        return Result(None, "accounts.wrong", minutes, 0)
    text = ngettext(
        "Tên đăng nhập hoặc mật khẩu chưa đúng. Còn %(left)s lần thử.",
        "Tên đăng nhập hoặc mật khẩu chưa đúng. Còn %(left)s lần thử.",
        turn.tries_left,
    )
    return Result(None, "accounts.wrong", text % {"left": turn.tries_left}, turn.tries_left)


def _throttled(retry_at: dt.datetime) -> Result:
    clock = timezone.localtime(retry_at).strftime("%H:%M:%S")
    text = _("Đã thử sai quá số lần cho phép. Thử lại sau %(clock)s, hoặc xin quản trị viên đặt lại mật khẩu.")
    return Result(None, "accounts.throttled", text % {"clock": clock}, 0, retry_at)
