"""What codes mean for the record."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soyte.clinical.terminology import files, selectors
from soyte.clinical.terminology.icd import Ranges, dotted, normal
from soyte.kernel.codes.files import load_list

BEFORE, AFTER = dt.date(2026, 6, 30), dt.date(2026, 7, 1)


@pytest.fixture(scope="module")
def terms():
    return files.terms()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("A17.0", "A17.0"),
        ("a170", "A17.0"),
        (" A17.0† ", "A17.0"),
        ("G01*", "G01"),
        ("I10", "I10"),
        ("M05.011", "M05.011"),
        ("", ""),
        ("khong", ""),
        ("10", ""),
        ("A1", ""),
        ("A17.0123", ""),
    ],
)
def test_a_code_is_known_however_it_is_written(written, code):
    assert dotted(written) == code
    assert normal(written) == code.replace(".", "")


@given(st.from_regex(r"[A-Z][0-9][0-9](\.[0-9])?", fullmatch=True))
def test_a_range_holds_what_lies_between_its_ends(code):
    ranges = Ranges([("F10", "F19", "substance"), ("Z04.4", "Z04.5", "violence"), ("X85", "Y09", "assault")])
    found = set(ranges.at(code))
    category = code[:3]
    assert ("substance" in found) == ("F10" <= category <= "F19")
    assert ("assault" in found) == ("X85" <= category <= "Y09")
    assert ("violence" in found) == (code in {"Z04.4", "Z04.5"})


def test_every_listed_code_lies_in_the_chapter_that_the_list_gives_it(terms):
    wrong = [entry.code for entry in load_list("icd10") if terms.chapter_of(entry.code) != entry.attrs["chapter"]]
    assert wrong == []


def test_names_are_vietnamese_and_fall_back_on_the_category(terms):
    assert terms.icd_name("j189", AFTER) == "Viêm phổi, không đặc hiệu"
    assert terms.icd_name("A97.99", AFTER) == terms.icd_name("A97", AFTER) != ""
    assert terms.icd_name("rác", AFTER) == ""


def test_the_list_in_force_is_official_until_the_circular_of_2026(terms):
    assert terms.icd("J18.9", BEFORE).state == "official"
    assert terms.icd("J18.9", AFTER).state == "review"
    assert terms.icd("J18.9", dt.date(2020, 10, 27)) is None


def labels(terms, *codes):
    return terms.labels_for(codes, AFTER)


def test_active_rows_label_and_the_others_wait_for_the_department(terms):
    assert labels(terms, "I10", "B20.1") == {"hiv"}
    assert labels(terms, "F024", "O04.9") == {"hiv", "mental", "abortion"}
    assert labels(terms, "F10.2", "X60", "T74.1", "A54.0") == {"substance", "self_harm", "violence", "sti"}
    assert labels(terms, "A15.0", "Z80.0", "N46", "Q21", "B18.1") == set()
    assert labels(terms, "", "không rõ") == set()


def disease(terms, code, on):
    entry = terms.notifiable(code, on)
    return entry.code if entry else None


def test_a_disease_is_notifiable_by_the_list_of_its_day(terms):
    assert disease(terms, "A91", BEFORE) == "dengue"
    assert disease(terms, "A97.1", AFTER) == "dengue"
    assert disease(terms, "A91", AFTER) is None
    assert disease(terms, "I10", AFTER) is None
    assert disease(terms, "U07.1", dt.date(2019, 12, 1)) is None
    assert terms.notifiable("U07.1", dt.date(2022, 1, 1)).attrs["hours"] == "24"
    assert terms.notifiable("U07.1", dt.date(2024, 1, 1)).attrs["hours"] == "48"


def test_of_several_diseases_the_most_exact_is_meant_then_the_most_urgent(terms):
    assert disease(terms, "A83.0", AFTER) == "japanese_encephalitis"
    assert disease(terms, "A83.1", AFTER) == "viem_nao_vi_rut"
    assert disease(terms, "B20.4", AFTER) == "nam_candida"
    assert disease(terms, "B20.1", AFTER) == "hiv_aids"
    assert disease(terms, "J09", AFTER) == "cum_a_h5n1"
    assert disease(terms, "A80.1", BEFORE) == "polio"


def test_conditions_that_last_are_on_a_list(terms):
    assert terms.is_long_term("E11.9")
    assert terms.is_long_term("I10")
    assert terms.is_long_term("K70.3")
    assert not terms.is_long_term("K70.1")
    assert not terms.is_long_term("J18.9")
    assert terms.long_term("I10", AFTER).name == "Tăng huyết áp"


def usual(terms, **facts):
    return terms.reference_range(**{"index": "", "unit": "g/L", "sex": "1", "age_years": 40, "on": AFTER, **facts})


def test_a_range_is_given_only_where_content_has_one_for_index_unit_sex_and_age(terms):
    found = usual(terms, index="22.0121.1369", name="HGB")
    assert (found.low, found.high, found.state) == (Decimal(130), Decimal(170), "review")
    assert usual(terms, name="Huyết sắc tố", sex="2").low == Decimal(120)
    assert usual(terms, name="HGB", age_years=17) is None
    assert usual(terms, name="HGB", unit="mmol/L") is None
    assert usual(terms, name="HGB", sex="3") is None
    assert usual(terms, name="Không có chỉ số này") is None
    assert usual(terms, name="WBC", unit="G/L").high == Decimal(10)
    assert usual(terms, name="Creatinin", unit="µmol/L").high == Decimal(120)
    assert usual(terms, name="eGFR", unit="mL/min/1,73m2").high is None


@pytest.mark.django_db
def test_questions_to_the_database_are_answered_by_the_files_until_content_is_loaded():
    assert selectors.terms() is files.terms()
