"""A station nurse and an officer of the CDC: reports from draft to number, an outbreak from signal to its end."""

import pytest

from tests.journeys import cases

pytestmark = pytest.mark.journey
SECONDS = 90_000


@pytest.fixture(scope="module")
def dengue(house):
    """The files of a cluster have come, and the machine has heard of them."""
    house.run("ingest", str(cases.write(house.home.parent / "sxh")), "--json")


@pytest.fixture
def nurse(dengue, enter):
    return enter("station_nurse")


@pytest.fixture
def officer(dengue, enter):
    return enter("cdc_officer")


def said(visitor):
    return visitor.page.locator("[role=alert], [role=status]").first.inner_text()


def open_case(visitor, name):
    """The report of this person, once the machine has drafted it."""
    link = visitor.page.get_by_role("link", name=name.upper())
    for _try in range(60):
        visitor.go("/ca-benh/?benh=dengue")
        if link.count():
            break
        visitor.page.wait_for_timeout(SECONDS / 60)
    link.first.click()
    visitor.page.wait_for_url("**/ca-benh/*-*/")


def button(visitor, name):
    visitor.page.get_by_role("button", name=name, exact=True).click()
    visitor.page.wait_for_load_state()


def test_a_nurse_completes_reports_hands_over_and_discards(nurse):
    page = nurse.page
    open_case(nurse, cases.NAMES_HERE[1])
    nurse.go("/ca-benh/")
    nurse.looks_right(picture="ca-benh")
    open_case(nurse, cases.NAMES_HERE[1])
    nurse.looks_right(picture="phieu-ca-benh")
    button(nurse, "Lưu phiếu")
    assert "Thiếu phân loại" in said(nurse)
    page.select_option("[name=classification]", "probable")
    page.fill("[name=hamlet]", "Khu phố 3")
    button(nurse, "Lưu phiếu")
    assert "Đã lưu phiếu" in said(nurse)
    button(nurse, "Lưu, ghi số, dừng đồng hồ")
    assert "Thiếu số phiếu" in said(nurse)
    page.fill("[name=number]", "SXH-2026-0042")
    button(nurse, "Lưu, ghi số, dừng đồng hồ")
    assert "Đồng hồ dừng" in said(nurse) and "Đã báo cáo" in nurse.text()

    open_case(nurse, cases.NAMES_HERE[5])
    page.get_by_text("Người bệnh ở xã khác trong địa bàn").click()
    page.select_option("[name=commune]", cases.BESIDE)
    page.locator("form[action$='/chuyen/'] textarea").fill("Đang ở nhà con")
    button(nurse, "Chuyển phiếu")
    assert "Chờ bên nhận ký" in said(nurse)
    nurse.looks_right(picture="ca-benh-da-chuyen")

    open_case(nurse, cases.LATE)
    assert "Tệp đến muộn" in nurse.text()
    page.get_by_text("Không phải ca bệnh phải báo cáo").click()
    page.locator("form[action$='/bo/'] textarea").fill("Đã báo cáo tháng trước")
    button(nurse, "Bỏ phiếu")
    assert "mở lại được" in said(nurse)
    nurse.go("/ca-benh/?xem=da-bo")
    assert cases.LATE.upper() in nurse.text()


def test_the_sheet_for_the_national_system_is_a_workbook(nurse):
    open_case(nurse, cases.NAMES_HERE[0])
    nurse.go("/ca-benh/")
    with nurse.page.expect_download() as got:
        nurse.page.get_by_role("link", name="Xuất phiếu Excel").click()
    assert got.value.suggested_filename.endswith(".xlsx")


def test_the_second_of_two_who_complete_a_report_loses_nothing(nurse, officer):
    for visitor in (nurse, officer):
        open_case(visitor, cases.NAMES_HERE[2])
        visitor.page.select_option("[name=classification]", "probable")
    nurse.page.fill("[name=workplace]", "Chợ Đồng Xoài")
    nurse.page.fill("[name=hamlet]", "Khu phố 1")
    button(nurse, "Lưu phiếu")
    officer.page.fill("[name=hamlet]", "Khu phố 2")
    button(officer, "Lưu phiếu")
    assert "vừa lưu phiếu này" in said(officer)
    assert officer.page.input_value("[name=hamlet]") == "Khu phố 2"
    assert officer.page.input_value("[name=workplace]") == "Chợ Đồng Xoài"
    officer.looks_right(picture="hai-nguoi-cung-luu")
    button(officer, "Lưu phiếu")
    assert "Đã lưu phiếu" in said(officer)


def test_the_officer_signs_for_a_report_that_was_handed_over(officer):
    """After the nurse's journey; the officer answers for the whole province."""
    open_case(officer, cases.NAMES_HERE[5])
    officer.go("/ca-benh/")
    officer.looks_right(picture="cdc-ca-benh")
    officer.page.locator("a", has_text="TN-").first.click()
    button(officer, "Ký nhận")
    assert "Đã ký nhận" in said(officer)


def test_a_signal_becomes_an_outbreak_with_a_dated_list_and_ends(officer, nurse):
    page = officer.page
    open_case(officer, cases.NAMES_HERE[0])
    officer.go("/ca-benh/o-dich/")
    officer.looks_right(picture="o-dich")
    page.get_by_role("link", name="Đồng Phú").first.click()
    assert "Ngưỡng" in officer.text()
    button(officer, "Xác nhận ổ dịch")
    assert "Thiếu lý do" in said(officer)
    page.fill("[name=reason]", "Điều tra thấy bọ gậy ở 12 trong 30 hộ")
    button(officer, "Xác nhận ổ dịch")
    assert "Ổ dịch đang theo dõi" in officer.text()
    where = page.url.removeprefix(officer.house.url)

    nurse.go(where)
    assert nurse.page.get_by_role("button", name="Kết thúc ổ dịch").count() == 0
    nurse.page.fill("[name=done_on]", "01/01/2999")
    button(nurse, "Ghi việc đã làm")
    assert "Ngày này chưa tới" in said(nurse)
    nurse.go(where)
    nurse.page.select_option("[name=what]", "vector")
    nurse.page.locator("[name=note]").fill("Phun 40 hộ, diệt lăng quăng khu phố 3")
    button(nurse, "Ghi việc đã làm")
    assert "Phun 40 hộ" in nurse.text()
    nurse.looks_right(picture="o-dich-cua-tram")

    officer.go(where)
    assert "Phun 40 hộ" in officer.text() and page.locator("svg.map path.al").count() >= 1
    officer.looks_right(picture="mot-o-dich")
    page.locator("#ban-do").scroll_into_view_if_needed()
    officer.picture("o-dich-ban-do-1366-light")
    page.fill("[name=reason]", "Hết ca mới 28 ngày")
    button(officer, "Kết thúc ổ dịch")
    assert "Đã kết thúc" in officer.text()
