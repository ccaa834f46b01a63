"""What the pages of figures read from their address: period and split; and the addresses that ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from soyte.engines.indicators.counting import Countable
from soyte.kernel.actors import Acting

ROWS = "figures.rows"
WHERE = "loc-"  # "loc-facility=70001" narrows by a dimension


def _first_period() -> tuple[date, date]:
    """The last twelve whole months up to today."""
    today = timezone.localdate()
    return (today.replace(day=1) - timedelta(days=330)).replace(day=1), today


@dataclass(frozen=True, slots=True)
class Question:
    """A period, a split and what narrows it, as the address asks."""

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
    start, end = _first_period()
    known = [dimension.code for dimension in countable.dimensions]
    asked = request.GET.get("theo", "month")
    return Question(
        start=_day(request.GET.get("tu")) or start,
        end=_day(request.GET.get("den")) or end,
        by=asked if asked in known else "month",
        where={code: keys for code in known if (keys := request.GET.getlist(WHERE + code)) and all(keys)},
    )


def _day(text: str | None) -> date | None:
    try:
        return parse_date(text or "")
    except ValueError:
        return None
