"""The data officer's pages: the list, a pair side by side, deciding, undoing, two officers at once."""

import datetime as dt
import threading

import pytest
from django.db import close_old_connections, connection
from django.test import Client
from django.utils import timezone

from soyte.clinical.encounters.tests.visits import facility, person, visit
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.policy import can, visible
from soyte.kernel.access.tests.people import account, post, unit
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.people.models import Identifier, Person, PersonRelation, ReviewPair
from soyte.systems.care.person_index import start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
ADDRESS = "/nguoi-nghi-trung/"
BACKEND = "soyte.kernel.accounts.backends.AccountBackend"
State, Reason = ReviewPair.State, ReviewPair.Reason


def signed_in(role="data_officer", name="Phạm Thu Hà"):
    holder = account(display_name=name)
    post(holder, role, unit("Sở Y tế", kind="department"))
    client = Client()
    client.force_login(holder, backend=BACKEND)
    client.account = holder
    return client


@pytest.fixture
def officer():
    return signed_in()


def pair(a=None, b=None, reason=Reason.TWO_NUMBERS, detail="", **facts):
    a, b = a or person("Nguyễn Văn An"), b or person("Nguyen Van An")
    a, b = sorted((a, b), key=lambda one: one.pk)
    return ReviewPair.objects.create(a=a, b=b, reason=reason, detail=detail, **facts)


def text(answer):
    return answer.content.decode()


def decide(client, one, decision="cung", **fields):
    given = {"decision": decision, "keep": str(one.a_id), **fields}
    return client.post(f"{ADDRESS}{one.pk}/quyet-dinh/", given, follow=True)


# ---- the list ----------------------------------------------------------------------------------------------------


def test_the_list_shows_open_pairs_and_the_tabs_count_all(officer):
    shown, decided = pair(), pair(state=State.SAME, decided_at=timezone.now())
    answer = text(officer.get(ADDRESS))
    assert f"{ADDRESS}{shown.pk}/" in answer and f"{ADDRESS}{decided.pk}/" not in answer
    assert f"{ADDRESS}{decided.pk}/" in text(officer.get(f"{ADDRESS}?xem=cung"))
    assert "Chưa có quyết định nào" in text(officer.get(f"{ADDRESS}?xem=khac"))


def test_the_list_is_filtered_by_reason_and_keeps_the_filter_along_the_way(officer):
    first, other = pair(reason=Reason.NEWBORN), pair(reason=Reason.SHARED_NUMBER)
    answer = text(officer.get(f"{ADDRESS}?ly_do=newborn"))
    assert f"{ADDRESS}{first.pk}/?ly_do=newborn" in answer and f"{ADDRESS}{other.pk}/" not in answer
    assert "Không có cặp nào vì lý do này" in text(officer.get(f"{ADDRESS}?ly_do=patient_no"))
    assert f"{ADDRESS}{first.pk}/" in text(officer.get(f"{ADDRESS}?ly_do=gi-do"))


def test_the_list_goes_on_by_the_last_row_and_asks_a_constant_number_of_questions(
    officer, django_assert_max_num_queries
):
    made = [pair() for _ in range(52)]
    officer.get(ADDRESS)  # the map and the roles are read once
    with django_assert_max_num_queries(12):
        first = text(officer.get(ADDRESS))
    assert f"{ADDRESS}{made[-1].pk}/" in first and f"{ADDRESS}{made[0].pk}/" not in first
    assert f"{ADDRESS}{made[0].pk}/" in text(officer.get(f"{ADDRESS}?sau={made[2].pk}"))


def test_the_page_of_a_pair_asks_a_constant_number_of_questions(officer, django_assert_max_num_queries):
    one = pair()
    for month in range(1, 10):
        visit(who=one.a, at=timezone.make_aware(dt.datetime(2026, month, 1)), full_name=f"Tên {month}")  # noqa: DTZ001
        pair(one.b, person())
    officer.get(f"{ADDRESS}{one.pk}/")
    with django_assert_max_num_queries(18):
        officer.get(f"{ADDRESS}{one.pk}/")


def test_whoever_is_shown_is_in_the_audit(officer):
    one = pair()
    officer.get(ADDRESS)
    officer.get(f"{ADDRESS}{one.pk}/")
    for person_id in (one.a_id, one.b_id):
        kinds = AuditEvent.objects.filter(person_id=person_id, action="pairs.read").order_by("id")
        assert list(kinds.values_list("object_kind", flat=True)) == ["pairs", "pair"]


# ---- a pair ------------------------------------------------------------------------------------------------------


