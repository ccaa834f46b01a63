"""What people do to a report, who may, and two of them at once."""

import threading

import pytest
from django.db import connection

from soyte.kernel.access.policy import Refused, visible
from soyte.kernel.audit.models import AuditEvent
from soyte.systems.prevention.infectious_disease import services
from soyte.systems.prevention.infectious_disease.models import CaseReport, HandOver
from soyte.systems.prevention.infectious_disease.tests.people import (
    BINH_PHUOC,
    DONG_XOAI,
    actor,
    at,
    cdc,
    drafted,
    facility,
    ill,
    replaced,
    station,
    unit,
)

pytestmark = pytest.mark.django_db
DETAILS = {"classification": "suspected", "state": "outpatient", "onset_on": "2026-09-08"}


@pytest.fixture(autouse=True)
def _places():
    for commune in (BINH_PHUOC, DONG_XOAI):
        station(commune)
    cdc()


@pytest.fixture
def nurse():
    return actor("station_nurse", station())


@pytest.fixture
def case():
    (made,) = drafted(ill())
    return made


def seen(who):
    return set(visible(who, "cases.read", CaseReport.objects.all()))


def test_a_report_goes_from_draft_to_its_number(nurse, case):
    done = services.complete(nurse, case.pk, version=1, details=DETAILS)
    assert (done.state, done.details["onset_on"], done.version) == ("completed", "2026-09-08", 2)
    done = services.report(nurse, case.pk, version=2, number="  EV-2026 117 ")
    assert (done.state, done.reported_no) == ("reported", "EV-2026 117")
    assert [event.act for event in case.events.order_by("id")] == ["drafted", "completed", "reported"]
    acts = AuditEvent.objects.filter(action="cases.write", person_id=case.person_id).values_list(
        "details__act", flat=True
    )
    assert set(acts) == {"completed", "reported"}


def test_a_number_and_a_reason_are_asked_for(nurse, case):
    with pytest.raises(services.NumberMissing):
        services.report(nurse, case.pk, version=1, number="  ")
    with pytest.raises(services.ReasonMissing):
        services.discard(nurse, case.pk, version=1, reason=" ")
    case.refresh_from_db()
    assert (case.state, case.version) == ("draft", 1)


def test_a_reported_one_is_reopened_before_it_is_changed(nurse, case):
    services.report(nurse, case.pk, version=1, number="1")
    with pytest.raises(services.NotOpen):
        services.complete(nurse, case.pk, version=2, details=DETAILS)
    again = services.reopen(nurse, case.pk, version=2, reason="Ghi nhầm số")
    assert (again.state, again.reported_no, again.due_at) == ("draft", "", at("2026-09-12 08:00"))
    assert case.events.filter(note="1").exists()  # the number given before stays


