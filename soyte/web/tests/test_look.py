"""The shell in a real browser: nothing for axe to find, no message in the console, no sideways scroll, keys, budgets."""

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from soyte.kernel.access.tests.people import account, post, unit
from soyte.ui.tests.browser import findings, scrolls_sideways
from soyte.web import context

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).parents[3]
BUILT = ROOT / "soyte/ui/static/built"
SECRET = "con mèo trèo cây cau"
PUBLIC_PAGES = ["/dang-nhap/", "/_ui/"]
PAGES = ["/", "/tai-khoan/", "/doi-mat-khau/", "/tim/?k=da-quen", "/tim/", "/khong-co"]
# Answers that the test asks for on purpose.
WANTED_FAULT = re.compile(r"status of (401|404)")


@pytest.fixture
def site(live_server, settings, monkeypatch):
    monkeypatch.setattr(context, "_site", (0.0, ""))
    settings.SOYTE_DEMO = True
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    person = account("vinh.quach", display_name="Quách Thị Vinh")
    person.set_password(SECRET)
    person.save()
    post(person, "administrator", unit("Sở Y tế (dữ liệu minh hoạ)", kind="department"))
    return live_server.url


@pytest.fixture
def visit(browser, site):
    """visit(address, width, theme, signed_in) -> a page whose console messages are gathered in page.said."""
    contexts = []

    def go(address, width=1366, theme="light", signed_in=False):
        opened = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
        contexts.append(opened)
        page = opened.new_page()
        page.said = []
        page.on(
            "console", lambda message: page.said.append(message.text) if message.type in ("error", "warning") else None
        )
        if signed_in:
            sign_in(page, site)
        page.goto(site + address)
        return page

    yield go
    for opened in contexts:
        opened.close()


def sign_in(page, site):
    page.goto(site + "/dang-nhap/")
    page.fill("[name=username]", "vinh.quach")
    page.fill("[name=password]", SECRET)
    page.click("form .btn-primary")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1366, 390])
def test_every_page_is_clean(visit, site, width, theme):
    page = visit("/dang-nhap/", width, theme)
    for address in PUBLIC_PAGES + PAGES:
        if address == PAGES[0]:
            sign_in(page, site)
        page.goto(site + address)
        assert findings(page) == [], address
        assert not scrolls_sideways(page), address
        assert page.evaluate("document.querySelectorAll('h1').length") == 1, address
    assert [text for text in page.said if not WANTED_FAULT.search(text)] == []


def test_nothing_scrolls_sideways_on_the_narrowest_phone(visit):
    assert not scrolls_sideways(visit("/dang-nhap/", 320))
    assert not scrolls_sideways(visit("/_ui/", 320))


def test_the_system_s_dark_look_needs_no_script(browser, site):
    opened = browser.new_context(color_scheme="dark", java_script_enabled=False)
    page = opened.new_page()
    page.goto(site + "/dang-nhap/")
    assert page.locator("main").evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(20, 28, 27)"
    opened.close()


def test_signing_in_works_without_scripts(browser, site):
    opened = browser.new_context(java_script_enabled=False)
    page = opened.new_page()
    sign_in(page, site)
    assert page.locator("h1").inner_text() == "Quách Thị Vinh"
    page.click("details.menu summary")
    page.click("text=Đăng xuất")
    assert page.url.endswith("/dang-nhap/")
    opened.close()


def test_a_wrong_password_keeps_the_name_and_says_what_is_left(visit):
    page = visit("/dang-nhap/")
    page.fill("[name=username]", "vinh.quach")
    page.fill("[name=password]", "sai sai sai")
    page.click("form .btn-primary")
    assert "Còn 4 lần thử" in page.locator("[role=alert]").inner_text()
    assert page.input_value("[name=username]") == "vinh.quach"
    assert findings(page) == []


def test_keys_walk_a_list_and_leave_fields_alone(visit):
    page = visit("/_ui/")
    page.locator("h1").click()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "Phòng khám Đa khoa Minh Tâm"
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("tr.sel").count() == 1
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "Phòng khám Đa khoa Minh Tâm"
    page.keyboard.press("/")
    page.keyboard.type("jx?/")
    assert page.input_value("[data-find]") == "jx?/"
    assert not page.locator("#phim-tat").is_visible()


def test_single_letters_can_be_switched_off(visit):
    page = visit("/_ui/")
    page.keyboard.press("?")
    page.uncheck("[data-single-keys]")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") != "q"
    page.reload()
    assert not page.locator("[data-single-keys]").is_checked()


def test_control_k_leads_to_all_functions_and_keys_go_on_from_there(visit):
    page = visit("/tai-khoan/", signed_in=True)
    tiles = page.locator(".tile")
    for _ in ("from another page", "on the start page itself"):
        page.locator("h1").click()
        page.keyboard.press("Control+k")
        expect(tiles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(tiles.nth(1)).to_be_focused()


def test_g_then_a_letter_goes_there(visit):
    page = visit("/tai-khoan/", signed_in=True)
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url(re.compile(r"/$"))


def test_the_look_changes_in_place_and_stays(visit):
    page = visit("/_ui/")
    page.fill("#loc_q", "đang gõ")
    page.click("header .ib")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    assert page.input_value("#loc_q") == "đang gõ"
    page.wait_for_load_state("networkidle")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_a_filter_changes_the_list_alone(visit):
    page = visit("/_ui/")
    page.evaluate("window.stays = true")
    page.fill("#loc_q", "minh tam")
    page.locator("#ket-qua .tok").wait_for()
    assert "q=minh%20tam" in page.url
    assert page.evaluate("window.stays") is True


def test_each_file_is_sent_by_itself_with_its_fate(visit, tmp_path):
    page = visit("/_ui/")
    sent = []

    def answer(route, request):
        if request.method != "POST":
            return route.continue_()
        sent.append(request.post_data_buffer)
        return route.fulfill(
            json={"tone": "bad" if b"two.xml" in request.post_data_buffer else "good", "text": "đã nhận", "url": "/x"}
        )

    page.route("**/_ui/**", answer)
    files = [tmp_path / "one.xml", tmp_path / "two.xml"]
    for file in files:
        file.write_text("<x/>")
    page.set_input_files("#tep", [str(file) for file in files])
    page.click("text=Gửi tệp")
    page.locator(".uploads .t-bad a").wait_for()
    assert len(sent) == 2
    assert page.locator(".uploads .t-good").inner_text().startswith("đã nhận")


def weight(file):
    data = file.read_bytes()
    return len(data) if file.suffix == ".woff2" else len(gzip.compress(data))


def test_a_first_visit_stays_within_its_budget(client, settings):
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    page = client.get("/dang-nhap/").content
    plain = [
        "soyte.css",
        "sprite.svg",
        "gate.svg",
        "favicon.svg",
        "fonts/inter-latin.woff2",
        "fonts/inter-vietnamese.woff2",
    ]
    without_scripts = len(gzip.compress(page)) + sum(weight(BUILT / name) for name in plain)
    assert without_scripts <= 120 * 1024
    assert without_scripts + weight(BUILT / "htmx.js") + weight(BUILT / "soyte.js") <= 145 * 1024


def test_a_page_asks_for_at_most_eight_files(browser, site):
    opened = browser.new_context()
    page = opened.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if not request.url.startswith("data:") else None)
    page.goto(site + "/dang-nhap/", wait_until="networkidle")
    assert len(asked) <= 8, asked
    opened.close()
