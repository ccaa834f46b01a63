"""The desk's pages: a number leads to a person, a code is shown once, a page opens only after a card was looked up."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from soyte.kernel.access.models import CitizenAccount, Guardianship
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.people.models import Identifier, PersonRelation
from soyte.systems.care.own_record.tests.people import PAPER, browser, child, officer, person, text

pytestmark = pytest.mark.django_db
DESK = "own_record:desk"


@pytest.fixture
def desk():
    return browser(officer().account)


def look_up(desk, number):
    return desk.post(reverse(DESK), {"number": number})


def act(desk, name, who, given=None, *more, **facts):
    return desk.post(reverse(f"own_record:{name}", args=[who.pk, *more]), given or {}, **facts)


def test_a_number_leads_to_who_bears_it_without_a_health_fact(desk):
    who, other = person(), person("Lê Văn Nam")
    page = text(look_up(desk, f" {who.card[:6]} {who.card[6:]} "))
    assert who.full_name in page and who.birth_text in page and other.full_name not in page
    event = AuditEvent.objects.get(action="citizens.admit", object_kind="desk")
    assert event.person_id == who.pk


@pytest.mark.parametrize(("number", "says"), [("", "Thiếu số"), ("12", "Không đọc được số này"), ("070168999999", "Chưa tệp nào ghi số này")])  # fmt: skip
def test_a_number_that_leads_nowhere_says_so(desk, number, says):
    assert says in text(look_up(desk, number))


def test_a_page_opens_only_after_the_card_was_looked_up(desk):
    who = person()
    page = reverse("own_record:desk_person", args=[who.pk])
    assert desk.get(page).url == reverse(DESK)
    assert "vừa xem giấy tờ" in text(desk.get(page, follow=True))
    assert act(desk, "admit", who, {"card_seen": "on"}).url == reverse(DESK) and not CitizenAccount.objects.exists()
    look_up(desk, who.card)
    assert who.full_name in text(desk.get(page))


def test_a_code_is_shown_once_and_kept_nowhere(desk):
    who = person()
    look_up(desk, who.card)
    slip = act(desk, "admit", who, {"card_seen": "on", "phone": "0912 345 678"})
    account = CitizenAccount.objects.get().account
    shown = text(slip)
    code = shown.split("data-secret>")[1].split("<")[0]
    assert account.username in shown and account.check_password(code) and slip["Cache-Control"] == "no-store"
    again = text(desk.get(reverse("own_record:desk_person", args=[who.pk])))
    assert code not in again and account.username in again and account.phone == "0912345678"
    double = act(desk, "admit", who, {"card_seen": "on"}, follow=True)
    assert "cấp mã mới" in text(double) and CitizenAccount.objects.count() == 1
    unseen = act(desk, "renew_code", who)
    assert unseen.status_code == 422 and "Xem giấy tờ có ảnh trước đã" in text(unseen) and account.check_password(code)
    renewed = text(act(desk, "renew_code", who, {"renewal-card_seen": "on"}))
    account.refresh_from_db()
    assert not account.check_password(code) and "data-secret" in renewed


def test_a_telephone_number_is_one(desk):
    who = person()
    look_up(desk, who.card)
    for phone in ("không có số", "0912", "0912345678901234"):
        answer = act(desk, "admit", who, {"card_seen": "on", "phone": phone})
        assert answer.status_code == 422 and "8 đến 15 chữ số" in text(answer) and phone in text(answer)
    assert not CitizenAccount.objects.exists()
    assert "data-secret" in text(act(desk, "admit", who, {"card_seen": "on", "phone": "+84 271 (3) 887-799"}))


def test_a_text_that_is_too_long_is_said_and_kept(desk):
    who = person()
    look_up(desk, who.card)
    act(desk, "admit", who, {"card_seen": "on"})
    reason = "mất điện thoại " * 40
    answer = act(desk, "end_account", who, {"reason": reason})
    assert (
        answer.status_code == 422
        and reason.strip() in text(answer)
        and "maxlength" not in text(answer).split("end_account")[-1]
    )


def test_without_having_seen_the_card_nothing_is_handed_out(desk):
    who = person()
    look_up(desk, who.card)
    answer = act(desk, "admit", who)
    assert answer.status_code == 422 and "Xem giấy tờ có ảnh trước đã" in text(answer)
    assert not CitizenAccount.objects.exists()


def test_a_guardian_is_noted_with_the_paper_and_ended_with_a_reason(desk):
    who, kid = person(), child()
    look_up(desk, who.card)
    given = {**PAPER, "card_seen": "on", "child_number": kid.card}
    page = text(act(desk, "make_guardian", who, given, follow=True))
    one = Guardianship.objects.get()
    assert one.valid_to.strftime("%d/%m/%Y") in page and PAPER["paper"] in page and kid.full_name in page
    assert "đang là người giám hộ" in text(act(desk, "make_guardian", who, given))
    assert "Thiếu lý do" in text(act(desk, "end_guardian", who, {}, one.pk, follow=True))
    assert "không xem được sổ của cháu nữa" in text(
        act(desk, "end_guardian", who, {"reason": "Bản án 12"}, one.pk, follow=True)
    )
    one.refresh_from_db()
    assert one.valid_to == timezone.localdate() and one.end_reason == "Bản án 12"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "Thiếu số của con"),
        ({"child_number": "070168999999"}, "Chưa tệp nào ghi số này"),
        ({"child_number": "own"}, "của cùng một người"),
        ({"child_number": "kid", "paper": ""}, "Thiếu số, ngày và nơi cấp"),
        ({"child_number": "kid", "until": "2090-01-01"}, "không sau ngày đủ 18 tuổi"),
        ({"child_number": "grown"}, "đủ 18 tuổi từ"),
    ],
)
def test_a_guardianship_that_cannot_be_is_refused_beside_its_field(desk, given, says):
    who, kid, grown = person(), child(), child(18, "Trần Thị Lớn")
    numbers = {"own": who.card, "kid": kid.card, "grown": grown.card}
    look_up(desk, who.card)
    number = given.get("child_number", "")
    asked = {**PAPER, "card_seen": "on", **given, "child_number": numbers.get(number, number)}
    answer = act(desk, "make_guardian", who, asked)
    assert answer.status_code == 422 and says in text(answer)
    assert not Guardianship.objects.exists()


def test_a_child_without_numbers_is_chosen_from_the_birth_certificates(desk):
    who, kid = person(), child(0)
    Identifier.objects.filter(person=kid).delete()
    PersonRelation.objects.create(kind="mother", person=kid, other=who)
    look_up(desk, who.card)
    assert kid.full_name in text(desk.get(reverse("own_record:desk_person", args=[who.pk])))
    act(desk, "make_guardian", who, {**PAPER, "card_seen": "on", "child": str(kid.pk)})
    assert Guardianship.objects.get().child_id == kid.pk


def test_labelled_visits_are_shown_on_his_asking_and_the_account_is_taken_back(desk):
    who = person()
    look_up(desk, who.card)
    act(desk, "admit", who, {"card_seen": "on"})
    assert act(desk, "show_labelled", who, {"shown": "1"}).status_code == 422
    act(desk, "show_labelled", who, {"shown": "1", "labelled-card_seen": "on"})
    assert CitizenAccount.objects.get().labelled_since is not None
    assert "Thiếu lý do" in text(act(desk, "end_account", who))
    act(desk, "end_account", who, {"reason": "Mất điện thoại"})
    assert not CitizenAccount.objects.get().account.is_active
    assert "Chưa có tài khoản" in text(desk.get(reverse("own_record:desk_person", args=[who.pk])))


def test_the_end_may_be_sooner(desk):
    who, kid = person(), child()
    look_up(desk, who.card)
    until = timezone.localdate() + dt.timedelta(days=30)
    act(desk, "make_guardian", who, {**PAPER, "card_seen": "on", "child_number": kid.card, "until": until.isoformat()})
    assert Guardianship.objects.get().valid_to == until
