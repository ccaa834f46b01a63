from datetime import date

import pytest
from django.db import connection

from soyte.kernel.people.matching import known_people, match_people, mother_of, newborn_places
from soyte.kernel.people.models import Identifier, Person, PersonRelation, ReviewPair
from soyte.kernel.people.tests.candidates import (
    BORN,
    CITIZEN,
    OTHER_CARD,
    OTHER_CITIZEN,
    card,
    hoa,
    mother,
    newborn,
    own_file,
)

pytestmark = pytest.mark.django_db


def matched(*candidates):
    with connection.cursor() as cursor:
        return match_people(cursor, candidates)


def one(candidate):
    return matched(candidate)[0]


def test_a_new_person_is_kept_as_written_and_folded():
    made = one(hoa(name="Đỗ  Thị Bệnh", citizen=CITIZEN, phone="+84 912 345 678", cards=card(), patient_no="BN1"))
    person = Person.objects.get()
    assert made.is_new
    assert (person.full_name, person.name_folded, person.phone) == ("Đỗ Thị Bệnh", "do thi benh", "0912345678")
    assert (person.birth_date, person.birth_precision) == (date(1980, 2, 1), "day")
    assert set(person.identifiers.values_list("kind", "value", "issuer", "valid_from", "valid_to")) == {
        ("citizen", CITIZEN, "", None, None),
        ("insurance", "7512345678", "", date(2026, 1, 1), date(2027, 1, 1)),
        ("patient_no", "BN1", "70001", None, None),
    }


def test_the_insurance_identifier_is_the_last_ten_digits_whatever_the_prefix():
    first = one(hoa(cards=card("GD4757512345678")))
    assert one(hoa(cards=card("HT2707512345678"))).person_id == first.person_id
    assert one(hoa(cards=card("7512345678"))).person_id == first.person_id


def test_a_number_that_leads_to_another_name_makes_a_new_person_and_one_review_pair():
    known = one(hoa(citizen=CITIZEN))
    new = one(hoa(name="Nguyễn Thị Lan", citizen=CITIZEN))
    assert new.is_new
    assert new.pairs == (tuple(sorted((known.person_id, new.person_id))),)
    again = one(hoa(name="Nguyễn Thị Lan", citizen=CITIZEN))
    assert (again.person_id, again.made, again.pairs) == (new.person_id, (), ())
    assert ReviewPair.objects.get().reason == ReviewPair.Reason.SHARED_NUMBER


def test_a_number_that_leads_to_another_birth_year_makes_a_new_person():
    known = one(hoa(citizen=CITIZEN))
    assert one(hoa(citizen=CITIZEN, birth_date=date(1980, 9, 9))).person_id == known.person_id
    assert one(hoa(citizen=CITIZEN, birth_date=date(1981, 2, 1))).is_new


def test_of_two_persons_the_one_who_agrees_has_the_visit():
    other = one(hoa(name="Trần Văn Nam", citizen=CITIZEN))
    agreeing = one(hoa(cards=card()))
    found = one(hoa(citizen=CITIZEN, cards=card()))
    assert found.person_id == agreeing.person_id
    assert found.pairs == (tuple(sorted((other.person_id, agreeing.person_id))),)
    assert Person.objects.count() == 2


def test_of_two_who_agree_the_citizen_numbers_person_has_the_visit():
    by_card = one(hoa(cards=card(), commune_code="25198"))
    by_citizen = one(hoa(citizen=CITIZEN))
    found = one(hoa(citizen=CITIZEN, cards=card()))
    assert found.person_id == by_citizen.person_id != by_card.person_id
    assert ReviewPair.objects.get().reason == ReviewPair.Reason.TWO_NUMBERS


def test_a_pair_decided_as_different_is_not_asked_again():
    one(hoa(cards=card(), commune_code="25198"))
    one(hoa(citizen=CITIZEN))
    one(hoa(citizen=CITIZEN, cards=card()))
    ReviewPair.objects.update(state=ReviewPair.State.DIFFERENT)
    assert one(hoa(citizen=CITIZEN, cards=card())).pairs == ()
    assert ReviewPair.objects.get().state == ReviewPair.State.DIFFERENT


