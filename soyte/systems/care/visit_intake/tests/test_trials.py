"""Checking on trial: the verdicts of receiving, and nothing kept."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.files.models import Blob
from soyte.systems.care.visit_intake import trials
from soyte.systems.care.visit_intake.ingest.tests.files import file, visit
from soyte.systems.care.visit_intake.models import Finding, Receipt
from soyte.systems.care.visit_intake.tests.offices import bad, department, facility, good, sign_in

pytestmark = pytest.mark.django_db
URL = "/tep-kham-benh/kiem-tra-thu/"


@pytest.fixture(autouse=True)
def _plain(settings, tmp_path):
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.SOYTE_HOME = tmp_path


@pytest.fixture
def officer(client):
    return sign_in(client, "it_officer", facility())


def chosen(*contents, names=()):
    return [
        SimpleUploadedFile(name, content)
        for name, content in zip(names or [f"{n}.xml" for n in range(len(contents))], contents, strict=True)
    ]


def asked(client, *contents, names=(), see="trang", **facts):
    return client.post(URL, {"files": chosen(*contents, names=names), "xem": see}, **facts)


def packed(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_the_page_tells_what_would_be_refused_and_keeps_nothing(client, officer, tmp_path):
    page = asked(client, good("A"), bad("B"), b"<x").content.decode()
    assert "Đã kiểm tra 2 lượt khám trong 3 tệp" in page and "không phải hai chữ số" in page and "1.xml" in page
    assert not any(table.objects.exists() for table in (Receipt, Finding, Blob, Encounter))
    (event,) = AuditEvent.objects.filter(action="visit_files.check")
    assert event.details == {"files": 3, "visits": 2}
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_where_no_visit_was_checked_nothing_is_said_to_be_right(client, officer):
    page = asked(client, packed(**{"b.txt": b"x"}), names=["thang.zip"]).content.decode()
    assert "Không có lượt khám nào để kiểm tra" in page
    assert "Không có lỗi nào" not in page and "Đã kiểm tra" not in page


def test_a_zip_is_opened(client, officer):
    page = asked(client, packed(**{"m/a.xml": bad("A"), "b.txt": b"x"}), names=["thang.zip"]).content.decode()
    assert "thang.zip/m/a.xml" in page and "Đã kiểm tra 1 lượt khám trong 1 tệp" in page


def test_another_facility_s_file_would_be_refused_as_when_it_is_sent(client, officer):
    page = asked(client, file(visit(MA_CSKCB="79026"), facility="79026")).content.decode()
    assert "sẽ bị giữ" in page and "0 đạt" not in page.split("sẽ bị giữ")[0][-200:]
    assert "Sẽ bị giữ" in page


def test_the_reports_come_as_sheet_and_page(client, officer):
    sheet = asked(client, bad("A"), see="xlsx")
    assert "Theo lỗi" in CalamineWorkbook.from_filelike(io.BytesIO(sheet.content)).sheet_names
    page = asked(client, bad("A"), see="html")
    assert "attachment" in page["Content-Disposition"] and "<h1>Kiểm tra tệp khám bệnh</h1>" in page.content.decode()


def test_a_faulty_file_comes_back_without_its_people(client, officer):
    answer = asked(client, bad("A", HO_TEN="TRẦN VĂN HIẾM"), see="an-danh")
    assert b"<GIAMDINHHS" in answer.content and "TRẦN VĂN HIẾM".encode() not in answer.content
    both = asked(client, bad("A"), b"<cut><HO_TEN>Hiem", b"%PDF", see="an-danh")
    archive = zipfile.ZipFile(io.BytesIO(both.content))
    assert len(archive.namelist()) == 2 and b"Hiem" not in archive.read("an-danh-0002.xml")


def test_what_cannot_be_checked_is_told(client, officer, monkeypatch):
    assert client.post(URL, {"xem": "trang"}).status_code == 422
    broken = asked(client, packed(**{"a.xml": good()})[:-20] + b"PK\x05\x06" + b"\0" * 18, names=["x.zip"])
    assert broken.status_code in (200, 422)
    bomb = asked(client, packed(**{"a.xml": b"<" + b" " * (8 << 20)}), names=["x.zip"])
    assert bomb.status_code == 422 and "x.zip: Tệp trong ZIP nén nhỏ hơn" in bomb.content.decode()
    assert asked(client, b"%PDF", see="an-danh").status_code == 422
    monkeypatch.setattr(trials, "MOST_FILES", 1)
    many = asked(client, good("A"), good("B"))
    assert many.status_code == 422 and "soyte check" in many.content.decode()
    assert asked(client, good("A"), good("B"), headers={"HX-Request": "true"}).status_code == 200


@pytest.mark.parametrize(("role", "status"), [("it_officer", 200), ("data_officer", 200), ("doctor", 403)])
def test_who_may_try_files(client, role, status):
    sign_in(client, role, facility() if role != "data_officer" else department())
    assert client.get(URL).status_code == status
    assert asked(client, good()).status_code == status


def test_of_a_visit_with_a_label_only_the_place_is_told(client, officer):
    told = file(visit("HIV1", MA_BENH_CHINH="B20.9", MA_LOAI_KCB="LXX"), visit("B", MA_LOAI_KCB="KYY"))
    page = asked(client, told).content.decode()
    sheet = b"".join(asked(client, told, see="xlsx")).decode("latin-1")
    for text in (page, asked(client, told, see="html").content.decode()):
        assert "HIV1" in text and "•••" in text and "KYY" in text and "LXX" not in text
        assert "1 lượt khám mang nhãn bảo vệ" in text
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.encode("latin-1")))
    cells = str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])
    assert "HIV1" in cells and "KYY" in cells and "LXX" not in cells and "B20.9" not in cells
