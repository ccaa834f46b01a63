"""Filters of the lists and forms of the acts."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from soyte.systems.care.visit_intake.models import Receipt
from soyte.systems.care.visit_intake.services import LONGEST_REASON
from soyte.ui.fields import DayField
from soyte.ui.filters import FilterForm


class ReceiptFilters(FilterForm):
    q = forms.CharField(label=_("Tên tệp, biên nhận hoặc MA_LK"), max_length=200)
    ket_qua = forms.ChoiceField(
        label=_("Kết quả"),
        choices=[
            ("", _("Mọi kết quả")),
            ("giu", _("Có lượt bị giữ")),
            ("xem", _("Có lượt nên xem")),
            ("dat", _("Không lượt nào bị giữ")),
            ("hong", _("Không đọc được")),
            ("cho", _("Đang xử lý")),
        ],
    )
    cua = forms.ChoiceField(label=_("Cửa nhận"), choices=[("", _("Mọi cửa")), *Receipt.Channel.choices])
    loai = forms.ChoiceField(label=_("Loại tệp"), choices=[("", _("Mọi loại")), *Receipt.Kind.choices])
    ngay = DayField(label=_("Nhận ngày"))


class VisitFilters(FilterForm):
    """Visits of a set of files."""

    q = forms.CharField(label=_("Mã lượt khám (MA_LK)"), max_length=100)
    ket_qua = forms.ChoiceField(
        label=_("Kết quả"),
        choices=[
            ("", _("Mọi kết quả")),
            ("giu", _("Bị giữ")),
            ("con", _("Bị giữ, chưa gửi lại")),
            ("xem", _("Đã nhận, nên xem")),
            ("dat", _("Đã nhận")),
        ],
    )


class RefusedFilters(FilterForm):
    """Refused visits of the sender's own facility."""

    q = forms.CharField(label=_("Mã lượt khám (MA_LK)"), max_length=100)
    con = forms.ChoiceField(
        label=_("Tình trạng"), choices=[("", _("Chưa gửi lại")), ("het", _("Cả những lượt đã gửi lại"))]
    )
    tu = DayField(label=_("Nhận từ ngày"))
    den = DayField(label=_("Đến ngày"))
    ra = DayField(label=_("Ra viện ngày"))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Lý do rút"),
        help_text=_("Ví dụ: “Nhập nhầm người bệnh”. Lý do nằm trong nhật ký."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Thiếu lý do. Ghi một câu nói rõ vì sao rút.")},
    )


class MendForm(forms.Form):
    """A new value for the field of one finding."""

    loi = forms.IntegerField(widget=forms.HiddenInput)
    value = forms.CharField(label=_("Giá trị mới"), required=False, strip=True, max_length=4000)
    every = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @classmethod
    def sent(cls, post: QueryDict) -> list[dict[str, Any]]:
        """The values of a copy that grew by one mend after the other, each as its own form; none if one of them is wrong."""
        names = [post.getlist(name) for name in ("loi", "value", "every")]
        asked = [cls({"loi": found, "value": value, "every": every}) for found, value, every in zip_longest(*names)]
        return [one.cleaned_data for one in asked] if all(one.is_valid() for one in asked) else []