def test_a_number_that_did_not_hold_on_the_day_leads_nowhere():
    known = one(hoa(name="Trần Văn Nam", citizen=CITIZEN))
    Identifier.objects.filter(person=known.person_id).update(valid_to=date(2025, 1, 1))  # given to somebody else since
    assert one(hoa(citizen=CITIZEN)).pairs == ()
    assert one(hoa(name="Trần Văn Nam", citizen=CITIZEN, on=date(2024, 5, 1))).person_id == known.person_id


def test_an_ended_card_still_leads_to_its_holder_and_the_new_dates_are_kept():
    known = one(hoa(cards=card(end=date(2026, 2, 1))))
    assert one(hoa(cards=card(end=date(2026, 7, 1)))).person_id == known.person_id
    assert one(hoa(cards=card(first=date(2026, 7, 1)))).person_id == known.person_id
    assert list(Identifier.objects.order_by("valid_from").values_list("valid_from", "valid_to")) == [
        (date(2026, 1, 1), date(2026, 7, 1)),
        (date(2026, 7, 1), date(2027, 1, 1)),
    ]


def test_two_cards_in_one_visit_are_two_identifiers_with_dates():
    one(hoa(cards=card(end=date(2026, 3, 5)) + card("GD2757512345678", first=date(2026, 3, 5))))
    assert Identifier.objects.filter(kind="insurance", value="7512345678").count() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Nguyễn Thị Hoà Bình"},
        {"birth_date": date(1980, 2, 2)},
        {"sex": "1"},
        {"commune_code": "25198"},
        {"birth_precision": "year", "birth_date": date(1980, 1, 1)},
    ],
)
def test_without_a_number_name_birth_sex_and_commune_must_all_be_equal(change):
    known = one(hoa())
    assert one(hoa(name="nguyen thi hoà")).person_id == known.person_id
    assert one(hoa(**change)).is_new


def test_without_a_number_an_empty_commune_equals_nothing():
    assert one(hoa(commune_code="")).is_new
    assert one(hoa(commune_code="")).is_new


def test_without_a_number_two_who_fit_make_a_third():
    one(hoa(citizen=CITIZEN))
    one(hoa(citizen=OTHER_CITIZEN))
    assert one(hoa()).is_new
    assert Person.objects.count() == 3
    assert not ReviewPair.objects.exists()


def test_who_has_another_number_of_the_kind_does_not_fit():
    known = one(hoa(citizen=CITIZEN))
    assert one(hoa(citizen=OTHER_CITIZEN)).is_new
    assert one(hoa(cards=card())).is_new  # by now two fit
    assert one(hoa(citizen=CITIZEN, cards=card(OTHER_CARD))).person_id == known.person_id


def test_a_first_number_is_added_to_the_person_who_fits():
    known = one(hoa())
    assert one(hoa(citizen=CITIZEN)).person_id == known.person_id
    assert one(hoa(cards=card(), citizen=CITIZEN, commune_code="")).person_id == known.person_id
    assert one(hoa(cards=card(), commune_code="26000")).person_id == known.person_id


def test_the_old_cards_nine_digits_do_not_contradict_the_new_twelve():
    known = one(hoa(citizen="285000001"))
    assert one(hoa(citizen=CITIZEN)).person_id == known.person_id


def test_an_unknown_birth_date_is_never_matched():
    unknown = {"birth_date": None, "birth_precision": "unknown"}
    assert one(hoa(**unknown)).is_new
    assert one(hoa(**unknown)).is_new
    assert one(hoa(**unknown, patient_no="BN1")).is_new
    assert one(hoa(**unknown, patient_no="BN1")).is_new


def test_a_citizen_number_finds_its_person_without_a_birth_date_and_learns_it_later():
    known = one(hoa(citizen=CITIZEN, birth_date=None, birth_precision="unknown"))
    assert one(hoa(citizen=CITIZEN, birth_date=date(1980, 1, 1), birth_precision="year")).person_id == known.person_id
    assert one(hoa(citizen=CITIZEN)).person_id == known.person_id
    assert Person.objects.values_list("birth_date", "birth_precision").get() == (date(1980, 2, 1), "day")


