"""The officer's way in a real browser: upload, read the errors, mend, download; the department's pages. With axe."""

import datetime as dt
import zipfile

import pytest
from django.utils import timezone

from soyte.kernel.jobs.models import Job
from soyte.systems.care.visit_intake import quality_counts, uploads
from soyte.systems.care.visit_intake.ingest.tests.files import file, visit
from soyte.systems.care.visit_intake.jobs import receive_uploads
from soyte.systems.care.visit_intake.models import ReceiptVisit, Upload
from soyte.systems.care.visit_intake.tests.offices import bad, department, facility, good, holder, sent
from soyte.ui.tests.browser import findings, headings, scrolls_sideways

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SECRET = "con mèo trèo cây cau"
HOME = "/tep-kham-benh/"


@pytest.fixture
def site(live_server, settings, tmp_path):
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.SOYTE_HOME = tmp_path
    settings.SOYTE_KEYS = tmp_path / "keys"
    return live_server.url


@pytest.fixture
def visitor(browser, site):
    """visitor(role, unit, width, theme) -> a signed-in page that gathers console messages in page.said."""
    contexts = []

    def go(role, unit, width=1366, theme="light"):
        person = holder(role, unit)
        person.set_password(SECRET)
        person.save()
        opened = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
        contexts.append(opened)
        page = opened.new_page()
        page.said = []
        page.on("console", lambda said: page.said.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(f"{site}/dang-nhap/")
        page.fill("[name=username]", person.username)
        page.fill("[name=password]", SECRET)
        page.click("form .btn-primary")
        return page

    yield go
    for opened in contexts:
        opened.close()


def look(page, address):
    page.goto(address)
    assert findings(page) == [], address
    assert not scrolls_sideways(page), address
    assert headings(page) == 1, address


def work():
    for job in Job.objects.filter(kind=uploads.RECEIVE, state="waiting"):
        receive_uploads(**job.args)
        Job.objects.filter(pk=job.pk).update(state="done")


def test_the_list_that_is_downloaded_is_the_one_that_is_shown(visitor, site):
    unit = facility()
    sent(bad("A"), good("B"), names=["loi.xml", "tot.xml"])
    page = visitor("it_officer", unit)
    page.goto(f"{site}{HOME}")
    page.fill("[data-filters] [name=q]", "loi")
    page.wait_for_url("**q=loi*")
    with page.expect_download() as download:
        page.click("text=Tải danh sách")
    sheet = zipfile.ZipFile(download.value.path()).read("xl/worksheets/sheet1.xml").decode()
    assert "loi.xml" in sheet and "tot.xml" not in sheet
    page.wait_for_selector("text=Tải danh sách")
    assert page.said == []


@pytest.mark.parametrize(("width", "theme"), [(1366, "light"), (390, "dark")])
def test_the_officer_s_pages_are_clean(visitor, site, width, theme):
    unit = facility()
    labelled = file(visit("H", MA_LOAI_KCB="1", MA_BENH_CHINH="B20.9"))
    sent(
        bad("A"),
        good("B"),
        labelled,
        b"<hong",
        good("B", made_on="20261001"),
        names=[f"mot-ten-tep-dai-{n}.xml" for n in range(5)],
    )
    page = visitor("it_officer", unit, width, theme)
    receipts = list(ReceiptVisit.objects.order_by("id").values_list("receipt__number", "pk"))
    pages = [
        "",
        "?q=khong-co",
        "thang/",
        "thang/?theo=nhan",
        "bi-giu/",
        "tai-len/",
        "kiem-tra-thu/",
        f"ngay/{timezone.localdate()}/",
    ]
    pages += [
        f"bien-nhan/{receipts[0][0]}/",
        f"bien-nhan/{receipts[2][0]}/",
        *(f"luot/{key}/" for _number, key in receipts),
    ]
    pages += [
        f"bien-nhan/{receipts[0][0]}/luot/",
        f"ngay/{timezone.localdate()}/nguyen-nhan/?ma=XML1.MA_LOAI_KCB.format&bang=XML1&truong=MA_LOAI_KCB",
    ]
    for address in pages:
        look(page, f"{site}{HOME}{address}")
    assert page.said == []


@pytest.mark.parametrize(("width", "theme"), [(1366, "dark"), (390, "light")])
def test_the_department_s_pages_are_clean(visitor, site, width, theme):
    sent(bad("A"), good("B"), b"<hong")
    quality_counts.count_new(timezone.now() + dt.timedelta(minutes=2))
    page = visitor("data_officer", department(), width, theme)
    for address in (
        "",
        "loi/",
        "phan-mem/",
        "co-so/70001/",
        "luot-bi-giu/",
        "chay-lai/",
        "?tu=2020-01&den=2020-01",
        "loi/?tu=2020-01&den=2020-01",
    ):
        look(page, f"{site}{HOME}chat-luong/{address}")
    assert page.said == []


def test_upload_read_mend_and_send_again(visitor, site, tmp_path):
    for code in ("A", "B"):
        (tmp_path / f"{code}.xml").write_bytes(bad(code))
    page = visitor("it_officer", facility())
    page.goto(f"{site}{HOME}tai-len/")
    page.set_input_files("#tep", [str(tmp_path / "A.xml"), str(tmp_path / "B.xml")])
    page.click("text=Gửi các tệp")
    page.wait_for_load_state("networkidle")
    assert Upload.objects.count() == 2
    page.goto(f"{site}{HOME}tai-len/{Upload.objects.earliest('id').pk}/")
    assert "Đang kiểm tra" in page.inner_text("main")
    work()
    page.locator("text=1 lượt bị giữ").first.wait_for()  # the page asks again by itself
    page.goto(f"{site}{HOME}ngay/{timezone.localdate()}/")
    assert page.input_value("#gia-tri") == "01"
    page.click("text=Sửa và kiểm lại 2 lượt")
    page.locator("h1:has-text('Bản sửa')").wait_for()
    assert findings(page) == []
    with page.expect_download() as download:
        page.click("text=Tải 2 tệp đã sửa")
    mended = tmp_path / "da-sua.zip"
    download.value.save_as(mended)
    page.goto(f"{site}{HOME}tai-len/")
    page.set_input_files("#tep", str(mended))
    page.click("text=Gửi các tệp")
    page.wait_for_load_state("networkidle")
    work()
    page.goto(f"{site}{HOME}bi-giu/")
    assert "Không còn lượt nào bị giữ" in page.inner_text("main")
    assert page.said == []


def test_a_trial_shows_its_result_in_place_and_the_files_stay_chosen(visitor, site, tmp_path):
    (tmp_path / "A.xml").write_bytes(bad("A"))
    page = visitor("it_officer", facility())
    page.goto(f"{site}{HOME}kiem-tra-thu/")
    page.set_input_files("#tep", str(tmp_path / "A.xml"))
    page.click("#thu")
    page.locator("text=Đã kiểm tra 1 lượt khám").wait_for()
    assert findings(page) == []
    with page.expect_download() as download:
        page.click("text=Tải báo cáo XLSX")
    assert download.value.suggested_filename == "soyte-check.xlsx"
    assert not ReceiptVisit.objects.exists()
