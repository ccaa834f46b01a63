"""Forms of the administrator's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from soyte.kernel.access.roles import CITIZEN_ROLE, roles
from soyte.kernel.accounts.models import Account
from soyte.kernel.errors import DomainError
from soyte.kernel.organisations.models import Unit, UnitSuccession
from soyte.kernel.places import selectors as places
from soyte.kernel.systems import permissions
from soyte.systems.safety.identity.selectors import account_title, accounts_named, unit_title, units_named
from soyte.ui.fields import DayField, PhoneField
from soyte.ui.filters import FilterForm

NAMES = "ten-don-vi"  # ids of the lists of names that a page proposes
ACCOUNT_NAMES = "ten-tai-khoan"
REASON_NEEDED = gettext_lazy("Thiếu lý do. Ghi một câu để người đọc nhật ký hiểu vì sao.")


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: a POST without a single field is a form too, only an empty one."""
    return request.POST if request.method == "POST" else None


def refuse(form: forms.Form, error: DomainError, fields: dict[str, str] | None = None) -> None:
    """Show a refusal at the field that it speaks of; at the head of the form where it speaks of none."""
    field = (fields or {}).get(error.code)
    form.add_error(field if field in form.fields else None, str(error))


class UnitField(forms.CharField):
    """A unit named as people do: by its code, its name or a part of it; proposals come from the page's list of names."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("Gõ tên (có dấu hay không dấu) hoặc mã cơ sở 5 ký tự."))
        kwargs.setdefault("max_length", 300)
        super().__init__(**kwargs)
        self.widget.attrs |= {"list": NAMES, "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return unit_title(value) if isinstance(value, Unit) else value

    def clean(self, value: Any) -> Unit | None:
        text = super().clean(value)
        if not text:
            return None
        found = units_named(text, timezone.localdate())
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(_("Không có đơn vị đang hoạt động nào khớp “%(text)s”.") % {"text": text})
        named = "; ".join(_shown(unit) for unit in found[:5])
        raise forms.ValidationError(
            _("Nhiều đơn vị khớp: %(named)s. Ghi mã cơ sở, tên đầy đủ, hoặc số sau dấu #.") % {"named": named}
        )


def _shown(unit: Unit) -> str:
    return f"{unit_title(unit)} #{unit.pk}"


class AccountField(forms.CharField):
    """An account named as people do: by username, name or a part of it; proposals come from the page's list of names."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("Gõ họ tên (có dấu hay không dấu) hoặc tên đăng nhập."))
        super().__init__(max_length=330, **kwargs)
        self.widget.attrs |= {"list": ACCOUNT_NAMES, "autocomplete": "off", "autocapitalize": "none"}

    def clean(self, value: Any) -> Account | None:
        text = super().clean(value)
        if not text:
            return None
        found = accounts_named(text)
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(_("Không có tài khoản nào khớp “%(text)s”.") % {"text": text})
        named = "; ".join(account_title(account) for account in found[:5])
        raise forms.ValidationError(_("Nhiều tài khoản khớp: %(named)s. Ghi tên đăng nhập.") % {"named": named})


def _kinds() -> list[tuple[str, Any]]:
    return [("", _("Chọn loại")), *Unit.Kind.choices]


class UnitFilters(FilterForm):
    q = forms.CharField(label=gettext_lazy("Tên hoặc mã"), max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("Loại"), choices=[("", gettext_lazy("Mọi loại")), *Unit.Kind.choices])
    xem = forms.CharField(widget=forms.HiddenInput, max_length=20)

    def tokens(self) -> list[Any]:
        """The tab is no filter that one takes away."""
        kept = self.fields.pop("xem")
        try:
            return super().tokens()
        finally:
            self.fields["xem"] = kept

    def clear_url(self) -> str:
        return (
            f"{self.request.path}?xem={self.values().get('xem', '')}" if self.values().get("xem") else self.request.path
        )


