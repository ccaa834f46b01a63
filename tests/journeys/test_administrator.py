"""The administrator's day: name a facility, make people and gateways, take rights back, load an official list."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from pathlib import Path

import pytest

from soyte.kernel.access.tests.people import account, post, unit
from soyte.kernel.accounts.passwords import gateway_form
from soyte.kernel.accounts.sign_in import check_gateway
from soyte.kernel.actors import Machine
from soyte.kernel.codes.models import CodeEntry
from soyte.kernel.content.manifest import found_set
from soyte.kernel.content.models import Upload
from soyte.kernel.content.services import load_all
from soyte.kernel.organisations.models import Unit
from soyte.kernel.organisations.services import ensure_facilities
from soyte.web import context

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SECRET = "con mèo trèo cây cau"
SETS = ("department", "sex", "facilities")
PAGES = [
    "/", "/quan-tri/don-vi/", "/quan-tri/don-vi/?xem=cho-dat-ten", "/quan-tri/don-vi/them/", "/quan-tri/tai-khoan/",
    "/quan-tri/tai-khoan/them/", "/quan-tri/chuc-danh/", "/quan-tri/cong/", "/quan-tri/nhat-ky/tu-choi/",
    "/quan-tri/nhat-ky/chuoi/", "/quan-tri/vi-sao/?account=quan.tri&action=units.read&unit=70001", "/danh-muc/",
    "/danh-muc/bo/department/", "/danh-muc/bo/department/nap/", "/danh-muc/quy-tac/", "/danh-muc/quy-tac/cong-bhxh/",
    "/danh-muc/so-lieu/",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser(django_db_setup):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.skip("no chromium on this machine")
    # The driver keeps a loop in this thread, and Django would refuse the tests' own queries beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def site(live_server, settings, monkeypatch, tmp_path):
    """A department with a hospital, an administrator, and a list of wards as shipped."""
    monkeypatch.setattr(context, "_site", (0.0, ""))
    few = {code: found_set(code) for code in SETS}
    monkeypatch.setattr("soyte.kernel.content.selectors.found_sets", lambda: few)
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.SOYTE_HOME = tmp_path
    department = unit("Sở Y tế", kind="department")
    unit("Bệnh viện Đồng Xoài", parent=department, facility_code="70001")
    administrator = account("quan.tri", display_name="Võ Đức Long")
    administrator.set_password(SECRET)
    administrator.save()
    post(administrator, "administrator", department)
    load_all(only="department")
    return live_server.url


@pytest.fixture
def visitor(browser, site):
    """visitor(username, password, width, theme) -> a signed-in page that gathers console messages in page.said."""
    contexts = []

    def go(username="quan.tri", password=SECRET, width=1366, theme="light"):
        opened = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
        contexts.append(opened)
        page = opened.new_page()
        page.said = []
        page.on("console", lambda said: page.said.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(f"{site}/dang-nhap/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", password)
        page.click("form .btn-primary")
        return page

    yield go
    for opened in contexts:
        opened.close()


def told(page):
    return page.locator("[role=alert]").first.inner_text()


def findings(page):
    """What axe finds, as (rule, element). The script comes in through the debugger, past the content policy."""
    page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": AXE.read_text()})
    report = page.evaluate("(tags) => axe.run(document, {runOnly: tags})", TAGS)
    return [(found["id"], node["html"][:200]) for found in report["violations"] for node in found["nodes"]]


@pytest.mark.parametrize(("width", "theme"), [(1366, "light"), (390, "dark")])
def test_every_page_of_the_administrator_is_clean(visitor, site, width, theme):
    ensure_facilities(["79999"], dt.date(2026, 5, 1), actor=Machine("files"))
    page = visitor(width=width, theme=theme)
    for address in PAGES:
        page.goto(site + address)
        assert findings(page) == [], address
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), address
        assert page.evaluate("document.querySelectorAll('h1').length") == 1, address
    assert page.said == []


def test_a_facility_that_files_told_of_is_named_from_the_start_page(visitor):
    ensure_facilities(["79999"], dt.date(2026, 5, 1), actor=Machine("files"))
    page = visitor()
    page.get_by_role("link", name="Cơ sở chờ đặt tên").click()
    page.get_by_role("link", name="Đặt tên 79999").click()
    page.fill("[name=name]", "Phòng khám Hoà Bình")
    page.select_option("[name=kind]", "clinic")
    page.fill("[name=software]", "HIS Minh Tâm")
    page.get_by_role("button", name="Đặt tên và nhận").click()
    assert "nay là đơn vị chính thức" in told(page)
    assert Unit.objects.get(facility_code="79999").software == "HIS Minh Tâm"


def test_a_person_gets_an_account_works_and_loses_it(visitor, site):
    page = visitor()
    page.goto(f"{site}/quan-tri/tai-khoan/them/")
    page.get_by_role("button", name="Thêm tài khoản").click()
    assert "Còn 2 chỗ cần sửa" in told(page)
    page.fill("[name=display_name]", "Trần Thị Lan")
    page.fill("[name=username]", "lan.tran")
    page.select_option("[name=role]", "doctor")
    page.fill("[name=unit]", "dong xoai")
    page.get_by_role("button", name="Thêm tài khoản").click()
    password = page.locator("[data-secret]").inner_text()

    doctor = visitor("lan.tran", password)
    assert doctor.url.endswith("/doi-mat-khau/")
    doctor.fill("[name=current]", password)
    doctor.fill("[name=new]", "bò vàng ăn cỏ non")
    doctor.get_by_role("button", name="Đổi mật khẩu").click()
    assert doctor.goto(f"{site}/quan-tri/tai-khoan/").status == 403

    page.goto(f"{site}/quan-tri/nhat-ky/tu-choi/")
    assert "Trần Thị Lan" in page.locator("tbody tr").first.inner_text()
    page.goto(f"{site}/quan-tri/vi-sao/?account=lan.tran")
    page.select_option("[name=action]", "accounts.read")
    page.get_by_role("button", name="Hỏi").click()
    assert "Không chức danh nào đang hiệu lực" in page.locator("main").inner_text()

    page.goto(f"{site}/quan-tri/tai-khoan/?q=tran thi lan")
    page.get_by_role("link", name="Trần Thị Lan").click()
    page.get_by_role("link", name="Thôi Bác sĩ").click()
    page.fill("[name=reason]", "Chuyển công tác")
    page.get_by_role("button", name="Thôi chức danh").click()
    assert "Đã cho thôi" in told(page)
    page.get_by_role("button", name="Đặt lại mật khẩu").click()
    page.locator("dialog .btn-bad").click()
    page.locator("[data-secret]").wait_for()
    doctor.goto(f"{site}/")
    assert "/dang-nhap/" in doctor.url


def test_a_gateway_of_a_facility_gets_a_password_that_opens_the_door(visitor, site):
    page = visitor()
    page.goto(f"{site}/quan-tri/cong/")
    page.check("[name=thieu]")
    page.wait_for_url(re.compile("thieu=on"))
    page.get_by_role("link", name="Tạo tài khoản Bệnh viện Đồng Xoài").click()
    page.get_by_role("button", name="Tạo tài khoản cổng").click()
    password = page.locator("[data-secret]").inner_text()
    assert check_gateway("70001_bv", gateway_form(password), "127.0.0.1").ok


def test_an_official_list_is_tried_mended_and_taken_once(visitor, site):
    codes = list(CodeEntry.objects.filter(list="department", valid_to=None).values_list("code", "name"))
    page = visitor()
    page.goto(f"{site}/danh-muc/")
    page.get_by_role("link", name="Nạp Khoa (MA_KHOA)").click()
    _try_list(page, [("K01", "Khoa Khám bệnh"), ("K02", ""), ("K01", "Lặp")])
    assert "đã có ở dòng 2" in page.locator("tbody").inner_text()
    page.get_by_role("link", name="Chọn tệp khác").click()
    _try_list(page, [*((code, name) for code, name in codes if code != "K02"), ("K77", "Khoa mới")])
    assert "1 dòng mới" in page.locator("main").inner_text()
    page.get_by_role("button", name=re.compile("^Nạp .* dòng$")).dblclick()
    page.wait_for_url(re.compile("/danh-muc/bo/department/$"))
    assert Upload.objects.count() == 1
    assert "QĐ 1804/QĐ-BYT" in page.locator("main").inner_text()
    assert findings(page) == []


def _try_list(page, rows):
    text = "Mã khoa;Tên khoa\n" + "".join(f"{code};{name}\n" for code, name in rows)
    page.set_input_files("[name=file]", {"name": "khoa.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.fill("[name=valid_from]", "2026-08-01")
    page.fill("[name=source]", "QĐ 1804/QĐ-BYT")
    page.get_by_role("button", name="Xem thử").click()
