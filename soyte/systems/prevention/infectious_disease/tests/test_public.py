"""What other systems are told of reports: counts without persons, and nothing of labelled diseases."""

from datetime import timedelta

import pytest

from soyte.systems.prevention.infectious_disease import public
from soyte.systems.prevention.infectious_disease.models import CaseReport
from soyte.systems.prevention.infectious_disease.tests.people import DONG_XOAI, at, drafted, hospital, ill, station

pytestmark = pytest.mark.django_db
NOW = at("2026-09-13 08:00")


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(public.timezone, "now", lambda: NOW)


def three():
    """Two open reports in one commune, one in another that has no station, and a labelled one."""
    drafted(ill(), ill(), ill(), ill("B20", labels=["hiv"]))
    elsewhere = CaseReport.objects.filter(labels=[]).latest("pk")
    CaseReport.objects.filter(pk=elsewhere.pk).update(commune_code=DONG_XOAI, unit=hospital())


def test_clocks_are_counted_by_disease_and_commune_the_soonest_first():
    station()
    three()
    CaseReport.objects.update(due_at=NOW + timedelta(hours=9), clock_started_at=NOW - timedelta(hours=9))
    CaseReport.objects.filter(commune_code=DONG_XOAI).update(due_at=NOW + timedelta(hours=2))
    told = public.clocks(_Nobody(), most=5)
    assert (told.number, told.overdue, told.soon) == (3, 0, 1)
    assert [(one.number, one.due_at) for one in told.first] == [
        (1, NOW + timedelta(hours=2)),
        (2, NOW + timedelta(hours=9)),
    ]
    assert all(one.url == "" for one in told.first)


def test_overdue_reports_are_those_of_the_station_of_their_commune():
    here = station()
    three()
    CaseReport.objects.update(due_at=NOW - timedelta(hours=1), clock_started_at=NOW - timedelta(hours=25))
    found = public.overdue_by_unit(NOW)
    assert found == {here.pk: (2, NOW - timedelta(hours=1)), hospital().pk: (1, NOW - timedelta(hours=1))}
    assert public.overdue_by_unit(NOW - timedelta(hours=2)) == {}


class _Nobody:
    def holds(self, action):
        return False
