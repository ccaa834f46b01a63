"""The department reads its figures: from the list to a split, to the rows behind a cell, to a table for the office."""

import datetime as dt
import json
from decimal import ROUND_HALF_UP, Decimal

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

pytestmark = pytest.mark.journey
FIGURES = "/so-lieu/"


@pytest.fixture
def officer(enter):
    return enter("data_officer")


def period():
    today = dt.date.today()  # noqa: DTZ011 - the province ends on this machine's yesterday
    return (today - dt.timedelta(days=200)).isoformat(), today.isoformat()


def reported(house, code, by):
    start, end = period()
    told = house.run("report", code, "--from", start, "--to", end, "--by", by, "--json")
    return {row["key"]: row["value"] for row in json.loads(told)["rows"]}


def asked(code, by):
    start, end = period()
    return f"{FIGURES}{code}/?tu={start}&den={end}&theo={by}"


def test_days_are_typed_or_chosen_in_the_browsers_calendar(officer):
    start, end = period()
    officer.go(f"{FIGURES}visits/?tu={start}&den={end}")
    box = officer.page.locator("#tu")
    box.fill("5032026")
    box.press("Tab")
    assert box.input_value() == "5032026"  # neither 5/03 nor 50/3: kept as typed
    box.fill("5-3-2026")
    box.press("Tab")
    assert box.input_value() == "05/03/2026"
    officer.page.keyboard.press("Enter")  # the button stands after its box
    officer.page.keyboard.press("ArrowRight")
    officer.page.keyboard.press("Enter")
    expect(box).to_have_value("06/03/2026")
    expect(box).to_be_focused()


def test_from_the_list_to_the_rows_behind_a_cell(officer, house):
    officer.go(FIGURES)
    officer.looks_right(picture="so-lieu")
    officer.page.click("text=Lượt khám, điều trị")
    officer.page.wait_for_load_state()
    officer.looks_right(picture="so-lieu-theo-thang")
    officer.page.select_option("#theo", "facility")
    officer.page.click(".filters .btn-primary")
    officer.page.wait_for_load_state()
    officer.looks_right()
    cell = officer.page.locator("td.n a[data-open]").first
    value = int(cell.inner_text().replace(".", ""))
    cell.click()
    officer.page.wait_for_load_state()
    officer.looks_right(picture="so-lieu-cac-dong")
    assert officer.page.locator("tbody tr").count() == min(value, 50) or "không thuộc quyền xem" in officer.text()
    assert officer.said == []


@pytest.mark.parametrize("code", ["visits", "cost_total", "persons", "inpatient_days", "cost_insurer"])
def test_a_page_shows_what_the_command_prints(officer, house, code):
    told = reported(house, code, "facility")
    officer.go(asked(code, "facility"))
    shown = {}
    for row in officer.page.locator("tbody tr").all():
        key = row.locator("th .src").inner_text() if row.locator("th .src").count() else row.locator("th").inner_text()
        shown[key.strip()] = row.locator("td.n").inner_text().replace(".", "")
    assert shown == {key: str(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP)) for key, value in told.items()}


def month_of(written):
    """'2026-05' of '05/2026'."""
    return "-".join(reversed(str(written).rpartition(" ")[2].split("/")))


def test_the_table_for_the_office_has_the_same_figures(officer, house, tmp_path):
    told = reported(house, "visits", "month")
    officer.go(asked("visits", "month"))
    with officer.page.expect_download() as download:
        officer.page.click("text=Tải bảng (XLSX)")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    held = {month_of(row[0]): row[1] for row in rows if row and month_of(row[0]) in told}
    assert {key: str(int(value)) for key, value in held.items()} == told


def test_a_reversed_period_is_turned_round_and_said(officer):
    officer.go(f"{FIGURES}visits/?tu=2026-05-01&den=2026-04-01")
    assert "sau ngày cuối" in officer.text()
    officer.looks_right()


def test_department_staff_do_not_browse_records(officer):
    assert officer.go("/nguoi-dan/").status == 403
    officer.looks_right()
