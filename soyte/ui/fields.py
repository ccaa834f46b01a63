"""Fields that several forms ask for."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

# Digits with what people write between them; eight at least: shorter ones are extensions, which ring nowhere.
_PHONE = re.compile(r"^\+?(?:[\s.()-]*\d){8,15}[\s.()-]*\Z")


class PhoneField(forms.CharField):
    """A telephone number as people write it: '0912 345 678', '+84 271 388 7799'."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Điện thoại"),
            max_length=20,
            validators=[RegexValidator(_PHONE, _("Ghi số điện thoại 8 đến 15 chữ số, hoặc để trống."))],
            widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
            **kwargs,
        )
