"""The planner opens the plan: cards computed from data, a target's formula and rows, the tasks, the sheet."""

import pytest
from python_calamine import CalamineWorkbook

pytestmark = pytest.mark.journey
PLAN = "/ke-hoach/chuyen_doi_so_2021_2025/"


@pytest.fixture
def planner(enter):
    visitor = enter("planner")
    visitor.go("/ke-hoach/")
    visitor.go(PLAN)
    visitor.page.click("button:has-text('Tính lại')")
    visitor.page.wait_for_load_state()
    return visitor


def test_the_cards_say_how_far_the_plan_is(planner):
    planner.go(PLAN)
    planner.looks_right(picture="ke-hoach")
    told = planner.text()
    assert "Chờ hệ thống" in told and "sau kỳ kế hoạch" in told
    assert planner.page.locator("main input[type=number]").count() == 0  # no figure is typed in
    assert planner.said == []


def test_a_target_tells_its_formula_and_opens_its_rows(planner):
    planner.go(PLAN + "T8/")
    planner.looks_right(picture="chi-tieu")
    told = planner.text()
    assert "Tử số" in told and "Mẫu số" in told and "còn thiếu nhiều nhất đứng trước" in told
    planner.page.locator("dl a.drill").first.click()
    planner.page.wait_for_load_state()
    planner.looks_right(picture="chi-tieu-cac-luot")
    assert planner.said == []


def test_the_tasks_stand_under_their_sentences(planner):
    planner.page.click("text=Nhiệm vụ")
    planner.page.wait_for_load_state()
    planner.looks_right(picture="nhiem-vu")


def test_the_sheet_has_every_card(planner, tmp_path):
    planner.go(PLAN)
    cards = planner.page.locator("article.tg").count()
    with planner.page.expect_download() as download:
        planner.page.click("text=Tải bảng (XLSX)")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    assert len([row for row in rows if str(row[0]).startswith("T") and str(row[0])[1:2].isdigit()]) >= cards
