"""The filter bar of a list: a form read from the address, its values, and the tokens that take one filter away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import formats

from soyte.ui.components import Token
from soyte.ui.paging import AFTER, BEFORE, SORT, address


class FilterForm(forms.Form):
    """Fields of a list's filter bar, none of them required. The first text field takes the free width.

    A value that the form does not understand filters nothing; its field says so.
    """

    def __init__(self, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(request.GET or None, auto_id="loc_%s", **kwargs)
        self.request = request
        for field in self.fields.values():
            field.required = False

    @property
    def sort(self) -> str:
        return self.request.GET.get(SORT, "")

    def values(self) -> dict[str, Any]:
        """What is asked for, by field name, empty ones left out."""
        if not self.is_bound:
            return {}
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}

    def tokens(self) -> list[Token]:
        """One token a filter in force; the address of each leaves it out and starts at the first page."""
        return [
            Token(f"{self.fields[name].label}: {self._shown(name, value)}", self._without(name))
            for name, value in self.values().items()
        ]

    def clear_url(self) -> str:
        return address(self.request, **dict.fromkeys([*self.fields, AFTER, BEFORE]))

    def _without(self, name: str) -> str:
        return address(self.request, **{name: None, AFTER: None, BEFORE: None})

    def _shown(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            chosen = value if isinstance(value, list) else [value]
            titles = dict(_flat(field.choices))
            return ", ".join(str(titles.get(str(one), one)) for one in chosen)
        return str(formats.localize(value))


def _flat(choices: Any) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for value, title in choices:
        pairs += _flat(title) if isinstance(title, list | tuple) else [(str(value), title)]
    return pairs
