import re
import unicodedata
from datetime import date

import pytest
from django.db import connection

from soyte.kernel.people.matching import match_people
from soyte.kernel.people.models import Person
from soyte.kernel.people.query import Period, read_query
from soyte.kernel.people.selectors import fitting, search
from soyte.kernel.people.tests.candidates import CARD, CITIZEN, card, hoa


@pytest.mark.parametrize(
    ("typed", "numbers", "phone"),
    [
        ("075180000001", (("citizen", "075180000001"),), ""),
        ("285000001", (("citizen", "285000001"),), ""),
        ("GD4757512345678", (("insurance", "7512345678"),), ""),
        ("gd 4 75 7512345678", (("insurance", "7512345678"),), ""),
        ("7512345678", (("insurance", "7512345678"),), ""),
        ("0912 345 678", (("insurance", "0912345678"),), "0912345678"),
        ("+84 912 345 678", (), "0912345678"),
        ("B1234567", (("passport", "B1234567"),), ""),
        ("1234567", (), ""),
    ],
)
def test_a_typed_number_is_taken_for_all_that_it_may_be(typed, numbers, phone):
    query = read_query(typed)
    assert (query.numbers, query.phone) == (numbers, phone)


@pytest.mark.parametrize(
    ("typed", "words", "born"),
    [
        ("hoa 05/03/1950", ("hoa",), Period(date(1950, 3, 5), date(1950, 3, 6), "day")),
        ("5-3-1950 nguyễn hoa", ("nguyen", "hoa"), Period(date(1950, 3, 5), date(1950, 3, 6), "day")),
        ("1950-03-05 hoa", ("hoa",), Period(date(1950, 3, 5), date(1950, 3, 6), "day")),
        ("1950-02-31", ("1950", "02", "31"), None),
        ("hoa 1950", ("hoa",), Period(date(1950, 1, 1), date(1951, 1, 1), "year")),
        ("hoa 12/1950", ("hoa",), Period(date(1950, 12, 1), date(1951, 1, 1), "month")),
        ("31/02/1950", ("31", "02", "1950"), None),
        ("H’Hen Niê", ("h", "hen", "nie"), None),
        ("  ", (), None),
    ],
)
def test_dates_and_words_are_told_apart(typed, words, born):
    query = read_query(typed)
    assert (query.words, query.born) == (words, born)


@pytest.fixture
def people(db):
    with connection.cursor() as cursor:
        match_people(
            cursor,
            [
                hoa(name="Đỗ Thị Bệnh", citizen=CITIZEN, cards=card(), phone="0912345678"),
                hoa(name="Do Thi Benh", birth_date=date(1950, 1, 1), birth_precision="year"),
                hoa(name="Đô Thị Bền", birth_date=date(1950, 3, 5)),
                hoa(name="Trần Văn Đỗ", birth_date=None, birth_precision="unknown"),
            ],
        )


def found(text):
    return [person.full_name for person in search(text)]


def test_a_person_is_found_without_accents_and_in_any_order_of_words(people):
    for typed in ("do thi benh", "benh do", "BỆNH ĐỖ", "bệnh đ thị", unicodedata.normalize("NFD", "Đỗ Thị Bệnh")):
        assert set(found(typed)) == {"Đỗ Thị Bệnh", "Do Thi Benh"}
    assert found("không ai") == found("") == found("!?") == []


def test_a_word_typed_with_accents_brings_the_names_that_have_it_first(people):
    assert found("đỗ")[:2] == ["Đỗ Thị Bệnh", "Trần Văn Đỗ"]
    assert found(unicodedata.normalize("NFD", "đỗ bệnh")) == ["Đỗ Thị Bệnh", "Do Thi Benh"]
    assert found("đô")[0] == "Đô Thị Bền"
    assert len(found("do")) == 4


def test_a_name_with_the_typed_word_comes_before_one_that_only_begins_with_it(people):
    assert found("ben") == ["Đô Thị Bền", "Do Thi Benh", "Đỗ Thị Bệnh"]


@pytest.mark.parametrize("typed", [CITIZEN, CARD, "7512345678", "HT2 70 7512345678", "0912.345.678", f"bệnh {CITIZEN}"])
def test_a_person_is_found_by_any_of_his_numbers(people, typed):
    assert found(typed) == ["Đỗ Thị Bệnh"]


def test_a_number_and_a_word_that_do_not_belong_together_find_nobody(people):
    assert found(f"trần {CITIZEN}") == []


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("05/03/1950", ["Đô Thị Bền", "Do Thi Benh"]),  # the year alone does not contradict, but comes after the day
        ("06/03/1950", ["Do Thi Benh"]),
        ("3/1950", ["Do Thi Benh", "Đô Thị Bền"]),
        ("1950", ["Do Thi Benh", "Đô Thị Bền"]),
        ("1950 ben", ["Đô Thị Bền", "Do Thi Benh"]),
        ("thị 1980", ["Đỗ Thị Bệnh"]),
    ],
)
def test_a_person_is_found_by_birth_date_or_year(people, typed, names):
    assert found(typed) == names


def test_a_limit_says_that_more_words_are_needed(people):
    assert len(search("d", limit=2)) == 2


def test_only_persons_whom_the_searcher_may_find_are_found(people):
    assert [p.full_name for p in search("do", people=Person.objects.filter(birth_precision="day"))] == [
        "Đô Thị Bền",
        "Đỗ Thị Bệnh",
    ]


@pytest.fixture
def twenty_thousand(db):
    with connection.cursor() as cursor:
        cursor.execute("""
            insert into people_person (id, full_name, name_folded, birth_date, birth_precision, sex, phone, ethnic_code,
              occupation_code, address, commune_code, province_code, synthetic)
            select gen_random_uuid(), name, fold_vi(name), date '1940-01-01' + g % 30000, 'day', '1',
              '09' || lpad(g::text, 8, '0'), '01', '', '', lpad((25000 + g % 111)::text, 5, '0'), '75', true
            from generate_series(1, 20000) g, lateral (select
              (array['Nguyễn','Trần','Lê','Phạm','Điểu','Thị'])[1 + g % 6] || ' ' ||
              (array['Văn','Thị','Hữu','Minh'])[1 + g / 6 % 4] || ' ' || 'Tên' || (g / 24 % 400)::text as name) n""")
        cursor.execute("""
            insert into people_identifier (person_id, kind, value, issuer)
            select id, 'citizen', '0' || lpad(row_number() over (order by id)::text, 11, '0'), '' from people_person""")
        cursor.execute("analyze people_person")
        cursor.execute("analyze people_identifier")


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        ("nguyễn văn tên12", "person_name_words"),
        ("phạm tên39 1950", "person_name_words|person_birth_date"),
        ("0900000123", "person_phone"),
        ("000000000123", "people_person_pkey"),
        ("15/06/1960", "person_birth_date"),
    ],
)
def test_every_kind_of_search_is_answered_by_an_index(twenty_thousand, typed, index):
    plan = fitting(read_query(typed))[:51].explain()
    assert re.search(index, plan), plan
    assert "Seq Scan" not in plan


def test_matching_is_answered_by_indexes(twenty_thousand):
    from soyte.kernel.people.matching import register

    person = Person.objects.first()
    asked = hoa(
        name=person.full_name,
        citizen=person.identifiers.get().value,
        birth_date=person.birth_date,
        sex="1",
        commune_code=person.commune_code,
    )
    query, params = register._search([asked])
    with connection.cursor() as cursor:
        cursor.execute(f"explain select * from people_person p where p.id in ({query})", params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan, plan
    assert "identifier_once_per_person" in plan
