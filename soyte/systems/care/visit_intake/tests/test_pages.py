"""What the sender's pages show, of his own files alone, and how often they ask the database."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.utils import timezone

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.organisations.models import Unit
from soyte.kernel.text import is_accented
from soyte.systems.care.visit_intake.ingest.tests.files import check_in, file, visit
from soyte.systems.care.visit_intake.models import Finding, Receipt, ReceiptVisit
from soyte.systems.care.visit_intake.tests.offices import bad, department, facility, good, main_of, sent, sign_in

pytestmark = pytest.mark.django_db
HOME = "/tep-kham-benh/"


@pytest.fixture(autouse=True)
def _plain(settings, tmp_path):
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.SOYTE_HOME = tmp_path
    settings.SOYTE_KEYS = tmp_path / "keys"


@pytest.fixture
def officer(client):
    return sign_in(client, "it_officer", facility())


def body(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, url
    return main_of(answer)


def report_of(number=None):
    return f"{HOME}bien-nhan/{number or Receipt.objects.latest('id').number}/"


def many(count, *, prefix="LK"):
    return file(*(visit(f"{prefix}{n}", MA_LOAI_KCB="1") for n in range(count)))


def test_the_list_tells_the_fate_of_each_file(client, officer):
    sent(good("A"), bad("B"), b"<hong", check_in("C"), names=["tot.xml", "loi.xml", "hong.xml", "den.xml"])
    page = body(client, HOME)
    assert all(name in page for name in ("tot.xml", "loi.xml", "hong.xml", "den.xml"))
    assert "1 lượt bị giữ" in page and "Không đọc được" in page and "không chuyển tệp sang Bảo hiểm xã hội" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("ket_qua=giu", {"loi.xml"}),
        ("ket_qua=hong", {"hong.xml"}),
        ("ket_qua=dat", {"tot.xml", "den.xml"}),
        ("ket_qua=xem", set()),
        ("ket_qua=cho", set()),
        ("loai=check_in", {"den.xml"}),
        ("cua=upload", set()),
        ("cua=gateway", {"tot.xml", "loi.xml", "hong.xml", "den.xml"}),
        ("q=B", {"loi.xml"}),
        ("q=TOT", {"tot.xml"}),
        ("ngay=2020-01-01", set()),
        ("ngay=khong", {"tot.xml", "loi.xml", "hong.xml", "den.xml"}),
    ],
)
def test_filters_narrow_the_list(client, officer, query, shown):
    sent(good("A"), bad("B"), b"<hong", check_in("C"), names=["tot.xml", "loi.xml", "hong.xml", "den.xml"])
    page = body(client, f"{HOME}?{query}")
    assert {name for name in ("tot.xml", "loi.xml", "hong.xml", "den.xml") if f">{name}<" in page} == shown


def test_nobody_sees_files_of_another_facility(client, officer):
    other = facility("79026", "Bệnh viện khác")
    sent(file(visit("X", MA_CSKCB="79026", MA_LOAI_KCB="1"), facility="79026"), names=["la.xml"], unit=other)
    receipt, received = Receipt.objects.get(), ReceiptVisit.objects.get()
    assert "la.xml" not in body(client, HOME)
    for url in (report_of(receipt.number), f"{report_of(receipt.number)}loi.xlsx", f"{report_of(receipt.number)}an-danh/",
                f"{HOME}luot/{received.pk}/"):  # fmt: skip
        assert client.get(url).status_code == 404
    finding = Finding.objects.filter(severity="error").first()
    assert client.post(f"{report_of(receipt.number)}ban-sua/", {"loi": finding.pk, "value": "03"}).status_code == 404
    assert client.post(f"{HOME}luot/{received.pk}/rut/", {"reason": "nhầm"}).status_code == 404


@pytest.mark.parametrize("role", ["doctor", "administrator", "data_officer"])
def test_other_roles_see_no_sender_s_page(client, role):
    unit = facility()
    sent(bad())
    sign_in(client, role, unit)
    for url in (HOME, report_of(), f"{HOME}thang/", f"{HOME}bi-giu/", f"{HOME}tai-len/", f"{HOME}danh-sach.xlsx",
                f"{HOME}luot/{ReceiptVisit.objects.get().pk}/"):  # fmt: skip
        assert client.get(url).status_code == 403, url


def test_errors_are_grouped_by_cause_with_the_raw_line_marked(client, officer):
    sent(many(3), good("OK"))
    page = body(client, report_of(Receipt.objects.earliest("id").number))
    assert "3 lượt" in page and "MA_LOAI_KCB" in page and "không phải hai chữ số" in page
    assert "&lt;MA_LOAI_KCB&gt;<mark>1</mark>&lt;/MA_LOAI_KCB&gt;" in page
    assert "Sửa và kiểm lại 3 lượt" in page and 'value="01"' in page
    assert "sửa lỗi này là nhận được 3 / 3 lượt" in page
    assert AuditEvent.objects.filter(action="visit_files.read", outcome="done").count() == 2


def test_the_day_s_page_holds_all_files_of_the_day_and_knows_which_were_sent_again(client, officer):
    sent(bad("A"), bad("B"), good("B", made_on="20261001"))
    page = body(client, f"{HOME}ngay/{timezone.localdate()}/")
    assert "Đã kiểm tra" in page and "trong 3 tệp" in page
    left = body(client, f"{HOME}ngay/{timezone.localdate()}/luot/?ket_qua=con")
    assert ">A<" in left and ">B<" not in left
    assert client.get(f"{HOME}ngay/2026-13-45/").status_code == 404
    assert client.get(f"{HOME}ngay/hom-nay/").status_code == 404
    assert "Chưa có tệp nào" in body(client, f"{HOME}ngay/2020-01-01/")


@pytest.mark.parametrize("query", ["loi=abc", "loi=999999", "loi=99999999999999999999", "loi=-1"])
def test_a_finding_that_is_not_in_the_files_is_not_found(client, officer, query):
    sent(bad())
    assert client.get(f"{report_of()}?{query}").status_code == 404


def test_an_unreadable_file_is_told_with_its_place_and_without_its_people(client, officer):
    sent(good()[:400] + b"\n<HO_TEN>Nguyen Van An</HO", names=["cut.xml"])
    page = body(client, report_of())
    assert (
        "không đọc được" in page
        and "Nguyen Van An" not in page
        and "Dữ liệu người bệnh trong đoạn này đã được che" in page
    )


def test_the_cause_s_page_lists_its_visits_and_values(client, officer):
    sent(file(visit("A", MA_LOAI_KCB="1"), visit("B", MA_LOAI_KCB="1"), visit("C", MA_LOAI_KCB="7x")))
    url = f"{report_of()}nguyen-nhan/?ma=XML1.MA_LOAI_KCB.format&bang=XML1&truong=MA_LOAI_KCB"
    page = body(client, url)
    assert all(f">{code}<" in page for code in "ABC") and "2 lần" in page
    narrowed = body(client, f"{url}&gia_tri=7x")
    assert ">C<" in narrowed and ">A<" not in narrowed
    assert client.get(f"{report_of()}nguyen-nhan/?ma=khong.co").status_code == 404
    assert client.get(f"{report_of()}nguyen-nhan/").status_code == 404


def test_downloads_of_lists_are_sheets(client, officer):
    sent(bad("=cmd|1"), good("B"))
    for url in (f"{HOME}danh-sach.xlsx", f"{report_of()}loi.xlsx", f"{HOME}ngay/{timezone.localdate()}/loi.xlsx"):
        answer = client.get(url)
        assert b"".join(answer.streaming_content)[:2] == b"PK" and "attachment" in answer["Content-Disposition"]


def test_all_versions_of_a_visit_are_shown(client, officer):
    sent(good("V", made_on="20260930"), good("V", made_on="20261001", LY_DO_VV="Sốt"), bad("V"))
    page = body(client, f"{HOME}luot/{ReceiptVisit.objects.latest('id').pk}/")
    assert "Đang có hiệu lực" in page and "Đã có bản khác thay" in page and "Bị giữ" in page


def test_a_visit_is_withdrawn_with_a_reason_once(client, officer):
    sent(good("V"))
    received = ReceiptVisit.objects.get()
    url = f"{HOME}luot/{received.pk}/"
    answer = client.post(f"{url}rut/", {"reason": "  "})
    assert answer.status_code == 422 and "Thiếu lý do" in answer.content.decode()
    assert Encounter.objects.get().in_force
    client.post(f"{url}rut/", {"reason": "Nhập nhầm người"})
    second = client.post(f"{url}rut/", {"reason": "Nhập nhầm người"}, follow=True).content.decode()
    assert "không còn hiệu lực" in second and "Đã rút" in second and "Nhập nhầm người" in second
    assert AuditEvent.objects.filter(action="visit_files.withdraw", outcome="done").count() == 1
    assert client.get(f"{url}rut/").status_code == 405


def test_a_refused_visit_cannot_be_withdrawn(client, officer):
    sent(bad("V"))
    page = client.post(
        f"{HOME}luot/{ReceiptVisit.objects.get().pk}/rut/", {"reason": "x"}, follow=True
    ).content.decode()
    assert "không còn hiệu lực" in page


def test_the_refused_list_leaves_out_what_was_sent_again(client, officer):
    sent(bad("A"), bad("B"), good("B", made_on="20261001"))
    page = body(client, f"{HOME}bi-giu/")
    assert ">A<" in page and ">B<" not in page
    assert ">B<" in body(client, f"{HOME}bi-giu/?con=het")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "bi-giu/",
        "thang/",
        "tai-len/",
        "{report}",
        "{report}luot/",
        "{report}nguyen-nhan/?ma=XML1.MA_LOAI_KCB.format&bang=XML1&truong=MA_LOAI_KCB",
    ],
)
def test_pages_ask_as_often_for_many_rows_as_for_few(client, officer, django_assert_max_num_queries, url):
    sent(many(2))
    address = HOME + url.format(report=report_of().removeprefix(HOME))
    client.get(address)
    with django_assert_max_num_queries(40) as few:
        client.get(address)
    sent(*(many(3, prefix=f"{n}X") for n in range(8)))
    address = HOME + url.format(report=report_of(Receipt.objects.earliest("id").number).removeprefix(HOME))
    most = len(few.captured_queries)
    client.get(address)  # the shell remembers the house's name for a while
    with django_assert_max_num_queries(most):
        client.get(address)


def test_a_report_over_many_files_asks_as_often_as_over_one(client, officer, django_assert_max_num_queries):
    today = f"{HOME}ngay/{timezone.localdate()}/"
    sent(many(2))
    client.get(today)
    with django_assert_max_num_queries(40) as few:
        client.get(today)
    sent(*(many(3, prefix=f"{n}X") for n in range(8)))
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(today)


def test_the_calendar_shows_days_without_a_visit(client, officer):
    today = timezone.localdate()
    sent(good("A"))
    page = body(client, f"{HOME}thang/?thang=2026-09")
    assert '<span class="v">1</span><span class="k">lượt</span>' in page and page.count("chưa có lượt<") == 29
    received = body(client, f"{HOME}thang/?theo=nhan")
    assert "1 tệp" in received and received.count("không có tệp<") == today.day - 1
    for odd in ("2026-13", "x", "2999-01"):
        assert f"Tháng {today:%m/%Y}" in body(client, f"{HOME}thang/?thang={odd}")


def test_the_start_page_tells_what_waits(client, officer):
    sent(bad("A"), bad("B"), good("B", made_on="20261001"))
    page = body(client, "/")
    assert "Lượt khám bị giữ, chưa gửi lại" in page and "Ngày chưa có lượt khám nào" in page


def test_the_search_finds_a_receipt_and_a_visit_by_their_whole_number(client, officer):
    sent(good("LUOT-001"))
    number = Receipt.objects.get().number

    def found(typed):
        return client.post("/tim/", {"q": typed}, follow=True).content.decode()

    assert number in found(number.lower())
    assert f"{HOME}luot/" in found("LUOT-001")
    assert f"{HOME}luot/" not in found("LUOT-0")


def test_an_officer_of_the_department_s_start_page_names_silent_facilities(client):
    sent(good("A"))
    Receipt.objects.update(received_at=timezone.now() - dt.timedelta(days=9))
    sign_in(client, "data_officer", department())
    assert "Cơ sở ngừng gửi tệp" in body(client, "/")


def test_a_files_fate_is_english_where_the_interface_is(client, officer):
    sent(
        file(visit("LK1", MA_LOAI_KCB="1", GIOI_TINH="", NGAY_RA="202601010000", T_THUOC="3"), visit("LK2", HO_TEN=""))
    )
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    for url in (
        report_of(),
        f"{report_of()}?ghi_nhan=co",
        f"{report_of()}luot/",
        f"{HOME}luot/{ReceiptVisit.objects.first().pk}/",
    ):
        page = re.sub(r'<div class="raw.*?</div>|<[^>]+>', " ", body(client, url), flags=re.S)
        told = re.sub(
            "|".join((re.escape(Unit.objects.get().name), officer.account.display_name, "Sở Y tế", "QĐ", "NĐ", "đ\\b")),
            "",
            page,
        )
        assert {word for word in re.findall(r"\w+", told.lower()) if is_accented(word)} == set(), url