def test_a_patient_number_finds_its_person_but_not_against_another_name_or_number():
    known = one(hoa(patient_no="BN1", citizen=CITIZEN))
    assert one(hoa(patient_no="BN1", commune_code="")).person_id == known.person_id
    assert one(hoa(patient_no="BN1", facility_code="70002", commune_code="")).is_new
    other_name = one(hoa(patient_no="BN1", name="Trần Văn Nam"))
    assert (other_name.is_new, other_name.pairs) == (True, ())  # hospitals give such numbers anew
    other_number = one(hoa(patient_no="BN1", citizen=OTHER_CITIZEN))
    assert other_number.is_new
    assert ReviewPair.objects.get().reason == ReviewPair.Reason.PATIENT_NO


def test_a_re_sent_visit_keeps_its_person_even_if_nothing_identifies_him():
    unknown = {"birth_date": None, "birth_precision": "unknown", "name": "Không rõ"}
    first = one(hoa(**unknown))
    assert one(hoa(**unknown, earlier=first.person_id)).person_id == first.person_id
    assert one(hoa(**{**unknown, "name": "Trần Văn Nam"}, earlier=first.person_id)).is_new


def test_one_new_person_twice_in_a_batch_is_one():
    a, b, c = matched(hoa(citizen=CITIZEN), hoa(citizen=CITIZEN, cards=card()), hoa(cards=card()))
    assert a.person_id == b.person_id == c.person_id
    assert (a.is_new, b.is_new, c.is_new) == (True, False, False)
    assert Person.objects.count() == 1


def test_the_latest_visit_gives_address_and_phone_whatever_the_order_of_arrival():
    one(hoa(citizen=CITIZEN, phone="0911111111", address="cũ", on=date(2026, 1, 1)))
    one(hoa(citizen=CITIZEN, phone="0922222222", address="mới", on=date(2026, 3, 1), commune_code="25198"))
    one(hoa(citizen=CITIZEN, phone="0933333333", address="giữa", on=date(2026, 2, 1)))
    one(hoa(citizen=CITIZEN, on=date(2026, 4, 1), commune_code=""))  # says nothing of it
    assert Person.objects.values_list("phone", "address", "commune_code").get() == ("0922222222", "mới", "25198")


def test_a_name_with_its_accents_replaces_one_without():
    one(hoa(name="NGUYEN THI HOA", citizen=CITIZEN))
    one(hoa(citizen=CITIZEN))
    one(hoa(name="Nguyen Thi Hoa", citizen=CITIZEN))
    assert Person.objects.get().full_name == "NGUYỄN THỊ HOA"


def test_texts_that_are_too_long_are_cut_and_still_match():
    long = {
        "name": "Nguyễn " * 60,
        "address": "ấp " * 900,
        "commune_code": "251951",
        "ethnic_code": "0123456",
        "patient_no": "B" * 300,
        "phone": "0" * 40,
    }
    known = one(hoa(**long))
    assert one(hoa(**long)).person_id == known.person_id
    assert one(hoa(**{**long, "patient_no": ""})).person_id == known.person_id


@pytest.mark.parametrize("number", ["000000000000", "0", "", "12345", "07518000000１"])
def test_what_is_no_number_leads_nowhere(number):
    one(hoa(citizen=number, cards=card("000000000000000"), commune_code=""))
    assert one(hoa(citizen=number, cards=card("000000000000000"), commune_code="")).is_new
    assert not Identifier.objects.exists()


def test_a_newborn_is_one_person_by_mother_minute_and_place():
    first = one(newborn())
    assert len(first.made) == 2  # the mother too
    assert one(newborn()).made == ()
    assert one(newborn(name="")).person_id == first.person_id
    assert PersonRelation.objects.get().other.full_name == "BÙI THỊ MẸ"
    assert one(newborn(born_at="202603010540")).is_new
    assert one(newborn(place="1.2")).is_new
    assert one(newborn(mother_said=mother(name="Trần Thị Sáu", citizen=OTHER_CITIZEN))).is_new
    assert not ReviewPair.objects.exists()


def test_a_newborn_without_a_birth_date_is_still_one_person():
    unknown = {"birth_date": None, "birth_precision": "unknown", "born_at": "000000000000"}
    child = one(newborn(**unknown))
    assert one(newborn(**unknown)).person_id == child.person_id
    assert one(newborn(**unknown, place="1.2")).is_new


