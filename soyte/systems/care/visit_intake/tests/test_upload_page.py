"""Handing files in by the browser, with scripts and without."""

import io
import re
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.access.tests.people import post
from soyte.kernel.files import scratch
from soyte.kernel.jobs.models import Job
from soyte.systems.care.visit_intake import uploads
from soyte.systems.care.visit_intake.jobs import receive_uploads
from soyte.systems.care.visit_intake.models import Receipt, Upload
from soyte.systems.care.visit_intake.tests.offices import bad, department, facility, good, sign_in

pytestmark = pytest.mark.django_db
URL = "/tep-kham-benh/tai-len/"


@pytest.fixture(autouse=True)
def _plain(settings, tmp_path):
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.SOYTE_HOME = tmp_path


@pytest.fixture
def officer(client):
    return sign_in(client, "it_officer", facility())


def chosen(*contents, names=()):
    names = names or [f"{n}.xml" for n in range(len(contents))]
    return [SimpleUploadedFile(name, content) for name, content in zip(names, contents, strict=True)]


def work():
    """What the worker does."""
    for job in Job.objects.filter(kind=uploads.RECEIVE, state="waiting"):
        receive_uploads(**job.args)
        Job.objects.filter(pk=job.pk).update(state="done")


def test_files_are_kept_at_once_and_received_by_the_worker(client, officer):
    answer = client.post(URL, {"files": chosen(good("A"), bad("B"))}, follow=True)
    assert answer.redirect_chain == [(URL, 302)] and "Đã tải lên 2 tệp" in answer.content.decode()
    assert Upload.objects.count() == 2 and not Receipt.objects.exists()
    waiting = client.get(f"{URL}{Upload.objects.first().pk}/").content.decode()
    assert "Đang kiểm tra" in waiting and "hx-trigger" in waiting
    work()
    _first, second = Upload.objects.order_by("id")
    done = client.get(f"{URL}{second.pk}/").content.decode()
    assert "1 lượt bị giữ" in done and "hx-trigger" not in done and Receipt.objects.latest("id").number in done
    assert "không phải hai chữ số" in client.get(f"{URL}{second.pk}/ket-qua/").content.decode()
    assert Encounter.objects.get().visit_code == "A"


def test_a_script_gets_one_answer_a_file(client, officer):
    answer = client.post(URL, {"files": chosen(good("A"))}, headers={"Accept": "application/json"})
    assert answer.json()["tone"] == "good" and answer.json()["url"] == f"{URL}{Upload.objects.get().pk}/"
    empty = client.post(URL, {}, headers={"Accept": "application/json"})
    assert empty.json()["tone"] == "bad" and "ít nhất một tệp" in empty.json()["text"]


def test_a_double_click_is_harmless(client, officer):
    for _click in range(2):
        client.post(URL, {"files": chosen(good("A"))})
    work()
    assert Receipt.objects.count() == 1 and Encounter.objects.count() == 1
    last = client.get(f"{URL}{Upload.objects.latest('id').pk}/").content.decode()
    assert "đã nhận trước đây" in last


def test_a_full_disk_is_told_and_nothing_is_left(client, officer, monkeypatch, tmp_path):
    def full(*_arguments, **_facts):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads.os, "fdopen", full)
    page = client.post(URL, {"files": chosen(good("A"))}, follow=True).content.decode()
    assert "hết chỗ trên ổ đĩa" in page and not Upload.objects.exists() and not list((tmp_path / "spool").iterdir())


def test_a_disk_that_fills_up_while_a_file_comes_is_told(client, officer, monkeypatch):
    monkeypatch.setattr(scratch, "scratch", lambda: Path("/dev/full").open("r+b", buffering=0))  # noqa: SIM115
    for accept, told in (("text/html", "hết chỗ trên ổ đĩa"), ("application/json", '"tone": "bad"')):
        answer = client.post(URL, {"files": chosen(good("A"))}, headers={"Accept": accept}, follow=True)
        assert answer.status_code == 200 and told in answer.content.decode()
    assert client.post("/tep-kham-benh/kiem-tra-thu/", {"files": chosen(good("A"))}).status_code == 422
    assert not Upload.objects.exists()


def test_what_is_wrong_with_a_zip_is_said_once(client, officer):
    upload = sent_zip(client, {"a.xml": b"<" + b" " * (8 << 20)})
    page = client.get(f"{URL}{upload.pk}/").content.decode()
    assert "nén nhỏ hơn nội dung" in page and "Gửi thẳng các tệp XML" in page
    assert "không có tệp .xml nào" not in page and "Chưa tệp nào được nhận" in page


def test_a_file_that_could_not_be_read_tells_why_in_the_lists(client, officer):
    upload = sent_zip(client, {"a/hong.xml": b"<GIAMDINHHS>\xd0\xe0</GIAMDINHHS>", "tot.xml": good("A")})
    for address in (f"{URL}{upload.pk}/", "/tep-kham-benh/"):
        page = client.get(address).content.decode()
        assert "Không đọc được" in page and "Bảng mã sai" in page
    page = client.get(f"{URL}{upload.pk}/").content.decode()
    assert ">a/hong.xml</th>" in page
    report = client.get(f"{URL}{upload.pk}/ket-qua/").content.decode()
    assert "chỗ đầu tiên ở dòng chữ 1, cột 13" in report and "TCVN3" in report
    assert "ma=file.encoding.invalid" in report


