"""What an administrator does, made safe against double clicks and against two administrators at once.

The acts themselves are the kernel's. Here each one first looks, under a lock, whether what the page showed still holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.kernel.access import services as access
from soyte.kernel.access.models import Post
from soyte.kernel.accounts import services as kernel_accounts
from soyte.kernel.accounts.models import Account
from soyte.kernel.accounts.services import Issued
from soyte.kernel.accounts.sign_in import username_key
from soyte.kernel.actors import Acting
from soyte.kernel.errors import DomainError
from soyte.kernel.organisations import services as organisations
from soyte.kernel.organisations.models import Unit
from soyte.kernel.organisations.selectors import departments
from soyte.systems.safety.identity import selectors
from soyte.systems.safety.identity.selectors import seen


class UnitTwice(DomainError):
    code = "identity.unit_twice"
    message = _("Đã có “%(name)s” ở đúng cấp trên này. Mở đơn vị đó, hoặc ghi tên khác.")


class NamedAlready(DomainError):
    code = "identity.named_already"
    message = _("Đơn vị này đã là “%(name)s”, không còn chờ. Muốn đổi tên thì dùng “Đổi tên”.")


class ChangedMeanwhile(DomainError):
    code = "identity.changed_meanwhile"
    message = _("Người khác vừa sửa mục này. Chưa ghi gì; trang dưới đây có giá trị mới nhất, xem lại rồi lưu.")


class PasswordMovedOn(DomainError):
    code = "identity.password_moved_on"
    message = _(
        "Mật khẩu của tài khoản này vừa được đặt lại hoặc đã đổi, nên chưa đặt lại lần nữa. "
        "Cần mật khẩu khác thì bấm đặt lại trên trang này."
    )


class LockedAlready(DomainError):
    code = "identity.locked_already"
    message = _("Tài khoản này đã khoá từ trước.")


class OpenAlready(DomainError):
    code = "identity.open_already"
    message = _("Tài khoản này đang mở, không cần mở khoá.")


class LastAdministrator(DomainError):
    code = "identity.last_administrator"
    message = _("Đây là quản trị viên cuối cùng còn đăng nhập được. Giao chức danh quản trị viên cho người khác trước.")


class AdministratorExists(DomainError):
    code = "identity.administrator_exists"
    message = _(
        "Đã có quản trị viên đăng nhập được (%(username)s). Người đó tạo tài khoản tiếp theo trên trang “Tài khoản”."
    )


class NotAnAdministrator(DomainError):
    code = "identity.not_an_administrator"
    message = _("“%(username)s” không phải tài khoản quản trị viên. Quản trị viên hiện có: %(known)s.")


class NoDepartment(DomainError):
    code = "identity.no_department"
    message = _("Chưa có Sở Y tế trong danh mục đơn vị. Chạy “soyte content load” trước.")


def _one_at_a_time(what: str) -> None:
    """Acts of one kind wait for each other until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"soyte identity {what}"])


# ---- units -------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_unit(actor: Acting, *, name: str, parent: Unit | None, **facts: Any) -> Unit:
    """Make a unit unless one of this name stands at the same place. Raises UnitTwice and what the kernel's act raises."""
    _one_at_a_time("make unit")
    if known := selectors.twin(name, parent, timezone.localdate()):
        raise UnitTwice(name=known.name)
    return organisations.make_unit(actor, name=name, parent=parent, **facts)


@transaction.atomic
def name_unit(actor: Acting, unit: Unit, *, name: str, kind: str, parent: Unit | None, **facts: Any) -> Unit:
    """Make official a unit that waits for it. Raises NamedAlready and what the kernel's act raises."""
    fresh = Unit.objects.select_for_update().get(pk=unit.pk)
    if fresh.state != Unit.State.REVIEW:
        raise NamedAlready(name=fresh.name)
    return organisations.accept_unit(actor, fresh, name=name, kind=kind, parent=parent, **facts)


UNIT_FACTS = ("kind", "parent_id", "ownership", "beds", "software", "gln", "commune_code")


def unit_mark(unit: Unit) -> str:
    return seen(*(getattr(unit, field) for field in UNIT_FACTS))


@transaction.atomic
def correct_unit(actor: Acting, unit: Unit, *, mark: str, facts: Mapping[str, Any]) -> Unit:
    """Raises ChangedMeanwhile if the unit is no longer as the form showed it, and what the kernel's act raises."""
    fresh = Unit.objects.select_for_update().get(pk=unit.pk)
    if unit_mark(fresh) != mark:
        raise ChangedMeanwhile()
    return organisations.correct_unit(actor, fresh, **facts)


# ---- accounts ----------------------------------------------------------------------------------------------------


@transaction.atomic
def make_person(
    actor: Acting,
    *,
    username: str,
    display_name: str,
    phone: str,
    role: str = "",
    unit: Unit | None = None,
    reason: str = "",
) -> Issued:
    """An account for a person with its first post, all or nothing."""
    issued = kernel_accounts.create_account(actor, username=username, display_name=display_name, phone=phone)
    if role and unit:
        access.give_post(actor, account=issued.account, role=role, unit=unit, reason=reason)
    return issued