def test_who_is_known_can_be_asked_without_writing():
    known = one(hoa(citizen=CITIZEN))
    with connection.cursor() as cursor:
        asked = known_people(cursor, [hoa(citizen=CITIZEN), hoa(name="Trần Văn Nam"), hoa(name="Trần Văn Nam")])
    assert asked == [known.person_id, None, None]
    assert Person.objects.count() == 1


def test_a_newborn_without_a_name_is_called_after_its_mother():
    one(newborn(name=" "))
    assert Person.objects.filter(full_name="Con bà BÙI THỊ MẸ").exists()


def test_twins_of_one_minute_are_told_apart_by_their_order():
    assert newborn_places([("202603010530", "2"), ("202603010530", "2"), ("202603010545", "2")]) == [
        "2.1",
        "2.2",
        "2.1",
    ]
    assert newborn_places([("202603010530", "1"), ("202603010530", "2")]) == ["1.1", "2.1"]


def test_the_mother_is_the_visits_own_patient_where_the_certificate_tells_of_her():
    patient = mother(cards=card())
    assert mother_of(patient, mother(cards=(), commune_code="")) is patient
    assert mother_of(patient, mother(citizen="")) is patient
    aunt = mother(name="Bùi Thị Dì", citizen=OTHER_CITIZEN)
    assert mother_of(patient, aunt) is aunt


def test_the_first_own_file_of_a_newborn_is_that_person_by_the_mothers_name():
    child = one(newborn())
    own = one(own_file())
    assert own.person_id == child.person_id
    assert own.pairs == ()
    assert one(own_file(on=BORN.replace(day=20), commune_code="")).person_id == child.person_id
    # From now on it has numbers of its own; another child of that day, sex and mother's name is another child.
    assert one(own_file(patient_no="BN78", commune_code="25198")).is_new


@pytest.mark.parametrize(
    "said",
    [
        {"mother_name": "Bùi Thị Mẹ"},
        {"mother_numbers": ("075197000008",)},
        {"citizen": "075197000008"},
        {"name": "BÙI THỊ MẸ"},
    ],
)
def test_the_mother_is_recognised_by_name_or_number(said):
    child = one(newborn())
    own = one(own_file(**{"name": "BÙI GIA BẢO", **said}))
    assert own.person_id == child.person_id
    assert not ReviewPair.objects.exists()
    assert Identifier.objects.filter(kind="citizen").count() == 1  # the mother's number stays hers


def test_a_first_own_file_that_is_not_certain_goes_to_the_review_list():
    child = one(newborn())
    own = one(own_file(name="BÙI GIA BẢO"))
    assert own.is_new
    assert own.pairs == (tuple(sorted((child.person_id, own.person_id))),)
    other_sex = one(own_file(sex="2", patient_no="BN79"))
    assert other_sex.is_new
    assert len(other_sex.pairs) == 1
    assert set(ReviewPair.objects.values_list("reason", flat=True)) == {"newborn"}


def test_a_certified_child_that_moved_is_asked_about_by_its_name():
    child = one(newborn(name="BÙI GIA BẢO"))
    own = one(own_file(name="Bùi Gia Bảo", commune_code="25198"))
    assert own.pairs == (tuple(sorted((child.person_id, own.person_id))),)


def test_twins_without_their_minute_are_both_asked_about():
    matched(newborn(place="2.1"), newborn(place="2.2"))
    own = one(own_file())
    assert own.is_new
    assert len(own.pairs) == 2


def test_twins_are_told_apart_by_their_minute():
    first, second = matched(newborn(born_at="202603010530"), newborn(born_at="202603010545"))
    assert one(own_file(birth_time="0545")).person_id == second.person_id
    assert one(own_file(birth_time="0530", patient_no="BN78")).person_id == first.person_id


def test_an_own_file_that_came_before_the_certificate_is_that_child():
    own = one(own_file())
    certificate = one(newborn())
    assert certificate.person_id == own.person_id
    assert one(newborn()).person_id == own.person_id
    assert Person.objects.get(id=own.person_id).full_name == "BÙI VĂN BÉ"


def test_mother_and_child_in_one_batch_are_the_mother_and_the_child():
    patient = mother(cards=card())
    visit, child, own = matched(patient, newborn(mother_said=patient), own_file())
    assert child.person_id == own.person_id
    assert PersonRelation.objects.values_list("person_id", "other_id").get() == (child.person_id, visit.person_id)
    assert Person.objects.count() == 2


