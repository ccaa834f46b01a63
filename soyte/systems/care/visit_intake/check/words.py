"""How the reports say numbers, money and weights."""

from __future__ import annotations

from decimal import Decimal
from gettext import NullTranslations

from soyte.kernel.text.shares import percent_of
from soyte.kernel.text.speech import gettext_noop

SEVERITY_WORDS = {
    "error": gettext_noop("Lỗi"),
    "warning": gettext_noop("Cảnh báo"),
    "note": gettext_noop("Ghi nhận"),
}
_MILLION, _BILLION = Decimal(10) ** 6, Decimal(10) ** 9


def number(value: int | Decimal) -> str:
    """1.234.567"""
    return f"{value:,.0f}".replace(",", ".")


def money(value: Decimal, words: NullTranslations) -> tuple[str, str]:
    """A sum for a headline: `3,12` and `tỷ đồng`; small sums whole."""
    for unit, word in ((_BILLION, words.gettext("tỷ đồng")), (_MILLION, words.gettext("triệu đồng"))):
        if value >= unit:
            return f"{value / unit:,.2f}".translate(str.maketrans(",.", ".,")).rstrip("0").rstrip(","), word
    return number(value), words.gettext("đồng")


def share(part: int, whole: int) -> str:
    """86,4%"""
    percent = percent_of(part, whole, 1)
    return "0%" if percent is None else f"{percent}%".replace(".", ",")
