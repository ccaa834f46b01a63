"""Fields that several forms ask for."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from soyte.kernel.text import format as words
from soyte.kernel.text.days import read_day, read_month

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


class DayInput(forms.TextInput):
    """A text box that shows dd/mm/yyyy whatever the browser's language, and a button that opens the browser's calendar.

    `label` names the box to whoever hears the button. Without scripts it is a text box.
    """

    template_name = "ui/day_input.html"
    calendar = "date"  # type of the browser's own input
    hint = _("nn/mm/nnnn")

    def __init__(self, label: Any, attrs: dict[str, Any] | None = None) -> None:
        told = {"inputmode": "numeric", "autocomplete": "off", "placeholder": self.hint, "data-day": self.calendar}
        super().__init__(told | (attrs or {}))
        self.label = label

    def read(self, text: str) -> date | None:
        return read_day(text)

    def format_value(self, value: Any) -> str | None:
        """What is no day stays as it was typed."""
        found = value if isinstance(value, date) else self.read(str(value or ""))
        return self.shown(found) if found else value or None

    def shown(self, day: date) -> str:
        return words.day(day)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "label": self.label}


class MonthInput(DayInput):
    """The same for a month: mm/yyyy."""

    calendar = "month"
    hint = _("mm/nnnn")

    def read(self, text: str) -> date | None:
        return read_month(text)

    def shown(self, day: date) -> str:
        return words.partial_day(day, "month")


class DayField(forms.DateField):
    """A day, typed as 5/3/2026, 05-03-2026, 05032026 or 2026-03-05. Required where a sentence says what is `missing`."""

    box: type[DayInput] = DayInput
    wrong = _("%(field)s: “%(typed)s” không phải là ngày. Ghi ngày/tháng/năm, ví dụ 05/03/2026.")

    def __init__(self, *, label: Any, missing: Any = "", **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": missing})
        super().__init__(label=label, required=bool(missing), widget=self.box(label), **kwargs)

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        box = self.widget
        assert isinstance(box, DayInput)
        found = box.read(str(value))
        if found is None:
            raise forms.ValidationError(
                self.wrong, code="invalid", params={"field": self.label, "typed": str(value)[:30]}
            )
        return found


class MonthField(DayField):
    """A month, typed as 3/2026, 032026 or 2026-03; its value is the first day."""

    box = MonthInput
    wrong = _("%(field)s: “%(typed)s” không phải là tháng. Ghi tháng/năm, ví dụ 03/2026.")
