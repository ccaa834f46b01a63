"""A station nurse's day: who is due, who missed the day, who came home; a call, a tick, taking it back, paper for the village."""

import re

import pytest

from tests.journeys import appointments

pytestmark = pytest.mark.journey
DAY = "/tram/"
SECONDS = 60_000
ONE_PAGE = re.compile(rb"/Type\s*/Page[^s]")


@pytest.fixture(scope="module")
def _files(house):
    house.run("ingest", str(appointments.write(house.home.parent / "hen")), "--json")


@pytest.fixture
def nurse(_files, enter):
    return enter("station_nurse")


def listed(visitor, tab, name):
    """The row of this person on this list, once the machine has heard of the file."""
    row = visitor.page.locator(".wl.do>li", has_text=name.upper())
    for _try in range(60):
        visitor.go(f"{DAY}?xem={tab}")
        if row.count():
            return row
        visitor.page.wait_for_timeout(SECONDS / 60)
    raise AssertionError(f"{name} is not on the list {tab}: {visitor.text()[:300]}")


def test_the_day_on_a_phone_and_on_a_desk(nurse):
    row = listed(nurse, "den-han", appointments.DUE)
    assert "còn 2 ngày" in row.inner_text() and "Khu phố 2" in row.inner_text()
    assert row.locator("a[href='tel:0900000801']").count() == 1
    nurse.looks_right(picture="viec-cua-tram")
    assert "quá 12 ngày" in listed(nurse, "lo-hen", appointments.MISSED).inner_text()
    nurse.looks_right()
    assert "ra viện" in listed(nurse, "ra-vien", appointments.HOME).inner_text()
    nurse.looks_right()
    assert nurse.said == []


def test_one_tap_ticks_in_place_and_one_takes_back(nurse):
    row = listed(nurse, "lo-hen", appointments.MISSED)
    nurse.page.evaluate("window.stays = true")
    row.get_by_role("button", name="Đã nhắc", exact=True).click()
    row.locator(".said").wait_for()
    assert "Lê Thị Mai" in row.inner_text() and nurse.page.evaluate("window.stays") is True
    assert nurse.page.evaluate("document.activeElement.textContent.trim()") == "Hoàn tác"
    nurse.looks_right(picture="da-nhac")
    row.get_by_role("button", name="Hoàn tác").click()
    row.locator(".said").wait_for(state="detached")
    assert nurse.said == []


def test_a_result_with_a_day_needs_its_day(nurse):
    row = listed(nurse, "lo-hen", appointments.MISSED)
    row.locator("summary").click()
    row.get_by_role("button", name="Hẹn lại ngày khác").click()
    row.locator("[role=alert]").wait_for()
    assert "Chọn ngày hẹn lại" in row.inner_text()
    nurse.looks_right()
    row.get_by_label("Hẹn lại ngày", exact=True).fill("01/01/1999")
    row.get_by_role("button", name="Hẹn lại ngày khác").click()
    row.get_by_text("Ngày hẹn lại phải từ hôm nay").wait_for()
    row.get_by_label("Ghi thêm").fill("Con gái nghe máy")
    row.get_by_role("button", name="Không gặp").click()
    row.locator(".said").wait_for()
    row.locator("a.ti").click()
    nurse.page.wait_for_url("**/tram/*-*/")
    assert "Con gái nghe máy" in nurse.text() and "đã hoàn tác" in nurse.text()
    nurse.looks_right(picture="viec-mot-nguoi")
    assert nurse.said == []


def test_the_record_of_a_person_of_the_commune_opens(nurse):
    listed(nurse, "den-han", appointments.DUE).locator("a.ti").click()
    nurse.page.click("text=Mở hồ sơ sức khỏe")
    nurse.page.wait_for_url("**/nguoi-dan/*-*/")
    assert appointments.DUE.upper() in nurse.text() and "Dị ứng" in nurse.text()


def test_the_list_for_the_village_worker_is_paper_without_diagnoses(nurse):
    listed(nurse, "den-han", appointments.DUE)
    nurse.page.click("text=In cho y tế ấp")
    nurse.page.wait_for_url("**/tram/in/**")
    assert appointments.DUE.upper() in nurse.text() and "Viêm" not in nurse.text()
    assert len(ONE_PAGE.findall(nurse.page.pdf(prefer_css_page_size=True))) == 1
    nurse.looks_right(picture="in-cho-y-te-ap")
