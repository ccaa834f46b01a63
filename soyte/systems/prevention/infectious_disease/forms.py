"""What a person adds to a report, in the groups of the case form (TT 15/2026/TT-BYT điều 7), and the short acts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from soyte.systems.prevention.infectious_disease import selectors
from soyte.systems.prevention.infectious_disease.models import CaseReport, Outbreak, OutbreakAct
from soyte.ui.fields import DayField, PhoneField
from soyte.ui.filters import TabbedFilterForm

UNKNOWN, UNCHOSEN = ("", gettext_lazy("Chưa biết")), ("", gettext_lazy("Chọn"))
CLASSES = [("suspected", gettext_lazy("Nghi ngờ")), ("probable", gettext_lazy("Có thể")),
           ("confirmed", gettext_lazy("Xác định"))]  # fmt: skip
STATES = [("outpatient", gettext_lazy("Đang điều trị ngoại trú")), ("inpatient", gettext_lazy("Đang nằm viện")),
          ("discharged", gettext_lazy("Đã ra viện")), ("transferred", gettext_lazy("Đã chuyển viện")),
          ("died", gettext_lazy("Tử vong")), ("other", gettext_lazy("Khác"))]  # fmt: skip
YES_NO = [("yes", gettext_lazy("Có")), ("no", gettext_lazy("Không"))]
LAB_KINDS = [("rapid", gettext_lazy("Test nhanh")), ("elisa", "ELISA"), ("pcr", "PCR"),
             ("culture", gettext_lazy("Nuôi cấy, phân lập")), ("microscopy", gettext_lazy("Soi kính hiển vi")),
             ("other", gettext_lazy("Khác"))]  # fmt: skip
LAB_RESULTS = [("positive", gettext_lazy("Dương tính")), ("negative", gettext_lazy("Âm tính")),
               ("pending", gettext_lazy("Chưa có kết quả"))]  # fmt: skip


def _text(label: Any, *, help_text: Any = "", longest: int = 200) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=longest)


def _long(label: Any, *, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=1000, widget=area)


def _choice(label: Any, choices: Sequence[tuple[str, Any]], *, required: bool = False, missing: Any = "") -> Any:
    errors = {"required": missing} if missing else {}
    blank = UNCHOSEN if required else UNKNOWN
    return forms.ChoiceField(label=label, choices=[blank, *choices], required=required, error_messages=errors)


class CaseForm(forms.Form):
    """Everything but classification and state may stay unknown: a report in time is worth more than a full one."""

    address = _text(gettext_lazy("Nơi ở hiện nay"), longest=300)
    hamlet = _text(gettext_lazy("Thôn, ấp, khu phố"))
    phone = PhoneField(required=False)
    occupation = _text(gettext_lazy("Nghề nghiệp"))
    workplace = _text(gettext_lazy("Nơi làm việc, trường, lớp"))
    onset_on = DayField(
        label=gettext_lazy("Ngày khởi phát"), help_text=gettext_lazy("Tệp khám bệnh không ghi ngày này.")
    )
    symptoms = _long(gettext_lazy("Triệu chứng"))
    classification = _choice(gettext_lazy("Phân loại ca bệnh"), CLASSES, required=True,
                             missing=gettext_lazy("Thiếu phân loại. Chọn theo định nghĩa ca bệnh."))  # fmt: skip
    state = _choice(gettext_lazy("Tình trạng hiện nay"), STATES, required=True,
                    missing=gettext_lazy("Thiếu tình trạng hiện nay của người bệnh."))  # fmt: skip
    complication = _text(gettext_lazy("Biến chứng"))
    vaccinated = _choice(gettext_lazy("Đã tiêm phòng bệnh này"), YES_NO)
    doses = forms.IntegerField(label=gettext_lazy("Số mũi"), required=False, min_value=0, max_value=20)
    last_dose_on = DayField(label=gettext_lazy("Ngày tiêm mũi gần nhất"))
    exposure = _long(gettext_lazy("Tiếp xúc, nguồn lây"),
                     help_text=gettext_lazy("Ai, ở đâu, khi nào; động vật, thức ăn, nước."))  # fmt: skip
    travel = _text(gettext_lazy("Đi lại trong thời gian ủ bệnh"))
    contacts = forms.IntegerField(
        label=gettext_lazy("Số người tiếp xúc gần"), required=False, min_value=0, max_value=10_000
    )
    sampled = _choice(gettext_lazy("Có lấy mẫu"), YES_NO)
    lab_kind = _choice(gettext_lazy("Loại xét nghiệm"), LAB_KINDS)
    sampled_on = DayField(label=gettext_lazy("Ngày lấy mẫu"))
    lab_result = _choice(gettext_lazy("Kết quả"), LAB_RESULTS)

    groups = (
        (gettext_lazy("Hành chính"), ("address", "hamlet", "phone", "occupation", "workplace")),
        (gettext_lazy("Lâm sàng"), ("onset_on", "classification", "state", "complication", "symptoms")),
        (gettext_lazy("Dịch tễ"), ("vaccinated", "doses", "last_dose_on", "contacts", "travel", "exposure")),
        (gettext_lazy("Mẫu xét nghiệm"), ("sampled", "lab_kind", "sampled_on", "lab_result")),
    )

    def __init__(self, data: Any = None, *, case: CaseReport, known: Mapping[str, str]) -> None:
        super().__init__(data, initial=dict(known))
        self.case = case

    def sections(self) -> list[tuple[Any, list[Any]]]:
        return [(title, [self[name] for name in names]) for title, names in self.groups]

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        today = timezone.localdate()
        for name in ("onset_on", "last_dose_on", "sampled_on"):
            if told.get(name) and told[name] > today:
                self.add_error(name, _("Ngày này chưa tới."))
        onset = told.get("onset_on")
        if onset and self.case.kind == CaseReport.Kind.CASE and onset > self.case.seen_on:
            seen = self.case.seen_on.strftime("%d/%m/%Y")
            self.add_error("onset_on", _("Khởi phát không thể sau ngày đến khám %(day)s.") % {"day": seen})
        return told

    def with_answers_of(self, theirs: Mapping[str, str]) -> CaseForm:
        """The same form, its empty boxes filled with what somebody else saved meanwhile. Needs a valid form."""
        return CaseForm({**theirs, **self.texts()}, case=self.case, known={})

    def texts(self) -> dict[str, str]:
        """What is written down: every answer as text, days as 2026-09-10; the unknown left out."""
        given = ((name, value) for name, value in self.cleaned_data.items() if value not in (None, ""))
        return {name: value.isoformat() if isinstance(value, dt.date) else str(value) for name, value in given}


def shown(name: str, value: str) -> str:
    """An answer in words, as a sheet prints it."""
    field = CaseForm.base_fields[name]
    if not value:
        return ""
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return str(dict(choices).get(value, value))
    if isinstance(field, forms.DateField):
        return dt.date.fromisoformat(value).strftime("%d/%m/%Y")
    return value


class CaseFilters(TabbedFilterForm):
    benh = forms.ChoiceField(label=gettext_lazy("Bệnh"))
    xa = forms.ChoiceField(label=gettext_lazy("Xã"))

    def __init__(self, request: Any) -> None:
        super().__init__(request, tabs=selectors.TABS)
        self.offer("benh", gettext_lazy("Mọi bệnh"), selectors.diseases(request.actor))
        if request.actor.units("cases.read") is None:
            names = sorted(selectors.communes().items(), key=lambda row: row[1])
            self.offer("xa", gettext_lazy("Mọi xã"), names)
        else:
            del self.fields["xa"]

    def asked(self) -> dict[str, str]:
        """For selectors.cases."""
        told = self.values()
        return {"tab": self.tab, "disease": told.get("benh", ""), "commune": told.get("xa", "")}


class VersionForm(forms.Form):
    """`version`: what the officer saw when she opened the page."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **told: Any) -> None:
        # Several of these stand on one page: each has ids of its own.
        super().__init__(data, auto_id=f"{type(self).__name__.lower()}_%s", **told)


