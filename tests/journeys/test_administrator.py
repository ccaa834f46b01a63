"""The administrator's day: name a facility, make people and gateways, take rights back, load an official list."""

import hashlib
import json
import re
import urllib.parse
import urllib.request

import pytest

from soyte.kernel.codes.files import load_list
from soyte.systems.care.visit_intake.ingest.tests.files import file, visit

pytestmark = pytest.mark.journey
HOSPITAL, STRANGER = "70001", "79999"
PAGES = [
    "/quan-tri/don-vi/", "/quan-tri/don-vi/them/", "/quan-tri/tai-khoan/", "/quan-tri/tai-khoan/them/",
    "/quan-tri/chuc-danh/", "/quan-tri/cong/", "/quan-tri/nhat-ky/tu-choi/", "/quan-tri/nhat-ky/chuoi/",
    "/quan-tri/vi-sao/?account=bacsi&action=units.read&unit=70001", "/danh-muc/", "/danh-muc/bo/department/",
    "/danh-muc/bo/icd10/", "/danh-muc/bo/facilities/", "/danh-muc/bo/department/nap/", "/danh-muc/quy-tac/",
    "/danh-muc/quy-tac/cong-bhxh/", "/danh-muc/so-lieu/",
]  # fmt: skip


@pytest.fixture
def administrator(enter):
    return enter("administrator")


def told(visitor):
    return visitor.page.locator("[role=alert]").first.inner_text()


@pytest.mark.parametrize("address", PAGES)
def test_the_pages_look_right(administrator, address):
    administrator.go(address)
    administrator.looks_right(picture=address.split("?")[0].strip("/").replace("/", "-"))
    assert administrator.said == []


def test_a_facility_that_files_told_of_is_named_from_the_start_page(administrator, house):
    house.run("ingest", str(_from_a_stranger(house)), "--json")
    page = administrator.page
    administrator.go("/")
    page.get_by_role("link", name="Cơ sở chờ đặt tên").click()
    administrator.looks_right(picture="don-vi-cho-dat-ten")
    page.get_by_role("link", name=f"Đặt tên {STRANGER}").click()
    administrator.looks_right(picture="don-vi-dat-ten")
    page.fill("[name=name]", "Phòng khám Hoà Bình")
    page.select_option("[name=kind]", "clinic")
    page.fill("[name=software]", "HIS Minh Tâm")
    page.get_by_role("button", name="Đặt tên và nhận").click()
    assert "nay là đơn vị chính thức" in told(administrator)
    assert "HIS Minh Tâm" in administrator.text()
    administrator.looks_right(picture="don-vi")


def _from_a_stranger(house):
    """A file under a code that no list knows."""
    strange = house.home.parent / "strange.xml"
    strange.write_bytes(file(visit("LA-001", MA_CSKCB=STRANGER), facility=STRANGER))
    return strange