@transaction.atomic
def make_gateway(actor: Acting, *, unit: Unit, username: str, display_name: str, password: str | None = None) -> Issued:
    """An account by which a facility's software sends, with its post at that facility."""
    issued = kernel_accounts.create_account(
        actor, username=username, display_name=display_name, password=password, kind=Account.Kind.GATEWAY
    )
    access.give_post(actor, account=issued.account, role="gateway", unit=unit)
    return issued


def account_mark(account: Account) -> str:
    return seen(account.display_name, account.phone)


@transaction.atomic
def edit_account(actor: Acting, account: Account, *, mark: str, display_name: str, phone: str) -> Account:
    """Raises ChangedMeanwhile if the account is no longer as the form showed it, and what the kernel's act raises."""
    fresh = Account.objects.select_for_update().get(pk=account.pk)
    if account_mark(fresh) != mark:
        raise ChangedMeanwhile()
    return kernel_accounts.edit_account(actor, fresh, display_name=display_name, phone=phone)


def password_mark(account: Account) -> str:
    return seen(account.password)


def _same_password(account: Account, mark: str) -> Account:
    """Of two resets at once the second would silently spoil the password that the first is being told."""
    fresh = Account.objects.select_for_update().get(pk=account.pk)
    if password_mark(fresh) != mark:
        raise PasswordMovedOn()
    return fresh


@transaction.atomic
def reset_password(actor: Acting, account: Account, *, mark: str) -> Issued:
    """A one-time password for a person. Raises PasswordMovedOn and what the kernel's act raises."""
    return kernel_accounts.reset_password(actor, _same_password(account, mark))


@transaction.atomic
def set_gateway_password(actor: Acting, account: Account, *, mark: str, password: str | None) -> Issued:
    """Raises PasswordMovedOn and what the kernel's act raises."""
    return kernel_accounts.set_gateway_password(actor, _same_password(account, mark), password=password)


@transaction.atomic
def lock_account(actor: Acting, account: Account, *, reason: str) -> Account:
    """Raises LockedAlready, LastAdministrator, Refused."""
    _one_at_a_time("administrators")
    if not Account.objects.select_for_update().get(pk=account.pk).is_active:
        raise LockedAlready()
    locked = kernel_accounts.lock_account(actor, account, reason=reason)
    _somebody_rules(timezone.localdate())
    return locked


@transaction.atomic
def unlock_account(actor: Acting, account: Account, *, reason: str) -> Account:
    """Raises OpenAlready, Refused."""
    if Account.objects.select_for_update().get(pk=account.pk).is_active:
        raise OpenAlready()
    return kernel_accounts.unlock_account(actor, account, reason=reason)


@transaction.atomic
def end_post(actor: Acting, post: Post, *, on: dt.date, reason: str) -> Post:
    """Raises LastAdministrator and what the kernel's act raises."""
    _one_at_a_time("administrators")
    ended = access.end_post(actor, post, on=on, reason=reason)
    _somebody_rules(max(on, timezone.localdate()))
    return ended


def _somebody_rules(day: dt.date) -> None:
    if not selectors.administrators(day).exists():
        raise LastAdministrator()


@transaction.atomic
def first_administrator(actor: Acting, *, username: str, display_name: str) -> Issued:
    """The administrator who makes all other accounts, at the department. An earlier first one, whose password ran out
    unused, gets a new password. Raises AdministratorExists, NoDepartment and what the kernel's acts raise."""
    _one_at_a_time("administrators")
    today = timezone.localdate()
    if ruling := selectors.administrators(today).first():
        raise AdministratorExists(username=ruling.username)
    department = departments(today).first()
    if department is None:
        raise NoDepartment()
    known = Account.objects.filter(
        username=username_key(username), is_active=True, one_time_until__isnull=False
    ).first()
    if known:
        issued = kernel_accounts.reset_password(actor, known)
    else:
        issued = kernel_accounts.create_account(actor, username=username, display_name=display_name)
    if not selectors.administrators(today).filter(pk=issued.account.pk).exists():
        access.give_post(actor, account=issued.account, role="administrator", unit=department)
    return issued


@transaction.atomic
def recover_administrator(actor: Acting, *, username: str) -> Issued:
    """A one-time password for an administrator whom no other can help: by the operator of the machine, never by a page.

    Also opens an account that was locked. Raises NotAnAdministrator and what the kernel's acts raise.
    """
    _one_at_a_time("administrators")
    ruling = selectors.rulers(timezone.localdate())
    account = ruling.filter(username=username_key(username)).first()
    if account is None:
        known = ", ".join(ruling.order_by("username").values_list("username", flat=True)) or str(_("chưa có ai"))
        raise NotAnAdministrator(username=username, known=known)
    if not account.is_active:
        kernel_accounts.unlock_account(actor, account, reason=str(actor.text))
    return kernel_accounts.reset_password(actor, account)