def test_a_warning_on_the_head_of_a_file_is_seen_in_the_list(client, officer):
    declared = good("A").replace(b"<SOLUONGHOSO>1<", b"<SOLUONGHOSO>3<")
    sent_zip(client, {"a.xml": declared, "b.xml": good("B")})
    page = client.get("/tep-kham-benh/").content.decode()
    assert page.count("Đạt, đầu tệp nên xem") == 1  # no signature is said of both, and is no reason
    seen = client.get("/tep-kham-benh/?ket_qua=xem").content.decode()
    assert "thang.zip/a.xml" in seen and "thang.zip/b.xml" not in seen


def sent_zip(client, files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    client.post(URL, {"files": chosen(stream.getvalue(), names=["thang.zip"])})
    work()
    return Upload.objects.latest("id")


def test_the_unit_is_asked_where_there_are_several(client):
    actor = sign_in(client, "it_officer", facility())
    other = facility("79026", "Bệnh viện khác")
    post(actor.account, "it_officer", other)
    assert "Chọn cơ sở" in client.post(URL, {"files": chosen(good("A"))}, follow=True).content.decode()
    client.post(URL, {"files": chosen(good("A")), "unit": other.pk})
    assert Upload.objects.get().unit == other
    third = facility("79027", "Bệnh viện lạ")
    client.post(URL, {"files": chosen(good("A")), "unit": third.pk})
    assert Upload.objects.count() == 1


def test_an_upload_of_another_facility_is_not_found(client, officer):
    other = facility("79026", "Bệnh viện khác")
    sender = sign_in(client, "it_officer", other)
    client.post(URL, {"files": chosen(good("A"))})
    upload = Upload.objects.get()
    client.force_login(officer.account, backend="soyte.kernel.accounts.backends.AccountBackend")
    for page in ("", "ket-qua/", "ket-qua/luot/", "ket-qua/loi.xlsx"):
        assert client.get(f"{URL}{upload.pk}/{page}").status_code == 404
    assert client.post(f"{URL}{upload.pk}/chay-tiep/").status_code == 404
    assert upload.filename not in client.get(URL).content.decode()
    assert sender.account == upload.account


def test_a_stalled_upload_is_started_again_by_a_button(client, officer):
    client.post(URL, {"files": chosen(good("A"))})
    upload = Upload.objects.get()
    Job.objects.update(state="failed")
    assert "dừng giữa chừng" in client.get(f"{URL}{upload.pk}/").content.decode()
    for _click in range(2):
        client.post(f"{URL}{upload.pk}/chay-tiep/")
    assert Job.objects.filter(state="waiting").count() == 1
    work()
    assert Encounter.objects.count() == 1


@pytest.mark.parametrize("role", ["doctor", "administrator", "data_officer"])
def test_who_may_not_send_keeps_nothing_here(client, role, tmp_path):
    sign_in(client, role, department())
    assert client.post(URL, {"files": chosen(good("A"))}).status_code == 403
    assert not Upload.objects.exists() and not (tmp_path / "spool").exists()


@pytest.mark.parametrize("page", ["", "{pk}/"])
def test_the_pages_ask_as_often_for_many_as_for_few(client, officer, page, django_assert_max_num_queries):
    client.post(URL, {"files": chosen(good("A"))})
    work()
    url = URL + page.format(pk=Upload.objects.earliest("id").pk)
    client.get(url)
    with django_assert_max_num_queries(30) as few:
        client.get(url)
    most = len(few)
    client.post(URL, {"files": chosen(*(bad(f"B{n}") for n in range(6)))})
    work()
    client.get(url)  # takes the message of the upload away
    with django_assert_max_num_queries(most):
        client.get(url)


def test_files_chosen_together_have_one_page_with_progress_and_their_errors_grouped(client, officer):
    form = client.get(URL).content.decode()
    batch = re.search(r'name="batch" value="([^"]+)"', form)[1]
    sent = [good("A"), bad("B"), bad("C"), b"PK\x05\x06" + b"\0" * 18]
    for content, name in zip(sent, ("a.xml", "b.xml", "c.xml", "trong.zip"), strict=True):
        told = {"files": chosen(content, names=[name]), "batch": batch}
        assert client.post(URL, told, headers={"accept": "application/json"}).json()["tone"] == "good"
    together = f"{URL}cung-luc/{batch}/"
    assert f'data-done="{together}"' in form
    waiting = client.get(together).content.decode()
    assert "4 tệp tải lên cùng lúc" in waiting and "hx-trigger" in waiting
    assert "cùng 3 tệp khác" in client.get(URL).content.decode()
    work()
    done = client.get(together).content.decode()
    assert "hx-trigger" not in done and all(name in done for name in ("a.xml", "b.xml", "c.xml"))
    report = client.get(f"{together}ket-qua/").content.decode()
    assert "2 lượt" in report and "không phải hai chữ số" in report and f"{together}ket-qua/loi.xlsx" in report


def test_files_of_a_form_without_scripts_are_shown_together(client, officer):
    batch = uuid4()
    answer = client.post(URL, {"files": chosen(good("A"), bad("B")), "batch": batch})
    assert answer.headers["Location"] == f"{URL}cung-luc/{batch}/"


def test_what_another_facility_chose_together_is_not_there(client, officer):
    client.post(URL, {"files": chosen(good("A"), bad("B")), "batch": uuid4()})
    together = f"{URL}cung-luc/{Upload.objects.first().batch}/"
    assert client.get(together).status_code == 200
    sign_in(client, "it_officer", facility("70002"))
    assert client.get(together).status_code == 404


def test_one_file_chosen_alone_has_its_own_page(client, officer):
    client.post(URL, {"files": chosen(good("A")), "batch": uuid4()})
    upload = Upload.objects.get()
    assert client.get(f"{URL}cung-luc/{upload.batch}/").headers["Location"] == f"{URL}{upload.pk}/"
