"""To whom a record opens, for how long, and what it never tells."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.models import BreakGlass
from soyte.kernel.access.policy import can, visible, why
from soyte.kernel.access.services import open_with_reason
from soyte.kernel.access.tests.people import account, post, unit
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.people.models import Person
from soyte.systems.care.health_record.tests.people import (
    BACKEND,
    ELSEWHERE,
    arrived,
    blood_group,
    came,
    condition,
    doctor,
    medicine,
    paper,
    person,
    record,
    result,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
REASON = "Cấp cứu, người bệnh hôn mê"
COMMUNE, OLD_CODE = "25195", "25198"  # phường Bình Phước, and phường Tân Đồng that went into it on 2025-07-01


def opens(actor, who):
    return can(actor, "record.read", who)


@pytest.mark.parametrize(("days", "at", "open_"), [(1, "70001", True), (364, "70001", True), (366, "70001", False), (1, ELSEWHERE, False)])  # fmt: skip
def test_a_visit_here_within_twelve_months_opens_the_record(days, at, open_):
    who = person()
    came(who, days, at)
    assert opens(doctor(), who) is open_


def test_a_visit_that_is_no_longer_in_force_opens_nothing():
    who = person()
    came(who, in_force=False)
    assert not opens(doctor(), who)


def test_somebody_who_is_here_now_is_open_before_his_file_comes():
    who = person()
    arrived(who)
    assert opens(doctor(), who) and not opens(doctor(at=ELSEWHERE), who)


def test_the_whole_record_opens_not_only_what_happened_here():
    who = person()
    mine, other = came(who), came(who, 300, ELSEWHERE)
    assert {one.id for one in record(doctor(), who)} == {mine.pk, other.pk}


def test_a_reason_opens_for_twelve_hours_to_this_account_alone():
    who, actor = person(), doctor()
    came(who, at=ELSEWHERE)
    open_with_reason(actor, who.pk, REASON)
    assert opens(actor, who) and not opens(doctor(), who)
    assert not opens(actor_for(actor.account, now=timezone.now() + dt.timedelta(hours=12, minutes=1)), who)


def test_a_labelled_visit_opens_nothing_to_whoever_may_not_see_it():
    """An open record without any visit here would tell that there is one."""
    who = person()
    came(who, labels=["hiv"], main_icd="B20")
    assert not opens(doctor(), who)
    assert opens(doctor("hiv_doctor"), who)


def test_a_labelled_arrival_opens_nothing_either():
    who = person()
    arrived(who, labels=["hiv"])
    assert not opens(doctor(), who) and opens(doctor("hiv_doctor"), who)


@pytest.fixture
def with_a_secret():
    """A person of here with a plain visit, and a labelled one of elsewhere that brought everything a page shows."""
    who = person()
    came(who, 20)
    secret = came(who, 10, ELSEWHERE, labels=["hiv"], main_icd="B20", kind="03", birth_written="197001010000", sex="1")
    condition(secret, "B20")
    condition(secret, "E11.9")
    result(secret, "Tải lượng HIV", "12000")
    medicine(secret, "Dolutegravir")
    blood_group(secret, "AB+")
    return who, secret, paper(secret)


PAGES = ("record", "results", "print")


@pytest.mark.parametrize("page", PAGES)
def test_a_labelled_visit_leaves_no_trace_on_a_page(client, with_a_secret, page):
    who, secret, _paper = with_a_secret
    client.force_login(doctor().account, backend=BACKEND)
    text = client.get(reverse(f"health_record:{page}", args=[who.pk])).content.decode()
    traces = (
        "B20",
        "E11",
        "Tải lượng",
        "Dolutegravir",
        "AB+",
        str(secret.pk),
        secret.unit.name,
        "01/01/1970",
        "ghi khác nhau",
    )
    assert [trace for trace in traces if trace in text] == []


@pytest.mark.parametrize("page", PAGES)
def test_whoever_has_the_grant_sees_it(client, with_a_secret, page):
    who, _secret, _paper = with_a_secret
    client.force_login(doctor("hiv_doctor").account, backend=BACKEND)
    text = client.get(reverse(f"health_record:{page}", args=[who.pk])).content.decode()
    assert "Tải lượng HIV" in text


def test_pages_of_a_labelled_visit_are_not_there_without_the_grant(client, with_a_secret):
    who, secret, letter = with_a_secret
    addresses = [
        reverse("health_record:visit", args=[who.pk, secret.pk]),
        reverse("health_record:source", args=[who.pk, secret.pk]),
        reverse("health_record:paper", args=[who.pk, letter.pk]),
    ]
    for role, status in (("doctor", 404), ("hiv_doctor", 200)):
        client.force_login(doctor(role).account, backend=BACKEND)
        assert [client.get(address).status_code for address in addresses] == [status] * 3


def merged(one, into):
    Person.objects.filter(pk=one.pk).update(merged_into=into)
    one.refresh_from_db()
    return one


def test_merged_persons_have_one_record_that_opens_as_one(client):
    stands, other = person("Trần Thị Hoa"), person("TRAN THI HOA")
    elsewhere, here = came(stands, 40, ELSEWHERE), came(other, 20)
    merged(other, stands)
    actor = doctor()
    assert opens(actor, stands) and opens(actor, other)
    assert {one.id for one in record(actor, stands)} == {elsewhere.pk, here.pk}
    client.force_login(actor.account, backend=BACKEND)
    text = client.get(reverse("health_record:record", args=[other.pk])).content.decode()
    assert f"{stands.pk}/luot/{elsewhere.pk}" in text and f"{stands.pk}/luot/{here.pk}" in text


def test_a_reason_given_before_two_were_merged_holds_after():
    stands, other = person(), person()
    came(stands, at=ELSEWHERE)
    actor = doctor()
    open_with_reason(actor, other.pk, REASON)
    merged(other, stands)
    assert opens(actor, stands)


def test_visits_are_open_exactly_where_their_person_is():
    mine, foreign = person(), person()
    shown, hidden = came(mine), came(foreign, at=ELSEWHERE)
    actor = doctor()
    rows = visible(actor, "record.read", type(shown).objects.all())
    assert set(rows.values_list("pk", flat=True)) == {shown.pk}
    assert can(actor, "record.read", shown) and not can(actor, "record.read", hidden)


def test_why_says_which_way_in_is_closed():
    who = person()
    text = str(why(doctor(), "record.read", who))
    assert "12 tháng" in text and "kèm lý do" in text


@pytest.mark.parametrize("reason", ["", "   ", "xem", "aaaaaaaaaaaaaaaaaaaaaa"])
def test_a_reason_that_says_nothing_opens_nothing(client, reason):
    who = person()
    came(who, at=ELSEWHERE)
    client.force_login(doctor().account, backend=BACKEND)
    answer = client.post(reverse("health_record:reason", args=[who.pk]), {"reason": reason})
    assert answer.status_code == 422 and "lý do" in answer.content.decode()
    assert not BreakGlass.objects.exists()


def test_a_closed_record_leads_to_the_reason_and_the_reason_to_the_record(client):
    who = person()
    shown = came(who, at=ELSEWHERE)
    client.force_login(doctor().account, backend=BACKEND)
    page, ask = reverse("health_record:record", args=[who.pk]), reverse("health_record:reason", args=[who.pk])
    assert client.get(page).url == ask
    assert client.get(reverse("health_record:visit", args=[who.pk, shown.pk])).url == ask
    assert client.post(ask, {"reason": REASON}).url == page
    assert client.get(page).status_code == 200
    assert client.get(ask).url == page  # open already: nothing to ask
    assert REASON in client.get(reverse("health_record:readers", args=[who.pk])).content.decode()


def test_every_reading_is_audited_with_its_purpose(client):
    who = person()
    shown = came(who)
    client.force_login(doctor().account, backend=BACKEND)
    client.get(reverse("health_record:record", args=[who.pk]))
    client.get(reverse("health_record:visit", args=[who.pk, shown.pk]))
    events = AuditEvent.objects.filter(person_id=who.pk, action="record.read")
    assert set(events.values_list("object_kind", "purpose")) == {("record", "treatment"), ("visit", "treatment")}


def nurse():
    holder = account()
    post(holder, "station_nurse", unit("Trạm", kind="station", commune_code=COMMUNE))
    return actor_for(holder)


@pytest.mark.parametrize("days", [1, 364])
@pytest.mark.parametrize("code", [COMMUNE, OLD_CODE])
def test_residence_in_the_station_s_commune_opens_by_a_code_of_either_map(days, code):
    who = person()
    mine, other = came(who, days, ELSEWHERE, commune_code=code), came(who, 300, ELSEWHERE)
    assert opens(nurse(), who) and not opens(doctor(), who)
    assert {one.id for one in record(nurse(), who)} == {mine.pk, other.pk}


@pytest.mark.parametrize(
    ("days", "facts"),
    [(1, {"commune_code": "25210"}), (1, {}), (366, {"commune_code": COMMUNE}),
     (1, {"commune_code": COMMUNE, "in_force": False}), (1, {"commune_code": COMMUNE, "labels": ["hiv"]})],
)  # fmt: skip
def test_other_residence_opens_nothing(days, facts):
    who = person()
    came(who, days, ELSEWHERE, **facts)
    assert not opens(nurse(), who) and not record(nurse(), who).visits


def test_a_station_never_sees_the_labelled_visits_of_its_people():
    who = person()
    plain = came(who, 1, ELSEWHERE, commune_code=COMMUNE)
    came(who, 2, ELSEWHERE, commune_code=COMMUNE, labels=["hiv"], main_icd="B20")
    assert [one.id for one in record(nurse(), who)] == [plain.pk]


def test_a_hospital_in_the_commune_opens_nothing_by_residence():
    who = person()
    came(who, 1, ELSEWHERE, commune_code=COMMUNE)
    holder = account()
    post(holder, "doctor", unit("Bệnh viện", kind="hospital", commune_code=COMMUNE))
    assert not opens(actor_for(holder), who)
