"""Alerts open once, stay, close themselves; notes come in turn; who may see what."""

import datetime as dt
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.policy import Refused
from soyte.kernel.access.tests.people import account, actor, post, unit
from soyte.kernel.audit.models import AuditEvent
from soyte.systems.safety.early_warning import conditions, public, selectors, services, start
from soyte.systems.safety.early_warning.content import kinds
from soyte.systems.safety.early_warning.models import Alert
from soyte.systems.safety.early_warning.plan_measures import MEASURES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = dt.datetime(2026, 11, 25, 10, 0, tzinfo=VIETNAM)  # a Wednesday


def numbers(code):
    return {name: float(value) for name, value in kinds()[code].numbers.items()}


@pytest.fixture
def holding(monkeypatch):
    """What the condition of late feeds finds, by unit; the other conditions find nothing."""
    found = {}
    for name, condition in conditions.CONDITIONS.items():
        answer = (lambda given, now: dict(found)) if name == "silent" else (lambda given, now: {})
        monkeypatch.setitem(conditions.CONDITIONS, name, replace(condition, find=answer))
    return found


FACTS = {"last": "2026-11-23T08:00:00+07:00", "usual_hours": 5}


@pytest.fixture
def hospital():
    return unit("Bệnh viện A", facility_code="70001")


@pytest.fixture
def officer():
    return actor("data_officer", unit("Sở Y tế", kind="department"))


def opened(hospital, **facts):
    facts = {"opened_at": NOW, "due_at": NOW + timedelta(hours=24), "facts": FACTS, "kind": "late_feed", **facts}
    return Alert.objects.create(unit=hospital, **facts)


def test_an_alert_opens_once_stays_and_closes_itself(hospital, holding):
    holding[hospital.pk] = FACTS
    services.look(NOW)
    services.look(NOW + timedelta(minutes=5))
    alert = Alert.objects.get()
    assert (alert.kind, alert.unit, alert.due_at) == ("late_feed", hospital, NOW + timedelta(hours=24))
    holding.clear()
    services.look(NOW + timedelta(hours=1))
    alert.refresh_from_db()
    assert alert.closed_at == NOW + timedelta(hours=1)
    holding[hospital.pk] = FACTS
    services.look(NOW + timedelta(hours=2))
    assert Alert.objects.count() == 2
    acts = AuditEvent.objects.filter(action__startswith="alert.").order_by("id").values_list("action", flat=True)
    assert list(acts) == ["alert.open", "alert.close", "alert.open"]


def test_two_open_alerts_of_one_kind_and_facility_cannot_be(hospital):
    opened(hospital)
    with pytest.raises(IntegrityError), transaction.atomic():
        opened(hospital)
    opened(unit("Trạm B", facility_code="70002"))


def test_the_first_answer_stops_the_clock_and_the_same_click_twice_is_one_note(hospital, officer):
    alert = opened(hospital)
    for _ in range(2):
        services.note(officer, alert.pk, version=1, text="Đã gọi", is_answer=True)
    alert.refresh_from_db()
    assert (alert.notes.count(), alert.version, alert.answered_at is not None) == (1, 2, True)


def test_of_two_officers_at_once_the_second_sees_what_the_first_wrote(hospital, officer):
    alert, other = opened(hospital), actor("data_officer", unit("Sở", kind="department"))
    services.note(officer, alert.pk, version=1, text="Đã gọi", is_answer=True)
    with pytest.raises(services.NotedMeanwhile):
        services.note(other, alert.pk, version=1, text="Tôi gọi rồi", is_answer=True)
    assert alert.notes.count() == 1


def test_without_the_right_nothing_is_noted(hospital):
    alert = opened(hospital)
    with pytest.raises(Refused):
        services.note(actor("doctor", hospital), alert.pk, version=1, text="x", is_answer=False)
    assert not alert.notes.exists()


def signed_in(role, at):
    holder = account()
    post(holder, role, at)
    client = Client()
    client.force_login(holder)
    return client, actor_for(holder)


def test_the_officer_reads_why_and_what_to_do_and_notes_it(hospital):
    client, _ = signed_in("data_officer", unit("Sở Y tế", kind="department"))
    alert = opened(hospital)
    assert "Bệnh viện A" in client.get("/canh-bao/").content.decode()
    shown = client.get(f"/canh-bao/{alert.pk}/").content.decode()
    assert "08:00" in shown and "5 giờ" in shown
    assert all(step in shown for step in kinds()["late_feed"].todo)
    said = {"text": "Đã gọi bệnh viện", "is_answer": "on", "version": "1"}
    assert client.post(f"/canh-bao/{alert.pk}/", said).status_code == 302
    assert "Đã gọi bệnh viện" in client.get(f"/canh-bao/{alert.pk}/").content.decode()
    again = client.post(f"/canh-bao/{alert.pk}/", {**said, "text": "Khác"})
    assert again.status_code == 400
    assert "Người khác vừa ghi" in again.content.decode()
    assert client.post(f"/canh-bao/{alert.pk}/", {}).status_code == 400


