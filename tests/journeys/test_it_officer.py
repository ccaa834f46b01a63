"""A hospital's officer: try a file, send it, read what is wrong, mend, send again; the real worker receives in between."""

import base64
import io
import re
import zipfile

import pytest

from soyte.systems.care.visit_intake.rules.tests.visits import SUMMARY
from soyte.systems.care.visit_intake.tests.offices import bad, good

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
    with visitor.page.expect_navigation(timeout=A_WHILE):  # by the page itself, once all is sent
        visitor.page.click("text=Gửi các tệp")
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
    officer.page.locator("#doan").scroll_into_view_if_needed()
    officer.page.click("text=Chỉ sửa chỗ này")
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


@pytest.fixture
def month_of_files(tmp_path):
    """A ZIP as a hospital packs it: good visits, one that is refused, a file cut off, a note beside them."""
    packed = tmp_path / "thang-10.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"ngay-0{number + 1}.xml", good(f"HANHTRINH-TOT-{number}"))
        archive.writestr("ngay-04.xml", bad("HANHTRINH-LOI"))
        archive.writestr("ngay-05.xml", good("HANHTRINH-CUT")[:900])
        archive.writestr("ghi-chu.txt", "không phải hồ sơ")
    return packed


def test_a_zip_tells_the_fate_of_each_file_and_its_errors_by_cause(officer, month_of_files, tmp_path):
    upload(officer, month_of_files)
    told = officer.text()
    for fate in ("1 lượt bị giữ", "Không đọc được", "Tệp bị cụt", "Không mở", "Đạt"):
        assert fate in told, fate
    officer.looks_right(picture="goi-zip")
    officer.page.click("text=Xem lỗi, gộp theo nguyên nhân")
    officer.page.locator("text=XML1.MA_LOAI_KCB").first.wait_for()
    assert "<MA_LOAI_KCB>1</MA_LOAI_KCB>" in officer.text()  # the raw line
    assert "soyte không chuyển tệp sang cổng của Bảo hiểm xã hội" in officer.text()
    sheet = saved(officer, "text=Tải danh sách lỗi", tmp_path)
    rows = re.findall(r"<row .*?</row>", cells_of(sheet))
    assert any("HANHTRINH-LOI" in row and "MA_LOAI_KCB" in row for row in rows)


def test_help_is_asked_without_a_patient_s_name(officer, faulty, tmp_path):
    upload(officer, faulty)
    officer.page.locator("tbody a[data-open]").first.click()
    officer.page.locator("text=Tải bản ẩn danh").wait_for()
    packed = re.findall(r"<NOIDUNGFILE>(.*?)<", saved(officer, "text=Tải bản ẩn danh", tmp_path).read_text())
    masked = "".join(base64.b64decode(table).decode() for table in packed)
    assert SUMMARY["HO_TEN"] not in masked and SUMMARY["SO_CCCD"] not in masked
    assert "<MA_LOAI_KCB>1</MA_LOAI_KCB>" in masked  # the fault stays


def test_a_visit_is_withdrawn_with_a_reason(officer, tmp_path):
    sent = tmp_path / "rut.xml"
    sent.write_bytes(good("HANHTRINH-RUT"))
    upload(officer, sent)
    officer.go(f"{FILES}?q=HANHTRINH-RUT")
    officer.page.locator("tbody a[data-open]").first.click()
    officer.page.click("text=Xem từng lượt")
    officer.page.locator("tbody a[data-open]").first.click()
    officer.page.locator("h2:has-text('Rút lượt khám')").wait_for()
    officer.page.click("button:has-text('Rút lượt khám')")
    officer.page.locator("dialog[open] button.btn-bad").click()
    officer.page.locator("text=Thiếu lý do").first.wait_for()  # not without
    officer.page.fill("[name=reason]", "gửi nhầm người bệnh")
    officer.page.click("button:has-text('Rút lượt khám')")
    officer.page.locator("dialog[open] button.btn-bad").click()
    officer.page.locator("text=Đã rút lượt khám HANHTRINH-RUT").wait_for()
    assert "gửi nhầm người bệnh" in officer.text()
    officer.looks_right(picture="da-rut")


def test_the_list_goes_to_a_sheet(officer, tmp_path):
    officer.go(FILES)
    cells = cells_of(saved(officer, "text=Tải danh sách", tmp_path))
    assert "TN-" in cells and str(officer.house.files) not in cells  # where the server's files lie is nobody's business


def cells_of(sheet):
    return zipfile.ZipFile(sheet).read("xl/worksheets/sheet1.xml").decode()


def saved(visitor, button, folder):
    """What a click downloads."""
    with visitor.page.expect_download() as download:
        visitor.page.click(button)
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def test_the_month_and_the_lists(officer):
    for address, picture in (("", "tep-kham-benh"), ("thang/", "lich-thang"), ("bi-giu/", "luot-bi-giu")):
        officer.go(FILES + address)
        officer.looks_right(picture=picture)
    assert officer.said == []


def test_the_officer_reads_no_record(officer):
    assert officer.go("/nguoi-dan/").status == 403
