"""A mend made in the browser: a copy to download; nothing is taken, the original stays as it was."""

import io
import zipfile

import pytest
from django.utils import timezone

from soyte.clinical.encounters.models import Encounter
from soyte.formats.visitfile import read_visit, survey
from soyte.kernel.audit.models import AuditEvent
from soyte.systems.care.visit_intake import mending
from soyte.systems.care.visit_intake.ingest.tests.files import file, visit
from soyte.systems.care.visit_intake.models import Finding, Receipt
from soyte.systems.care.visit_intake.selectors import original
from soyte.systems.care.visit_intake.tests.offices import bad, facility, good, holder, main_of, sent, sign_in

pytestmark = pytest.mark.django_db
RULE = "XML1.MA_LOAI_KCB.format"


@pytest.fixture(autouse=True)
def _plain(settings, tmp_path):
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.SOYTE_HOME = tmp_path
    settings.SOYTE_KEYS = tmp_path / "keys"


@pytest.fixture
def officer(client):
    return sign_in(client, "it_officer", facility())


def address(page="ban-sua/"):
    return f"/tep-kham-benh/bien-nhan/{Receipt.objects.latest('id').number}/{page}"


def finding(**facts):
    return Finding.objects.filter(code=RULE, **facts).order_by("id").first()


def read(content):
    found = survey(io.BytesIO(content))
    return found, [read_visit(content[a:b], index=n, survey=found) for n, (a, b) in enumerate(found.visits, start=1)]


def test_all_that_is_alike_is_mended_checked_again_and_downloaded(client, officer):
    content = file(visit("A", MA_LOAI_KCB="1"), visit("B"), visit("C", MA_LOAI_KCB="1"), visit("D", MA_LOAI_KCB="x"))
    sent(content, names=["thang9.xml"])
    asked = {"loi": finding(value="1").pk, "value": "01", "every": "1"}
    page = main_of(client.post(address(), asked))
    assert ">A<" in page and ">C<" in page and ">B<" not in page and "soyte chưa nhận gì" in page
    assert page.count("Đạt") >= 2 and "Còn lỗi</span>" in page
    answer = client.post(address("ban-sua/tai-ve/"), asked)
    assert 'filename="thang9-da-sua.xml"' in answer["Content-Disposition"]
    found, visits = read(answer.content)
    assert [one.code for one in visits] == ["A", "C"] and found.declared_count == "2"
    assert {one.summary.values["MA_LOAI_KCB"] for one in visits} == {"01"}
    assert original(Receipt.objects.get(), granted=frozenset()) == content
    assert Encounter.objects.count() == 1 and Receipt.objects.count() == 1
    assert AuditEvent.objects.filter(action="visit_files.mend").count() == 2


def test_the_copy_is_taken_when_it_is_sent_and_counts_as_the_later_version(client, officer):
    sent(bad("A"))
    copy = client.post(address("ban-sua/tai-ve/"), {"loi": finding().pk, "value": "01", "every": ""}).content
    (outcome,) = sent(copy)
    assert outcome.accepted == 1 and Encounter.objects.get().visit_code == "A"
    assert Receipt.objects.latest("id").version_day > Receipt.objects.earliest("id").version_day


def test_one_row_alone_may_be_mended(client, officer):
    sent(file(visit("A", MA_LOAI_KCB="1"), visit("B", MA_LOAI_KCB="1")))
    answer = client.post(address("ban-sua/tai-ve/"), {"loi": finding().pk, "value": "01"})
    assert [one.code for one in read(answer.content)[1]] == ["A"]


def test_a_value_that_is_still_wrong_is_told(client, officer):
    sent(bad("A"))
    page = client.post(address(), {"loi": finding().pk, "value": "99"}).content.decode()
    assert "Còn lỗi" in page and "99" in page


def test_one_copy_takes_several_mends_one_after_the_other(client, officer):
    sent(file(visit("A", MA_LOAI_KCB="1", GIOI_TINH="9"), visit("B", MA_LOAI_KCB="1")))
    first = {"loi": finding().pk, "value": "01", "every": "1"}
    page = main_of(client.post(address(), first))
    sex = Finding.objects.get(field="GIOI_TINH", severity="error", receipt_visit__visit_code="A")
    assert "Sửa tiếp trong bản này" in page and f'name="loi" value="{sex.pk}"' in page and 'value="01"' in page
    both = {"loi": [first["loi"], sex.pk], "value": ["01", "1"], "every": ["1", ""]}
    page = main_of(client.post(address(), both))
    assert page.count("Còn lỗi") == 1 and "Sửa tiếp" not in page  # the figure's name
    visits = read(client.post(address("ban-sua/tai-ve/"), both).content)[1]
    assert [(one.code, one.summary.values["MA_LOAI_KCB"]) for one in visits] == [("A", "01"), ("B", "01")]
    assert visits[0].summary.values["GIOI_TINH"] == "1"


