"""What a record says, and what it does not make up."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from soyte.clinical.conditions.models import Condition
from soyte.clinical.documents.models import Appointment
from soyte.clinical.terminology import selectors as terminology
from soyte.clinical.terminology.terms import ReferenceRange
from soyte.kernel.audit.services import record_read
from soyte.systems.care.health_record.pages.addresses import source_url, visit_url
from soyte.systems.care.health_record.pages.record import days_stated, measured, trend_in_words
from soyte.systems.care.health_record.selectors import given, long_term, readers, results, seen, stated
from soyte.systems.care.health_record.tests.people import (
    BACKEND,
    ELSEWHERE,
    blood_group,
    came,
    condition,
    days_ago,
    doctor,
    medicine,
    paper,
    person,
    record,
    result,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


@pytest.fixture
def who():
    """A woman of 58, who came here a year ago: her record is open."""
    known = person()
    came(known, 300)
    return known


@pytest.fixture
def actor():
    return doctor()


def lasting(actor, who):
    return [(one.code, one.visits) for one in long_term.long_term(record(actor, who), terminology.terms())]


# ---- long-term conditions ----------------------------------------------------------------------------------------


def test_one_visit_with_a_long_term_code_is_not_yet_a_condition(actor, who):
    condition(came(who), "I10")
    assert lasting(actor, who) == []


def test_two_visits_are(actor, who):
    condition(came(who, 90), "I10")
    condition(came(who, 30), "I10", Condition.Role.SECONDARY)
    assert lasting(actor, who) == [("I10", 2)]


def test_one_visit_that_names_it_twice_is_still_one(actor, who):
    both = came(who)
    condition(both, "I10")
    condition(both, "I11", Condition.Role.SECONDARY)
    assert lasting(actor, who) == []


def test_one_stay_is_enough(actor, who):
    condition(came(who, kind="03"), "E11.9")
    assert lasting(actor, who) == [("E11.9", 1)]


def test_codes_of_one_condition_count_together_under_the_latest(actor, who):
    condition(came(who, 90), "E11.9")
    condition(came(who, 30), "E11.2")
    (found,) = long_term.long_term(record(actor, who), terminology.terms())
    assert (found.code, found.visits) == ("E11.2", 2)
    assert (found.first_seen.date(), found.last_seen.date()) == (days_ago(90).date(), days_ago(30).date())


def test_a_passing_illness_is_none(actor, who):
    for days in (90, 60, 30):
        condition(came(who, days), "J02.9")
    assert lasting(actor, who) == []


def test_an_accident_or_a_traditional_code_is_none(actor, who):
    for days in (90, 30):
        condition(came(who, days), "I10", Condition.Role.TRADITIONAL)
    assert lasting(actor, who) == []


def test_a_visit_of_an_earlier_version_does_not_count(actor, who):
    condition(came(who, 90, in_force=False), "I10")
    condition(came(who, 30), "I10")
    assert lasting(actor, who) == []


def test_the_condition_seen_last_stands_first(actor, who):
    for days, code in ((200, "I10"), (150, "I10"), (90, "E11.9"), (30, "E11.9")):
        condition(came(who, days), code)
    assert [code for code, _ in lasting(actor, who)] == ["E11.9", "I10"]


# ---- contradictions ----------------------------------------------------------------------------------------------


def births(actor, who):
    return [one.value for one in stated.birth_dates(record(actor, who))]


@pytest.mark.parametrize(("written", "shown"), [
    (["196803040000"], []),
    (["196803040000", "196804030000"], ["03/04/1968", "04/03/1968"]),
    (["1968", "196803040000"], []),
    (["196800000000", "196803000000", "196803040000"], []),
    (["1967", "196803040000"], ["04/03/1968", "1967"]),
    (["000000000000", "196803040000"], []),
    (["", "không rõ", "196803040000"], []),
    (["196803040830", "196803040000"], []),
])  # fmt: skip
def test_two_birth_dates_are_two_only_where_both_cannot_be_true(actor, written, shown):
    who = person()
    for number, text in enumerate(written):
        came(who, 100 - number, birth_written=text)
    assert births(actor, who) == shown


def test_both_sexes_are_told_and_one_is_not(actor, who):
    came(who, 20, sex="2")
    assert stated.sexes(record(actor, who)) == []
    came(who, 10, sex="1")
    assert [one.value for one in stated.sexes(record(actor, who))] == ["1", "2"]
    came(who, 5, sex="3")  # "not determined" contradicts nothing
    assert [one.value for one in stated.sexes(record(actor, who))] == ["1", "2"]


def test_two_blood_groups_are_both_shown_with_their_source(client, actor, who):
    blood_group(came(who, 60), "O +")
    blood_group(came(who, 40), "o+")
    assert [one.value for one in stated.blood_groups(actor, record(actor, who))] == ["O+"]
    blood_group(came(who, 20, ELSEWHERE), "A+")
    client.force_login(actor.account, backend=BACKEND)
    page = client.get(reverse("health_record:record", args=[who.pk])).content.decode()
    assert "Nhóm máu A+" in page and "Nhóm máu O+" in page and "Cơ sở 70002" in page


def test_what_files_cannot_know_is_said(client, actor, who):
    client.force_login(actor.account, backend=BACKEND)
    page = client.get(reverse("health_record:record", args=[who.pk])).content.decode()
    assert "Dị ứng: chưa biết" in page and "Nhóm máu: chưa biết" in page
    assert "không dị ứng" not in page.replace("Không có nghĩa là không dị ứng", "")


# ---- medicines ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dose", "days"), [
    ("2 viên/lần * 2 lần/ngày * 5 ngày [4 viên/ngày]", 5),
    ("1 viên/lần * 1 lần/ngày * 28 ngày", 28),
    ("Ngày uống 2 viên chia 2 lần x 7 ngày", 7),
    ("3 lọ dùng trong 14 ngày", 14),
    ("2 viên/lần * 2 lần/ngày [4 viên/ngày]", None),
    ("1 ngày 2 lần, mỗi lần 1 viên", None),
    ("Uống 2 viên/1 ngày", None),
    ("2 lần/ngày", None),
    ("", None),
])  # fmt: skip
def test_days_are_read_where_they_are_stated_and_never_made_up(dose, days):
    assert days_stated(dose) == days


def test_medicines_come_latest_first_and_say_nothing_of_today(client, actor, who):
    medicine(came(who, 60), "Metformin", "1 viên/lần * 2 lần/ngày * 30 ngày")
    medicine(came(who, 20), "Amlodipin", "1 viên/lần * 1 lần/ngày * 28 ngày")
    assert [row.name for row in given.medicines(record(actor, who)).rows] == ["Amlodipin", "Metformin"]
    client.force_login(actor.account, backend=BACKEND)
    page = client.get(reverse("health_record:record", args=[who.pk])).content.decode()
    assert "28 ngày" in page
    assert "đang dùng" not in page.replace("không nói người bệnh đang dùng thuốc gì", "")


def test_a_prescription_is_shown_whole_or_not_at_all(actor, who):
    first, last = came(who, 60), came(who, 20)
    for name in ("Insulin glargin", "Empagliflozin", "Gliclazid"):
        medicine(first, name, "")
    for name in ("Amlodipin", "Perindopril"):
        medicine(last, name, "")
    seen = record(actor, who)
    assert not given.medicines(seen, limit=5).more
    for limit in (2, 3, 4):
        cut = given.medicines(seen, limit=limit)
        assert (sorted(row.name for row in cut.rows), cut.more) == (["Amlodipin", "Perindopril"], True)
    alone = given.medicines(seen, limit=1)
    assert (len(alone.rows), alone.more) == (1, True)


def test_a_card_holds_to_the_day_written_on_it(client, actor, who):
    who.identifiers.create(kind="insurance", value="2723456789", valid_to=date(2999, 1, 1))
    client.force_login(actor.account, backend=BACKEND)
    came(who, 20)
    assert "31/12/2998" in client.get(reverse("health_record:record", args=[who.pk])).content.decode()


# ---- results -----------------------------------------------------------------------------------------------------


def of(actor, who):
    return results.results(actor, who, record(actor, who), terminology.terms())


def test_a_value_outside_its_range_is_seen_before_newer_ones_for_a_year(actor, who):
    result(came(who, 400), "Bạch cầu", "30", "G/L")
    result(came(who, 200), "Huyết sắc tố", "60", "g/L")
    for number in range(3):
        result(came(who, 20), f"Chỉ số {number}", "1", "x")
    found = results.foremost(of(actor, who), 2)
    assert found[0].name == "Huyết sắc tố"
    assert found[1].name.startswith("Chỉ số")


def test_a_value_with_a_range_of_content_is_judged_by_it(actor, who):
    result(came(who, 20), "Huyết sắc tố", "110", "g/L")
    (found,) = of(actor, who)
    assert found.range and found.outside == "low"


def test_the_range_is_that_of_the_sex():
    woman, man, actor = person(sex="2"), person(sex="1"), doctor()
    for one in (woman, man):
        result(came(one, 20), "Huyết sắc tố", "125", "g/L")
    assert of(actor, woman)[0].outside == "" and of(actor, man)[0].outside == "low"


@pytest.mark.parametrize("facts", [
    {"name": "Chỉ số lạ", "unit": "g/L"},  # an index without a range
    {"name": "Huyết sắc tố", "unit": "g/dL"},  # another unit
    {"name": "Huyết sắc tố", "unit": ""},
])  # fmt: skip
def test_without_a_range_there_is_a_value_and_no_colour(client, actor, who, facts):
    result(came(who, 20), value="110", **facts)
    (found,) = of(actor, who)
    assert found.range is None and found.outside == "" and found.value == "110"
    client.force_login(actor.account, backend=BACKEND)
    page = client.get(reverse("health_record:results", args=[who.pk])).content.decode()
    assert "chưa có khoảng" in page and "t-bad" not in page


def test_a_child_is_not_judged_by_the_range_of_adults(actor):
    child = person(birth_date=timezone.localdate().replace(year=timezone.localdate().year - 5, day=1))
    result(came(child, 20), "Huyết sắc tố", "110", "g/L")
    assert of(actor, child)[0].range is None


def test_an_unknown_age_brings_no_range(actor):
    someone = person(birth_date=None, birth_precision="unknown")
    result(came(someone, 20), "Huyết sắc tố", "110", "g/L")
    assert of(actor, someone)[0].range is None


@pytest.mark.parametrize(("number", "comparator", "told"), [
    ("3.9", "", "low"), ("4", "", ""), ("6", "", ""), ("6.1", "", "high"), ("3", "<", ""), ("9", ">", ""), (None, "", ""),
])  # fmt: skip
def test_only_a_plain_number_beyond_the_edge_is_outside(number, comparator, told):
    usual = ReferenceRange(Decimal(4), Decimal(6), "nguồn", "official")
    assert results.outside(number and Decimal(number), comparator, usual) == told


def test_an_index_is_one_line_with_its_trend_oldest_first(actor, who):
    for days, value in ((90, "5.1"), (60, "7.2"), (20, "6.4")):
        result(came(who, days), "Glucose máu", value)
    result(came(who, 10), "GLUCOSE MÁU", "6.0")  # the same, as another machine writes it
    result(came(who, 5), "Glucose máu", "110", "mg/dL")  # another unit is another line
    found = of(actor, who)
    assert [(one.value, one.unit, one.trend) for one in found] == [
        ("110", "mg/dL", [110]), ("6.0", "mmol/L", [*map(Decimal, ("5.1", "7.2", "6.4", "6.0"))]),
    ]  # fmt: skip


def test_a_trend_says_each_number_whole(actor, who):
    for days, value in ((90, "1234567"), (60, "0.000012"), (20, "6.40")):
        result(came(who, days), "HIV-1 RNA", value)
    assert trend_in_words(of(actor, who)[0]) == "1.234.567, 0,000012, 6,4"


@pytest.mark.parametrize(("written", "shown"), [("9.9", "9,9"), ("29.0", "29,0"), ("323", "323"), ("12500", "12.500"), ("< 0.5", "< 0.5"), ("Âm tính", "Âm tính"), ("", "")])  # fmt: skip
def test_numbers_are_written_the_vietnamese_way_with_their_own_decimals(written, shown):
    assert measured(written) == shown


# ---- papers, appointments, readers -------------------------------------------------------------------------------


def test_notes_of_a_stay_are_no_papers(actor, who):
    from soyte.clinical.documents.models import Composition

    stay = came(who, 20, kind="03")
    paper(stay)
    paper(stay, Composition.Kind.PROGRESS)
    assert [row.kind for row in given.papers(record(actor, who))] == ["discharge"]


def test_a_paper_says_what_stands_beside_its_texts(client, actor, who):
    from soyte.clinical.documents.models import Composition

    seen = came(who, 20)
    slip = paper(seen, Composition.Kind.APPOINTMENT)
    Composition.objects.filter(pk=slip.pk).update(
        source_table=14, facts={"NGAY_HEN_KL": "20261109", "MA_BENH_CHINH": "I10"}
    )
    birth = paper(seen, Composition.Kind.BIRTH)
    born = {"NGAY_SINH_CON": "202610270815", "GIOI_TINH_CON": "2", "CAN_NANG_CON": "3150", "SO_CON": "không rõ"}
    Composition.objects.filter(pk=birth.pk).update(source_table=9, facts=born)
    client.force_login(actor.account, backend=BACKEND)
    shown = [
        client.get(reverse("health_record:paper", args=[who.pk, one.pk])).content.decode() for one in (slip, birth)
    ]
    assert "Ngày hẹn khám lại" in shown[0] and "09/11/2026" in shown[0] and "Mã bệnh chính" not in shown[0]
    assert all(part in shown[1] for part in ("27/10/2026 08:15", "Nữ", "3150", "không rõ"))
    assert shown[1].index("Giới tính con") < shown[1].index("Cân nặng con")


def test_appointments_of_the_past_are_gone(actor, who):
    today = timezone.localdate()
    shown = came(who, 20)
    for day in (today.replace(year=today.year - 1, day=1), today):
        Appointment.objects.create(
            encounter=shown, person=who, at=shown.started_at, due_on=day, source_table=14, source_line=1
        )
    assert [row.due_on for row in given.appointments(record(actor, who), today)] == [today]


def test_lines_of_several_rows_of_one_person_come_in_one_order(actor, who):
    other = person("Nguyễn Thị Trùng")
    for days, whose in ((9, who), (8, other), (7, who), (6, other), (5, other)):
        paper(came(whose, days))
    other.merged_into = who
    other.save(update_fields=["merged_into"])
    both = seen.seen(actor, seen.people_of(who))
    found = [both.by_id[row.encounter_id].started_at.date() for row in given.papers(both, limit=3)]
    assert found == [days_ago(days).date() for days in (5, 6, 7)]


def test_a_reader_stands_once_with_his_last_time(client, actor, who):
    client.force_login(actor.account, backend=BACKEND)
    for _ in range(3):
        client.get(reverse("health_record:record", args=[who.pk]))
    (one,) = readers.readers([who.pk], ())
    assert (one.account_id, one.times) == (actor.account_id, 3)


def test_the_reading_of_one_labelled_visit_is_told_to_whoever_has_the_grant(actor, who):
    secret = came(who, 20, labels=["hiv"], source_visit_id=7)
    for details in ({}, {"encounter": str(secret.pk)}, {"receipt_visit": 7}, {"encounter": str(came(who, 10).pk)}):
        record_read(actor, who.pk, "visit", details=details)
    told = {granted: readers.reads([who.pk], granted).count() for granted in ((), ("mental",), ("hiv",))}
    assert told == {(): 2, ("mental",): 2, ("hiv",): 4}
    assert {granted: sum(one.times for one in readers.readers([who.pk], granted)) for granted in told} == told


# ---- the page ----------------------------------------------------------------------------------------------------


def filled(who, number, start=250):
    for days in range(start, start - number, -1):
        shown = came(who, days)
        condition(shown, "I10")
        result(shown, "Glucose máu", "5.5")
        medicine(shown, dose="1 viên/lần * 1 lần/ngày * 28 ngày")
        paper(shown)


@pytest.mark.parametrize("page", ["record", "results", "print", "readers"])
def test_a_page_asks_the_same_number_of_questions_of_a_long_record(client, actor, who, page):
    client.force_login(actor.account, backend=BACKEND)
    address = reverse(f"health_record:{page}", args=[who.pk])

    def questions():
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    filled(who, 5)
    few = questions()
    filled(who, 45, start=200)
    assert questions() == few <= 21


def test_the_timeline_is_filtered_by_kind_place_and_year(client, actor, who):
    client.force_login(actor.account, backend=BACKEND)
    came(who, 20, ELSEWHERE, kind="03", treatment_days=4)
    address = reverse("health_record:record", args=[who.pk])
    everything = client.get(address).content.decode()
    stays = client.get(address, {"loai": "03"}).content.decode()
    assert everything.count('class="ev"') == 2 and stays.count('class="ev"') == 1
    assert client.get(address, {"co_so": ELSEWHERE}).content.decode().count('class="ev"') == 1
    nothing = client.get(address, {"loai": "03", "co_so": "70001"}).content.decode()
    assert "Không có lượt nào khớp" in nothing


@pytest.mark.parametrize("query", ["bang=abc", "bang=99", "dong=0", "bang=1&dong=-4"])
def test_a_place_that_no_file_has_is_not_found(client, actor, who, query):
    shown = came(who, 20)
    client.force_login(actor.account, backend=BACKEND)
    assert client.get(f"{reverse('health_record:source', args=[who.pk, shown.pk])}?{query}").status_code == 404


def test_a_paper_of_another_person_is_not_found(client, actor, who):
    other = person("Lê Văn Khác")
    letter = paper(came(other, 20))
    client.force_login(actor.account, backend=BACKEND)
    assert client.get(reverse("health_record:paper", args=[who.pk, letter.pk])).status_code == 404


def test_addresses_are_those_of_the_resolver(who):
    shown = came(who, 20)
    assert visit_url(who, shown.pk) == reverse("health_record:visit", args=[who.pk, shown.pk])
    assert (
        source_url(who, shown.pk, 2, 7) == reverse("health_record:source", args=[who.pk, shown.pk]) + "?bang=2&dong=7"
    )
