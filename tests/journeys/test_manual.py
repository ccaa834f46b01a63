"""A newcomer signs in and finds what waits; somebody reads the manual inside the product, signed in or not."""

import pytest

pytestmark = pytest.mark.journey


@pytest.fixture
def reader(enter):
    return enter("doctor")


def test_a_newcomer_meets_the_door_and_the_start_page(enter):
    newcomer = enter("cdc_officer")
    newcomer.looks_right(picture="trang-dau")
    newcomer.page.context.clear_cookies()
    newcomer.go("/dang-nhap/")
    newcomer.looks_right(picture="dang-nhap")


def test_from_the_account_menu_to_a_page_of_the_own_role(reader):
    reader.page.click("details.menu summary")
    reader.page.click("details.menu >> text=Hướng dẫn")
    reader.page.wait_for_url("**/huong-dan/")
    reader.looks_right()
    reader.page.click("article a:text-is('Bác sĩ')")
    reader.page.wait_for_url("**/huong-dan/bac-si/")
    reader.looks_right()
    for image in reader.page.locator("article img").all():
        image.scroll_into_view_if_needed()
        assert image.evaluate("one => one.decode().then(() => one.naturalWidth)") > 300
    assert reader.said == []


def test_the_engineers_book_is_english_and_reads_without_a_sign_in(reader):
    reader.page.context.clear_cookies()
    reader.go("/huong-dan/ky-thuat/ARCHITECTURE/")
    assert "Walk 3" in reader.text()
    reader.looks_right()
