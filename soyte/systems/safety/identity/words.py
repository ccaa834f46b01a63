"""Words that several pages of the administrator use."""

from __future__ import annotations

from django.utils.translation import gettext as _


def kinds_of_rows() -> dict[str, str]:
    """What an act was done to, by the name of its table."""
    return {
        "page": _("Trang"),
        "accounts.account": _("Tài khoản"),
        "organisations.unit": _("Đơn vị"),
        "access.post": _("Chức danh"),
        "people.person": _("Người dân"),
        "people.reviewpair": _("Cặp người nghi trùng"),
        "encounters.encounter": _("Lượt khám"),
        "audit.auditevent": _("Dòng nhật ký"),
    }
