"""Figures: hand-counted values, small cells, rows by the same predicate."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from soyte.clinical.encounters.tests.visits import facility, person, visit
from soyte.engines.indicators.figures import PeriodReversed, UnknownDimension, UnknownIndicator, figure, rows_of
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.tests.people import account, actor, post, unit
from soyte.kernel.actors import Machine

pytestmark = pytest.mark.django_db
YEAR = {"start": dt.date(2026, 1, 1), "end": dt.date(2026, 12, 31)}
OPERATOR = Machine("test")


def at(month, day, hour=8):
    return timezone.make_aware(dt.datetime(2026, month, day, hour))  # noqa: DTZ001


def values(found):
    return {cell.keys: cell.value for cell in found.cells}


def test_visits_are_counted_by_the_vietnamese_day_of_leaving_and_only_in_force():
    visit(at=at(9, 30, 23), ended_at=at(9, 30, 23) + dt.timedelta(minutes=50))
    visit(at=at(9, 30, 23), ended_at=at(10, 1, 0))
    visit(at=at(10, 2), in_force=False)
    assert values(figure("visits", actor=OPERATOR, by=["month"], **YEAR)) == {("2026-09",): 1, ("2026-10",): 1}
    assert figure("visits", actor=OPERATOR, **YEAR).total.value == 2


def test_money_and_days_are_sums_of_what_the_visits_state():
    visit(at=at(3, 1), total_amount=Decimal("100000.50"), insurer_amount=Decimal("80000.40"))
    visit(at=at(3, 2), kind="03", treatment_days=5, total_amount=Decimal("200000"), insurer_amount=None)
    assert figure("cost_total", actor=OPERATOR, **YEAR).total.value == Decimal("300000.50")
    assert figure("cost_insurer", actor=OPERATOR, **YEAR).total.value == Decimal("80000.40")
    assert values(figure("inpatient_days", actor=OPERATOR, by=["kind"], **YEAR)) == {("03",): 5}


def test_one_person_with_three_visits_is_one_person():
    who = person()
    for day in (1, 2, 3):
        visit(at=at(5, day), who=who)
    visit(at=at(5, 4))
    assert figure("persons", actor=OPERATOR, **YEAR).total.value == 2


def test_persons_are_counted_once_at_each_key_and_once_in_the_whole():
    stands = person()
    double = person(merged_into=stands)
    for who, chapter in ((stands, "I"), (stands, "I"), (double, "I"), (double, "X"), (person(), "X"), (person(), "")):
        visit(at=at(5, 1), who=who, main_icd_chapter=chapter)
    found = figure("persons", actor=OPERATOR, by=["icd_chapter"], **YEAR)
    assert (values(found), found.total.value) == ({("I",): 1, ("X",): 2}, 3)
    nobody = figure("persons", actor=OPERATOR, by=["icd_chapter"], where={"facility": []}, **YEAR)
    assert (nobody.cells, nobody.total.value) == ([], 0)


@pytest.mark.parametrize(
    ("month", "icd", "disease"),
    [(6, "A90", "dengue"), (6, "A97.0", "dengue"), (7, "A90", None), (7, "A970", "dengue"), (7, "J02.9", None)],
)
def test_a_disease_is_notifiable_by_the_list_of_the_day_of_arrival(month, icd, disease):
    visit(at=at(month, 15), main_icd=icd)
    found = values(figure("notifiable_visits", actor=OPERATOR, by=["disease"], **YEAR))
    assert found == ({(disease,): 1} if disease else {})


def test_a_small_cell_with_a_labelled_row_is_hidden_from_whoever_lacks_the_grant():
    for _ in range(3):
        visit(main_icd="B20", main_icd_chapter="I", labels=["hiv"])
    visit(main_icd="K35", main_icd_chapter="XI")
    officer = actor("data_officer", facility("70001"))
    found = figure("visits", actor=officer, by=["icd_chapter"], **YEAR)
    assert values(found) == {("I",): None, ("XI",): 1}
    assert found.total.value == 4  # totals always count labelled visits
    assert values(figure("visits", actor=OPERATOR, by=["icd_chapter"], **YEAR)) == {("I",): 3, ("XI",): 1}


def test_a_narrowed_table_with_a_labelled_row_hides_all_its_small_cells():
    visit(main_icd="B20", main_icd_chapter="I", labels=["hiv"])
    visit(main_icd="A09", main_icd_chapter="I", kind="03")
    officer = actor("data_officer", facility("70001"))
    found = figure("visits", actor=officer, by=["kind"], where={"icd_chapter": "I"}, **YEAR)
    assert values(found) == {("01",): None, ("03",): None}


def combination(who, **where):
    """(value of the figure narrowed to these keys, rows that open, closed)"""
    behind = rows_of("visits", actor=who, where=where, **YEAR)
    return figure("visits", actor=who, where=where, **YEAR).total.value, behind.rows.count(), behind.closed


def test_a_hidden_combination_opens_no_rows_and_is_hidden_as_a_filter_too():
    visit(main_icd="B20", main_icd_chapter="I", labels=["hiv"])
    visit(main_icd="B20", main_icd_chapter="I"), visit(main_icd="A15", main_icd_chapter="I", commune_code="25195")
    officer = actor("data_officer", unit("Sở Y tế", kind="department"))
    assert combination(officer, icd_block="B20-B24") == (None, 0, True)
    assert combination(officer, icd_block="A15-A19") == (1, 1, False)  # a disease without a labelled visit
    assert combination(officer, icd_block="A15-A19", commune="25195") == (None, 0, True)
    assert combination(officer, icd_block="A15-A19", month=f"{timezone.localdate():%Y-%m}")[2] is False
    assert combination(OPERATOR, icd_block="B20-B24") == (2, 2, False)


@pytest.mark.parametrize("where", [{"facility": "70001"}, {"disease": "dengue"}])
def test_a_combination_is_hidden_from_whichever_side_it_is_asked(where):
    """The labelled visit lies in neither the facility's table nor the disease's, but in the table of both."""
    visit(main_icd="A97.0", main_icd_chapter="I", unit=facility("70001"), at=at(9, 1))
    visit(main_icd="B20", main_icd_chapter="I", unit=facility("70002"), labels=["hiv"], at=at(9, 1))
    officer = actor("data_officer", unit("Sở Y tế", kind="department"))
    [by] = {"facility", "disease"} - {*where}
    assert {*values(figure("visits", actor=officer, by=[by], where=where, **YEAR)).values()} == {None}


def test_the_total_of_a_row_with_a_hidden_cell_is_hidden():
    for n in range(7):
        visit(main_icd="A09", main_icd_chapter="I", kind="03" if n < 2 else "01")
    visit(main_icd="B20", main_icd_chapter="I", labels=["hiv"])
    officer = actor("data_officer", facility("70001"))
    found = figure("visits", actor=officer, by=["kind"], where={"icd_block": "A00-A09"}, **YEAR)
    assert (values(found), found.total.value) == ({("01",): 5, ("03",): None}, None)


def test_by_sex_age_and_outcome_alone_a_figure_is_a_total_that_opens_no_rows():
    visit(result_code="5", kind="03", labels=["hiv"], main_icd="B20", main_icd_chapter="I")
    officer = actor("statistician", unit("Sở Y tế", kind="department"))
    assert combination(officer, setting="inpatient", outcome="died") == (1, 0, True)
    assert combination(officer, setting="inpatient", outcome="died", facility="70001") == (None, 0, True)


def test_one_person_with_many_visits_of_a_labelled_disease_is_a_small_cell():
    who = person()
    for day in range(1, 8):
        visit(at=at(5, day), who=who, main_icd="B20", main_icd_chapter="I", labels=["hiv"])
    officer = actor("data_officer", facility("70001"))
    assert values(figure("persons", actor=officer, by=["icd_chapter"], **YEAR)) == {("I",): None}


@pytest.mark.parametrize(
    ("by", "facts", "order"),
    [
        ("age", [{"birth_written": f"{year}01010000"} for year in (1950, 1990, 2014, 2023, 2026)],
         ["0", "1-4", "5-14", "15-59", "60+"]),
        ("icd_chapter", [{"main_icd_chapter": chapter} for chapter in ("X", "IX", "V", "I")], ["I", "V", "IX", "X"]),
        ("disease", [{"main_icd": icd} for icd in ("B54", "A97.0", "A80")], ["polio", "dengue", "malaria"]),
    ],
)  # fmt: skip
def test_rows_stand_in_the_order_of_content(by, facts, order):
    for one in facts:
        visit(at=at(9, 1), **one)
    found = figure("visits", actor=OPERATOR, by=[by], **YEAR)
    assert [cell.keys[0] for cell in found.cells if cell.keys[0] in order] == order
    assert all(found.name(cell) != cell.keys[0] for cell in found.cells)


def test_rows_are_those_counted_less_the_labelled_ones_and_say_so():
    plain, labelled = visit(), visit(labels=["hiv"], main_icd="B20")
    officer = actor("data_officer", facility("70001"))
    behind = rows_of("visits", actor=officer, where={"facility": "70001"}, **YEAR)
    assert [row.pk for row in behind.rows] == [plain.pk]
    assert behind.some_hidden
    everything = rows_of("visits", actor=OPERATOR, **YEAR)
    assert {row.pk for row in everything.rows} == {plain.pk, labelled.pk}
    assert not everything.some_hidden


def test_a_doctor_of_the_label_who_also_counts_for_the_province_sees_labelled_rows_of_her_hospital_alone():
    mine, other = facility("70001"), facility("70002")
    here, _elsewhere = (visit(unit=at, labels=["hiv"], main_icd="B20", main_icd_chapter="I") for at in (mine, other))
    plain = visit(unit=other, main_icd_chapter="X")
    holder = account()
    post(holder, "hiv_doctor", mine)
    post(holder, "statistician", unit("Sở Y tế", kind="department"))
    both = actor_for(holder)
    behind = rows_of("visits", actor=both, **YEAR)
    assert {row.pk for row in behind.rows} == {here.pk, plain.pk}
    assert behind.some_hidden
    assert values(figure("visits", actor=both, by=["icd_chapter"], **YEAR)) == {("I",): None, ("X",): 1}


def test_an_officer_of_a_hospital_counts_his_own_facility_only():
    mine, other = facility("70001"), facility("70002")
    visit(unit=mine)
    visit(unit=other)
    doctor = actor("doctor", mine)
    assert values(figure("visits", actor=doctor, by=["facility"], **YEAR)) == {("70001",): 1}


def test_what_does_not_exist_is_named_with_what_does():
    with pytest.raises(UnknownIndicator, match="cost_total"):
        figure("visit", actor=OPERATOR, **YEAR)
    with pytest.raises(UnknownDimension, match="icd_chapter"):
        figure("visits", actor=OPERATOR, by=["chapter"], **YEAR)
    with pytest.raises(PeriodReversed):
        figure("visits", actor=OPERATOR, start=dt.date(2026, 2, 1), end=dt.date(2026, 1, 1))
