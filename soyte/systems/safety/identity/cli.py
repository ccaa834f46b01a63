"""What only the operator of the machine does to accounts: `soyte first-administrator` begins a real installation,
`soyte administrator-password` helps an administrator whom no other administrator can help."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.kernel.accounts.services import Issued
from soyte.kernel.actors import Machine
from soyte.kernel.errors import DomainError
from soyte.systems.safety.identity.services import first_administrator, recover_administrator

REFUSED = 1


def first_administrator_main(argv: list[str]) -> int:
    """Prints a one-time password, once. Exit status: 0 made, 1 refused."""
    parser = argparse.ArgumentParser(prog="soyte first-administrator", description=_("Tạo quản trị viên đầu tiên"))
    parser.add_argument("username", help=_("tên đăng nhập, chữ thường không dấu"))
    parser.add_argument("display_name", help=_("họ và tên, đặt trong dấu nháy"))
    asked = parser.parse_args(argv)
    operator = Machine("soyte first-administrator")
    return _issue(lambda: first_administrator(operator, username=asked.username, display_name=asked.display_name))


def administrator_password_main(argv: list[str]) -> int:
    """Prints a one-time password, once. Exit status: 0 reset, 1 refused."""
    parser = argparse.ArgumentParser(
        prog="soyte administrator-password",
        description=_("Đặt lại mật khẩu của một quản trị viên, khi không còn quản trị viên nào khác làm được"),
    )
    parser.add_argument("username", help=_("tên đăng nhập của quản trị viên"))
    asked = parser.parse_args(argv)
    return _issue(lambda: recover_administrator(Machine("soyte administrator-password"), username=asked.username))


def _issue(act: Callable[[], Issued]) -> int:
    try:
        issued = act()
    except DomainError as refusal:
        print(f"soyte: {refusal}", file=sys.stderr)
        return REFUSED
    until = issued.account.one_time_until
    print(_("Tên đăng nhập:         %(username)s") % {"username": issued.account.username})
    print(_("Mật khẩu dùng một lần: %(password)s") % {"password": issued.password})
    print(
        _("Mật khẩu chỉ hiện lần này, dùng được đến %(until)s. Lần đăng nhập đầu sẽ đòi đặt mật khẩu mới.")
        % {"until": timezone.localtime(until).strftime("%d/%m/%Y %H:%M") if until else ""}
    )
    return 0
