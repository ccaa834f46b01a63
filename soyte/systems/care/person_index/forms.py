"""Forms of the review list."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from soyte.kernel.people.models import ReviewPair
from soyte.systems.care.person_index.comparing import fuller
from soyte.ui.filters import TabbedFilterForm

VIEWS = {"cho": ReviewPair.State.OPEN, "cung": ReviewPair.State.SAME, "khac": ReviewPair.State.DIFFERENT}
SAME, DIFFERENT = "cung", "khac"
NOTE_LENGTH = 1000


class PairFilters(TabbedFilterForm):
    ly_do = forms.ChoiceField(
        label=gettext_lazy("Vì sao nghi trùng"), choices=[("", gettext_lazy("Mọi lý do")), *ReviewPair.Reason.choices]
    )

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, tabs=VIEWS)

    @property
    def reason(self) -> str:
        return str(self.values().get("ly_do", ""))


class _Noted(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Ghi chú"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": gettext_lazy("Ghi chú dài quá 1.000 ký tự. Viết ngắn lại.")},
    )


class DecideForm(_Noted):
    """The two buttons are the decision; `keep` is asked only of "the same"."""

    decision = forms.ChoiceField(choices=[(SAME, SAME), (DIFFERENT, DIFFERENT)], widget=forms.HiddenInput)
    keep = forms.TypedChoiceField(
        label=gettext_lazy("Nếu cùng một người, hồ sơ mang tên và ngày sinh của"),
        widget=forms.RadioSelect,
        coerce=uuid.UUID,
        error_messages={
            "required": gettext_lazy("Thiếu lựa chọn. Chọn hồ sơ A hoặc B."),
            "invalid_choice": gettext_lazy("Chỉ chọn được một trong hai hồ sơ của cặp."),
        },
    )
    field_order = ("keep", "note")

    def __init__(self, data: Any, *, pair: ReviewPair) -> None:
        super().__init__(data, initial={"keep": str(fuller(pair.a, pair.b).pk)})
        keep = self.fields["keep"]
        assert isinstance(keep, forms.TypedChoiceField)
        keep.choices = [
            (
                str(person.pk),
                _("%(letter)s: %(name)s, sinh %(birth)s")
                % {"letter": letter, "name": person.full_name, "birth": person.birth_text},
            )
            for letter, person in zip("AB", (pair.a, pair.b), strict=True)
        ]


class UndoForm(_Noted):
    """Undoing asks for nothing but a word to the next reader, if the officer wants to leave one."""
