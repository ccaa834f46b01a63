"""From cases to outbreaks, and what is decided about them."""

import datetime as dt

import pytest
from django.utils import timezone

from soyte.kernel.access.policy import Refused, visible
from soyte.kernel.outbox.models import Event
from soyte.systems.prevention.infectious_disease import services
from soyte.systems.prevention.infectious_disease.events import follow_visits
from soyte.systems.prevention.infectious_disease.models import CaseReport, Outbreak
from soyte.systems.prevention.infectious_disease.tests.people import (
    BINH_PHUOC,
    DONG_XOAI,
    actor,
    cdc,
    ill,
    station,
    visit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _past():
    """Two years of other visits: the past is known, and had no dengue."""
    for commune in (BINH_PHUOC, DONG_XOAI):
        station(commune)
    cdc()
    visit(at=timezone.now() - dt.timedelta(days=800))


def days_ago(days):
    return f"{timezone.localtime() - dt.timedelta(days=days):%Y-%m-%d %H:%M}"


def hear(*visits):
    follow_visits([Event(topic="encounters.recorded", object_id=str(one.pk), payload={}) for one in visits])
    return list(Outbreak.objects.order_by("pk"))


def many(number, *, start=13, icd="A97.0", **facts):
    """So many cases, one each two days."""
    return [ill(icd, when=days_ago(max(0, start - 2 * place)), **facts) for place in range(number)]


def test_five_cases_in_two_weeks_raise_a_signal_once():
    first = many(4)
    assert hear(*first) == []
    (signal,) = hear(ill(when=days_ago(1)))
    assert (signal.state, signal.alarm_cases, signal.threshold, signal.past_known) == ("signal", 5, 5, True)
    assert signal.commune_code == BINH_PHUOC
    (same,) = hear(ill(when=days_ago(0)))
    assert same.last_on == timezone.localdate()


def test_cases_of_two_communes_are_no_cluster():
    assert hear(*many(3), *many(3, commune=DONG_XOAI)) == []


def test_a_labelled_disease_raises_no_alarm():
    assert hear(*many(9, icd="A53.0", labels=["sti"])) == []
    assert CaseReport.objects.filter(labels=["sti"]).count() == 9


def test_a_withdrawn_case_is_not_counted():
    visits = many(5)
    hear(*visits[:4])
    visits[0].in_force = False
    visits[0].save(update_fields=["in_force"])
    hear(visits[0])
    assert hear(visits[4]) == []


def test_a_dismissed_signal_comes_back_only_when_the_cases_double():
    (signal,) = hear(*many(5))
    services.decide_outbreak(
        actor("cdc_officer", cdc()), signal.pk, version=1, decision="dismissed", reason="Nhập trùng"
    )
    assert len(hear(*many(3, start=4))) == 1
    assert len(hear(*many(4, start=6))) == 2


def test_an_outbreak_is_confirmed_noted_and_closed():
    (signal,) = hear(*many(6))
    officer, nurse = actor("cdc_officer", cdc()), actor("station_nurse", station())
    opened = services.decide_outbreak(officer, signal.pk, version=1, decision="open", reason="Đã điều tra")
    today = timezone.localdate()
    services.note_act(nurse, signal.pk, what="vector", done_on=today, text="Phun 40 hộ")
    with pytest.raises(services.OutbreakChanged):
        services.decide_outbreak(officer, signal.pk, version=1, decision="closed", reason="Hết ca")
    closed = services.decide_outbreak(officer, signal.pk, version=opened.version, decision="closed", reason="Hết ca")
    assert closed.closed_on == today
    assert [(act.what, act.note) for act in signal.acts.order_by("id")] == [
        ("open", "Đã điều tra"),
        ("vector", "Phun 40 hộ"),
        ("closed", "Hết ca"),
    ]


def test_a_nurse_sees_and_notes_outbreaks_of_her_commune_and_decides_none():
    (signal,) = hear(*many(6))
    here, there = actor("station_nurse", station()), actor("station_nurse", station(DONG_XOAI))
    seen = [set(visible(who, "outbreaks.read", Outbreak.objects.all())) for who in (here, there)]
    assert seen == [{signal}, set()]
    with pytest.raises(Refused):
        services.decide_outbreak(here, signal.pk, version=1, decision="open", reason="x")
    with pytest.raises(Refused):
        services.note_act(there, signal.pk, what="vector", done_on=timezone.localdate())


def test_the_long_past_raises_no_alarm():
    past = [ill(when=days_ago(300 + 2 * place), received=days_ago(1)) for place in range(6)]
    assert hear(*past) == []
