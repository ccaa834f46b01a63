"""What a citizen sees of his own record and of a child's; what he never sees; what is written when he reads."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from soyte.clinical.documents.models import Appointment
from soyte.kernel.access.policy import can, visible
from soyte.kernel.access.services import open_with_reason
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.people.models import Identifier, Person
from soyte.systems.care.own_record.tests.people import (
    ELSEWHERE,
    admitted,
    blood_group,
    browser,
    came,
    child,
    citizen,
    condition,
    doctor,
    in_care,
    medicine,
    paper,
    person,
    result,
    text,
)

pytestmark = pytest.mark.django_db
PAGES = ("record", "visits", "results", "looks", "said", "summary", "allergies")
REASON = "Cấp cứu, người bệnh hôn mê"


def address(page, who, *more):
    return reverse(f"own_record:{page}", args=[who.pk, *more])


def full_visit(who, **facts):
    seen = came(who, 10, **facts)
    condition(seen, "E11.9")
    result(seen, "Glucose", "12.4")
    medicine(seen, "Metformin", "1 viên/lần * 2 lần/ngày * 30 ngày [2 viên/ngày]", strength="500mg")
    Appointment.objects.create(
        due_on=timezone.localdate() + dt.timedelta(days=9), encounter=seen, person=who, at=seen.started_at,
        source_table=14, source_line=1,
    )  # fmt: skip
    return seen


def test_signing_in_leads_to_the_own_record_in_a_shell_of_its_own(client):
    who = person()
    came(who)
    me = browser(admitted(who))
    assert me.get("/").url == reverse("own_record:home")
    page = text(me.get("/", follow=True))
    assert who.full_name in page and 'class="tabbar own' in page and "nav-l" not in page and "data-find" not in page
    links = re.findall(r'<a href="([^"]+)"', page[page.index('class="tabbar') :])
    assert links[:4] == [address(name, who) for name in ("record", "visits", "looks", "said")]


def test_the_first_page_says_what_the_files_say():
    who = person()
    full_visit(who)
    page = text(browser(admitted(who)).get(address("record", who)))
    due = timezone.localdate() + dt.timedelta(days=9)
    assert f"<b>{due.day}</b>" in page and "Metformin" in page and "500mg" in page
    assert "1 viên/lần * 2 lần/ngày * 30 ngày" in page and "[2 viên" not in page
    assert "Đường trong máu" in page and "12,4" in page and "Cao hơn khoảng thường gặp" in page
    assert "không phải lời chẩn đoán" in page


def test_what_no_file_says_is_said_to_be_unknown():
    who = person()
    page = text(browser(admitted(who)).get(address("record", who)))
    assert "Thẻ BHYT: chưa biết" in page and "Bác sĩ chưa biết bạn dị ứng với gì" in page
    assert "không ghi lịch hẹn nào sắp tới" in page and "không ghi thuốc nào" in page and "chưa ai xem" in page
    assert "chưa có tệp nào" in page


def test_a_past_appointment_is_not_what_comes_next():
    who = person()
    seen = came(who, 40)
    facts = {"encounter": seen, "person": who, "at": seen.started_at, "source_table": 14, "source_line": 1}
    Appointment.objects.create(due_on=timezone.localdate() - dt.timedelta(days=1), **facts)
    assert "không ghi lịch hẹn" in text(browser(admitted(who)).get(address("record", who)))


def test_the_card_shown_is_the_one_that_ends_last():
    who, today = person(), timezone.localdate()
    for days in (-200, 100):
        Identifier.objects.create(
            person=who, kind="insurance", value="7021234567", valid_from=today - dt.timedelta(days=300 - days),
            valid_to=today + dt.timedelta(days=days),
        )  # fmt: skip
    last = (today + dt.timedelta(days=99)).strftime("%d/%m/%Y")
    assert f"BHYT đến {last}" in text(browser(admitted(who)).get(address("record", who)))


def test_a_result_without_a_range_is_not_judged():
    who = child(17)
    Person.objects.filter(pk=who.pk).update(birth_date=dt.date(timezone.localdate().year - 17, 1, 1))
    result(came(who, 3), "Glucose", "12.4")
    page = text(browser(admitted(who)).get(address("record", who)))
    assert "Chưa có khoảng để so cho chỉ số và tuổi này" in page and "Cao hơn" not in page


@pytest.mark.parametrize("page", PAGES)
def test_another_person_s_record_is_not_there(page):
    who, other = person(), person("Lê Văn Nam")
    came(other)
    me = browser(admitted(who))
    answers = [me.get(address(page, one)).status_code for one in (who, other, Person(full_name="nobody"))]
    assert answers == [200, 404, 404]


def test_a_visit_of_another_person_is_not_there_under_the_own_address():
    who, other = person(), person("Lê Văn Nam")
    foreign = came(other)
    me = browser(admitted(who))
    assert me.get(address("visit", who, foreign.pk)).status_code == 404
    assert me.get(address("say", who, foreign.pk)).status_code == 404


@pytest.mark.parametrize(
    "page", ["health_record:search", "own_record:desk", "own_record:disputes", "identity:accounts"]
)
def test_pages_of_the_staff_are_closed(page):
    assert browser(admitted(person())).get(reverse(page)).status_code == 403


@pytest.mark.parametrize("role", ["doctor", "desk_officer", "administrator", "data_officer"])
def test_own_pages_are_closed_to_the_staff(role):
    who = person()
    came(who)
    assert browser(doctor(role).account).get(address("record", who)).status_code == 403


# ---- labels ------------------------------------------------------------------------------------------------------

TRACES = ("B20", "Tải lượng", "Dolutegravir", "Phòng kín", "AB+")


@pytest.fixture
def with_a_secret():
    who = person()
    came(who, 20)
    secret = came(who, 10, ELSEWHERE, labels=["hiv"], main_icd="B20", discharge_diagnosis="B20 bệnh HIV")
    secret.unit.name = "Phòng kín"
    secret.unit.save()
    condition(secret, "B20")
    result(secret, "Tải lượng HIV", "12000")
    medicine(secret, "Dolutegravir")
    blood_group(secret, "AB+")
    paper(secret, sections={"diagnosis": "Tải lượng thấp"})
    return who, secret


@pytest.mark.parametrize("page", ["record", "visits", "results", "looks", "said"])
def test_a_labelled_visit_leaves_no_trace_until_he_asked_for_it(with_a_secret, page):
    who, secret = with_a_secret
    hiv = doctor("hiv_doctor", ELSEWHERE)
    browser(hiv.account).get(reverse("health_record:visit", args=[who.pk, secret.pk]))
    shown = text(browser(admitted(who)).get(address(page, who)))
    assert [trace for trace in (*TRACES, str(secret.pk)) if trace in shown] == []


def test_after_he_asked_at_the_desk_he_sees_it(with_a_secret):
    who, secret = with_a_secret
    me = browser(admitted(who, labelled=True))
    assert "Tải lượng HIV" in text(me.get(address("results", who)))
    visit = text(me.get(address("visit", who, secret.pk)))
    assert "Dolutegravir" in visit and "Tải lượng thấp" in visit


def test_a_guardian_never_sees_a_labelled_visit_of_the_child(with_a_secret):
    kid, secret = with_a_secret
    Person.objects.filter(pk=kid.pk).update(birth_date=timezone.localdate() - dt.timedelta(days=15 * 365))
    mother = person("Nguyễn Thị Mẹ")
    in_care(mother, kid)
    account = admitted(mother, labelled=True)
    me = browser(account)
    for page in ("record", "visits", "results", "looks", "said"):
        shown = text(me.get(address(page, kid)))
        assert [trace for trace in (*TRACES, str(secret.pk)) if trace in shown] == [], page
    for page in ("visit", "say"):
        assert me.get(address(page, kid, secret.pk)).status_code == 404
    assert "lần khám" in text(me.get(address("visits", kid)))


def test_access_is_decided_by_the_rules_alone(with_a_secret):
    who, secret = with_a_secret
    plain = who.encounters.exclude(pk=secret.pk).get()
    rows = who.encounters.all()
    for actor, seen in ((citizen(who), {plain.pk}), (doctor(), set())):
        assert set(visible(actor, "own_record.read", rows).values_list("pk", flat=True)) == seen
        assert can(actor, "own_record.tell", who) is bool(seen)


# ---- children ----------------------------------------------------------------------------------------------------


def test_a_guardian_goes_from_the_own_record_to_the_child_s_and_back():
    who, kid = person(), child()
    full_visit(kid)
    in_care(who, kid)
    me = browser(admitted(who))
    assert address("record", kid) in text(me.get(address("record", who)))
    page = text(me.get(address("record", kid)))
    assert kid.full_name in page and "Metformin" in page and "Bạn xem được đến trước ngày" in page
    assert address("looks", kid) in page and address("record", who) in page


def test_the_record_of_a_child_who_turns_18_today_is_closed():
    who, kid = person(), child(17)
    full_visit(kid)
    in_care(who, kid)
    me = browser(admitted(who))
    assert me.get(address("record", kid)).status_code == 200
    today = timezone.localdate()
    Person.objects.filter(pk=kid.pk).update(birth_date=today.replace(year=today.year - 18))
    assert me.get(address("record", kid)).status_code == 404
    assert address("record", kid) not in text(me.get(address("record", who)))


# ---- who looked --------------------------------------------------------------------------------------------------


def test_who_looked_says_who_where_when_and_why_with_the_reason_given():
    who = person()
    came(who, 5, ELSEWHERE)
    stranger = doctor()
    open_with_reason(stranger, who.pk, REASON)
    browser(stranger.account).get(reverse("health_record:record", args=[who.pk]))
    treating = doctor(at=ELSEWHERE)
    browser(treating.account).get(reverse("health_record:record", args=[who.pk]))
    account = admitted(who)
    browser(account).get(address("record", who))
    page = text(browser(account).get(address("looks", who)))
    assert page.count(REASON) == 2 and "Khám bệnh, chữa bệnh" in page
    assert stranger.posts[0].unit_name in page and treating.posts[0].unit_name in page
    assert account.display_name not in page[page.index("Mọi lần xem") : page.index("Không kể những lần")]


def test_his_reading_is_audited_with_its_purpose_and_is_no_reading_of_the_facility():
    who = person()
    seen = full_visit(who)
    me = browser(admitted(who))
    for page in ("record", "visits", "results", "summary"):
        me.get(address(page, who))
    me.get(address("visit", who, seen.pk))
    events = AuditEvent.objects.filter(person_id=who.pk, action="own_record.read")
    kinds = {"record", "visits", "results", "print", "visit"}
    assert set(events.values_list("object_kind", "purpose")) == {(kind, "own") for kind in kinds}


# ---- queries -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["record", "visits", "results", "looks", "summary"])
def test_a_page_costs_the_same_with_few_visits_and_with_many(page):
    who = person()
    me = browser(admitted(who))

    def asked():
        me.get(address(page, who))
        with CaptureQueriesContext(connection) as queries:
            me.get(address(page, who))
        return len(queries)

    full_visit(who)
    treating = browser(doctor().account)
    treating.get(reverse("health_record:record", args=[who.pk]))
    few = asked()
    for _number in range(12):
        full_visit(who)
        treating.get(reverse("health_record:record", args=[who.pk]))
    assert asked() <= few
