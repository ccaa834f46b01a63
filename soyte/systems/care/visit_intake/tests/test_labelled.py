"""Visits that carry a label: seen by MA_LK, rule, table, field and line; names, codes and texts masked."""

import io

import pytest
from python_calamine import CalamineWorkbook

from soyte.systems.care.visit_intake import raw_lines
from soyte.systems.care.visit_intake.ingest.tests.files import file, visit
from soyte.systems.care.visit_intake.models import Finding, Receipt, ReceiptVisit
from soyte.systems.care.visit_intake.tests.offices import facility, sent, sign_in

pytestmark = pytest.mark.django_db
SECRETS = ("NGUYỄN VĂN MẪU", "B20.9", "nhiễm HIV", "070085000123", "Amoxicilin", "40.154", "198505120000", "LXX")


@pytest.fixture(autouse=True)
def _plain(settings, tmp_path):
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.SOYTE_HOME = tmp_path
    settings.SOYTE_KEYS = tmp_path / "keys"


@pytest.fixture
def officer(client):
    return sign_in(client, "it_officer", facility())


def labelled(code="HIV1", **summary):
    return visit(code, **({"MA_BENH_CHINH": "B20.9", "CHAN_DOAN_RV": "nhiễm HIV", "MA_LOAI_KCB": "LXX"} | summary))


def test_no_secret_of_a_labelled_visit_is_on_any_page(client, officer):
    sent(file(labelled()))
    number, received = Receipt.objects.get().number, ReceiptVisit.objects.get()
    pages = ["", "bi-giu/", f"bien-nhan/{number}/", f"bien-nhan/{number}/?ghi_nhan=co", f"bien-nhan/{number}/luot/"]
    pages += [f"luot/{received.pk}/?bang={table}" for table in ("XML1", "XML2", "XML3")]
    pages += [f"bien-nhan/{number}/?loi={found.pk}" for found in Finding.objects.all()]
    pages += [
        f"bien-nhan/{number}/nguyen-nhan/?ma={found.code}&bang={found.table or ''}&truong={found.field or ''}"
        for found in Finding.objects.all()
    ]
    for url in pages:
        page = client.get(f"/tep-kham-benh/{url}").content.decode()
        assert [secret for secret in SECRETS if secret in page] == [], url
    told = client.get(f"/tep-kham-benh/luot/{received.pk}/").content.decode()
    assert "HIV1" in told and "MA_LOAI_KCB" in told and "&lt;HO_TEN&gt;" in told and "202609010930" in told


def test_the_sheet_of_errors_masks_them_too(client, officer):
    sent(file(labelled(), visit("B", MA_LOAI_KCB="1")))
    answer = client.get(f"/tep-kham-benh/bien-nhan/{Receipt.objects.get().number}/loi.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    rows = [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]
    text = " ".join(" ".join(row) for row in rows)
    assert "HIV1" in text and "•••" in text and [secret for secret in SECRETS if secret in text] == []
    assert any("1" in row and "B" in row for row in rows)


def test_the_de_identified_file_leaves_them_out(client, officer):
    sent(file(labelled(), visit("B")))
    url = f"/tep-kham-benh/bien-nhan/{Receipt.objects.get().number}/an-danh/"
    content = client.get(url).content
    assert b"<GIAMDINHHS" in content and content.count(b"<HOSO>") == 1
    sent(file(labelled("HIV2")))
    url = f"/tep-kham-benh/bien-nhan/{Receipt.objects.latest('id').number}/an-danh/"
    assert "mang nhãn bảo vệ" in client.get(url, follow=True).content.decode()


def test_whoever_has_the_grant_sees_the_lines(client, officer):
    sent(file(labelled()))
    received = ReceiptVisit.objects.get()
    barred = raw_lines.table_lines(received, "XML1", line=None, granted=frozenset())
    opened = raw_lines.table_lines(received, "XML1", line=None, granted=frozenset({"hiv"}))
    assert barred.masked and not opened.masked
    assert "NGUYỄN VĂN MẪU" in "".join(opened.lines) and len(barred.lines) == len(opened.lines)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("<HO_TEN>An</HO_TEN>", "<HO_TEN>•••</HO_TEN>"),
        ("<MA_BENH_CHINH>B20</MA_BENH_CHINH>", "<MA_BENH_CHINH>•••</MA_BENH_CHINH>"),
        ("<MA_LK>LK1</MA_LK>", "<MA_LK>LK1</MA_LK>"),
        ("<NGAY_VAO>202609010800</NGAY_VAO>", "<NGAY_VAO>202609010800</NGAY_VAO>"),
        ("<NGAY_SINH>198505120000</NGAY_SINH>", "<NGAY_SINH>•••</NGAY_SINH>"),
        ("<T_BHTT>40000</T_BHTT>", "<T_BHTT>40000</T_BHTT>"),
        ("<GHI_CHU>điều trị", "<GHI_CHU>•••"),
        ("HIV từ 2019", "•••"),
        ("HIV</GHI_CHU>", "•••</GHI_CHU>"),
        ("<GHI_CHU/>", "<GHI_CHU/>"),
        ("<B20>x</B20>", "•••"),
        ("<HIV/>", "•••"),
        ("<!-- HIV -->", "•••"),
        ("<![CDATA[HIV]]>", "•••"),
        ('<HO_TEN a="An">x</HO_TEN>', "•••</HO_TEN>"),
        ("<T_BHTT>1</T_BHTT><HO_TEN>An</HO_TEN>", "<T_BHTT>•••"),
        ("<T_BHTT>An</T_BHTT>", "<T_BHTT>•••</T_BHTT>"),
        ("", ""),
    ],
)
def test_a_masked_line_keeps_what_mending_needs_and_nothing_else(line, shown):
    assert raw_lines.masked([line], "XML1") == [shown]
