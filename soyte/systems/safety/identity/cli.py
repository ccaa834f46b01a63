"""`soyte first-administrator USERNAME "Họ và tên"`: the account with which a real installation begins."""

from __future__ import annotations

import argparse
import sys

from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.kernel.actors import Machine
from soyte.kernel.errors import DomainError
from soyte.systems.safety.identity.services import first_administrator

REFUSED = 1


def first_administrator_main(argv: list[str]) -> int:
    """Prints a one-time password, once. Exit status: 0 made, 1 refused."""
    parser = argparse.ArgumentParser(prog="soyte first-administrator", description=_("Tạo quản trị viên đầu tiên"))
    parser.add_argument("username", help=_("tên đăng nhập, chữ thường không dấu"))
    parser.add_argument("display_name", help=_("họ và tên, đặt trong dấu nháy"))
    asked = parser.parse_args(argv)
    try:
        issued = first_administrator(
            Machine("soyte first-administrator"), username=asked.username, display_name=asked.display_name
        )
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
