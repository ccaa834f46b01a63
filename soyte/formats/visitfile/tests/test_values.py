from datetime import date, datetime
from decimal import Decimal

import pytest

from soyte.formats.visitfile import (
    VIETNAM,
    PartialDate,
    read_day,
    read_decimal,
    read_instant,
    read_instant_or_day,
    read_partial_date,
    split_list,
)


@pytest.mark.parametrize(
    "text", ["1.000,5", "1,5", "1e6", "NaN", "Infinity", "９", " 1", "+1", ".5", "5.", "1.2.3", "1" * 31]
)
def test_a_number_is_never_guessed(text):
    with pytest.raises(ValueError, match="not a number"):
        read_decimal(text)


def test_numbers_are_read_exactly():
    assert read_decimal("4479.999") == Decimal("4479.999")
    assert read_decimal("2.000") == 2
    assert read_decimal("-1") == -1
    assert read_decimal("") is None


@pytest.mark.parametrize(
    "text", ["2026090108", "20260901080000", "202613011000", "202609012400", "2026-09-01", "２０２６０９０１０８００"]
)
def test_an_instant_has_twelve_true_digits(text):
    with pytest.raises(ValueError):
        read_instant(text)


def test_moments_are_read():
    assert read_instant("202609010805") == datetime(2026, 9, 1, 8, 5, tzinfo=VIETNAM)
    assert read_day("20260901") == date(2026, 9, 1)
    assert read_instant_or_day("20260901") == date(2026, 9, 1)
    assert read_instant_or_day("202609010805") == datetime(2026, 9, 1, 8, 5, tzinfo=VIETNAM)
    assert read_day("") is read_instant("") is read_partial_date("") is None


@pytest.mark.parametrize(
    ("text", "expected", "precision", "first_day"),
    [
        ("198505120000", PartialDate(1985, 5, 12, 0, 0), "day", date(1985, 5, 12)),
        ("202609011432", PartialDate(2026, 9, 1, 14, 32), "day", date(2026, 9, 1)),
        ("198505000000", PartialDate(1985, 5), "month", date(1985, 5, 1)),
        ("198500000000", PartialDate(1985), "year", date(1985, 1, 1)),
        ("1968", PartialDate(1968), "year", date(1968, 1, 1)),
        ("19850512", PartialDate(1985, 5, 12, 0, 0), "day", date(1985, 5, 12)),
        ("000000000000", PartialDate(), "unknown", None),
    ],
)
def test_a_birth_date_knows_what_it_does_not_know(text, expected, precision, first_day):
    found = read_partial_date(text)
    assert (found, found.precision, found.first_day) == (expected, precision, first_day)


@pytest.mark.parametrize("text", ["19850230", "198500120000", "000005120000", "198505122400", "85", "198513000000"])
def test_an_impossible_birth_date_is_not_read(text):
    with pytest.raises(ValueError):
        read_partial_date(text)


def test_the_minute_of_birth_is_known_only_where_it_is_written():
    assert read_partial_date("198505120000").instant is None
    assert read_partial_date("202609011432").instant == datetime(2026, 9, 1, 14, 32, tzinfo=VIETNAM)


def test_an_empty_member_keeps_its_place():
    assert split_list("DN1; ;DN2") == ["DN1", "", "DN2"]
    assert split_list("I10;E11;") == ["I10", "E11"]
    assert split_list("") == []