def test_a_child_without_a_name_gets_it_by_its_card():
    child = one(own_file(cards=card("TE1757500000130")))
    named = one(own_file(name="Bùi Gia Bảo", cards=card("TE1757500000130"), patient_no="BN80", facility_code="70002"))
    assert named.person_id == child.person_id
    assert Person.objects.get().full_name == "Bùi Gia Bảo"


def reasons():
    return set(ReviewPair.objects.values_list("reason", flat=True))


NAMED = {"name": "BÙI GIA BẢO", "citizen": "075226000009", "patient_no": "BN80", "facility_code": "70002"}


@pytest.mark.parametrize("certified", [False, True])
@pytest.mark.parametrize("first", [{}, NAMED])
def test_a_child_that_got_its_name_and_new_numbers_is_asked_about_whichever_file_comes_first(first, certified):
    if certified:
        one(newborn(name=""))
        first = {} if not first else {**first, "mother_name": "Bùi Thị Mẹ"}
    known = one(own_file(**first))
    other = one(own_file(**({} if first else NAMED)))
    assert other.is_new and other.pairs == (tuple(sorted((known.person_id, other.person_id))),)
    assert reasons() == {"named_later"}
    assert one(own_file(**NAMED)).pairs == ()  # asked once


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"mother_name": "Bùi Thị Mẹ", "commune_code": "25198"}, True),
        ({"mother_name": "Trần Thị Sáu"}, False),  # another mother in the same commune
        ({"commune_code": "25198"}, False),
        ({"commune_code": ""}, False),
        ({"sex": "2"}, False),
        ({"birth_date": BORN.replace(day=2)}, False),
        ({"name": "CON BÀ TRẦN THỊ SÁU"}, False),
        ({"name": "Con bà Bùi Thị Mẹ", "commune_code": "25198"}, True),  # the same name, new numbers
        ({"on": BORN.replace(year=2028)}, False),
    ],
)
def test_another_child_of_that_day_is_not_asked_about(changes, asked):
    one(own_file())
    assert bool(one(own_file(**{**NAMED, **changes})).pairs) is asked


def test_a_child_named_by_its_certificate_is_asked_about_when_it_has_new_numbers_and_moved():
    child = one(newborn(name="BÙI GIA BẢO", cards=card()))
    assert one(own_file(cards=card())).person_id == child.person_id
    later = one(own_file(**NAMED, cards=card(OTHER_CARD), commune_code="25198"))
    assert later.is_new and later.pairs == (tuple(sorted((child.person_id, later.person_id))),)
    assert reasons() == {"named_later"}


def test_the_name_of_a_father_does_not_tell_of_another_mother():
    one(own_file(name="CON ÔNG BÙI VĂN BỐ"))
    assert one(own_file(**NAMED, mother_name="Bùi Thị Mẹ")).pairs


def test_a_grown_person_born_that_day_is_no_newborn():
    one(newborn())
    later = one(own_file(name="BÙI GIA BẢO", on=BORN.replace(year=2028)))
    assert (later.is_new, later.pairs) == (True, ())


def test_merged_persons_are_one_candidate_and_no_pair():
    a, b = one(hoa(citizen=CITIZEN)), one(hoa(citizen=OTHER_CITIZEN))
    Person.objects.filter(id=b.person_id).update(merged_into=a.person_id)
    assert one(hoa()).person_id == a.person_id
    assert not ReviewPair.objects.exists()


def test_a_batch_takes_the_same_number_of_statements_whatever_its_size(django_assert_num_queries):
    def batch(n):
        return [
            hoa(name=f"Người số {i}", citizen=f"0751800{i:05}", cards=card(f"GD475{i:010}")) for i in range(1, n + 1)
        ]

    with django_assert_num_queries(4):  # lock, read, write persons, write numbers
        matched(*batch(3))
    with django_assert_num_queries(4):  # lock, read persons, read numbers, write persons who are new
        assert (
            sum(
                found.is_new
                for found in matched(*[hoa(name=c.name, cards=c.cards, on=date(2026, 9, 9)) for c in batch(3)])
            )
            == 0
        )
    with django_assert_num_queries(5):
        matched(*batch(60))