def test_the_second_of_two_officers_is_told_and_nothing_of_the_first_is_lost(nurse, case):
    services.complete(nurse, case.pk, version=1, details=DETAILS)
    other = actor("cdc_officer", cdc())
    with pytest.raises(services.SomebodyWasFaster) as told:
        services.complete(other, case.pk, version=1, details={"classification": "confirmed"})
    assert nurse.account.display_name in str(told.value) and "chưa được ghi" in str(told.value)
    case.refresh_from_db()
    assert case.details["classification"] == "suspected"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_same_moment_one_is_told():
    cdc()
    nurse, other = actor("station_nurse", station()), actor("cdc_officer", cdc())
    (case,) = drafted(ill())
    start, outcomes = threading.Barrier(2), []

    def save(who):
        start.wait()
        try:
            services.complete(who, case.pk, version=1, details=DETAILS)
            outcomes.append("saved")
        except services.SomebodyWasFaster:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(who,)) for who in (nurse, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved", "told"]
    assert case.events.filter(act="completed").count() == 1


def test_a_clock_set_back_puts_no_act_before_the_one_it_follows(nurse, case, monkeypatch):
    services.complete(nurse, case.pk, version=1, details=DETAILS)
    before = CaseReport.objects.get().changed_at
    monkeypatch.setattr(services.timezone, "now", lambda: at("2020-01-01 00:00"))
    done = services.report(nurse, case.pk, version=2, number="7")
    assert done.reported_at == before


def test_a_station_sees_its_commune_and_the_cdc_the_province(nurse):
    here, there = drafted(ill(), ill(commune=DONG_XOAI, when="2026-09-11 08:00"))
    assert seen(nurse) == {here}
    assert seen(actor("cdc_officer", cdc())) == {here, there}
    assert seen(actor("doctor", facility("70001"))) == set()
    with pytest.raises(Refused):
        services.complete(nurse, there.pk, version=1, details=DETAILS)


def test_a_labelled_disease_is_seen_at_the_cdc_by_its_grant_alone(nurse):
    (hiv,) = drafted(ill("B20.1", labels=["hiv"]))
    assert seen(nurse) == seen(actor("cdc_officer", cdc())) == set()
    assert seen(actor("cdc_confidential_officer", cdc())) == {hiv}
    assert seen(actor("cdc_confidential_officer", station())) == set()  # the same post elsewhere opens nothing
    both = actor("hiv_doctor", facility("70001"))
    assert seen(both) == set()


def test_what_is_written_into_a_labelled_report_is_sealed():
    (hiv,) = drafted(ill("B20.1", labels=["hiv"]))
    officer = actor("cdc_confidential_officer", cdc())
    services.complete(officer, hiv.pk, version=1, details={**DETAILS, "exposure": "Kim tiêm"})
    services.discard(officer, hiv.pk, version=2, reason="Đã báo cáo năm trước")
    hiv.refresh_from_db()
    assert hiv.details["exposure"].startswith("enc:v1:hiv:")
    assert hiv.events.get(act="discarded").note.startswith("enc:v1:hiv:")
    assert not AuditEvent.objects.filter(reason__contains="năm trước").exists()


def test_a_report_is_handed_over_and_signed_for(nurse, case):
    given = services.hand_over(nurse, case.pk, version=1, commune=DONG_XOAI, reason="Ở nhà con")
    receiver = actor("station_nurse", station(DONG_XOAI))
    assert given.number.startswith("TN-") and seen(nurse) == set() and seen(receiver) == {case}
    for who in (nurse, receiver):
        assert list(visible(who, "cases.read", HandOver.objects.all())) == [given]
    done = services.receive(receiver, given.pk)
    assert done.received_by_id == receiver.account_id
    with pytest.raises(services.AlreadyReceived):
        services.receive(receiver, given.pk)


def test_who_handed_a_report_over_does_not_sign_for_the_receiver(case):
    office = actor("cdc_officer", cdc())
    given = services.hand_over(office, case.pk, version=1, commune=DONG_XOAI, reason="Ở nhà con")
    with pytest.raises(services.OwnHandOver):
        services.receive(office, given.pk)
    assert services.receive(actor("cdc_officer", cdc()), given.pk).received_at


def test_a_report_is_handed_to_a_commune_of_the_installation_only(nurse, case):
    for commune in ("00001", BINH_PHUOC, ""):
        with pytest.raises(services.CommuneUnknown):
            services.hand_over(nurse, case.pk, version=1, commune=commune, reason="x")


def test_a_handed_over_draft_does_not_go_back_with_a_new_version(nurse, case):
    services.hand_over(nurse, case.pk, version=1, commune=DONG_XOAI, reason="Ở nhà con")
    one = case.visits.get().encounter

    (again,) = drafted(replaced(one))
    assert again.commune_code == DONG_XOAI


def test_a_unit_without_a_commune_sees_nothing():
    drafted(ill())
    assert seen(actor("station_nurse", unit("Trạm mới", kind="station"))) == set()
