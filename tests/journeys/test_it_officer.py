"""A hospital's officer: try a file, send it, read what is wrong, mend, send again; the real worker receives in between."""

import io
import zipfile

import pytest

from soyte.systems.care.visit_intake.tests.offices import bad

pytestmark = pytest.mark.journey
FILES = "/tep-kham-benh/"
A_WHILE = 90_000  # milliseconds: the worker takes one thing after the other


@pytest.fixture
def officer(enter):
    return enter("it_officer")


@pytest.fixture
def faulty(tmp_path):
    file = tmp_path / "thang-9.xml"
    file.write_bytes(bad("HANHTRINH01"))
    return file


def upload(visitor, file):
    """Send a file and wait until the worker has received it."""
    visitor.go(f"{FILES}tai-len/")
    visitor.page.set_input_files("#tep", str(file))
    visitor.page.click("text=Gửi các tệp")
    visitor.page.locator("tbody a[data-open]").first.wait_for(timeout=A_WHILE)
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.goto(visitor.page.url)
    visitor.page.locator(f"tbody tr:has-text('{file.name}') a[data-open]").first.click()
    visitor.page.locator("text=Đang kiểm tra").wait_for(state="detached", timeout=A_WHILE)


def held(visitor):
    """How many visits of this upload are held back, as its figures say."""
    return int(visitor.page.locator(".sum4 > *").last.locator(".figure").inner_text())


def test_a_trial_before_sending_keeps_nothing(officer, faulty):
    officer.go(f"{FILES}kiem-tra-thu/")
    officer.looks_right(picture="kiem-tra-thu")
    officer.page.set_input_files("#tep", str(faulty))
    officer.page.click("#thu")
    officer.page.locator("text=Đã kiểm tra 1 lượt khám").wait_for(timeout=A_WHILE)
    officer.looks_right(picture="kiem-tra-thu-ket-qua")
    officer.go(f"{FILES}?q=thang-9.xml")
    assert officer.page.locator("tbody tr").count() == 0
    assert officer.said == []


def test_send_read_mend_and_send_again(officer, faulty, tmp_path):
    upload(officer, faulty)
    assert held(officer) == 1
    officer.looks_right(picture="tai-len-ket-qua")
    officer.page.click("text=Xem lỗi, gộp theo nguyên nhân")
    officer.page.wait_for_load_state()
    officer.looks_right(picture="loi-theo-nguyen-nhan")
    officer.page.click("text=Chỉ lượt này")
    officer.page.locator("h1:has-text('Bản sửa')").wait_for()
    officer.looks_right(picture="ban-sua")
    with officer.page.expect_download() as download:
        officer.page.locator("text=/Tải .*tệp đã sửa/").click()
    mended = tmp_path / download.value.suggested_filename
    download.value.save_as(mended)
    assert content_of(mended) != faulty.read_bytes()
    upload(officer, mended)
    assert held(officer) == 0
    assert officer.said == []


def content_of(file):
    """The one visit file in a download, in a ZIP or by itself."""
    data = file.read_bytes()
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return packed.read(packed.namelist()[0])


def test_the_month_and_the_lists(officer):
    for address, picture in (("", "tep-kham-benh"), ("thang/", "lich-thang"), ("bi-giu/", "luot-bi-giu")):
        officer.go(FILES + address)
        officer.looks_right(picture=picture)
    assert officer.said == []


def test_the_officer_reads_no_record(officer):
    assert officer.go("/nguoi-dan/").status == 403
