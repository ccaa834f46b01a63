"""Sex, age, setting, outcome and block of diseases of visits, as statistics break them down."""

import datetime as dt

import pytest

from soyte.clinical.encounters.tests.histories import moment
from soyte.clinical.encounters.tests.visits import visit
from soyte.engines.indicators.figures import figure
from soyte.kernel.actors import Machine

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 9, 10)
OPERATOR = Machine("test")


def keys(by):
    found = figure("visits", actor=OPERATOR, start=DAY, end=DAY, by=[by])
    return [cell.keys[0] for cell in found.cells]


@pytest.mark.parametrize(
    ("born", "band"),
    [
        ("202609100000", "0"),  # born that day
        ("202509110000", "0"),  # one year old tomorrow
        ("202509100000", "1-4"),  # one year old today
        ("202109110000", "1-4"),
        ("202109100000", "5-14"),
        ("201109110000", "5-14"),
        ("201109100000", "15-59"),
        ("196609110000", "15-59"),
        ("196609100000", "60+"),
        ("201100000000", "15-59"),  # only the year is known: 2026 - 2011
        ("2012", "5-14"),
        ("202202300000", "1-4"),  # a day that never was
        ("203001010000", "khong-ro"),
        ("000000000000", "khong-ro"),  # as the unknown is written
        ("196a", "khong-ro"),
        ("", "khong-ro"),
    ],
)
def test_age_is_in_full_years_on_the_day_of_arrival(born, band):
    visit(at=moment(DAY), birth_written=born)
    assert keys("age") == [band]


@pytest.mark.parametrize(
    ("icd", "chapter", "block"),
    [
        ("A09.9", "I", "A00-A09"),
        ("a090", "I", "A00-A09"),
        ("J02.9", "X", "J00-J06"),
        ("C34", "II", "C00-C97"),
        ("G13.1", "VI", "G10-G14"),
        ("Z99.9", "XXI", "Z80-Z99"),
        ("A10", "I", None),  # between two blocks
        ("XYZ", "", None),
    ],
)
def test_the_block_of_a_diagnosis_is_that_of_its_category(icd, chapter, block):
    visit(at=moment(DAY), main_icd=icd, main_icd_chapter=chapter)
    assert keys("icd_block") == ([block] if block else [])


@pytest.mark.parametrize(
    ("facts", "by", "key"),
    [
        ({"kind": "03"}, "setting", "inpatient"),
        ({"kind": "01"}, "setting", "exam"),
        ({"result_code": "5"}, "outcome", "died"),
        ({"result_code": "8"}, "outcome", "died_outside"),
        ({"result_code": "6"}, "outcome", "grave"),
        ({"result_code": "2"}, "outcome", "other"),
        ({"sex": "3"}, "sex", "other"),
    ],
)
def test_setting_outcome_and_sex(facts, by, key):
    visit(at=moment(DAY), **facts)
    assert keys(by) == [key]