def test_a_pair_shows_who_they_are_side_by_side_and_no_number_whole(officer):
    a, b = person("Nguyễn Văn An"), person("Nguyen Van An", birth_date=dt.date(1968, 1, 1), birth_precision="year")
    for who, number in ((a, "075068001234"), (b, "075068001243")):
        Identifier.objects.create(person=who, kind="citizen", value=number)
        Identifier.objects.create(person=who, kind="insurance", value="7512345678")
        Identifier.objects.create(person=who, kind="insurance", value="7512345678", valid_from=dt.date(2026, 1, 1))
    hospital = facility("70001", name="Bệnh viện Đa khoa tỉnh")
    visit(who=a, unit=hospital), visit(who=a, unit=hospital), visit(who=b, unit=hospital, birth_written="196800000000")
    answer = text(officer.get(f"{ADDRESS}{pair(a, b, detail='citizen').pk}/"))
    for said in ("Chỉ khác dấu, chữ hoa", "Chỉ giống năm", "04/03/1968", "Khác số", "Trùng số", "••••••••1234", "••••••5678",
                 "Bệnh viện Đa khoa tỉnh", "2 lượt", "Có cơ sở chung", "(số định danh cá nhân)"):  # fmt: skip
        assert said in answer, said
    assert "075068001234" not in answer and "7512345678" not in answer and answer.count("••••••5678") == 2


def test_a_pair_tells_no_health_fact_and_nothing_of_visits_with_a_label(officer):
    one = pair()
    visit(
        who=one.a,
        unit=facility("70001", name="Bệnh viện Đa khoa"),
        main_icd="K35",
        discharge_diagnosis="Viêm ruột thừa",
    )
    visit(
        who=one.a, unit=facility("70002", name="Phòng khám OPC"), main_icd="B20", labels=["hiv"], full_name="TÊN KHÁC"
    )
    for issuer, value in (("70001", "BN00001111"), ("70002", "BN00002222")):
        Identifier.objects.create(person=one.a, kind="patient_no", value=value, issuer=issuer)
    answer = text(officer.get(f"{ADDRESS}{one.pk}/"))
    assert "Bệnh viện Đa khoa" in answer and ">1 <" in answer and "••••••1111" in answer
    for hidden in ("K35", "Viêm ruột thừa", "B20", "OPC", "TÊN KHÁC", "70002", "2222"):
        assert hidden not in answer, hidden


def test_a_newborn_is_told_by_its_mother_and_the_minute_of_its_birth(officer):
    mother, child = person("Bùi Thị Mẹ"), person("Con bà Mẹ", birth_date=dt.date(2026, 3, 1), birth_precision="day")
    PersonRelation.objects.create(kind="mother", person=child, other=mother)
    Identifier.objects.create(person=child, kind="newborn", value=f"{mother.pk}:202603010530:1.1")
    answer = text(officer.get(f"{ADDRESS}{pair(child, person(), Reason.NEWBORN).pk}/"))
    assert "Bùi Thị Mẹ" in answer and "01/03/2026 05:30" in answer and "Chưa đủ để so" in answer
    assert str(mother.pk) not in answer


def test_what_a_file_wrote_that_is_no_date_is_shown_as_written(officer):
    one = pair()
    visit(who=one.b, birth_written="19681399")
    assert "19681399" in text(officer.get(f"{ADDRESS}{one.pk}/"))


def test_other_pairs_of_the_two_stand_beside_them(officer):
    one = pair()
    other = pair(one.a, person("Nguyễn Văn Ân"))
    assert f"{ADDRESS}{other.pk}/" in text(officer.get(f"{ADDRESS}{one.pk}/"))


def test_the_row_that_says_more_is_proposed_to_be_kept(officer):
    vague = person("Nguyễn Văn An", birth_date=dt.date(1968, 1, 1), birth_precision="year")
    whole = person("Nguyen Van An")
    proposed = f'value="{whole.pk}"'
    shown = text(officer.get(f"{ADDRESS}{pair(vague, whole).pk}/"))
    assert "checked" in shown[shown.index(proposed) : shown.index(proposed) + 120]


# ---- deciding ----------------------------------------------------------------------------------------------------


def test_the_same_keeps_the_chosen_one_and_leads_to_the_next_pair(officer):
    following, one = pair(), pair()
    answer = decide(officer, one, keep=str(one.b_id), note="  cùng số điện thoại ")
    assert answer.redirect_chain == [(f"{ADDRESS}{following.pk}/", 302)]
    assert f"Đã ghi cặp số {one.pk}" in text(answer)
    assert Person.objects.get(pk=one.a_id).record_id == one.b_id
    event = AuditEvent.objects.get(action="pairs.decide", person_id=one.a_id)
    assert (event.account, event.reason, event.outcome) == (officer.account, "cùng số điện thoại", "done")