class _UnitFacts(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Loại"), choices=_kinds, error_messages={"required": gettext_lazy("Thiếu loại đơn vị.")}
    )
    parent = UnitField(label=gettext_lazy("Cấp trên"), required=False)
    ownership = forms.ChoiceField(label=gettext_lazy("Sở hữu"), choices=Unit.Ownership.choices, required=False)
    beds = forms.IntegerField(
        label=gettext_lazy("Số giường"),
        required=False,
        min_value=0,
        max_value=20_000,
        error_messages={"invalid": gettext_lazy("Chỉ ghi chữ số, ví dụ 120.")},
    )
    software = forms.CharField(
        label=gettext_lazy("Phần mềm gửi tệp"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Tên phần mềm bệnh viện và hãng, để so chất lượng tệp theo phần mềm."),
    )
    gln = forms.RegexField(
        r"^\d{13}$",
        label=gettext_lazy("Mã GLN"),
        required=False,
        error_messages={"invalid": gettext_lazy("Mã GLN gồm 13 chữ số.")},
    )
    commune_code = forms.RegexField(
        r"^\d{5}$",
        label=gettext_lazy("Mã xã"),
        required=False,
        error_messages={"invalid": gettext_lazy("Mã xã gồm 5 chữ số.")},
    )

    def clean_commune_code(self) -> str:
        """A code of today's map; units of the old one keep theirs."""
        code = str(self.cleaned_data["commune_code"])
        if code and code != self.initial.get("commune_code") and not places.place(code, timezone.localdate()):
            told = _("Không xã nào nay mang mã %(code)s. Tra mã ở Danh mục, “Xã, phường, đặc khu”.") % {"code": code}
            raise forms.ValidationError(told)
        return code

    def facts(self) -> dict[str, Any]:
        """What the kernel's acts take; an empty code of a commune is none."""
        names = ("kind", "parent", "ownership", "beds", "software", "gln", "commune_code")
        facts = {name: self.cleaned_data[name] for name in names}
        return {**facts, "commune_code": facts["commune_code"] or None}


_NAME_NEEDED = gettext_lazy("Thiếu tên đơn vị. Ghi như trong quyết định thành lập.")


class UnitMakeForm(_UnitFacts):
    field_order = ["name", "facility_code", "kind", "valid_from", "parent", "decision"]
    name = forms.CharField(label=gettext_lazy("Tên đơn vị"), max_length=255, error_messages={"required": _NAME_NEEDED})
    facility_code = forms.CharField(
        label=gettext_lazy("Mã cơ sở khám chữa bệnh"),
        max_length=10,
        required=False,
        help_text=gettext_lazy("5 ký tự do cơ quan BHXH cấp; để trống nếu không khám chữa bệnh."),
    )
    valid_from = DayField(
        label=gettext_lazy("Hoạt động từ ngày"), missing=gettext_lazy("Thiếu ngày bắt đầu hoạt động.")
    )
    decision = forms.CharField(label=gettext_lazy("Quyết định"), max_length=200, required=False)

    def clean_facility_code(self) -> str:
        return str(self.cleaned_data["facility_code"]).strip().upper()


class UnitNameForm(_UnitFacts):
    field_order = ["name"]
    name = forms.CharField(label=gettext_lazy("Tên đơn vị"), max_length=255, error_messages={"required": _NAME_NEEDED})


class UnitCorrectForm(_UnitFacts):
    mark = forms.CharField(widget=forms.HiddenInput, required=False)


class UnitRenameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Tên mới"), max_length=255, error_messages={"required": _NAME_NEEDED})
    on = DayField(label=gettext_lazy("Mang tên mới từ ngày"), missing=gettext_lazy("Thiếu ngày mang tên mới."))
    decision = forms.CharField(label=gettext_lazy("Quyết định"), max_length=200, required=False)


class UnitEndForm(forms.Form):
    on = DayField(label=gettext_lazy("Ngày đầu tiên không còn đơn vị"), missing=gettext_lazy("Thiếu ngày kết thúc."))
    successor = UnitField(label=gettext_lazy("Đơn vị nhận bàn giao"), required=False)
    relation = forms.ChoiceField(
        label=gettext_lazy("Cách bàn giao"), choices=UnitSuccession.Relation.choices, required=False
    )
    decision = forms.CharField(label=gettext_lazy("Quyết định"), max_length=200, required=False)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit

    def clean_successor(self) -> Unit | None:
        successor: Unit | None = self.cleaned_data["successor"]
        if successor and successor.pk == self.unit.pk:
            raise forms.ValidationError(_("Đơn vị không thể bàn giao cho chính nó."))
        return successor


# ---- accounts and posts ------------------------------------------------------------------------------------------


def _role_choices(first: Any) -> list[tuple[str, Any]]:
    return [
        ("", first),
        *((code, role.title) for code, role in roles().items() if code not in ("gateway", CITIZEN_ROLE)),
    ]


class AccountFilters(FilterForm):
    q = forms.CharField(label=gettext_lazy("Tên, tên đăng nhập, điện thoại"), max_length=100)
    role = forms.ChoiceField(
        label=gettext_lazy("Chức danh"), choices=lambda: _role_choices(gettext_lazy("Mọi chức danh"))
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Loại"), choices=[("", gettext_lazy("Mọi loại")), *Account.Kind.choices]
    )
    state = forms.ChoiceField(
        label=gettext_lazy("Trạng thái"),
        choices=[
            ("", gettext_lazy("Mọi trạng thái")),
            ("active", gettext_lazy("Đang mở")),
            ("locked", gettext_lazy("Đã khoá")),
            ("one_time", gettext_lazy("Chưa đổi mật khẩu dùng một lần")),
        ],
    )


class _PersonForm(forms.Form):
    display_name = forms.CharField(
        label=gettext_lazy("Họ và tên"), max_length=255, error_messages={"required": gettext_lazy("Thiếu họ và tên.")}
    )
    phone = PhoneField(required=False)


class AccountEditForm(_PersonForm):
    mark = forms.CharField(widget=forms.HiddenInput, required=False)


class AccountMakeForm(_PersonForm):
    username = forms.CharField(
        label=gettext_lazy("Tên đăng nhập"),
        max_length=64,
        error_messages={"required": gettext_lazy("Thiếu tên đăng nhập.")},
        help_text=gettext_lazy("Chữ thường không dấu, số, dấu chấm; ví dụ lan.tran."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Chức danh"), required=False, choices=lambda: _role_choices(gettext_lazy("Chưa giao"))
    )
    unit = UnitField(label=gettext_lazy("Tại đơn vị"), required=False)
    reason = forms.CharField(label=gettext_lazy("Lý do, văn bản phân công"), max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("role") and "unit" in given and not given["unit"]:
            self.add_error("unit", _("Thiếu đơn vị của chức danh."))
        if given.get("unit") and not given.get("role"):
            self.add_error("role", _("Chọn chức danh tại đơn vị này."))
        return given


class PostGiveForm(forms.Form):
    role = forms.ChoiceField(
        label=gettext_lazy("Chức danh"), error_messages={"required": gettext_lazy("Chọn chức danh.")}
    )
    unit = UnitField(label=gettext_lazy("Tại đơn vị"), error_messages={"required": gettext_lazy("Thiếu đơn vị.")})
    valid_from = DayField(label=gettext_lazy("Từ ngày"), missing=gettext_lazy("Thiếu ngày bắt đầu."))
    valid_to = DayField(
        label=gettext_lazy("Đến trước ngày"),
        help_text=gettext_lazy("Ngày đầu tiên không còn giữ; để trống nếu chưa biết."),
    )
    reason = forms.CharField(label=gettext_lazy("Lý do, văn bản phân công"), max_length=500, required=False)

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gateway = account.kind != Account.Kind.PERSON
        choices = [("gateway", roles()["gateway"].title)] if gateway else _role_choices(_("Chọn chức danh"))
        self.fields["role"].choices = choices  # type: ignore[attr-defined]


class PostEndForm(forms.Form):
    on = DayField(label=gettext_lazy("Ngày đầu tiên không còn giữ"), missing=gettext_lazy("Thiếu ngày thôi chức danh."))
    reason = forms.CharField(label=gettext_lazy("Lý do"), max_length=500, error_messages={"required": REASON_NEEDED})


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Lý do"), max_length=500, error_messages={"required": REASON_NEEDED})


# ---- gateways ----------------------------------------------------------------------------------------------------

_OWN_PASSWORD = gettext_lazy("Để trống thì máy sinh một mật khẩu. Chỉ tự ghi khi phần mềm đòi một mật khẩu có sẵn.")


def _password_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Mật khẩu"),
        required=False,
        strip=False,
        help_text=_OWN_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class GatewayFilters(FilterForm):
    q = forms.CharField(label=gettext_lazy("Tên hoặc mã cơ sở"), max_length=100)
    thieu = forms.BooleanField(label=gettext_lazy("Chưa có tài khoản cổng"))

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if value is not False}

    def _shown(self, name: str, value: Any) -> str:
        return _("có") if value is True else super()._shown(name, value)


class GatewayMakeForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("Tên đăng nhập của cổng"),
        max_length=64,
        error_messages={"required": gettext_lazy("Thiếu tên đăng nhập.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    display_name = forms.CharField(
        label=gettext_lazy("Tên của cổng"),
        max_length=255,
        error_messages={"required": gettext_lazy("Thiếu tên của cổng.")},
    )
    password = _password_field()


class GatewayPasswordForm(forms.Form):
    password = _password_field()
    mark = forms.CharField(widget=forms.HiddenInput, required=False)


# ---- audit and why -----------------------------------------------------------------------------------------------


def action_choices() -> list[tuple[str, str]]:
    """Every action of the house by its title."""
    return sorted(
        ((code, f"{permission.title} ({code})") for code, permission in permissions().items()),
        key=lambda choice: choice[1],
    )


class RefusedFilters(FilterForm):
    q = forms.CharField(label=gettext_lazy("Họ tên hoặc tên đăng nhập"), max_length=64)
    action = forms.ChoiceField(label=gettext_lazy("Việc"))

    def __init__(self, request: Any, actions: list[tuple[str, str]]) -> None:
        super().__init__(request)
        self.fields["action"].choices = [("", _("Mọi việc")), *actions]  # type: ignore[attr-defined]


class WhyForm(forms.Form):
    account = AccountField(
        label=gettext_lazy("Tài khoản"), error_messages={"required": gettext_lazy("Chọn tài khoản cần hỏi.")}
    )
    action = forms.ChoiceField(
        label=gettext_lazy("Việc"),
        choices=lambda: [("", gettext_lazy("Chọn việc")), *action_choices()],
        error_messages={"required": gettext_lazy("Chọn một việc.")},
    )
    unit = UnitField(label=gettext_lazy("Tại đơn vị"), required=False)
    target = AccountField(
        label=gettext_lazy("Với tài khoản"),
        required=False,
        help_text=gettext_lazy("Chỉ khi hỏi một việc làm trên tài khoản, ví dụ khoá hay đặt lại mật khẩu."),
    )
