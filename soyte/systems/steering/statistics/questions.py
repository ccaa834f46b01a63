"""What the pages of figures read from their address: period and split; and the addresses that ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.engines.indicators.counting import Countable
from soyte.engines.indicators.figures import PeriodReversed
from soyte.kernel.actors import Acting
from soyte.kernel.text import format as words
from soyte.ui.fields import DayField

ROWS = "figures.rows"
WHERE = "loc-"  # "loc-facility=70001" narrows by a dimension


def _first_period() -> tuple[date, date]:
    """The last twelve whole months up to today."""
    today = timezone.localdate()
    return (today.replace(day=1) - timedelta(days=330)).replace(day=1), today


class PeriodForm(forms.Form):
    """The two days of a period; one that is left out or garbled is that of the `usual` period."""

    tu = DayField(label=_("Từ ngày"))
    den = DayField(label=_("Đến ngày"))

    def __init__(self, asked: QueryDict, usual: tuple[date, date]) -> None:
        names = dict(zip(self.base_fields, usual, strict=True))
        super().__init__({name: asked.get(name) or day.isoformat() for name, day in names.items()}, auto_id="%s")
        self.usual = names

    def days(self, request: HttpRequest) -> tuple[date, date]:
        """First and last day. A reversed period is turned round, and the page says so."""
        self.full_clean()
        start, end = ((self.usual | self.cleaned_data)[name] for name in self.fields)
        if start > end:
            messages.error(request, str(PeriodReversed(start=words.day(start), end=words.day(end))))
            start, end = end, start
        # The boxes show what counts; a garbled one what was typed.
        self.data = {"tu": start, "den": end} | {name: self.data[name] for name in self.errors}
        return start, end


@dataclass(frozen=True, slots=True)
class Question:
    """A period, a split and what narrows it, as the address asks."""

    period: PeriodForm
    start: date
    end: date
    by: str
    where: dict[str, list[str]]

    def query(self, **changes: str) -> str:
        """The address's parameters of this question, changed."""
        return address(self.start, self.end, by=self.by, where=self.where, **changes)


def address(start: date, end: date, *, by: str = "", where: Mapping[str, Sequence[str]], **changes: str) -> str:
    """The parameters that ask for a figure or its rows."""
    told: dict[str, str | Sequence[str]] = {"tu": start.isoformat(), "den": end.isoformat(), "theo": by}
    told |= {WHERE + name: tuple(keys) for name, keys in where.items()}
    return "&".join(_parameter(name, value) for name, value in (told | changes).items() if value)


@lru_cache(maxsize=4096)
def _parameter(name: str, value: str | Sequence[str]) -> str:
    """The cells of a table repeat the few keys of its lines and columns."""
    return urlencode({name: value}, doseq=True)


@cache
def _rows_page(code: str) -> str:
    return reverse("statistics:rows", args=[code])


def rows_address(
    code: str, *, actor: Acting, start: date, end: date, by: str = "", where: Mapping[str, Sequence[str]]
) -> str:
    """The rows behind a figure or a cell of it; "" for whoever may not open them."""
    if not actor.holds(ROWS):
        return ""
    return f"{_rows_page(code)}?{address(start, end, by=by, where=where)}"


def question(request: HttpRequest, countable: Countable) -> Question:
    """What the address asks; what it leaves out or garbles is the last twelve months, split by month."""
    period = PeriodForm(request.GET, _first_period())
    start, end = period.days(request)
    known = [dimension.code for dimension in countable.dimensions]
    asked = request.GET.get("theo", "month")
    return Question(
        period=period,
        start=start,
        end=end,
        by=asked if asked in known else "month",
        where={code: keys for code in known if (keys := request.GET.getlist(WHERE + code)) and all(keys)},
    )