def test_the_last_pair_leads_back_to_the_list(officer):
    answer = decide(officer, pair(), "khac")
    assert answer.redirect_chain == [(ADDRESS, 302)] and "Không còn cặp nào chờ ở đây" in text(answer)


def test_two_different_persons_are_not_asked_about_again(officer):
    one = pair()
    decide(officer, one, "khac")
    assert ReviewPair.objects.get(pk=one.pk).state == State.DIFFERENT
    assert not Person.objects.filter(merged_into__isnull=False).exists()
    assert f'<a class="drill" href="{ADDRESS}{one.pk}/"' not in text(officer.get(ADDRESS))


def test_undoing_restores_exactly_and_the_page_keeps_the_story(officer):
    one = pair()
    before = list(Person.objects.order_by("id").values()), ReviewPair.objects.values().get(pk=one.pk)
    decide(officer, one, keep=str(one.b_id))
    answer = officer.post(f"{ADDRESS}{one.pk}/hoan-tac/", {"note": ""}, follow=True)
    assert (list(Person.objects.order_by("id").values()), ReviewPair.objects.values().get(pk=one.pk)) == before
    shown = text(answer)
    assert "Hai hồ sơ trở lại như trước" in shown and "<b>Hoàn tác</b>" in shown and "<b>Cùng một người</b>" in shown


def test_the_second_of_two_officers_is_told_who_was_faster_and_changes_nothing(officer):
    one, second = pair(), signed_in(name="Lê Văn Tú")
    decide(officer, one, "khac", note="khác mẹ")
    answer = text(decide(second, one, keep=str(one.a_id)))
    assert "Phạm Thu Hà đã quyết định cặp này trước" in answer and "hai người khác nhau" in answer
    assert ReviewPair.objects.get(pk=one.pk).note == "khác mẹ"


def test_undoing_what_somebody_has_undone_is_said(officer):
    one = pair()
    assert "chưa được quyết định" in text(officer.post(f"{ADDRESS}{one.pk}/hoan-tac/", follow=True))


def test_a_decision_against_an_earlier_one_is_refused_with_both_names(officer):
    a, b, c = person("Trần An"), person("Trần Ân"), person("Trần Ấn")
    ab, bc, ac = pair(a, b), pair(b, c), pair(a, c)
    decide(officer, ab, "khac"), decide(officer, bc)
    answer = decide(officer, ac)
    assert answer.status_code == 422
    assert "trái với một quyết định trước về Trần An và Trần Ân" in text(answer)
    assert ReviewPair.objects.get(pk=ac.pk).state == State.OPEN


def test_a_choice_of_neither_and_a_note_too_long_are_refused(officer):
    one = pair()
    assert decide(officer, one, keep=str(person().pk)).status_code == 422
    assert "Chỉ chọn được một trong hai" in text(decide(officer, one, keep="gi-do"))
    answer = decide(officer, one, note="x" * 1001)
    assert answer.status_code == 422 and "Ghi chú dài quá" in text(answer)
    assert ReviewPair.objects.get(pk=one.pk).state == State.OPEN


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_is_taken(settings):
    one, answers = pair(), []
    clients = [signed_in(name="Phạm Thu Hà"), signed_in(name="Lê Văn Tú")]
    start_together = threading.Barrier(2)

    def press(client, decision):
        start_together.wait()
        answers.append(text(decide(client, one, decision)))
        close_old_connections()
        connection.close()

    threads = [threading.Thread(target=press, args=pressed) for pressed in zip(clients, ("cung", "khac"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("đã quyết định cặp này trước" in answer for answer in answers) == 1
    assert sum("Đã ghi cặp số" in answer for answer in answers) == 1
    assert AuditEvent.objects.filter(action="pairs.decide", person_id=one.a_id).count() == 1


# ---- who may -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["doctor", "it_officer", "administrator"])
def test_nobody_else_sees_or_decides(role):
    client, one = signed_in(role), pair()
    assert client.get(ADDRESS).status_code == client.get(f"{ADDRESS}{one.pk}/").status_code == 403
    assert decide(client, one).status_code == 403
    assert ReviewPair.objects.get(pk=one.pk).state == State.OPEN


def test_a_pair_belongs_to_the_whole_province():
    one = pair()
    officer = actor_for(signed_in().account)
    doctor = actor_for(signed_in("doctor").account)
    assert can(officer, "pairs.decide", one) and not can(doctor, "pairs.read", one)
    assert list(visible(officer, "pairs.read", ReviewPair.objects.all())) == [one]


def test_the_start_page_counts_what_waits(officer):
    pair(), pair(state=State.DIFFERENT, decided_at=timezone.now())
    (waits,) = start.waiting(actor_for(officer.account))
    assert (waits.count, waits.url) == (1, ADDRESS)
    assert start.waiting(actor_for(signed_in("doctor").account)) == []
