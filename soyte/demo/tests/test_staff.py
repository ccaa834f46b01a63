"""The demo's officers do what has fallen due and nothing else, and say that it is invented."""

import datetime as dt

import pytest
from django.utils import timezone

from soyte.demo import staff
from soyte.kernel.access.tests.people import account, post, unit
from soyte.systems.prevention.infectious_disease.models import CaseReport, Outbreak
from soyte.systems.prevention.infectious_disease.tests.people import BINH_PHUOC, drafted, ill, station

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def officer():
    person = account(staff.OFFICER)
    post(person, "cdc_officer", unit("CDC", kind="cdc", commune_code=BINH_PHUOC))
    station(BINH_PHUOC)
    return person


def days_ago(days):
    return f"{timezone.localtime() - dt.timedelta(days=days):%Y-%m-%d %H:%M}"


def signal(*, last, disease="dengue"):
    today = timezone.localdate()
    told = {"disease_code": disease, "disease_name": disease, "commune_code": BINH_PHUOC, "alarm_cases": 5}
    told |= {"first_on": today - dt.timedelta(days=last + 9), "last_on": today - dt.timedelta(days=last)}
    told |= {"alarm_days": 14, "expected": 0.2, "past_known": True, "threshold": 5, "raised_at": timezone.now()}
    return Outbreak.objects.create(**told)


def test_what_is_overdue_is_reported_and_what_runs_is_left():
    drafted(ill(when=days_ago(20)), ill(when=days_ago(10)), ill(when=days_ago(1)))
    staff.work()
    staff.work()
    states = list(CaseReport.objects.order_by("seen_at").values_list("state", "reported_no"))
    assert [state for state, _number in states] == ["reported", "reported", "draft"]
    assert all(number.startswith("MH-") for _state, number in states[:2])


def test_the_outbreak_that_runs_is_at_work_and_an_old_signal_is_none():
    runs, old = signal(last=5), signal(last=90, disease="measles")
    staff.work()
    runs.refresh_from_db()
    old.refresh_from_db()
    assert (runs.state, old.state) == (Outbreak.State.OPEN, Outbreak.State.DISMISSED)
    assert runs.acts.count() == 1 + len(staff.ACTS)
    assert all(staff.INVENTED in act.note for act in runs.acts.all()) and staff.INVENTED in old.reason
