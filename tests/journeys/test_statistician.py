"""The statistician makes a table, opens a cell, freezes the report, and looks at a map."""

import datetime as dt
import json

import pytest

pytestmark = pytest.mark.journey


@pytest.fixture
def officer(enter):
    return enter("statistician")


def last_quarter():
    today = dt.date.today()  # noqa: DTZ011 - the province ends on this machine's yesterday
    end = today.replace(day=1) - dt.timedelta(days=1)
    return (end - dt.timedelta(days=80)).replace(day=1), end


def table(form):
    start, end = last_quarter()
    return f"/so-lieu/bang/{form}/?tu={start}&den={end}"


def test_from_a_table_to_the_rows_of_a_cell(officer):
    officer.page.click("text=Bảng thống kê")
    officer.page.wait_for_load_state()
    officer.looks_right(picture="bang-thong-ke")
    officer.go(table("14bct"))
    officer.looks_right(picture="bang-14bct")
    cell = officer.page.locator(".lv0 td a").first
    value = int(cell.inner_text().replace(".", ""))
    cell.click()
    officer.page.wait_for_load_state()
    officer.looks_right()
    assert officer.page.locator("tbody tr").count() == min(value, 50) or "không thuộc quyền xem" in officer.text()
    assert officer.said == []


def test_the_table_of_activity_equals_the_command(officer, house):
    start, end = last_quarter()
    told = house.run("report", "cost_total", "--from", str(start), "--to", str(end), "--by", "facility", "--json")
    reported = sorted(row["value"] for row in json.loads(told)["rows"])
    officer.go(table("9bct"))
    officer.looks_right()
    shown = [row.locator("td").nth(9).inner_text() for row in officer.page.locator("tbody tr.lv2").all()]
    assert sorted(value.replace(".", "").replace(",", ".") for value in shown) == reported


def test_a_report_is_frozen_and_stands(officer):
    officer.go(table("9bct"))
    officer.page.click("text=Chốt báo cáo")
    officer.page.click(
        "dialog[open] button[value=yes], dialog[open] .btn-bad, dialog[open] button:has-text('Chốt báo cáo')"
    )
    officer.page.wait_for_url("**/da-chot/**")
    officer.looks_right(picture="bao-cao-da-chot")
    assert "SHA-256" in officer.text() and "Số biết đến nay vẫn như đã báo cáo" in officer.text()
    with officer.page.expect_download() as waiting:
        officer.page.click("text=Tải bảng đã chốt")
    assert waiting.value.suggested_filename.endswith("-da-chot.xlsx")


def test_the_print_is_wide(officer):
    officer.go(table("14bct"))
    printed = officer.page.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 841" in printed or b"/MediaBox [0 0 842" in printed


def test_a_figure_on_the_map_and_its_table(officer):
    start, end = last_quarter()
    officer.go(f"/so-lieu/visits/ban-do/?tu={start}&den={end}")
    officer.looks_right(picture="ban-do")
    officer.page.click("text=Xem bảng")
    assert officer.page.locator(".map-table tbody tr").count() >= 40
    officer.page.select_option("#ban-do", "cu")
    officer.page.click(".filters .btn-primary")
    officer.page.wait_for_load_state()
    officer.looks_right()
    assert "Huyện" in officer.text()
