"""Forms of the pages of content."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from soyte.kernel.content.manifest import FoundSet
from soyte.kernel.content.upload import heading, required_fields, upload_fields
from soyte.ui.fields import DayField
from soyte.ui.filters import FilterForm

STATES = [("official", gettext_lazy("Chính thức")), ("review", gettext_lazy("Chờ rà soát"))]
SEVERITIES = [
    ("error", gettext_lazy("Lỗi, không nhận")),
    ("warning", pgettext_lazy("mức", "Cảnh báo")),
    ("note", gettext_lazy("Ghi nhận")),
    ("off", gettext_lazy("Đang tắt")),
]
_FIRST = dt.date(1900, 1, 1)
_AHEAD = dt.timedelta(days=3660)


class SetFilters(FilterForm):
    q = forms.CharField(label=gettext_lazy("Tên, mã, văn bản"), max_length=100)
    state = forms.ChoiceField(
        label=gettext_lazy("Trạng thái"),
        choices=[
            ("", gettext_lazy("Mọi trạng thái")),
            *STATES,
            ("changed", gettext_lazy("Nạp lại sẽ thay đổi")),
            ("uploaded", gettext_lazy("Có bản đã nạp")),
        ],
    )


class RowFilters(FilterForm):
    q = forms.CharField(label=gettext_lazy("Mã hoặc tên"), max_length=100)
    on = DayField(label=gettext_lazy("Có hiệu lực ngày"))
    state = forms.ChoiceField(label=gettext_lazy("Trạng thái"), choices=[("", gettext_lazy("Mọi trạng thái")), *STATES])


class UploadForm(forms.Form):
    valid_from = DayField(
        label=gettext_lazy("Có hiệu lực từ ngày"),
        help_text=gettext_lazy(
            "Từ ngày này danh mục chỉ gồm các dòng trong tệp; dòng không còn trong tệp sẽ kết thúc."
        ),
        missing=gettext_lazy("Thiếu ngày bắt đầu hiệu lực."),
        validators=[MinValueValidator(_FIRST, gettext_lazy("Ngày sớm nhất là 01/01/1900."))],
    )
    source = forms.CharField(
        label=gettext_lazy("Văn bản"),
        max_length=300,
        help_text=gettext_lazy("Số, ngày, nơi ban hành; ví dụ “TT 06/2026/TT-BYT, phụ lục”."),
        error_messages={"required": gettext_lazy("Thiếu văn bản. Danh mục nào cũng phải ghi nguồn.")},
    )
    file = forms.FileField(
        label=gettext_lazy("Tệp XLSX hoặc CSV"),
        allow_empty_file=True,
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={
            "required": gettext_lazy("Chọn một tệp."),
            "max_length": gettext_lazy("Tên tệp dài quá. Đặt tên ngắn hơn."),
        },
    )

    def clean_valid_from(self) -> dt.date:
        since: dt.date = self.cleaned_data["valid_from"]
        if since > timezone.localdate() + _AHEAD:
            raise forms.ValidationError(_("Ngày này quá xa. Kiểm tra lại năm."))
        return since


class RuleFilters(FilterForm):
    q = forms.CharField(label=gettext_lazy("Tên, mã, trường, số lỗi"), max_length=100)
    severity = forms.ChoiceField(label=gettext_lazy("Mức"), choices=[("", gettext_lazy("Mọi mức")), *SEVERITIES])
    table = forms.ChoiceField(label=gettext_lazy("Bảng"))

    def __init__(self, request: Any, tables: list[tuple[str, str]]) -> None:
        super().__init__(request)
        self.fields["table"].choices = [("", _("Mọi bảng")), *tables]  # type: ignore[attr-defined]


class GatewayFilters(FilterForm):
    q = forms.CharField(label=gettext_lazy("Số lỗi, quy tắc, ghi chú"), max_length=100)
    reason = forms.ChoiceField(label=gettext_lazy("Trả lời"))
    table = forms.ChoiceField(label=gettext_lazy("Bảng"))

    def __init__(self, request: Any, reasons: list[tuple[str, str]], tables: list[tuple[str, str]]) -> None:
        super().__init__(request)
        self.fields["reason"].choices = [("", _("Mọi trả lời")), *reasons]  # type: ignore[attr-defined]
        self.fields["table"].choices = [("", _("Mọi bảng")), *tables]  # type: ignore[attr-defined]


def accepted_columns(found: FoundSet) -> str:
    """The names of the columns that an uploaded list may have, the needed ones marked."""
    needed = required_fields(found)
    return ", ".join(heading(found, name) + (" *" if name in needed else "") for name in upload_fields(found))