def _reason(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Thiếu lý do. Ghi một câu để người sau hiểu.")},
    )


class ReportForm(forms.Form):
    """A box of the case form that stands beside it: what is typed there is saved with the number."""

    number = forms.CharField(
        label=gettext_lazy("Số phiếu trong hệ thống quốc gia"),
        help_text=gettext_lazy("Nhập ca bệnh vào hệ thống quốc gia rồi ghi số mà hệ thống cấp."),
        max_length=60,
        widget=forms.TextInput(attrs={"form": "phieu"}),
        error_messages={"required": gettext_lazy("Thiếu số phiếu mà hệ thống quốc gia đã cấp.")},
    )


class DiscardForm(VersionForm):
    reason = _reason(gettext_lazy("Vì sao bỏ"), gettext_lazy("Ví dụ: “Xét nghiệm loại trừ”, “Đã báo cáo năm trước”."))


class ReopenForm(VersionForm):
    reason = _reason(gettext_lazy("Vì sao mở lại"), "")


class HandOverForm(VersionForm):
    commune = forms.ChoiceField(
        label=gettext_lazy("Chuyển cho xã"),
        error_messages={"required": gettext_lazy("Chọn xã nhận ca bệnh.")},
    )
    reason = _reason(gettext_lazy("Vì sao chuyển"), gettext_lazy("Ví dụ: “Đang ở nhà con tại xã nhận”."))

    def __init__(self, data: Any = None, *, communes: Mapping[str, str], here: str, **told: Any) -> None:
        super().__init__(data, **told)
        field = self.fields["commune"]
        assert isinstance(field, forms.ChoiceField)
        others = sorted((row for row in communes.items() if row[0] != here), key=lambda row: row[1])
        field.choices = [("", gettext_lazy("Chọn xã")), *others]


class ActForm(forms.Form):
    """A line of what was done in an outbreak."""

    done_on = DayField(label=gettext_lazy("Ngày làm"), missing=gettext_lazy("Thiếu ngày làm."))
    what = forms.ChoiceField(
        label=gettext_lazy("Việc đã làm"),
        choices=[row for row in OutbreakAct.What.choices if row[0] not in Outbreak.State.values],
    )
    note = _long(
        gettext_lazy("Ghi rõ"), help_text=gettext_lazy("Ở đâu, bao nhiêu hộ, kết quả. Không ghi tên người bệnh.")
    )

    def clean_done_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["done_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("Ngày này chưa tới. Chỉ ghi việc đã làm."))
        return day


class DecideForm(VersionForm):
    """Confirm, dismiss or close an outbreak; the button says which."""

    decision = forms.ChoiceField(
        choices=[("open", "open"), ("dismissed", "dismissed"), ("closed", "closed")], widget=forms.HiddenInput
    )
    reason = _reason(gettext_lazy("Căn cứ"), gettext_lazy("Một câu: vì sao là, không là, hay đã hết ổ dịch."))
