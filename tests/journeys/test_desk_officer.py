"""The desk: a card, a code, a guardian; and the first minutes of somebody with a new account."""

import pytest

from soyte.kernel.text import fold
from tests.journeys import people

pytestmark = pytest.mark.journey
DESK = "/quay-nguoi-dan/"
PAPER = "Số 12, ngày 05/06/2019, UBND xã Tân An"


@pytest.fixture
def officer(enter):
    return enter("desk_officer")


def look_up(visitor, number):
    visitor.go(DESK)
    visitor.page.fill("[name=number]", number)
    visitor.page.click("text=Tìm theo số")
    visitor.page.wait_for_load_state()


def test_a_card_becomes_an_account_and_the_account_a_record(officer, enter, house, browser):
    grown = [one for one in people.of_the_hospital(house.files) if one.age >= 18]
    one = grown[-1]
    look_up(officer, "070099999999")
    assert "Chưa tệp nào ghi số này" in officer.text()
    look_up(officer, one.citizen)
    assert fold(one.name) in fold(officer.text())
    officer.looks_right(picture="quay-tim")
    officer.page.locator("a[data-open]").first.click()
    officer.page.wait_for_load_state()
    officer.looks_right(picture="quay-nguoi")
    officer.page.click("text=Cấp tài khoản")
    assert "Xem giấy tờ có ảnh trước đã" in officer.text()
    officer.looks_right()
    officer.page.check("form[action$='tai-khoan/'] input[name=card_seen]")
    officer.page.click("button:has-text('Cấp tài khoản')")
    officer.page.wait_for_load_state()
    username, code = officer.page.locator("dd.mono").all_inner_texts()[:2]
    officer.looks_right(picture="quay-phieu")
    place = officer.page.locator("a", has_text="Xong, về trang của người này").get_attribute("href")
    officer.go(place)
    assert code not in officer.page.content() and username in officer.text()
    assert officer.said == [text for text in officer.said if "422" in text]

    house.users["new citizen"] = {"username": username, "password": code}
    newcomer = enter("new citizen")
    assert "/doi-mat-khau/" in newcomer.page.url and "Mã trên phiếu chỉ dùng một lần" in newcomer.text()
    newcomer.looks_right_on_a_phone(picture="dat-mat-khau")
    newcomer.page.fill("[name=current]", code)
    newcomer.page.fill("[name=new]", "mot cau dai de nho")
    newcomer.page.click("main button[type=submit]")
    newcomer.page.wait_for_load_state()
    newcomer.go("/")
    assert fold(one.name) in fold(newcomer.text()) and "Sắp tới" in newcomer.text()


def test_a_guardian_is_noted_by_the_paper(officer, house):
    grown, child = people.parent_and_child(house.files)
    look_up(officer, grown.citizen)
    officer.page.locator("a[data-open]").first.click()
    officer.page.wait_for_load_state()
    officer.page.click("text=Ghi người này là người giám hộ của một trẻ")
    form = officer.page.locator("form[action$='con/']")
    form.locator("[name=child_number]").fill(grown.citizen)
    form.locator("[name=paper]").fill(PAPER)
    form.locator("[name=card_seen]").check()
    form.locator("button[type=submit]").click()
    officer.page.wait_for_load_state()
    assert "của cùng một người" in officer.text()
    form.locator("[name=child_number]").fill(child.citizen)
    officer.looks_right(picture="quay-giam-ho")
    form.locator("button[type=submit]").click()
    officer.page.wait_for_load_state()
    assert fold(child.name) in fold(officer.text()) and PAPER in officer.text() and "Đang hiệu lực" in officer.text()
    officer.looks_right(picture="quay-da-ghi")


def test_a_person_s_page_does_not_open_without_the_card(officer):
    officer.go(f"{DESK}01a00000-0000-7000-8000-000000000000/")
    assert officer.page.url.endswith(DESK) and "vừa xem giấy tờ" in officer.text()
