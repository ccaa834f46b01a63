"""A doctor's day: find a person, read the record, go to a fact's source, open a stranger's record with a reason, print."""

import re

import pytest

from tests.journeys import people

pytestmark = pytest.mark.journey
PEOPLE = "/nguoi-dan/"
REASON = "Cấp cứu, người bệnh hôn mê, cần biết bệnh cũ"
ONE_PAGE = re.compile(rb"/Type\s*/Page[^s]")


@pytest.fixture
def doctor(enter):
    return enter("doctor")


def find(visitor, typed):
    visitor.go(PEOPLE)
    visitor.page.fill("#tim", typed)
    visitor.page.press("#tim", "Enter")
    visitor.page.wait_for_load_state()


ALL_RESULTS = "text=tất cả kết quả"


def open_record(visitor, candidates, *, with_results=False):
    """The first of these people whose record opens as it should, and has results where those are wanted; opened."""
    for one in candidates[:20]:
        find(visitor, one.typed)
        visitor.page.locator("a[data-open]").first.click()
        visitor.page.wait_for_load_state()
        if visitor.page.url.endswith("/ly-do/") or (with_results and not visitor.page.locator(ALL_RESULTS).count()):
            continue
        return one
    raise AssertionError("nobody of the hospital has such a record")


def test_finding_and_reading(doctor, house):
    doctor.go(PEOPLE)
    doctor.looks_right(picture="tim-nguoi")
    one = open_record(doctor, people.of_the_hospital(house.files))
    record = doctor.page.url
    assert "Dị ứng: chưa biết" in doctor.text()
    doctor.looks_right(picture="ho-so-suc-khoe")
    find(doctor, one.citizen)
    assert doctor.page.locator("a[data-open]").count() == 1
    assert one.citizen not in doctor.text() and one.citizen[-4:] in doctor.text()
    doctor.looks_right(picture="tim-thay")
    doctor.page.goto(record)
    doctor.page.locator(".tl a.drill").first.click()
    assert "Chẩn đoán" in doctor.text()
    doctor.looks_right(picture="luot-kham")
    doctor.page.click("text=Xem tệp gốc")
    assert doctor.page.locator(".raw .hit").count() > 0
    assert "MA_LK" in doctor.page.inner_text(".raw")
    doctor.looks_right(picture="tep-goc")
    assert doctor.said == []


def test_every_fact_leads_to_the_lines_of_its_file(doctor, house):
    open_record(doctor, people.of_the_hospital(house.files))
    links = doctor.page.eval_on_selector_all("a[href*='tep-goc']", "all => all.map(one => one.getAttribute('href'))")
    assert len(links) > 3
    for link in list(dict.fromkeys(links))[:6]:
        doctor.go(link)
        assert doctor.page.locator(".raw .hit").count() > 0, link


def test_the_timeline_is_filtered_in_place(doctor, house):
    open_record(doctor, people.of_the_hospital(house.files))
    doctor.page.evaluate("window.stays = true")
    year = doctor.page.locator("#loc_nam option").nth(1).get_attribute("value")
    doctor.page.select_option("#loc_nam", year)
    doctor.page.locator("#dien-bien .tok").wait_for()
    assert f"nam={year}" in doctor.page.url and doctor.page.evaluate("window.stays") is True
    assert doctor.page.locator("#dien-bien .yr").all_inner_texts() == [year]


def test_a_stranger_s_record_opens_with_a_reason_that_stays_on_record(doctor, house):
    stranger = people.of_elsewhere(house.files)[0]
    find(doctor, stranger.typed)
    doctor.page.locator("a[data-open]").first.click()
    assert doctor.page.url.endswith("/ly-do/")
    doctor.looks_right(picture="mo-co-ly-do")
    doctor.page.fill("textarea", "xem")
    doctor.page.click("form.text .btn-primary")
    assert "Lý do cần ít nhất" in doctor.text()
    doctor.looks_right()
    doctor.page.fill("textarea", REASON)
    doctor.page.click("form.text .btn-primary")
    assert "Đã mở hồ sơ trong 12 giờ" in doctor.text()
    doctor.page.click("text=xem đủ")
    assert REASON in doctor.text()
    doctor.looks_right(picture="ai-da-xem")
    faults = [text for text in doctor.said if "422" not in text]
    assert faults == []


def test_the_summary_is_one_page_of_paper(doctor, house):
    longest = 0
    for one in people.of_the_hospital(house.files)[:4]:
        find(doctor, one.typed)
        doctor.page.locator("a[data-open]").first.click()
        if doctor.page.url.endswith("/ly-do/"):
            continue
        doctor.page.click("text=In tóm tắt")
        doctor.page.wait_for_load_state()
        paper = doctor.page.pdf(prefer_css_page_size=True)
        assert len(ONE_PAGE.findall(paper)) == 1, one.name
        longest = max(longest, len(doctor.text()))
    doctor.looks_right(picture="in-tom-tat")
    assert longest > 300


def test_all_results_say_where_their_ranges_come_from(doctor, house):
    open_record(doctor, people.of_the_hospital(house.files), with_results=True)
    doctor.page.click(ALL_RESULTS)
    doctor.page.wait_for_load_state()
    doctor.looks_right(picture="ket-qua")
    if doctor.page.locator("svg.ref").count():
        assert "Khoảng tham chiếu:" in doctor.text()


def test_no_health_fact_stands_in_the_global_search(doctor, house):
    one = people.of_the_hospital(house.files)[0]
    doctor.page.fill("[data-find]", one.typed)
    doctor.page.press("[data-find]", "Enter")
    doctor.page.wait_for_load_state()
    assert "Người dân" in doctor.text() and one.citizen[-4:] in doctor.text()
    doctor.looks_right()