def test_a_doctor_sees_no_alert(hospital):
    client, _ = signed_in("doctor", hospital)
    alert = opened(hospital)
    assert client.get("/canh-bao/").status_code == 403
    assert client.get(f"/canh-bao/{alert.pk}/").status_code == 403


def test_the_list_asks_the_same_number_of_queries_whatever_its_length(officer):
    counts = []
    for amount in (5, 50):
        for _ in range(amount):
            opened(unit("Trạm"))
        with CaptureQueriesContext(connection) as asked:
            found = selectors.alerts(officer, open_only=True)
            rows = [(selectors.title(row), selectors.because(row), row.unit.name) for row in found]
        counts.append(len(asked))
        assert len(rows) >= amount
    assert counts[0] == counts[1] == 1


def test_every_kind_says_its_numbers_in_a_sentence(hospital):
    facts = {
        "late_feed": FACTS,
        "unusual_count": {"day": "2026-11-24", "count": 40, "usual": 10.0, "spread": 3.2},
        "refused_spike": {"refused": 12, "received": 20, "usual_percent": 1.5},
        "overdue_report": {"reports": 2, "due": "2026-11-23T08:00:00+07:00"},
    }
    assert set(facts) == set(kinds())
    said = {code: selectors.because(Alert(kind=code, unit=hospital, facts=told)) for code, told in facts.items()}
    assert all(said.values())
    assert "thường lệ 1,5%" in said["refused_spike"]
    assert "trung bình 10, độ lệch 3,2" in said["unusual_count"]


def test_the_share_of_alerts_answered_in_time(hospital):
    now = timezone.now()
    ended = {"opened_at": now - timedelta(hours=30), "due_at": now - timedelta(hours=6), "closed_at": now}
    opened(hospital, **ended, answered_at=now - timedelta(hours=7))
    opened(hospital, **ended, answered_at=now - timedelta(hours=5))  # too late
    opened(hospital, **ended)
    opened(hospital, opened_at=now, due_at=now + timedelta(hours=24))  # its clock still runs
    measured = MEASURES[0].compute(timezone.localdate())
    assert (measured.total.part, measured.total.whole) == (1, 3)
    assert measured.by_unit[0].key == "70001"


def test_the_bell_counts_what_waits_and_asks_nothing_for_others(hospital, officer):
    alert = opened(hospital)
    assert start.bell(officer).count == 1
    services.note(officer, alert.pk, version=1, text="Đã gọi", is_answer=True)
    assert start.bell(officer).count == 0
    with CaptureQueriesContext(connection) as asked:
        assert start.bell(actor("doctor", hospital)) is None
    doctor_made = len(asked)
    with CaptureQueriesContext(connection) as asked:
        actor("doctor", hospital)
    assert doctor_made == len(asked)


def test_the_bell_rings_for_whom_content_names_and_others_may_still_read(hospital):
    department = unit("Sở Y tế", kind="department")
    director, duty = (actor(role, department) for role in ("director", "duty_officer"))
    opened(hospital)  # a late feed
    assert (start.bell(director).count, start.bell(duty).count) == (0, 1)
    assert selectors.alerts(director, open_only=True).count() == 1
    opened(hospital, kind="overdue_report", facts={"reports": 2, "due": "2026-11-23T08:00:00+07:00"})
    assert (start.bell(director).count, start.bell(duty).count) == (1, 2)


def test_a_duty_officer_notes_and_a_director_reads(hospital):
    department = unit("Sở Y tế", kind="department")
    alert = opened(hospital)
    duty, _ = signed_in("duty_officer", department)
    assert duty.post(f"/canh-bao/{alert.pk}/", {"text": "Đã gọi", "version": "1"}).status_code == 302
    director, _ = signed_in("director", department)
    shown = director.get(f"/canh-bao/{alert.pk}/").content.decode()
    assert "Đã gọi" in shown and "<textarea" not in shown
    assert director.post(f"/canh-bao/{alert.pk}/", {"text": "x", "version": "2"}).status_code == 403


def test_late_feeds_stand_apart_from_other_alerts(hospital, officer):
    opened(hospital)
    opened(unit("Trạm"), kind="overdue_report", facts={"reports": 2, "due": "2026-11-23T08:00:00+07:00"})
    told = public.alarms(officer)
    assert [feed.name for feed in told.late] == ["Bệnh viện A"]
    assert [alert.place for alert in told.alerts] == ["Trạm"]
