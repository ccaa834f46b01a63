"""People and visits have the shape that content asks for."""

from collections import Counter
from datetime import date
from itertools import pairwise
from statistics import mean, median

import pytest

from soyte.demo.province import content, frame, generate, names, outbreaks, people, plans, registration, tables
from soyte.demo.province.generate import Province
from soyte.formats.visitfile import spec

UNTIL = date(2026, 9, 30)
PROVINCE = Province.of_years(people=2500, years=3, until=UNTIL, seed="3", outbreaks=None)


@pytest.fixture(scope="module")
def planned():
    return generate.plan(PROVINCE)


@pytest.fixture(scope="module")
def population():
    return people.population(people.Maker("3"), size=2500, on=PROVINCE.start)


def ended(planned):
    return [visit for visit in planned.visits if visit.end.date() <= UNTIL]


def test_ages_follow_the_pyramid(population):
    for row in content.rows("age_pyramid"):
        first, last = int(row["age_from"]), int(row["age_to"])
        share = sum(first <= person.age(PROVINCE.start) <= last for person in population) / len(population)
        assert abs(share - (float(row["male_percent"]) + float(row["female_percent"])) / 100) < 0.012


def test_peoples_live_where_content_says(population):
    share = Counter(person.ethnic for person in population)
    assert 0.72 < share["Kinh"] / len(population) < 0.87
    assert 0.06 < share["Xtiêng"] / len(population) < 0.15


