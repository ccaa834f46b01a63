"""The filter bar of a list: a form read from the address, its values, and the tokens that take one filter away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

    def offer(self, name: str, every: Any, choices: Sequence[tuple[str, Any]]) -> None:
        """Let a field offer `choices`, after `every`, which filters nothing."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", every), *choices]

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

    def faults(self) -> list[str]:
        """What the answer to a change says of values that it did not understand: it leaves the bar as it is."""
        if not (self.is_bound and self.request.headers.get("HX-Request")):
            return []
        return [str(told) for name in self.fields for told in self.errors.get(name, [])]

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


class TabbedFilterForm(FilterForm):
    """The filter bar of a list with tabs: `xem` names the tab, the first of `tabs` where the address names none.

    The other filters keep the tab; it is no filter that one takes away.
    """

    xem = forms.ChoiceField(widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest, *, tabs: Iterable[str], **kwargs: Any) -> None:
        super().__init__(request, **kwargs)
        self.tabs = list(tabs)
        field = self.fields["xem"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(tab, tab) for tab in self.tabs]

    @property
    def tab(self) -> str:
        return str(self.values().get("xem", self.tabs[0]))

    def tokens(self) -> list[Token]:
        return [token for token in super().tokens() if token.remove_url != self._without("xem")]

    def clear_url(self) -> str:
        return f"{self.request.path}?xem={self.tab}"


def _flat(choices: Any) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for value, title in choices:
        pairs += _flat(title) if isinstance(title, list | tuple) else [(str(value), title)]
    return pairs
