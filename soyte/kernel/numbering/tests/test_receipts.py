from datetime import date

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from soyte.kernel.numbering.receipts import check_digit, is_receipt_number, receipt_number, receipt_numbers

DAY = date(2026, 11, 25)


@pytest.mark.django_db
def test_numbers_never_repeat_and_ascend():
    with connection.cursor() as cursor:
        first, second = receipt_numbers(cursor, 3, on=DAY), receipt_numbers(cursor, 2, on=DAY)
        assert receipt_numbers(cursor, 0) == []
    together = first + second
    assert sorted(set(together)) == together
    assert all(is_receipt_number(number) and number.startswith("TN-261125-") for number in together)


def test_the_check_digit_is_that_of_the_standard():
    assert check_digit("0794") == 5  # the example of ISO/IEC 7064, MOD 11,10
    assert receipt_number(DAY, 123) == f"TN-261125-000123-{check_digit('261125000123')}"
    assert is_receipt_number(receipt_number(DAY, 12_345_678))


@given(st.integers(1, 10**7), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(serial, place, shift):
    number = receipt_number(DAY, serial)
    at = [i for i, c in enumerate(number) if c.isdigit()][place]
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
    assert is_receipt_number(number)
    assert not is_receipt_number(wrong)


@pytest.mark.parametrize("text", ["", "TN-261125-000123", "TN-261125-00012３-7", "261125"])
def test_anything_else_is_no_receipt_number(text):
    assert not is_receipt_number(text)
