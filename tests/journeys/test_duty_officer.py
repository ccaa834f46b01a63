"""The duty officer: an alert with its clock and log, and a wall screen that lives, falls silent, comes back, is taken back."""

import contextlib

import pytest
from playwright.sync_api import expect

from soyte.config import ports
from soyte.ui.tests import browser as browsers
from tests.journeys.conftest import Visitor, _running, _wait

pytestmark = pytest.mark.journey
WALL = {"width": 1920, "height": 1080}
ALERT = """
import datetime as dt
from django.utils import timezone
from soyte.kernel.organisations.models import Unit
from soyte.systems.safety.early_warning.models import Alert
now = timezone.now()
unit = Unit.objects.filter(facility_code="70001", valid_to=None).first()
facts = {"refused": 14, "received": 40, "usual_percent": 1.5}
told = {"facts": facts, "opened_at": now, "due_at": now + dt.timedelta(hours=8)}
Alert.objects.filter(kind="refused_spike", unit=unit, closed_at=None).exists() or Alert.objects.create(
    kind="refused_spike", unit=unit, **told
)
"""
LOST, BACK, TAKEN_BACK = 30_000, 60_000, 120_000  # milliseconds; a wall asks for its board every minute


@contextlib.contextmanager
def another_server(house, port):
    """A web server beside the session's, which a test may stop."""
    with _running({**house.env, "SOYTE_PORT": str(port)}, "serve") as server:
        _wait(f"http://127.0.0.1:{port}", server)
        yield


def test_an_alert_is_read_dealt_with_and_kept(enter, house):
    house.run("manage", "shell", "-c", ALERT)
    officer = enter("duty_officer")
    officer.go("/")
    assert officer.page.locator("a.bell").get_attribute("aria-label").endswith("cảnh báo chờ xử lý")
    officer.page.click("a.bell")
    officer.page.wait_for_load_state()
    officer.looks_right(picture="canh-bao")
    officer.page.click("tbody a.drill >> nth=0")
    officer.page.wait_for_load_state()
    officer.page.fill("[name=text]", "Đã gọi bệnh viện: phần mềm gửi thiếu mã bác sĩ, chiều nay sửa.")
    officer.page.check("[name=is_answer]")
    officer.page.click("main button.btn-primary")
    officer.page.wait_for_load_state()
    officer.looks_right(picture="mot-canh-bao")
    assert "Đã xử lý" in officer.text() and "chiều nay sửa" in officer.text()
    assert officer.said == []


def link_of_a_screen(officer, name, look):
    officer.go("/dieu-hanh/man-hinh/")
    officer.page.fill("[name=name]", name)
    officer.page.select_option("[name=look]", look)
    officer.page.click("text=Tạo đường dẫn")
    officer.page.wait_for_load_state()
    return officer.page.inner_text("main .wrap-all")


def test_a_light_wall_fits_its_screen(enter, house, browser):
    link = link_of_a_screen(enter("duty_officer"), "Sảnh", "light")
    context = browser.new_context(viewport=WALL, reduced_motion="reduce")
    try:
        page = context.new_page()
        page.goto(link)
        assert browsers.findings(page) == []
        assert not page.evaluate("document.documentElement.scrollHeight > innerHeight")
        Visitor(page, house, []).picture("tuong-1920-light")
    finally:
        context.close()


def test_a_wall_screen_lives_falls_silent_comes_back_and_is_taken_back(enter, house, browser):
    officer = enter("duty_officer")
    link = link_of_a_screen(officer, "Phòng họp tầng 2", "dark")
    officer.looks_right()
    port = ports.any_free("127.0.0.1")
    address = link.replace(house.url, f"http://127.0.0.1:{port}")
    context = browser.new_context(viewport=WALL, reduced_motion="reduce")
    page = context.new_page()
    try:
        with another_server(house, port):
            page.goto(address)
            expect(page.locator("html")).to_have_attribute("data-connection", "on", timeout=LOST)
            assert not page.evaluate("document.documentElement.scrollHeight > innerHeight")
            assert page.locator("main a").count() == 0
            Visitor(page, house, []).picture("tuong-1920-dark")
        expect(page.locator(".live-lost")).to_contain_text("Mất kết nối lúc", timeout=LOST)
        with another_server(house, port):
            expect(page.locator(".live-lost")).to_be_hidden(timeout=BACK)
            officer.go("/dieu-hanh/man-hinh/")
            officer.looks_right(picture="man-hinh-lon")
            officer.page.click("text=Thu màn hình Phòng họp tầng 2")
            officer.page.click("dialog .btn-bad")
            officer.page.wait_for_load_state()
            expect(page.locator("main")).to_contain_text("không mở màn hình nào", timeout=TAKEN_BACK)  # by itself
    finally:
        context.close()