def test_a_person_gets_an_account_works_and_loses_it(administrator, house):
    page = administrator.page
    administrator.go("/quan-tri/tai-khoan/them/")
    page.get_by_role("button", name="Thêm tài khoản").click()
    assert "Còn 2 chỗ cần sửa" in told(administrator)
    administrator.looks_right(picture="tai-khoan-thieu")
    page.fill("[name=display_name]", "Trần Thị Lan")
    page.fill("[name=username]", "lan.tran")
    page.select_option("[name=role]", "doctor")
    page.fill("[name=unit]", HOSPITAL)
    page.get_by_role("button", name="Thêm tài khoản").click()
    administrator.looks_right(picture="mat-khau-mot-lan")
    password = page.locator("[data-secret]").inner_text()

    doctor = page.context.browser.new_context().new_page()
    _sign_in(doctor, house, "lan.tran", password)
    assert doctor.url.endswith("/doi-mat-khau/")
    doctor.fill("[name=current]", password)
    doctor.fill("[name=new]", "bò vàng ăn cỏ non")
    doctor.get_by_role("button", name="Đổi mật khẩu").click()
    assert doctor.goto(f"{house.url}/quan-tri/tai-khoan/").status == 403

    administrator.go("/quan-tri/nhat-ky/tu-choi/")
    assert "Trần Thị Lan" in page.locator("tbody tr").first.inner_text()
    administrator.looks_right(picture="lan-bi-tu-choi")
    administrator.go("/quan-tri/vi-sao/?account=lan.tran")
    page.select_option("[name=action]", "accounts.read")
    page.get_by_role("button", name="Hỏi").click()
    assert "Không chức danh nào đang hiệu lực" in administrator.text()
    administrator.looks_right(picture="vi-sao-khong")

    administrator.go("/quan-tri/tai-khoan/?q=tran thi lan")
    page.get_by_role("link", name="Trần Thị Lan").click()
    page.get_by_role("link", name="Thôi Bác sĩ").click()
    page.fill("[name=reason]", "Chuyển công tác")
    page.get_by_role("button", name="Thôi chức danh").click()
    assert "Đã cho thôi" in told(administrator)
    assert doctor.goto(f"{house.url}/nguoi-dan/").status == 403
    page.get_by_role("button", name="Đặt lại mật khẩu").click()
    page.locator("dialog .btn-bad").click()
    page.locator("[data-secret]").wait_for()
    doctor.goto(f"{house.url}/")
    assert "/dang-nhap/" in doctor.url
    doctor.context.close()


def _sign_in(page, house, username, password):
    page.goto(f"{house.url}/dang-nhap/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("form .btn-primary")


def test_a_gateway_of_a_facility_gets_a_password_that_opens_the_door(administrator, house):
    page = administrator.page
    administrator.go("/quan-tri/cong/")
    page.check("[name=thieu]")
    page.wait_for_url(re.compile("thieu=on"))
    page.locator("tbody").get_by_role("link", name=re.compile("^Tạo tài khoản")).first.click()
    page.get_by_role("button", name="Tạo tài khoản cổng").click()
    administrator.looks_right(picture="mat-khau-cong")
    username, password = page.locator("dd.mono").all_inner_texts()
    form = {"username": username, "password": hashlib.md5(password.encode()).hexdigest()}
    asked = urllib.request.Request(f"{house.url}/api/token/take", urllib.parse.urlencode(form).encode())
    with urllib.request.urlopen(asked, timeout=20) as answer:
        assert json.load(answer)["APIKey"]["access_token"]


def test_an_official_list_is_tried_mended_and_taken_once(administrator):
    page = administrator.page
    administrator.go("/danh-muc/")
    page.get_by_role("link", name="Nạp Khoa (MA_KHOA)").click()
    _try_list(page, [("K01", "Khoa Khám bệnh"), ("K02", ""), ("K01", "Lặp")])
    assert "đã có ở dòng 2" in page.locator("tbody").inner_text()
    administrator.looks_right(picture="danh-muc-dong-loi")
    page.get_by_role("link", name="Chọn tệp khác").click()
    known = {entry.code: entry.name for entry in load_list("department") if entry.valid_to is None}
    _try_list(page, [*((code, name) for code, name in known.items() if code != "K02"), ("K77", "Khoa mới")])
    assert "1 dòng mới" in administrator.text()
    administrator.looks_right(picture="danh-muc-xem-thu")
    page.get_by_role("button", name=re.compile("^Nạp .* dòng$")).dblclick()
    page.wait_for_url(re.compile("/danh-muc/bo/department/$"))
    assert page.get_by_text("khoa.csv").count() == 1
    administrator.looks_right(picture="danh-muc-da-nap")


def _try_list(page, rows):
    text = "Mã khoa;Tên khoa\n" + "".join(f"{code};{name}\n" for code, name in rows)
    page.set_input_files("[name=file]", {"name": "khoa.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.fill("[name=valid_from]", "01/08/2026")
    page.fill("[name=source]", "QĐ 1804/QĐ-BYT")
    page.get_by_role("button", name="Xem thử").click()
