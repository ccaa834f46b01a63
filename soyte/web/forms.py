from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

NEEDED_NAME = _("Thiếu tên đăng nhập.")
NEEDED_PASSWORD = _("Thiếu mật khẩu.")


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("Tên đăng nhập"),
        max_length=64,
        error_messages={"required": NEEDED_NAME},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Mật khẩu"),
        strip=False,
        error_messages={"required": NEEDED_PASSWORD},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    own_machine = forms.BooleanField(label=_("Máy riêng của tôi, giữ đăng nhập 12 giờ"), required=False)


class ChangePasswordForm(forms.Form):
    current = forms.CharField(
        label=_("Mật khẩu hiện tại"),
        strip=False,
        error_messages={"required": NEEDED_PASSWORD},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("Mật khẩu mới"),
        strip=False,
        error_messages={"required": _("Thiếu mật khẩu mới.")},
        help_text=_("Ít nhất 10 ký tự. Một câu dài dễ nhớ tốt hơn một từ khó."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
