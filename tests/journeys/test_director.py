"""The director steers by the day's figures at a desk, on a phone and by a wall screen, and prints the page of the day."""

import datetime as dt

import pytest

pytestmark = pytest.mark.journey
WALL = {"width": 1920, "height": 1080}


@pytest.fixture
def yesterday():
    """The last day of the province's files."""
    return dt.date.today() - dt.timedelta(days=1)  # noqa: DTZ011 - as the province


def test_the_day_on_one_page(enter, yesterday, house):
    director = enter("director")
    director.go("/dieu-hanh/")
    director.looks_right(picture="dieu-hanh-hom-nay")
    told = director.text()
    for panel in ("Lượt khám hôm nay", "Đang nằm viện", "Đồng hồ báo dịch", "Nơi gửi chậm", "Cảnh báo đang mở"):
        assert panel in told
    director.go(f"/dieu-hanh/?ngay={yesterday}")
    director.looks_right(picture="dieu-hanh")
    shown = int(director.page.inner_text(".kp .figure >> nth=0").replace(".", ""))
    day = str(yesterday)
    lines = house.run("report", "visits", "--from", day, "--to", day).splitlines()
    assert any(str(shown) in line for line in lines), lines
    director.page.click(".kp a.drill >> nth=0")
    director.page.wait_for_load_state()
    assert director.page.url.count("/so-lieu/visits/")
    assert director.said == []


def test_people_in_beds_open_by_facility_and_no_further(enter):
    director = enter("director")
    director.go("/dieu-hanh/giuong/")
    director.looks_right(picture="giuong")
    assert director.page.locator("main a[href*='dang-nam']").count() == 0
    assert director.go("/dieu-hanh/dang-nam/").status == 403


def test_the_page_of_the_day_is_frozen_and_printed(enter):
    director = enter("director")
    director.go("/dieu-hanh/trang-ngay/")
    director.page.click("text=Chốt trang bây giờ")
    director.page.wait_for_load_state()
    director.looks_right(picture="trang-ngay")
    assert "SHA-256" in director.text()
    paper = director.page.pdf(format="A4", prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") <= 1
    director.go("/dieu-hanh/trang-ngay/")
    assert director.page.locator("tbody tr").count() >= 1
    assert director.said == []
