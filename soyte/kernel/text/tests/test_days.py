from datetime import date

import pytest

from soyte.kernel.text.days import read_day, read_month


@pytest.mark.parametrize(
    "typed",
    ["05/03/2026", "5/3/2026", "05-03-2026", "5.3.2026", "5 3 2026", " 05 / 03 / 2026 ", "05032026", "2026-03-05"],
)
def test_the_day_comes_before_the_month(typed):
    assert read_day(typed) == date(2026, 3, 5)


@pytest.mark.parametrize(
    "typed",
    ["", "31/02/2026", "2026-02-31", "13/13/2026", "5/3/26", "532026", "03/2026", "05/03/0206", "05/03/20260", "hôm nay",
     "٠٥/٠٣/٢٠٢٦", "2026/03/05"],
)  # fmt: skip
def test_what_is_no_day(typed):
    assert read_day(typed) is None


@pytest.mark.parametrize("typed", ["03/2026", "3/2026", "3-2026", "032026", "2026-03"])
def test_months(typed):
    assert read_month(typed) == date(2026, 3, 1)


@pytest.mark.parametrize("typed", ["13/2026", "2026-13", "32026", "3/26", "01/03/2026", ""])
def test_what_is_no_month(typed):
    assert read_month(typed) is None