def test_citizen_numbers_keep_the_rule_and_are_unique(population):
    assert len({person.citizen for person in population}) == len(population)
    for person in population:
        century = (person.born.year // 100 - 19) * 2 + (person.sex == "2")
        assert len(person.citizen) == 12
        assert person.citizen[3:7] == f"{century}{person.born.year % 100:02d}9"


def test_insurance_numbers_begin_with_a_province_that_does_not_exist(population):
    insured = [person.insurance for person in population if person.insurance]
    assert len(set(insured)) == len(insured)
    assert all(len(number) == 10 and number.startswith("99") for number in insured)
    assert 0.89 < len(insured) / len(population) < 0.95


def test_children_have_the_family_name_of_their_father(population):
    children = [p for p in population if p.father and p.father.ethnic == "Kinh"]
    assert len(children) > 300
    assert all(child.family == child.father.family for child in children)
    assert all(17 <= child.born.year - child.mother.born.year <= 42 for child in children)


def test_rates_are_those_of_the_calibration(planned):
    person_years = PROVINCE.people * 3
    visits = ended(planned)
    stays = [visit for visit in visits if visit.inpatient]
    assert 1.4 < (len(visits) - len(stays)) / person_years < 1.8
    assert 0.08 < len(stays) / person_years < 0.105


def test_stays_last_as_long_as_the_calibration_says(planned):
    nights = [(v.end.date() - v.start.date()).days for v in ended(planned) if v.kind == "03"]
    assert 4 <= median(nights) <= 6


def test_nobody_is_at_two_places_at_once(planned):
    by_person = {}
    for visit in planned.visits:
        by_person.setdefault(visit.person.code, []).append(visit)
    for visits in by_person.values():
        assert all(one.end <= other.start for one, other in pairwise(visits))


def test_nobody_comes_after_death(planned):
    dead = {visit.person.code: visit.end for visit in planned.visits if visit.result == "5"}
    assert all(visit.end <= dead[visit.person.code] for visit in planned.visits if visit.person.code in dead)


def test_codes_are_unique_in_their_facility(planned):
    assert len({(visit.facility.code, visit.code) for visit in planned.visits}) == len(planned.visits)


def test_births_have_a_mother_of_that_age_and_come_to_the_files_of_the_child(planned):
    births = [visit for visit in ended(planned) if visit.newborns]
    assert births
    for visit in births:
        assert 16 <= visit.person.age(visit.start.date()) <= 46
        assert all(visit.start <= baby.born <= visit.end for baby in visit.newborns)
    newborns = {baby.code for visit in births for baby in visit.newborns}
    assert any(visit.person.code in newborns for visit in planned.visits)


def test_mondays_are_busier_than_sundays_and_the_new_year_is_quiet(planned):
    days = Counter(visit.start.date() for visit in planned.visits if not visit.inpatient)
    by_weekday = Counter()
    for day, count in days.items():
        by_weekday[day.weekday()] += count
    assert by_weekday[0] > 2.5 * by_weekday[6]
    assert mean(days[date(2026, 2, day)] for day in (16, 17, 18, 19)) < mean(days.values())


@pytest.mark.parametrize("until", [date(2026, 3, 31), UNTIL])
def test_the_last_outbreak_still_runs_at_the_end_in_any_season(population, until):
    *_earlier, last = outbreaks.plant("3", population, count=3, start=PROVINCE.start, until=until)
    assert last.start < until < last.end
    assert sum(case.day <= until for _person, case in last.cases) >= 5


def test_dengue_has_its_season(planned):
    months = Counter(visit.start.month for visit in planned.visits if visit.icd10.startswith("A97"))
    assert months[7] + months[8] + months[9] > 2 * (months[2] + months[3] + months[4])


def test_every_row_fills_what_its_specification_requires(planned):
    for visit in ended(planned)[::9]:
        written = tables.build(visit, seed="3")
        for name, rows in written.tables.items():
            shape = spec.table(written.generation, name)
            for row in rows:
                assert set(row) == set(shape.fields), (written.generation, name)
                for field in shape.fields.values():
                    value = row[field.name]
                    assert value or not field.is_required(row, on=visit.end.date()), (name, field.name)
                    assert field.max_length is None or len(value) <= field.max_length, (name, field.name)


def test_times_stand_in_their_order(planned):
    for visit in ended(planned)[::7]:
        for name in ("XML2", "XML3"):
            for row in tables.build(visit, seed="3").tables.get(name, []):
                assert f"{visit.start:%Y%m%d%H%M}" <= row["NGAY_YL"] <= f"{visit.end:%Y%m%d%H%M}"
                assert not row.get("NGAY_TH_YL") or row["NGAY_YL"] <= row["NGAY_TH_YL"]
                assert not row.get("NGAY_KQ") or row.get("NGAY_TH_YL", row["NGAY_YL"]) <= row["NGAY_KQ"]


def test_communes_change_their_names_and_codes_with_the_map():
    commune = next(c for c in frame.communes() if c.code == "25270")
    assert frame.address(commune, date(2025, 6, 30)).text == "thị trấn Lộc Ninh, huyện Lộc Ninh, tỉnh Bình Phước"
    assert frame.address(commune, date(2025, 7, 1)).text == "xã Lộc Ninh, tỉnh Đồng Nai"
    assert frame.address(commune, date(2026, 4, 30)).text == "phường Lộc Ninh, thành phố Đồng Nai"
    assert frame.address(commune, date(2025, 7, 1)).district_code == ""


def test_a_stay_over_new_year_shows_two_cards(population):
    person = next(p for p in population if p.insurance and p.age(date(2026, 1, 1)) > 30 and not p.ten_digit_card)
    first, second = registration.cards(person, first=date(2025, 12, 28), last=date(2026, 1, 3))
    assert first.last == date(2025, 12, 31)
    assert second.first == date(2026, 1, 1)
    assert first.number[-10:] == second.number[-10:] == person.insurance
    assert (first.number[3:5], second.number[3:5]) == ("70", "75")


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("Hòa", "Hoà"),
        ("Thúy", "Thuý"),
        ("Quý", "Quý"),
        ("Hoàng", "Hoàng"),
        ("NGUYỄN THỊ HÒA", "NGUYỄN THỊ HOÀ"),
        ("Khỏe", "Khoẻ"),
    ],
)
def test_tone_marks_move_in_the_older_spelling(new, old):
    assert names.old_tone(new) == old


def test_a_registration_is_the_same_at_every_visit(population):
    place = frame.centre_of("689")
    for person in population[:200]:
        if person.age(date(2025, 1, 1)) < 1:
            continue
        one = registration.registration(person, place, seed="3", on=date(2025, 1, 1))
        assert one == registration.registration(person, place, seed="3", on=date(2025, 3, 1))


def test_long_term_conditions_bring_people_back(planned):
    regular = Counter(visit.person.code for visit in planned.visits if visit.regular)
    assert 0.12 < sum(regular.values()) / len(planned.visits) < 0.3
    assert median(regular.values()) > 15


def test_kinds_are_those_of_the_day(planned):
    late = {"11", "12", "13", "14", "15", "16"}
    assert all(visit.start.date() >= plans.KINDS_OF_2026 for visit in planned.visits if visit.kind in late)
