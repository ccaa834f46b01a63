from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from soyte.kernel.text import format


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Decimal("1234567.5"), None, "1.234.567,5"),
        (Decimal("1234567.50"), None, "1.234.567,5"),
        (Decimal("1234567.5"), 2, "1.234.567,50"),
        (1000, None, "1.000"),
        (0, None, "0"),
        (Decimal("-0.4"), 0, "0"),
        (Decimal("-1234.5"), None, "-1.234,5"),
        (0.1, None, "0,1"),
        (Decimal("1E+3"), None, "1.000"),
    ],
)
def test_numbers_have_points_between_thousands_and_a_comma(value, places, shown):
    assert format.number(value, places) == shown


def test_english_numbers_have_commas_between_thousands_and_a_point():
    with translation.override("en"):
        assert format.number(Decimal("1234567.5")) == "1,234,567.5"
        assert format.short_money(3_118_000_000) == "3.12 billion dong"
        assert format.day(date(2026, 3, 5)) == "05/03/2026"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (3_118_000_000, "3,12 tỷ đồng"),
        (45_600_000, "45,6 triệu đồng"),
        (312_000_000, "312 triệu đồng"),
        (980_000, "980.000 đồng"),
        (2_000_000_000, "2 tỷ đồng"),
    ],
)
def test_short_money_keeps_three_figures(amount, shown):
    assert format.short_money(amount) == shown


def test_a_day_is_the_day_in_vietnam():
    late = datetime(2026, 3, 4, 18, 30, tzinfo=UTC)
    assert format.day(late) == "05/03/2026"
    assert format.instant(late) == "05/03/2026 01:30"
    assert format.day(None) == format.instant(None) == ""


@pytest.mark.parametrize(
    ("precision", "shown"),
    [
        ("day", "05/03/1950"),
        ("month", "03/1950"),
        ("year", "1950"),
        ("unknown", "không rõ"),
    ],
)
def test_a_birth_date_is_shown_as_far_as_it_is_known(precision, shown):
    assert format.partial_day(date(1950, 3, 5), precision) == shown


def test_an_amount_keeps_its_unit_on_the_line():
    assert format.money(Decimal("1234567")) == "1.234.567\u00a0đ"
