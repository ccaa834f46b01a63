"""Percentages, worked out by hand; binary fractions would give 85.2 and 0.3 for the first two."""

from decimal import Decimal

import pytest

from soyte.kernel.text.shares import percent_of


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(8_525, 10_000, "85.3"), (35, 10_000, "0.4"), (1, 3, "33.3"), (2, 3, "66.7"), (0, 7, "0.0"), (1, 0, None)],
)
def test_one_rounding_for_all_percentages(part, whole, percent):
    assert percent_of(part, whole, 1) == (None if percent is None else Decimal(percent))


def test_without_places_it_is_exact():
    assert percent_of(8_525, 10_000) == Decimal("85.25")
