"""Changes to accounts and passwords, one function per act."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.kernel.accounts.models import Account
from soyte.kernel.accounts.passwords import check_strength, citizen_username, gateway_form, one_time_password
from soyte.kernel.accounts.sign_in import username_key
from soyte.kernel.accounts.throttle import pass_turn, take_turn
from soyte.kernel.actors import Acting
from soyte.kernel.audit.services import record, record_refused
from soyte.kernel.errors import DomainError, refusing
from soyte.kernel.text import one_line

USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]*")
ONE_TIME = dt.timedelta(days=7)


class UsernameForm(DomainError):
    code = "accounts.username_form"
    message = _(
        "Tên đăng nhập “%(username)s” không dùng được. Dùng chữ thường không dấu, chữ số, "
        "dấu chấm, gạch dưới, gạch nối hoặc @; bắt đầu bằng chữ hoặc số."
    )


class UsernameTaken(DomainError):
    code = "accounts.username_taken"
    message = _("Tên đăng nhập “%(username)s” đã có người dùng. Chọn tên khác.")


class DisplayNameMissing(DomainError):
    code = "accounts.display_name_missing"
    message = _("Thiếu họ tên người dùng, hoặc tên của cổng.")


class DemoOnly(DomainError):
    code = "accounts.demo_only"
    message = _("Tài khoản minh hoạ chỉ tạo được trong bản minh hoạ.")


class CurrentPasswordWrong(DomainError):
    code = "accounts.current_password_wrong"
    message = _("Mật khẩu hiện tại chưa đúng. Còn %(left)s lần thử.")


class TooManyTries(DomainError):
    code = "accounts.throttled"
    message = _("Đã thử sai quá số lần cho phép. Thử lại sau %(clock)s.")


class SamePassword(DomainError):
    code = "accounts.same_password"
    message = _("Mật khẩu mới trùng mật khẩu hiện tại. Chọn mật khẩu khác.")


class NotAGateway(DomainError):
    code = "accounts.not_a_gateway"
    message = _("Tài khoản “%(username)s” không phải tài khoản cổng.")


class NotAPerson(DomainError):
    code = "accounts.not_a_person"
    message = _("Tài khoản “%(username)s” là của cổng. Dùng “Đặt mật khẩu cổng”.")


class CodeIsForTheDesk(DomainError):
    code = "accounts.code_is_for_the_desk"
    message = _("Tài khoản “%(username)s” là của người dân. Người dân nhận mã mới tại quầy, khi cán bộ đã xem giấy tờ.")


@dataclass(frozen=True, slots=True)
class Issued:
    """An account and the password to hand over, which is stored nowhere; None where the caller chose it."""

    account: Account
    password: str | None


@transaction.atomic
def create_account(
    actor: Acting,
    *,
    username: str,
    display_name: str,
    kind: str = Account.Kind.PERSON,
    phone: str = "",
    password: str | None = None,
    synthetic: bool = False,
) -> Issued:
    """Make an account. Without a password one is issued: one-time for a person, lasting for a gateway.

    Raises UsernameForm, UsernameTaken, DisplayNameMissing, DemoOnly, a password error, Refused.
    """
    actor.require("accounts.manage")
    name = username_key(username)
    if not USERNAME.fullmatch(name):
        raise UsernameForm(username=username)
    account = Account(username=name, display_name=_name(display_name), kind=kind, phone=phone, synthetic=synthetic)
    issued = _save_new(account, password)
    record(actor, "accounts.manage", obj=account, details={"act": "create", "kind": kind, "synthetic": synthetic})
    return issued


def _name(display_name: str) -> str:
    name = one_line(display_name)
    if not name:
        raise DisplayNameMissing()
    return name


def _save_new(account: Account, password: str | None) -> Issued:
    """Save an account under the chosen password, or under a one-time one."""
    if account.synthetic and not settings.SOYTE_DEMO:
        raise DemoOnly()
    secret = password or one_time_password()
    if password:
        check_strength(password, username=account.username, display_name=account.display_name)
    _put_password(account, secret, one_time=password is None)
    with refusing(accounts_account_username_key=UsernameTaken(username=account.username)):
        account.save()
    return Issued(account, None if password else secret)


def new_citizen(*, display_name: str, phone: str, password: str | None = None, synthetic: bool = False) -> Issued:
    """An account for a citizen. Its name tells nothing of him: it stands in audits and on paper. No access check and no
    audit of its own: kernel/access/citizens.py hands it out."""
    account = Account(
        username=citizen_username(),
        display_name=display_name,
        kind=Account.Kind.CITIZEN,
        phone=phone,
        synthetic=synthetic,
    )
    return _save_new(account, password)


def new_code(account: Account) -> Issued:
    """A new one-time code for a citizen; his sessions end. As `new_citizen`, for kernel/access/citizens.py alone."""
    fresh = _locked(account)
    secret = one_time_password()
    _put_password(fresh, secret, one_time=True)
    fresh.save(update_fields=["password", "must_change_password", "one_time_until"])
    return Issued(fresh, secret)


def _put_password(account: Account, secret: str, *, one_time: bool) -> None:
    if account.kind in Account.PEOPLE:
        account.set_password(secret)
        account.must_change_password = one_time
        account.one_time_until = timezone.now() + ONE_TIME if one_time else None
    else:
        account.set_password(gateway_form(secret))


def _locked(account: Account) -> Account:
    return Account.objects.select_for_update().get(pk=account.pk)


@transaction.atomic
def reset_password(actor: Acting, account: Account) -> Issued:
    """Issue a one-time password to a person; sessions of the account end. Raises NotAPerson, CodeIsForTheDesk, Refused."""
    actor.require("accounts.manage", account)
    fresh = _locked(account)
    if fresh.kind == Account.Kind.CITIZEN:
        raise CodeIsForTheDesk(username=fresh.username)
    if fresh.kind != Account.Kind.PERSON:
        raise NotAPerson(username=fresh.username)
    secret = one_time_password()
    _put_password(fresh, secret, one_time=True)
    fresh.save(update_fields=["password", "must_change_password", "one_time_until"])
    record(actor, "accounts.manage", obj=fresh, details={"act": "reset password"})
    return Issued(fresh, secret)


@transaction.atomic
def set_gateway_password(actor: Acting, account: Account, *, password: str | None = None) -> Issued:
    """Give a gateway its password (plain; kept as argon2 of its MD5 form), or issue one. Raises NotAGateway, Refused."""
    actor.require("accounts.manage", account)
    fresh = _locked(account)
    if fresh.kind in Account.PEOPLE:
        raise NotAGateway(username=fresh.username)
    if password:
        check_strength(password, username=fresh.username)
    secret = password or one_time_password()
    _put_password(fresh, secret, one_time=False)
    fresh.save(update_fields=["password"])
    record(actor, "accounts.manage", obj=fresh, details={"act": "gateway password"})
    return Issued(fresh, None if password else secret)


def change_password(actor: Acting, account: Account, *, current: str, new: str) -> Account:
    """Change one's own password. Wrong guesses at the current one count like attempts to sign in.

    Afterwards the view calls sign_in.keep_session. Raises CurrentPasswordWrong, TooManyTries, SamePassword, or a
    password error.
    """
    turn = take_turn(account.username, actor.address)
    if turn.retry_at:
        raise TooManyTries(clock=timezone.localtime(turn.retry_at).strftime("%H:%M:%S"))
    if not check_password(current, account.password):
        record_refused(actor, "accounts.change_password", obj=account, reason="accounts.current_password_wrong")
        raise CurrentPasswordWrong(left=turn.tries_left)
    pass_turn(turn)
    if current == new:
        raise SamePassword()
    check_strength(new, username=account.username, display_name=account.display_name)
    return _changed(actor, account, new)


@transaction.atomic
def _changed(actor: Acting, account: Account, new: str) -> Account:
    fresh = _locked(account)
    _put_password(fresh, new, one_time=False)
    fresh.save(update_fields=["password", "must_change_password", "one_time_until"])
    record(actor, "accounts.change_password", obj=fresh)
    return fresh


@transaction.atomic
def lock_account(actor: Acting, account: Account, *, reason: str) -> Account:
    """Nobody signs in with it any more; its sessions end at their next page. Raises Refused."""
    return _activity(actor, account, active=False, reason=reason)


@transaction.atomic
def unlock_account(actor: Acting, account: Account, *, reason: str) -> Account:
    """Undo a lock. Raises Refused."""
    return _activity(actor, account, active=True, reason=reason)


def _activity(actor: Acting, account: Account, *, active: bool, reason: str) -> Account:
    actor.require("accounts.manage", account)
    fresh = _locked(account)
    fresh.is_active = active
    fresh.save(update_fields=["is_active"])
    details = {"act": "unlock" if active else "lock"}
    record(actor, "accounts.manage", obj=fresh, reason=one_line(reason), details=details)
    return fresh


@transaction.atomic
def edit_account(actor: Acting, account: Account, *, display_name: str, phone: str) -> Account:
    """Correct a name or telephone number. Raises DisplayNameMissing, Refused."""
    actor.require("accounts.manage", account)
    name = _name(display_name)
    fresh = _locked(account)
    before = {"display_name": fresh.display_name, "phone": fresh.phone}
    fresh.display_name, fresh.phone = name, phone.strip()
    fresh.save(update_fields=["display_name", "phone"])
    record(actor, "accounts.manage", obj=fresh, details={"act": "edit", "before": before})
    return fresh
