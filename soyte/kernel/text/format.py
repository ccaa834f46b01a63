"""Numbers and money as the readers of the page's language write them. Days are day/month/year in both languages: English
pages are read in Vietnam too, and forms take days so."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from soyte.kernel.text.shares import rounded

BILLION = Decimal(1_000_000_000)
MILLION = Decimal(1_000_000)
THIN = "\u00a0"  # no line break between a number and its unit


def number(value: Decimal | int | float, places: int | None = None) -> str:
    """'1.234.567,5': points between thousands, comma before decimals; in English '1,234,567.5'.

    `places` rounds to so many decimals and keeps their zeros; without it decimals stay as they are, less idle zeros.
    """
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if places is not None:
        exact = rounded(exact, places)
    whole, _point, decimals = f"{exact:,f}".partition(".")
    if places is None:
        decimals = decimals.rstrip("0")
    if whole == "-0" and not decimals.strip("0"):
        whole = "0"
    if (get_language() or "").startswith("en"):
        return whole + ("." + decimals if decimals else "")
    return whole.replace(",", ".") + ("," + decimals if decimals else "")


def money(amount: Decimal | int) -> str:
    """An amount in đồng to the đồng: '1.234.567 đ'."""
    return number(amount, 0) + THIN + "đ"


def short_money(amount: Decimal | int) -> str:
    """An amount in đồng for a tile or an axis, three figures: '3,12 tỷ đồng', '45,6 triệu đồng', '980.000 đồng'."""
    exact = Decimal(amount)
    if abs(exact) >= BILLION:
        return _("%(number)s tỷ đồng") % {"number": _three_figures(exact / BILLION)}
    if abs(exact) >= MILLION:
        return _("%(number)s triệu đồng") % {"number": _three_figures(exact / MILLION)}
    return _("%(number)s đồng") % {"number": number(exact, 0)}


def _three_figures(value: Decimal) -> str:
    places = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return number(rounded(value, places))


def day(value: date | None) -> str:
    """'05/03/2026'; an instant is shown as the day it has in Vietnam; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return f"{value.day:02}/{value.month:02}/{value.year:04}"


def instant(value: datetime | None) -> str:
    """'05/03/2026 08:15' in Vietnam's time; nothing for None."""
    if value is None:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{day(local.date())} {local.hour:02}:{local.minute:02}"


def partial_day(value: date | None, precision: str) -> str:
    """A date in the precision it is known in (day, month, year, unknown): '05/03/1950', '03/1950', '1950', 'không rõ'."""
    if value is None or precision == "unknown":
        return _("không rõ")
    if precision == "year":
        return f"{value.year:04}"
    if precision == "month":
        return f"{value.month:02}/{value.year:04}"
    return day(value)
