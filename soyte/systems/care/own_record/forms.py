"""What a citizen answers and says, and what officers write at the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from soyte.clinical.allergies.models import AllergyStatement
from soyte.kernel.access.models import Guardianship
from soyte.systems.care.own_record.models import Dispute
from soyte.systems.care.own_record.services import disputes
from soyte.systems.care.own_record.services.allergies import LONGEST
from soyte.ui.fields import DayField, PhoneField

Kind, Answer = AllergyStatement.Kind, AllergyStatement.Answer
QUESTIONS = {
    Kind.MEDICINE: _("Bạn có dị ứng với thuốc nào không?"),
    Kind.FOOD: _("Bạn có dị ứng với thức ăn nào không?"),
    Kind.OTHER: _("Bạn có dị ứng với thứ khác không: vắc-xin, côn trùng đốt, phấn hoa, hoá chất, nhựa cao su?"),
}
CHILD_QUESTIONS = {
    Kind.MEDICINE: _("Cháu có dị ứng với thuốc nào không?"),
    Kind.FOOD: _("Cháu có dị ứng với thức ăn nào không?"),
    Kind.OTHER: _("Cháu có dị ứng với thứ khác không: vắc-xin, côn trùng đốt, phấn hoa, hoá chất, nhựa cao su?"),
}


class AllergyForm(forms.Form):
    """Three questions; each answered or not at all is refused, for a question left open is no answer."""

    def __init__(self, *args: Any, is_child: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, question in (CHILD_QUESTIONS if is_child else QUESTIONS).items():
            self.fields[kind] = forms.ChoiceField(
                label=question,
                choices=Answer.choices,
                widget=forms.RadioSelect,
                error_messages={"required": _("Chọn một câu trả lời. Không rõ thì chọn “Tôi không biết”.")},
            )
            self.fields[f"{kind}_what"] = forms.CharField(
                label=_("Nếu có: dị ứng với gì, đã bị sao"),
                max_length=LONGEST,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[kind], self[f"{kind}_what"]) for kind in Kind.values]

    def answers(self) -> dict[str, tuple[str, str]]:
        given = self.cleaned_data
        return {kind: (given[kind], given[f"{kind}_what"]) for kind in Kind.values}


class SayForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Điều gì không đúng"),
        choices=Dispute.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Chọn điều không đúng.")},
    )
    words = forms.CharField(
        label=_("Kể lại bằng lời của bạn"),
        help_text=_("Ví dụ: “Hôm đó tôi không đi khám” hoặc “Tôi không được cấp thuốc này”. Cơ sở sẽ đọc câu này."),
        max_length=disputes.LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class LookUpForm(forms.Form):
    number = forms.CharField(
        label=_("Số trên giấy tờ"),
        help_text=_("Căn cước 12 số, chứng minh 9 số, hộ chiếu, hoặc thẻ bảo hiểm y tế."),
        max_length=40,
        error_messages={"required": _("Thiếu số. Ghi số trên giấy tờ mà người dân đưa.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class SeenCard(forms.Form):
    card_seen = forms.BooleanField(
        label=_("Tôi đã xem giấy tờ có ảnh; người trước mặt tôi là người này"),
        error_messages={"required": _("Xem giấy tờ có ảnh trước đã, rồi đánh dấu vào đây.")},
    )


class AdmitForm(SeenCard):
    phone = PhoneField(required=False)


class EndAccountForm(forms.Form):
    reason = forms.CharField(
        label=_("Lý do thu tài khoản"),
        max_length=500,
        error_messages={"required": _("Thiếu lý do. Ví dụ: “Người dân báo mất điện thoại”.")},
    )


class GuardianForm(SeenCard):
    child = forms.ChoiceField(label=_("Con đã biết theo giấy chứng sinh"), required=False, widget=forms.RadioSelect)
    child_number = forms.CharField(
        label=_("Số định danh hoặc thẻ bảo hiểm y tế của con"),
        help_text=_("Trẻ chưa có số nào trong tệp và không có trong danh sách con thì chưa ghi được."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    paper_kind = forms.ChoiceField(
        label=_("Giấy tờ chứng minh"),
        choices=Guardianship.Paper.choices,
        error_messages={"required": _("Chọn loại giấy tờ.")},
    )
    paper = forms.CharField(
        label=_("Số, ngày và nơi cấp"),
        min_length=10,
        max_length=200,
        error_messages=dict.fromkeys(
            ("required", "min_length"),
            _("Thiếu số, ngày và nơi cấp. Ví dụ: “Số 123, ngày 05/06/2019, UBND xã Tân An”."),
        ),
    )
    until = DayField(
        label=_("Thôi giám hộ từ ngày"),
        help_text=_("Để trống: đến ngày cháu đủ 18 tuổi. Không ghi sau ngày đó được."),
    )

    def __init__(self, *args: Any, children: list[tuple[str, str]], **kwargs: Any) -> None:
        # Other forms of the same desk page ask whether the card was seen, too.
        super().__init__(*args, **{"auto_id": "guardian_%s", **kwargs})
        if children:
            self.fields["child"].choices = [*children, ("", _("Con khác, ghi số bên dưới"))]  # type: ignore[attr-defined]
        else:
            del self.fields["child"]
            self.fields["child_number"].required = True
            self.fields["child_number"].error_messages["required"] = str(_("Thiếu số của con."))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "child" in self.fields and not given.get("child") and not given.get("child_number"):
            self.add_error("child_number", _("Chọn một người con, hoặc ghi số của con."))
        return given


class EndGuardianForm(forms.Form):
    reason = forms.CharField(
        label=_("Lý do thôi giám hộ"),
        max_length=500,
        error_messages={"required": _("Thiếu lý do. Ví dụ: “Bản án số 12 giao cháu cho bố”.")},
    )


UPHELD, REFUSED = "upheld", "refused"
NOBODY, SOMEBODY = "nobody", "somebody"


class AnswerForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Sau khi đối chiếu"),
        choices=[(UPHELD, _("Người dân nói đúng")), (REFUSED, _("Hồ sơ ghi đúng"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Chọn kết quả đối chiếu.")},
    )
    whose = forms.ChoiceField(
        label=_("Nếu người dân nói đúng, lượt khám là của"),
        choices=[(NOBODY, _("Chưa rõ là ai")), (SOMEBODY, _("Người mang số dưới đây"))],
        initial=NOBODY,
        required=False,
        widget=forms.RadioSelect,
    )
    number = forms.CharField(
        label=_("Số định danh hoặc số bảo hiểm của người đó"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    answer = forms.CharField(
        label=_("Trả lời người dân"),
        help_text=_("Đã đối chiếu gì, kết quả ra sao, sẽ làm gì. Không nêu tên người khác."),
        max_length=disputes.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Thiếu câu trả lời. Người dân đang chờ đọc nó.")},
    )

    def __init__(self, *args: Any, about_visit: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not about_visit:
            del self.fields["whose"], self.fields["number"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        named = given.get("decision") == UPHELD and given.get("whose") == SOMEBODY
        if named and not given.get("number"):
            self.add_error("number", _("Ghi số của người mà lượt khám thuộc về, hoặc chọn “Chưa rõ là ai”."))
        return given


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=_("Vì sao hoàn tác"),
        max_length=disputes.LONGEST,
        error_messages={"required": _("Thiếu lý do hoàn tác.")},
    )


def refuse(form: forms.Form, field: str | None, refusal: Exception) -> None:
    """Show a refusal beside its field, or above the form where it has none."""
    form.add_error(field if field in form.fields else None, str(refusal))