def test_of_two_mends_of_one_place_the_later_counts(client, officer):
    sent(bad("A"))
    both = {"loi": [finding().pk] * 2, "value": ["99", "01"], "every": ["", ""]}
    (mended,) = read(client.post(address("ban-sua/tai-ve/"), both).content)[1]
    assert mended.summary.values["MA_LOAI_KCB"] == "01"


@pytest.mark.parametrize("value", ["<b>&\"'", "]]>", "Ấ" * 3000])
def test_any_text_goes_into_the_copy_as_text(client, officer, value):
    sent(bad("A"))
    answer = client.post(address("ban-sua/tai-ve/"), {"loi": finding().pk, "value": value})
    assert read(answer.content)[1][0].summary.values["MA_LOAI_KCB"] == value
    assert client.post(address(), {"loi": finding().pk, "value": value}).status_code == 200


@pytest.mark.parametrize("value", ["\x01", "x" * 5000])
def test_a_value_that_no_xml_can_hold_is_refused_with_a_sentence(client, officer, value):
    sent(bad("A"))
    page = client.post(address(), {"loi": finding().pk, "value": value}, follow=True)
    assert page.status_code == 200 and 'role="alert"' in page.content.decode()


def test_several_files_come_as_a_zip_with_a_name_each(client, officer):
    sent(bad("A"), bad("B"), bad("C"), names=["m/a.xml", "n/a.xml", "c.xml"])

    day = f"/tep-kham-benh/ngay/{timezone.localdate()}/ban-sua/tai-ve/"
    answer = client.post(day, {"loi": finding().pk, "value": "01", "every": "1"})
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert len(set(names)) == 3 and "a-da-sua.xml" in names and "c-da-sua.xml" in names


def test_visits_that_were_sent_again_are_left_out(client, officer):
    sent(bad("A"), good("A", made_on="20261001"), bad("B"))

    day = f"/tep-kham-benh/ngay/{timezone.localdate()}/ban-sua/"
    page = main_of(client.post(day, {"loi": finding(receipt_visit__visit_code="B").pk, "value": "01", "every": "1"}))
    assert ">B<" in page and ">A<" not in page


def test_labelled_visits_are_never_in_a_copy(client, officer):
    sent(file(visit("H", MA_LOAI_KCB="1", MA_BENH_CHINH="B20.9"), visit("A", MA_LOAI_KCB="1")))
    mine = finding(receipt_visit__visit_code="A")
    page = main_of(client.post(address(), {"loi": mine.pk, "value": "01", "every": "1"}))
    assert ">A<" in page and ">H<" not in page and "1 lượt mang nhãn bảo vệ" in page
    answer = client.post(address("ban-sua/tai-ve/"), {"loi": mine.pk, "value": "01", "every": "1"})
    assert [one.code for one in read(answer.content)[1]] == ["A"]
    barred = finding(receipt_visit__visit_code="H")
    refused = client.post(address("ban-sua/tai-ve/"), {"loi": barred.pk, "value": "01"}, follow=True)
    assert "mang nhãn bảo vệ" in refused.content.decode() and b"B20" not in refused.content


def test_there_is_an_end_to_how_many_are_mended_at_once(client, officer, monkeypatch):
    sent(file(*(visit(f"A{n}", MA_LOAI_KCB="1") for n in range(4))))
    monkeypatch.setattr(mending, "MOST_VISITS", 3)
    page = client.post(address(), {"loi": finding().pk, "value": "01", "every": "1"}, follow=True).content.decode()
    assert "nhiều nhất 3 lượt" in page


@pytest.mark.parametrize("asked", [{}, {"loi": "x"}, {"loi": ""}])
def test_a_form_without_a_finding_leads_back(client, officer, asked):
    sent(bad("A"))
    assert client.post(address(), asked).status_code == 302
    assert client.post(address("ban-sua/tai-ve/"), asked).status_code == 302


def test_only_who_may_mend_mends(client):
    sent(bad("A"))
    sign_in(client, "data_officer", facility())
    assert client.post(address(), {"loi": finding().pk, "value": "01"}).status_code == 403
    assert client.get(address()).status_code == 403


def test_mending_many_files_asks_as_often_as_mending_few(client, officer, django_assert_max_num_queries):

    day = f"/tep-kham-benh/ngay/{timezone.localdate()}/ban-sua/"
    sent(bad("A"), bad("B"))
    asked = {"loi": finding().pk, "value": "01", "every": "1"}
    client.post(day, asked)
    with django_assert_max_num_queries(60) as few:
        client.post(day, asked)
    sent(*(bad(f"C{n}") for n in range(8)))
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.post(day, asked)


def test_a_signed_in_holder_without_a_post_is_told_so(client):
    person = holder("it_officer", facility())
    person.posts.update(valid_to="2020-02-01")
    client.force_login(person, backend="soyte.kernel.accounts.backends.AccountBackend")
    sent(bad("A"))
    assert client.post(address(), {"loi": 1, "value": "01"}).status_code == 403
