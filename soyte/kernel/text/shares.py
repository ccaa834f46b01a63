"""Percentages: one rounding for all of them, half up from the exact fraction. No Django."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def rounded(value: Decimal, places: int) -> Decimal:
    """Half up: 85.25 to one place is 85.3."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def percent_of(part: int, whole: int, places: int | None = None) -> Decimal | None:
    """How many percent of the whole the part is, exact or to so many places; None where there is nothing to divide by."""
    if not whole:
        return None
    share = Decimal(part) * 100 / whole
    return share if places is None else rounded(share, places)
