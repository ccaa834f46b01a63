"""Statistical tables: hand-counted cells, layouts by their day, small cells, rows by the same predicate, from cells and rows."""

import datetime as dt

import pytest
from django.http import QueryDict

from soyte.clinical.encounters.countables import NEW_MAP, OLD_MAP
from soyte.clinical.encounters.tests.histories import moment
from soyte.clinical.encounters.tests.visits import facility, visit
from soyte.clinical.episodes.models import EpisodeOfCare
from soyte.engines.indicators import rolling
from soyte.engines.indicators.figures import figure, rows_of
from soyte.engines.indicators.models import Cell
from soyte.kernel.access.tests.people import actor, unit
from soyte.kernel.actors import Machine
from soyte.systems.steering.statistics.layout import conditions, form_on, layouts_of
from soyte.systems.steering.statistics.questions import WHERE
from soyte.systems.steering.statistics.tables import TableQuestion, table
from soyte.ui.components import FigureCell

pytestmark = pytest.mark.django_db
OPERATOR = Machine("test")
MONTH = (dt.date(2026, 9, 1), dt.date(2026, 9, 30))
CHILD, ADULT = "202301010000", "198001010000"


def ask(form="14bct", start=MONTH[0], end=MONTH[1], who=OPERATOR, **facts):
    return table(TableQuestion(form_on(form, end), end, start, end, **facts), actor=who)


def cells(found):
    """{row key: {column: value}} of what is not 0."""
    codes = [column.code.split(".")[1] for column in found.question.form.columns]
    return {
        row.key: {code: cell.value for code, cell in zip(codes, row.cells, strict=True) if cell.value != 0}
        for row in found.rows
        if any(cell.value != 0 for cell in row.cells)
    }


def seen(day=10, icd="J02.9", chapter="X", born=ADULT, sex="1", kind="01", result="1", **facts):
    return visit(
        at=moment(dt.date(2026, 9, day)), main_icd=icd, main_icd_chapter=chapter, birth_written=born, sex=sex, kind=kind,
        result_code=result, **facts,
    )  # fmt: skip


def test_morbidity_by_chapter_and_block():
    seen(sex="2")
    seen(born=CHILD)
    seen(icd="J18", born=CHILD, kind="03", result="5")
    seen(icd="A09", chapter="I", kind="03", sex="2", result="6")
    seen(icd="A09", chapter="I", day=10, in_force=False)
    visit(at=moment(dt.date(2026, 10, 1)))
    assert cells(ask()) == {
        "tong": {"kham": 2, "kham-nu": 1, "kham-te15": 1, "mac": 2, "mac-nu": 1, "mac-te15": 1, "mac-te5": 1, "nang": 1,
                 "chet": 1, "chet-te15": 1, "chet-te5": 1},
        "icd_chapter:I": {"mac": 1, "mac-nu": 1, "nang": 1},
        "icd_block:A00-A09": {"mac": 1, "mac-nu": 1, "nang": 1},
        "icd_chapter:X": {"kham": 2, "kham-nu": 1, "kham-te15": 1, "mac": 1, "mac-te15": 1, "mac-te5": 1, "chet": 1,
                          "chet-te15": 1, "chet-te5": 1},
        "icd_block:J00-J06": {"kham": 2, "kham-nu": 1, "kham-te15": 1},
        "icd_block:J09-J18": {"mac": 1, "mac-te15": 1, "mac-te5": 1, "chet": 1, "chet-te15": 1, "chet-te5": 1},
    }  # fmt: skip


def test_a_diagnosis_of_no_list_has_a_row_of_its_own():
    seen(icd="XYZ", chapter="")
    assert cells(ask()) == {"tong": {"kham": 1}, "icd_chapter:": {"kham": 1}}


def test_the_layout_is_that_of_its_day_and_the_older_one_can_be_asked_for():
    new, old = form_on("14bct", dt.date(2025, 7, 1)), form_on("14bct", dt.date(2025, 6, 30))
    assert "TT 23/2025" in new.source and "TT 27/2014" in old.source
    assert [c.code for c in new.columns if c not in old.columns] == ["14bct.kham-chet", "14bct.nang"]
    assert [one.day for one in layouts_of("14bct", dt.date(2026, 9, 30))] == [
        dt.date(2026, 9, 30),
        dt.date(2025, 6, 30),
    ]
    assert {new.state, old.state} == {"review"}
    assert len(new.diseases) == 22 + 211


def test_totals_equal_the_figures():
    for day in range(1, 29):
        seen(day=day, kind="03" if day % 3 else "01", treatment_days=day)
    found = cells(ask("9bct"))["tong"]
    start, end = MONTH
    assert found["ngay"] == figure("inpatient_days", actor=OPERATOR, start=start, end=end).total.value
    assert found["chi"] == figure("cost_total", actor=OPERATOR, start=start, end=end).total.value
    assert found["kham"] + found["noi-tru"] == figure("visits", actor=OPERATOR, start=start, end=end).total.value == 28


