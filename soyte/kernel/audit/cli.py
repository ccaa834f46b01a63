"""soyte audit verify|seal"""

from __future__ import annotations

import argparse

from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.kernel.audit.chain import seal_batches, verify
from soyte.kernel.audit.models import AuditBatch


def main(argv: list[str]) -> int:
    """Exit status: 0 the chain holds, 1 it is broken."""
    parser = argparse.ArgumentParser(prog="soyte audit", description=_("Kiểm tra chuỗi nhật ký"))
    parser.add_argument(
        "act", choices=("verify", "seal"), help=_("verify: tính lại mọi mã băm; seal: niêm phong các dòng mới")
    )
    if parser.parse_args(argv).act == "seal":
        print(_("Đã niêm phong %(count)s lô nhật ký.") % {"count": len(seal_batches())})
        return 0
    return _verify()


def _verify() -> int:
    broken = verify()
    if broken is None:
        print(_("Chuỗi nhật ký nguyên vẹn: %(count)s lô.") % {"count": AuditBatch.objects.count()})
        return 0
    when = timezone.localtime(broken.sealed_at).strftime("%d/%m/%Y %H:%M")
    print(
        _("Chuỗi nhật ký bị đứt tại lô %(number)s, niêm phong lúc %(when)s, dòng %(first)s đến %(last)s.")
        % {"number": broken.number, "when": when, "first": broken.first_id, "last": broken.last_id}
    )
    return 1
