"""Pages of content sets, of taking a list, and of the definitions that are content: rules and indicators."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from soyte.ui.components import Tab


def tabs_of_content(current: str) -> list[Tab]:
    """The four kinds of content that have a page."""
    titles = {
        "sets": _("Danh mục"),
        "rules": _("Quy tắc tệp khám bệnh"),
        "gateway_errors": _("So với lỗi của cổng BHXH"),
        "indicators": _("Số liệu"),
    }
    return [Tab(title, reverse(f"reference_lists:{name}"), name == current) for name, title in titles.items()]