def test_narrowed_by_facility_sex_and_age():
    seen(unit=facility("70002"), sex="2")
    seen(sex="2", born=CHILD)
    seen(sex="1")
    assert cells(ask(where={"facility": ["70002"]}))["tong"] == {"kham": 1, "kham-nu": 1}
    assert cells(ask(where={"sex": ["2"], "age": ["1-4", "5-14"]}))["tong"] == {"kham": 1, "kham-nu": 1, "kham-te15": 1}


def test_each_cell_opens_as_many_rows_as_it_says():
    for n in range(7):
        seen(day=n + 1, sex="2" if n % 2 else "1", born=CHILD if n % 3 else ADULT, kind="03" if n > 4 else "01")
    found = ask()
    opened = 0
    for row in found.rows:
        for cell in row.cells:
            if cell.url:
                asked = QueryDict(cell.url.split("?")[1])
                where = {name.removeprefix(WHERE): asked.getlist(name) for name in asked if name.startswith(WHERE)}
                assert cell.url.startswith("/so-lieu/visits/dong/")
                assert (
                    rows_of("visits", actor=OPERATOR, start=MONTH[0], end=MONTH[1], where=where).rows.count()
                    == cell.value
                )
                opened += 1
    assert opened > 8


def test_from_monthly_cells_as_from_the_rows():
    for n in range(20):
        labels = ["hiv"] if n == 3 else []
        seen(day=n + 1, sex="12"[n % 2], born=CHILD if n % 3 else ADULT, kind="03" if n > 9 else "01",
             icd="B20" if labels else "A09", chapter="I", labels=labels, result="5" if n % 7 == 0 else "1",
             commune_code="25195")  # fmt: skip
    officer = actor("statistician", unit("Sở Y tế", kind="department"))
    asked = [(form, who) for form in ("14bct", "9bct", "tu-vong", "sinh") for who in (OPERATOR, officer)]
    plain = [ask(form, who=who).rows for form, who in asked]
    for code in rolling.rolled():
        rolling.rebuild(code)
    assert Cell.objects.filter(split__startswith="month:").exists()
    assert [ask(form, who=who).rows for form, who in asked] == plain


def test_small_cells_of_a_table_with_a_labelled_visit_are_hidden_and_open_nothing():
    seen(icd="B20", chapter="I", labels=["hiv"])
    for _n in range(6):
        seen()
    officer = actor("statistician", unit("Sở Y tế", kind="department"))
    found = ask(who=officer)
    (row,) = [row for row in found.rows if row.key == "icd_block:B20-B24"]
    assert row.cells[0] == FigureCell(None)
    assert found.rows[0].cells[0].value == 7  # totals count labelled visits
    (row,) = [row for row in ask().rows if row.key == "icd_block:B20-B24"]
    assert row.cells[0].value == 1


def test_the_total_of_deaths_is_told_and_a_narrowed_table_hides_what_the_whole_one_hides():
    seen(icd="B20", chapter="I", labels=["hiv"], kind="03", result="5")
    seen(unit=facility("70002"))
    officer = actor("statistician", unit("Sở Y tế", kind="department"))
    places = {column.code: n for n, column in enumerate(form_on("14bct", MONTH[1]).columns)}
    (deaths, exams) = (places["14bct.chet"], places["14bct.kham"])
    whole, narrowed = ask(who=officer), ask(who=officer, where={"facility": ["70002"]})
    assert (whole.rows[0].cells[deaths].value, whole.rows[0].cells[deaths].url) == (1, "")
    for found in (whole, narrowed):
        (throat,) = [row for row in found.rows if row.key == "icd_block:J00-J06"]
        assert throat.cells[exams].value is None


def test_a_hospital_sees_its_own_table():
    mine = facility("70001")
    seen(unit=mine), seen(unit=facility("70002"))
    assert cells(ask("9bct", who=actor("doctor", mine))).keys() == {"tong", "facility:70001"}


def test_deaths_by_place_on_one_map():
    for day, code in ((dt.date(2025, 6, 20), "25195"), (dt.date(2025, 7, 5), "25195")):
        visit(at=moment(day), result_code="5", commune_code=code, birth_written=CHILD, sex="2")
    period = {"start": dt.date(2025, 6, 1), "end": dt.date(2025, 7, 31)}
    new, old = ask("tu-vong", on_map=NEW_MAP, **period), ask("tu-vong", on_map=OLD_MAP, **period)
    assert cells(new)["place:25195"] == {"tong": 2, "nu": 2, "a1": 2}
    assert set(cells(old)) == {"tong", "place:25195@cu", "place:25195@moi"}


def test_births_by_certificate():
    mother = seen(kind="03", icd="O80", chapter="XV")
    for line, sex in ((1, "2"), (2, "1")):
        EpisodeOfCare.objects.create(
            encounter=mother, person=mother.person, kind="pregnancy", at=moment(MONTH[0]), ended_on=MONTH[0],
            source_table=9, source_line=line, facts={"GIOI_TINH_CON": sex, "SINHCON_PHAUTHUAT": "1"},
        )  # fmt: skip
    assert cells(ask("sinh"))["tong"] == {"tong": 2, "nu": 1, "mo": 2}


def test_conditions_are_read_as_they_are_written():
    assert conditions("setting=inpatient; age=0|1-4") == {"setting": ("inpatient",), "age": ("0", "1-4")}
    assert conditions("") == {}
