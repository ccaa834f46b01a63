"""The data officer's day: whose files are bad and why, who may be one person, and refused visits that are tried again."""

import pytest

from soyte.systems.care.visit_intake.tests.offices import bad, good

pytestmark = pytest.mark.journey
# Receipts are counted once they are a minute old: asked of a minute later, so that it does not matter when this runs.
COUNT = """
from django.utils import timezone
from soyte.systems.care.visit_intake import quality_counts
quality_counts.count_new(timezone.now() + quality_counts.SETTLED)
"""
QUALITY, PAIRS = "/tep-kham-benh/chat-luong/", "/nguoi-nghi-trung/"
NAMES = ("ĐỖ THỊ XUÂN", "BÙI VĂN HẠ", "LÝ VĂN THU")


@pytest.fixture
def officer(enter):
    return enter("data_officer")


@pytest.fixture(scope="session")
def doubts(house, tmp_path_factory):
    """Three pairs for the review list: a citizen number that two people of different names and years have brought."""
    folder = tmp_path_factory.mktemp("doubts")
    for place, name in enumerate(NAMES):
        one = {"SO_CCCD": f"07008500091{place}", "MA_THE_BHYT": f"DN475750000091{place}", "MA_BN": f"NGHI-{place}"}
        other = {"HO_TEN": name, "NGAY_SINH": "196203040000", "GIOI_TINH": "1", "MA_BN": f"NGHI-B{place}"}
        (folder / f"a{place}.xml").write_bytes(good(f"NGHI-A{place}", HO_TEN=f"TRẦN VĂN {place + 1}", **one))
        (folder / f"b{place}.xml").write_bytes(good(f"NGHI-B{place}", **{**one, **other}))
    house.run("ingest", str(folder), "--json")


@pytest.fixture(scope="session")
def held_back(house, tmp_path_factory):
    folder = tmp_path_factory.mktemp("held")
    for number in range(3):
        (folder / f"{number}.xml").write_bytes(bad(f"GIU-{number}"))
    house.run("ingest", str(folder), "--json")


def test_quality_by_facility_by_fault_and_by_program(officer, house, held_back):
    house.run("manage", "shell", "-c", COUNT)  # as the worker does every two minutes
    for below, picture in (("", "chat-luong-tep"), ("loi/", "chat-luong-theo-loi"), ("phan-mem/", "")):
        officer.go(QUALITY + below)
        officer.looks_right(picture=picture)
    officer.go(QUALITY + "co-so/70001/")
    officer.looks_right()
    assert "Theo tháng" in officer.page.content() and officer.page.locator(".figure").first.inner_text() != "0"
    assert officer.said == []


def test_a_pair_is_the_same_another_is_not_and_one_is_undone(officer, doubts):
    page = officer.page
    officer.go(PAIRS)
    officer.looks_right(picture="nguoi-nghi-trung")
    before = page.locator("tbody tr").count()
    page.locator("tbody a[data-open]").first.click()
    page.locator("h1:has-text('một người hay hai người')").wait_for()
    officer.looks_right(picture="cap-nghi-trung")
    assert "070085000910" not in page.content()  # no number whole
    first = page.url
    page.locator("[name=keep]").first.check()
    page.click("button:has-text('Cùng một người')")
    page.locator("a:has-text('Xem lại hoặc hoàn tác')").wait_for()
    assert page.url != first  # on to the next pair
    page.click("button:has-text('Hai người khác nhau')")
    page.locator("a:has-text('Xem lại hoặc hoàn tác')").wait_for()
    officer.go(PAIRS)
    assert page.locator("tbody tr").count() == before - 2
    page.goto(first)
    officer.looks_right(picture="cap-da-quyet-dinh")
    page.click("button:has-text('Hoàn tác quyết định')")
    page.wait_for_load_state()
    officer.go(PAIRS)
    assert page.locator("tbody tr").count() == before - 1
    assert officer.said == []


def test_refused_visits_are_tried_again_and_nothing_is_written_before(officer, held_back):
    page = officer.page
    officer.go(QUALITY + "luot-bi-giu/")
    officer.looks_right(picture="luot-bi-giu-cac-co-so")
    before = page.locator("tbody tr").count()
    page.locator(".pad a:has-text('Chạy thử lại')").click()
    page.locator("h1:has-text('Chạy thử lại')").wait_for()
    officer.looks_right(picture="chay-thu-lai")
    assert "Chưa gì được ghi" in officer.text() and "Vì sao vẫn bị giữ" in officer.text()
    officer.go(QUALITY + "luot-bi-giu/")
    assert page.locator("tbody tr").count() == before
    assert officer.said == []


def test_lists_rules_and_definitions(officer):
    for address, picture in (("/danh-muc/", ""), ("/danh-muc/quy-tac/", "quy-tac"), ("/danh-muc/so-lieu/", "")):
        officer.go(address)
        officer.looks_right(picture=picture)
    assert officer.said == []


def test_department_staff_browse_no_records(officer):
    assert officer.go("/nguoi-dan/").status == 403
