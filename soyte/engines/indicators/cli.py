"""soyte rollups rebuild|verify"""

from __future__ import annotations

import argparse
import time

from django.db import connection
from django.utils.translation import gettext as _

from soyte.engines.indicators import rolling


def main(argv: list[str]) -> int:
    """Exit status: 0; 1 where `verify` found cells that differ from the rows."""
    parser = argparse.ArgumentParser(prog="soyte rollups", description=_("Bảng cộng sẵn của các số liệu"))
    parser.add_argument(
        "act",
        choices=("rebuild", "verify"),
        help=_("rebuild: tính lại từ các dòng; verify: so với các dòng, không sửa gì"),
    )
    return _rebuild() if parser.parse_args(argv).act == "rebuild" else _verify()


def _rebuild() -> int:
    rolling.drop_unknown()
    for code in rolling.rolled():
        began = time.monotonic()
        count = rolling.rebuild(code)
        print(f"{code}\t{count}\t{time.monotonic() - began:.1f} s")
    with connection.cursor() as cursor:
        cursor.execute("vacuum (analyze) indicators_cell")
    return 0


def _verify() -> int:
    wrong = 0
    for code in rolling.rolled():
        differing = rolling.differing(code)
        wrong += bool(differing)
        print(f"{code}\t" + (_("khác ở %(count)s ô") % {"count": differing} if differing else _("khớp")))
    return 1 if wrong else 0
