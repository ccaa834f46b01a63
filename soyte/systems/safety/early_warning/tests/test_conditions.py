"""Conditions against counts made by hand."""

import datetime as dt
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from soyte.clinical.encounters.tests.visits import visit
from soyte.kernel.access.tests.people import unit
from soyte.systems.safety.early_warning import conditions

pytestmark = pytest.mark.django_db
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = dt.datetime(2026, 11, 25, 10, 0, tzinfo=VIETNAM)  # a Wednesday


@pytest.fixture
def hospital():
    return unit("Bệnh viện A", facility_code="70001")


SILENT = {"days_back": 56, "percent": 95, "working_days": 1, "least_gaps": 10}
UNUSUAL = {"weeks": 8, "deviations": 3, "least": 10}
REFUSED = {"weeks": 8, "times": 3, "least": 10}


def came(hospital, *moments):
    for moment in moments:
        visit(unit=hospital, received_at=moment)


def test_a_facility_is_late_after_its_own_usual_gap(hospital):
    """Every three days for two months: the 95th percentile is three days, so the third silent day is no alert."""
    last = NOW - timedelta(days=3, hours=1)
    came(hospital, *(last - timedelta(days=3 * number) for number in range(12)))
    assert conditions.silent(SILENT, NOW - timedelta(hours=2)) == {}
    assert conditions.silent(SILENT, NOW)[hospital.pk]["usual_hours"] == 72


def test_nobody_is_late_within_a_working_day_nor_over_a_weekend(hospital):
    """Every hour until Friday 17:00: late only after Monday 17:00."""
    friday = dt.datetime(2026, 11, 20, 17, 0, tzinfo=VIETNAM)
    came(hospital, *(friday - timedelta(hours=number) for number in range(12)))
    assert conditions.silent(SILENT, dt.datetime(2026, 11, 23, 16, 59, tzinfo=VIETNAM)) == {}
    assert [*conditions.silent(SILENT, dt.datetime(2026, 11, 23, 17, 1, tzinfo=VIETNAM))] == [hospital.pk]


def test_a_facility_of_which_little_is_known_is_not_judged(hospital):
    came(hospital, *(NOW - timedelta(days=20 + number) for number in range(10)))  # nine gaps
    assert conditions.silent(SILENT, NOW) == {}


def seen(hospital, day, number):
    for _ in range(number):
        visit(unit=hospital, at=dt.datetime.combine(day, dt.time(9), VIETNAM))


@pytest.mark.parametrize(("count", "is_unusual"), [(22, False), (23, True), (2, False), (1, True)])
def test_a_day_is_measured_against_the_same_weekday(hospital, count, is_unusual):
    """Twelve each Tuesday: chance alone spreads by the root of 12, three times that is 10.4."""
    tuesday = dt.date(2026, 11, 24)
    for week in range(1, 9):
        seen(hospital, tuesday - timedelta(weeks=week), 12)
    seen(hospital, tuesday, count)
    assert bool(conditions.unusual(UNUSUAL, NOW)) is is_unusual


def test_small_numbers_are_no_alert(hospital):
    seen(hospital, dt.date(2026, 11, 24), 9)
    assert conditions.unusual(UNUSUAL, NOW) == {}


@pytest.mark.parametrize(("bad", "is_spike"), [(30, False), (31, True)])
def test_refusals_are_measured_against_the_usual_share(hospital, monkeypatch, bad, is_spike):
    """Ten of a hundred as usual; three times that is thirty."""
    days = [(hospital.pk, dt.date(2026, 11, 2), 10, 100), (hospital.pk, dt.date(2026, 11, 25), bad, 100)]
    monkeypatch.setattr(conditions, "refused_by_day", lambda start, end: days)
    assert bool(conditions.refused(REFUSED, NOW)) is is_spike


def test_a_few_refusals_are_no_spike(hospital, monkeypatch):
    monkeypatch.setattr(conditions, "refused_by_day", lambda start, end: [(hospital.pk, end, 9, 9)])
    assert conditions.refused(REFUSED, NOW) == {}


def test_overdue_reports_are_an_alert_of_who_should_have_made_them(hospital, monkeypatch):
    due = NOW - timedelta(hours=2)
    monkeypatch.setattr(conditions, "overdue_by_unit", lambda now: {hospital.pk: (2, due)})
    assert conditions.overdue({"reports": 2}, NOW) == {hospital.pk: {"reports": 2, "due": due.isoformat()}}
    assert conditions.overdue({"reports": 3}, NOW) == {}
