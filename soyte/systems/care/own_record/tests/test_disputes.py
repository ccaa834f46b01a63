"""He says that something is wrong; the facility answers in time; the answer comes back and can be taken back."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from soyte.clinical.encounters import moving
from soyte.clinical.encounters.models import Encounter
from soyte.kernel.access.policy import Refused
from soyte.kernel.codes.working_days import after_working_days
from soyte.kernel.people.models import Person
from soyte.systems.care.own_record.models import Dispute
from soyte.systems.care.own_record.pages.visit import deadline
from soyte.systems.care.own_record.services import disputes
from soyte.systems.care.own_record.tests.people import (
    ELSEWHERE,
    admitted,
    browser,
    came,
    child,
    citizen,
    condition,
    doctor,
    in_care,
    medicine,
    officer,
    person,
    text,
)

pytestmark = pytest.mark.django_db
NOT_MINE, WRONG = Dispute.Kind.NOT_MINE, Dispute.Kind.WRONG_ENTRY
ANSWER = "Đã đối chiếu bệnh án giấy: người khác dùng thẻ của bạn."


def said(who, visit, kind=NOT_MINE, words="Hôm đó tôi không đi khám", **facts):
    return disputes.say(citizen(who), who, visit, kind=kind, words=words, **facts)


def person_of(visit):
    return Encounter.objects.get(pk=visit.pk).person_id


def test_it_becomes_a_task_of_the_facility_with_a_deadline_shown_to_both():
    who = person()
    visit = came(who)
    one = said(who, visit)
    due = after_working_days(timezone.localdate(), 5)
    assert one.due_on == due and one.unit == visit.unit
    task = text(browser(officer().account).get(reverse("own_record:disputes")))
    assert who.full_name in task and visit.visit_code in task and "Còn 5 ngày làm việc" in task
    mine = text(browser(Dispute.objects.get().raised_by).get(reverse("own_record:my_disputes")))
    assert due.strftime("%d/%m/%Y") in mine and "Hôm đó tôi không đi khám" in mine
    start = text(browser(officer().account).get("/"))
    assert "Phản ánh của dân" in start


def test_another_facility_neither_sees_nor_answers():
    who = person()
    one = said(who, came(who))
    foreign = officer(ELSEWHERE)
    assert who.full_name not in text(browser(foreign.account).get(reverse("own_record:disputes")))
    assert browser(foreign.account).get(reverse("own_record:dispute", args=[one.pk])).status_code == 404
    with pytest.raises(Refused):
        disputes.refuse(foreign, one, answer=ANSWER)


def test_upheld_the_visit_leaves_the_record_and_the_answer_comes_back():
    who = person()
    visit = came(who)
    one = said(who, visit)
    account = one.raised_by
    disputes.uphold(officer(), one, answer=ANSWER)
    assert person_of(visit) != who.pk
    page = text(browser(account).get(reverse("own_record:said", args=[who.pk])))
    assert ANSWER in page and "Đúng như phản ánh" in page
    visits = text(browser(account).get(reverse("own_record:visits", args=[who.pk])))
    assert str(visit.pk) not in visits and "đã chuyển sang hồ sơ khác" in visits
    assert browser(account).get(reverse("own_record:visit", args=[who.pk, visit.pk])).status_code == 404


def test_both_histories_say_so_to_their_doctors():
    who, other = person(), person("Lê Thị Hoa")
    visit = came(who)
    came(who, 20)
    disputes.uphold(officer(), said(who, visit), answer=ANSWER, to=other.pk)
    reader = browser(doctor().account)
    assert "đã chuyển sang hồ sơ khác" in text(reader.get(reverse("health_record:record", args=[who.pk])))
    assert "đã chuyển từ hồ sơ khác về đây" in text(reader.get(reverse("health_record:record", args=[other.pk])))


def test_who_reads_the_visit_sees_that_its_patient_waits_for_an_answer():
    who = person()
    visit = came(who)
    one, reader = said(who, visit), browser(doctor().account)
    pages = [reverse("health_record:record", args=[who.pk]), reverse("health_record:visit", args=[who.pk, visit.pk])]
    assert all("Người dân nói không phải của mình" in text(reader.get(page)) for page in pages)
    disputes.refuse(officer(), one, answer=ANSWER)
    assert not any("Người dân nói không phải của mình" in text(reader.get(page)) for page in pages)


def test_an_answer_taken_back_returns_the_visit_and_waits_again():
    who = person()
    visit = came(who)
    one = said(who, visit)
    desk = officer()
    disputes.uphold(desk, one, answer=ANSWER)
    disputes.undo(desk, one, reason="Chọn nhầm lượt khám")
    one.refresh_from_db()
    assert person_of(visit) == who.pk and one.state == "open" and one.move is None and one.answer == ""
    page = text(browser(one.raised_by).get(reverse("own_record:said", args=[who.pk])))
    assert "Câu trả lời trước đã được rút lại" in page
    with pytest.raises(disputes.NotAnswered):
        disputes.undo(desk, one, reason="Chọn nhầm lượt khám")
    disputes.refuse(desk, one, answer="Đã gọi điện: chính bạn đến khám hôm đó.")
    assert Dispute.objects.get().state == "refused" and person_of(visit) == who.pk


def test_a_merged_person_s_visit_goes_from_the_row_under_which_it_stood_and_back():
    """The account stands for two rows; the visit came with the number of the one that was merged away."""
    stands, merged = person(), person("TRAN THI HOA")
    Person.objects.filter(pk=merged.pk).update(merged_into=stands)
    visit = came(merged)
    one = said(stands, visit)
    assert one.person_id == stands.pk
    desk = officer()
    page = text(browser(desk.account).get(reverse("own_record:dispute", args=[one.pk])))
    assert "hai hồ sơ đã nhập làm một" in page
    with pytest.raises(moving.SamePerson):
        disputes.uphold(desk, one, answer=ANSWER, to=merged.pk)
    disputes.uphold(desk, one, answer=ANSWER)
    assert person_of(visit) not in (stands.pk, merged.pk)
    disputes.undo(desk, one, reason="Chọn nhầm lượt khám")
    assert person_of(visit) == merged.pk
    Person.objects.filter(pk=merged.pk).update(merged_into=None)  # the two were not one after all
    assert browser(one.raised_by).get(reverse("own_record:visit", args=[stands.pk, visit.pk])).status_code == 404


def test_a_double_click_is_one_dispute_and_a_kind_word():
    who = person()
    visit = came(who)
    me, page = browser(admitted(who)), reverse("own_record:say", args=[who.pk, visit.pk])
    given = {"kind": NOT_MINE, "words": ""}
    assert "trả lời chậm nhất" in text(me.post(page, given, follow=True))
    assert "Không cần gửi lại" in text(me.post(page, given, follow=True))
    assert Dispute.objects.count() == 1


def test_an_entry_that_is_wrong_needs_words_and_names_itself():
    who = person()
    visit = came(who)
    given = medicine(visit, "Metformin", "1 viên", source_table=2, source_line=3)
    me, page = browser(admitted(who)), reverse("own_record:say", args=[who.pk, visit.pk]) + f"?muc=M{given.pk}"
    assert "Metformin" in text(me.get(page))
    answer = me.post(page, {"kind": WRONG, "words": "  "})
    assert answer.status_code == 422 and "Viết một câu" in text(answer)
    me.post(page, {"kind": WRONG, "words": "Tôi không được cấp thuốc này"})
    one = Dispute.objects.get()
    assert one.entry == f"M{given.pk}" and "Metformin" in one.entry_text and "XML2, dòng 3" in one.entry_text
    assert one.due_on == after_working_days(timezone.localdate(), 10)
    disputes.uphold(officer(), one, answer="Đúng là ghi nhầm; sẽ gửi lại tệp.")
    assert person_of(visit) == who.pk


def test_it_can_be_taken_back_until_it_is_answered():
    who = person()
    one = said(who, came(who))
    me = browser(one.raised_by)
    take_back = reverse("own_record:withdraw", args=[who.pk, one.pk])
    assert "Đã rút phản ánh" in text(me.post(take_back, follow=True))
    assert "không còn chờ trả lời" in text(me.post(take_back, follow=True))
    with pytest.raises(disputes.WithdrawnAlready):
        disputes.refuse(officer(), one, answer=ANSWER)


def test_nobody_disputes_what_he_may_not_see():
    who, other = person(), person("Lê Văn Nam")
    foreign, secret = came(other), came(who, labels=["hiv"])
    me = citizen(who)
    for visit in (foreign, secret):
        with pytest.raises(Refused):
            disputes.say(me, who, visit, kind=NOT_MINE, words="")
    with pytest.raises(Refused):
        disputes.say(me, other, foreign, kind=NOT_MINE, words="")


def test_a_guardian_speaks_for_the_child():
    who, kid = person(), child()
    visit = came(kid)
    in_care(who, kid)
    one = disputes.say(citizen(who), kid, visit, kind=NOT_MINE, words="")
    assert one.for_a_child and one.person_id == kid.pk
    assert "người giám hộ gửi thay" in text(
        browser(officer().account).get(reverse("own_record:dispute", args=[one.pk]))
    )


def test_there_is_an_end_to_open_disputes():
    who = person()
    me = citizen(who)
    for _number in range(disputes.MOST_OPEN):
        disputes.say(me, who, came(who), kind=NOT_MINE, words="")
    with pytest.raises(disputes.TooManyOpen):
        disputes.say(me, who, came(who), kind=NOT_MINE, words="")


@pytest.fixture
def of_a_labelled_visit(settings, tmp_path):
    settings.SOYTE_KEYS = tmp_path / "keys"
    who = person()
    visit = came(who, labels=["hiv"], main_icd="B20")
    condition(visit, "B20")
    me = citizen(who, labelled=True)
    return who, disputes.say(me, who, visit, kind=NOT_MINE, words="Tôi không bị HIV", entry_text="")


def test_of_a_labelled_visit_the_desk_sees_a_task_and_nothing_of_it(of_a_labelled_visit):
    who, one = of_a_labelled_visit
    assert "HIV" not in one.words and one.words.startswith("enc:")
    desk = browser(officer().account)
    for page in (reverse("own_record:disputes"), reverse("own_record:dispute", args=[one.pk])):
        shown = text(desk.get(page))
        assert who.full_name not in shown and "HIV" not in shown and "B20" not in shown
        assert one.visit_code in shown
    with pytest.raises(Refused):
        disputes.uphold(officer(), one, answer=ANSWER)


def test_of_a_labelled_visit_one_with_the_grant_answers(of_a_labelled_visit):
    who, one = of_a_labelled_visit
    reader = doctor("hiv_doctor")
    page = text(browser(reader.account).get(reverse("own_record:dispute", args=[one.pk])))
    assert "Tôi không bị HIV" in page and who.full_name in page
    disputes.uphold(reader, one, answer=ANSWER)
    one.refresh_from_db()
    assert one.state == "upheld" and one.answer.startswith("enc:")
    assert ANSWER in text(browser(one.raised_by).get(reverse("own_record:said", args=[who.pk])))


def test_the_officer_compares_who_the_file_names_with_who_speaks():
    who = person()
    visit = came(who, full_name="NGUYỄN VĂN KHÁC", citizen_no="070999999999", birth_written="197001020000")
    one = said(who, visit)
    page = text(browser(officer().account).get(reverse("own_record:dispute", args=[one.pk])))
    assert "NGUYỄN VĂN KHÁC" in page and "02/01/1970" in page and "9999" in page and who.birth_text in page
    assert "070999999999" not in page and who.card not in page and visit.main_icd not in page


def test_the_form_of_an_answer_says_what_is_missing():
    who, other = person(), person("Lê Thị Hoa")
    visit = came(who)
    one = said(who, visit)
    desk, page = browser(officer().account), reverse("own_record:dispute", args=[one.pk])
    assert desk.post(page, {}).status_code == 422
    short = desk.post(page, {"decision": "refused", "answer": "Không"})
    assert short.status_code == 422 and "ít nhất 10 ký tự" in text(short)
    given = {"decision": "upheld", "whose": "somebody", "answer": ANSWER}
    assert "Ghi số của người" in text(desk.post(page, given))
    assert "dẫn đến 0 hồ sơ" in text(desk.post(page, {**given, "number": "070168999999"}))
    assert "chính hồ sơ của người này" in text(desk.post(page, {**given, "number": who.card}))
    assert Dispute.objects.get().state == "open"
    assert desk.post(page, {**given, "number": other.card}).status_code == 302
    assert person_of(visit) == other.pk
    late = text(desk.post(page, {**given, "number": other.card}, follow=True))
    assert "đã trả lời phản ánh này trước" in late


@pytest.mark.parametrize(
    ("today", "tone", "says"),
    [
        ("2026-11-25", "good", "Còn 2 ngày làm việc"),
        ("2026-11-26", "warn", "Còn 1 ngày làm việc"),
        ("2026-11-27", "warn", "Hạn hôm nay"),
        ("2026-11-28", "bad", "Quá hạn 1 ngày làm việc"),
        ("2026-12-01", "bad", "Quá hạn 2 ngày làm việc"),
    ],
)
def test_the_clock_runs_in_working_days(today, tone, says):
    clock = deadline(Dispute(due_on=dt.date(2026, 11, 27)), dt.date.fromisoformat(today))
    assert (clock.tone, clock.text) == (tone, says)


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_decide_at_once():
    who = person()
    visit = came(who)
    one = said(who, visit)
    officers, outcomes, start = [officer(), officer()], [], threading.Barrier(2)

    def act(desk, uphold):
        start.wait()
        try:
            decided = disputes.uphold(desk, one, answer=ANSWER) if uphold else disputes.refuse(desk, one, answer=ANSWER)
            outcomes.append(decided.state)
        except disputes.AnsweredAlready as late:
            outcomes.append(str(late))
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=pair) for pair in zip(officers, (True, False), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = Dispute.objects.get().state
    assert state in outcomes and any("đã trả lời phản ánh này trước" in text for text in outcomes if text != state)
    assert (person_of(visit) == who.pk) is (state == "refused")
