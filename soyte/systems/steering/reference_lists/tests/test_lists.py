"""Pages of content sets and the taking of an official list."""

import datetime as dt
import io
import re

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.policy import Refused
from soyte.kernel.access.tests.people import actor, unit
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.codes.models import CodeEntry
from soyte.kernel.content.manifest import found_set
from soyte.kernel.content.models import Upload
from soyte.kernel.content.services import load_all
from soyte.kernel.organisations.models import Unit
from soyte.systems.steering.reference_lists import services, spool

pytestmark = pytest.mark.django_db
SINCE = "2026-08-01"


def text(answer):
    return answer.content.decode()


@pytest.fixture
def departments(db):
    """The shipped list of wards, as a set-up loads it."""
    load_all(only="department")
    return CodeEntry.objects.filter(list="department")


def in_force():
    """Codes and names of the list of wards on the day of the upload."""
    day = dt.date.fromisoformat(SINCE)
    return dict(
        CodeEntry.objects.filter(list="department", valid_from__lte=day)
        .exclude(valid_to__lte=day)
        .values_list("code", "name")
    )


def sheet(*rows):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return out.getvalue()


def whole_list(**changes):
    """All wards of the day with some names changed, as a department's own sheet."""
    names = {**in_force(), **changes}
    return sheet(["DANH MỤC KHOA"], ["Mã khoa", "Tên khoa"], *([code, name] for code, name in names.items() if name))


def send(client, content, name="khoa.xlsx", *, set_code="department", since=SINCE, source="QĐ 1804/QĐ-BYT"):
    file = SimpleUploadedFile(name, content)
    return client.post(
        reverse("reference_lists:upload", args=[set_code]), {"file": file, "valid_from": since, "source": source}
    )


def fingerprint(page):
    found = re.search(r'name="expected" value="([0-9a-f]+)"', text(page))
    return found[1] if found else ""


def test_every_set_is_listed_with_its_source_and_state(client, enter, departments):
    enter("data_officer")
    page = text(client.get(reverse("reference_lists:sets")))
    assert "Khoa (MA_KHOA)" in page and "QĐ 5937" in page and "Chờ rà soát từ 01/08/2025" in page
    assert "Nạp<" not in page
    assert "mới" in text(client.get(reverse("reference_lists:sets"), {"q": "loại hình khám"}))
    only = text(client.get(reverse("reference_lists:sets"), {"state": "official"}))
    assert "Khoa (MA_KHOA)" not in only
    assert "Không có danh mục nào khớp" in text(client.get(reverse("reference_lists:sets"), {"q": "zzz"}))


def test_a_set_lists_its_rows_with_dates(client, admin, departments):
    address = reverse("reference_lists:set", args=["department"])
    page = text(client.get(address))
    assert "K01" in page and "Nạp bản chính thức" in page and "QĐ 1804/QĐ-BYT năm 2026" in page
    found = text(client.get(address, {"q": "kham benh"}))
    assert "Khoa khám bệnh" in found.replace("Khoa Khám bệnh", "Khoa khám bệnh")
    assert "Không có dòng nào khớp" in text(client.get(address, {"q": "zzz"}))
    assert "Không có dòng nào khớp" in text(client.get(address, {"on": "1990-01-01"}))


@pytest.mark.parametrize(
    "code", ["place_succession", "population", "commune", "facilities", "departments", "icd10_chapter"]
)
def test_sets_of_every_kind_of_table_have_a_page(client, admin, code):
    for needed in {"place_succession": ["province", "district", "commune"]}.get(code, []):
        load_all(only=needed)
    load_all(only=code)
    page = client.get(reverse("reference_lists:set", args=[code]))
    assert page.status_code == 200 and "<tbody>" in text(page)
    assert client.get(reverse("reference_lists:set", args=[code]), {"q": "a", "on": "2026-01-01"}).status_code == 200
    assert client.get(reverse("reference_lists:upload", args=[code])).status_code == 200
    assert client.get(reverse("reference_lists:changes", args=[code])).status_code == 200


def test_a_page_of_rows_costs_the_same_for_few_and_many(client, admin, departments):
    def queries(code):
        client.get(
            reverse("reference_lists:set", args=[code])
        )  # what a process remembers for a minute is remembered now
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("reference_lists:set", args=[code]))
        return len(asked)

    load_all(only="sex")
    assert queries("department") == queries("sex")


def test_sets_as_they_were_loaded_cost_no_question_each(client, admin, monkeypatch):
    def queries(*codes):
        few = {code: found_set(code) for code in codes}
        monkeypatch.setattr("soyte.kernel.content.selectors.found_sets", lambda: few)
        for code in codes:
            load_all(only=code)
        client.get(reverse("reference_lists:sets"))  # what a process remembers for a minute is remembered now
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("reference_lists:sets"))
        return len(asked)

    assert queries("sex") == queries("sex", "department", "fuel", "region", "disability")


def test_what_a_load_would_change_is_shown_before(client, admin):
    page = text(client.get(reverse("reference_lists:changes", args=["sex"])))
    assert "dòng mới" in page
    load_all(only="sex")
    assert "Nạp lại không đổi gì" in text(client.get(reverse("reference_lists:changes", args=["sex"])))


def test_an_official_list_is_tried_and_then_taken_once(client, admin, departments):
    before = in_force()
    answer = send(client, whole_list(K01="Khoa Khám bệnh đa khoa", K02=None, K61="Khoa mới"))
    assert answer.status_code == 302
    assert in_force() == before and not Upload.objects.exists()
    page = client.get(answer.url)
    assert "Khoa Khám bệnh đa khoa" in text(page) and "K61" in text(page)
    assert "1 dòng mới" in text(page) and "1 dòng đổi" in text(page) and "1 dòng kết thúc" in text(page)
    assert "Chưa nạp" in text(client.post(answer.url, {}, follow=True)) and in_force() == before
    taken = client.post(answer.url, {"expected": fingerprint(page)})
    assert taken.url == reverse("reference_lists:set", args=["department"])
    after = in_force()
    assert after["K01"] == "Khoa Khám bệnh đa khoa" and after["K61"] == "Khoa mới" and "K02" not in after
    again = client.post(answer.url, {"expected": fingerprint(page)}, follow=True)
    assert "đã nạp rồi" in text(again)
    assert Upload.objects.count() == 1
    event = AuditEvent.objects.get(action="content.upload", outcome="done")
    assert (
        event.account == admin and event.details["counts"]["new"] == 1 and event.details["source"] == "QĐ 1804/QĐ-BYT"
    )
    assert "QĐ 1804/QĐ-BYT" in text(client.get(taken.url)) and "bản đã nạp" in text(client.get(taken.url))
    assert "Bản đã nạp, từ 01/08/2026" in text(client.get(reverse("reference_lists:sets"), {"state": "official"}))


def test_a_csv_of_the_office_is_read_too(client, admin, departments):
    rows = "\n".join(f"{code};{name}" for code, name in in_force().items())
    answer = send(client, f"mã;tên\n{rows}\n".encode("utf-8-sig"), "khoa.csv")
    page = client.get(answer.url)
    assert fingerprint(page) and "dòng mới" not in text(page) and "dòng đổi" not in text(page)


def test_each_bad_row_is_named_and_nothing_is_taken(client, admin, departments):
    bad = sheet(["Mã khoa", "Tên khoa"], ["K01", "Khoa Khám bệnh"], ["K02", ""], ["K01", "Hai lần"])
    answer = send(client, bad)
    page = client.get(answer.url)
    assert "Chưa nạp được dòng nào" in text(page) and not fingerprint(page)
    for said in ("Để trống", "đã có ở dòng 2", "Tên khoa", ">3<", ">4<"):
        assert said in text(page), said
    refused = client.post(answer.url, {"expected": "seen"}, follow=True)
    assert "2 dòng cần sửa" in text(refused)
    assert not Upload.objects.exists()
    export = client.get(reverse("reference_lists:faults", args=answer.url.split("/")[-2:-1]))
    assert export["Content-Type"].endswith("sheet")


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "khoa.xlsx", "Không thấy dòng tiêu đề"),
        (b"PK\x03\x04 cut", "khoa.xlsx", "Không đọc được"),
        (b"\xd0\xcf\x11\xe0 old", "khoa.xls", "XLS kiểu cũ"),
        (b"a,b\n1,2\n", "khoa.csv", "Không thấy dòng tiêu đề"),
    ],
)
def test_what_is_no_list_is_refused_at_the_door(client, admin, departments, content, name, says, settings):
    answer = send(client, content, name)
    assert answer.status_code == 422 and says in text(answer)
    assert not list(spool._folder().iterdir())


def test_an_empty_form_says_what_is_missing(client, admin, departments):
    answer = client.post(reverse("reference_lists:upload", args=["department"]), {})
    assert answer.status_code == 422
    for said in ("Chọn một tệp", "Thiếu ngày bắt đầu hiệu lực", "Thiếu văn bản"):
        assert said in text(answer)
    far = send(client, whole_list(), since="2999-01-01")
    assert far.status_code == 422 and "quá xa" in text(far)


def test_too_large_a_file_is_refused(client, admin, departments, monkeypatch):
    monkeypatch.setattr(services, "LARGEST", 1 << 10)
    assert "Tệp lớn hơn" in text(send(client, b"x" * 2000, "khoa.csv"))


def test_a_list_cut_short_needs_a_second_look(client, admin, departments):
    answer = send(client, sheet(["Mã khoa", "Tên khoa"], ["K01", "Khoa Khám bệnh"]))
    page = client.get(answer.url)
    assert "Nhiều dòng sẽ kết thúc" in text(page)
    unseen = client.post(answer.url, {"expected": fingerprint(page)}, follow=True)
    assert "Đánh dấu là đã xem" in text(unseen) and not Upload.objects.exists() and len(in_force()) > 1
    assert client.post(answer.url, {"expected": fingerprint(page), "seen_ending": "on"}).status_code == 302
    assert list(in_force()) == ["K01"]


def test_of_two_administrators_the_later_looks_again(client, admin, enter, departments):
    mine = send(client, whole_list(K01="Tên của tôi"))
    page = client.get(mine.url)
    other = actor("administrator", unit("Sở khác", kind="department"))
    token = services.try_list(
        other,
        set_code="department",
        since=dt.date.fromisoformat(SINCE),
        source="QĐ 2",
        filename="k.xlsx",
        content=whole_list(K01="Tên của người khác"),
    )
    services.take_list(other, token, expected=services.tried(other, token).plan.fingerprint, seen_ending=False)
    late = client.post(mine.url, {"expected": fingerprint(page)}, follow=True)
    assert "Danh mục đã đổi từ lúc xem thử" in text(late)
    assert in_force()["K01"] == "Tên của người khác"
    assert client.post(mine.url, {"expected": fingerprint(client.get(mine.url))}).status_code == 302
    assert in_force()["K01"] == "Tên của tôi"


def test_a_trial_belongs_to_whoever_made_it_and_is_forgotten(client, admin, enter, departments):
    trial = send(client, whole_list(K01="A"))
    enter("administrator")
    assert "không còn" in text(client.get(trial.url, follow=True))
    assert "không còn" in text(client.post(trial.url, {}, follow=True))
    for token in ("../../../etc/passwd", "x", "a" * 30):
        with pytest.raises(services.TrialGone):
            services.tried(actor_for(admin), token)
    spool.forget(before=timezone.now() + dt.timedelta(days=1))
    with pytest.raises(services.TrialGone):
        services.tried(actor_for(admin), trial.url.split("/")[-2])


def test_a_trial_is_dropped(client, admin, departments):
    trial = send(client, whole_list(K01="A"))
    client.post(reverse("reference_lists:drop", args=[trial.url.split("/")[-2]]))
    assert "không còn" in text(client.get(trial.url, follow=True))


def test_a_list_of_facilities_names_what_files_told_of(client, admin, department):
    from soyte.kernel.actors import Machine
    from soyte.kernel.organisations.services import ensure_facilities

    ensure_facilities(["79999"], dt.date(2026, 5, 1), actor=Machine("files"))
    content = sheet(["Mã cơ sở", "Tên cơ sở", "Loại"], ["79999", "Phòng khám Hoà Bình", "polyclinic"])
    trial = send(client, content, set_code="facilities", source="Danh mục BHXH 2026")
    page = client.get(trial.url)
    assert "Phòng khám Hoà Bình" in text(page)
    client.post(trial.url, {"expected": fingerprint(page)})
    named = Unit.objects.get(facility_code="79999")
    assert (named.name, named.kind, named.state) == ("Phòng khám Hoà Bình", "clinic", "official")


def annex(code, name):
    cells = [""] * 29
    cells[17], cells[21], cells[28] = code, name, " "
    return cells


def test_the_annex_of_tt_06_is_taken_by_its_columns(client, admin):
    head = [""] * 28 + ["Nam"]
    content = sheet(
        head, annex("MÃ BỆNH", "TÊN BỆNH"), annex("A17.0†", "Viêm màng não do lao"), annex("J18.9", "Viêm phổi")
    )
    trial = send(client, content, set_code="icd10", since="2026-07-01", source="TT 06/2026/TT-BYT")
    page = client.get(trial.url)
    assert "Đọc theo sơ đồ cột" in text(page) and "TT 06/2026" in text(page)
    client.post(trial.url, {"expected": fingerprint(page), "seen_ending": "on"})
    assert set(CodeEntry.objects.filter(list="icd10").values_list("code", flat=True)) == {"A17.0", "J18.9"}


def test_a_sheet_to_fill_in_reads_back(client, admin, departments):
    blank = client.get(reverse("reference_lists:blank", args=["department"]))
    content = b"".join(blank.streaming_content)
    answer = send(client, content)
    assert answer.status_code == 302 and "không có dòng nào đọc được" in text(client.get(answer.url))


def test_the_service_refuses_whoever_lacks_the_right(department, departments):
    officer = actor("data_officer", department)
    with pytest.raises(Refused):
        services.try_list(
            officer, set_code="department", since=dt.date(2026, 1, 1), source="x", filename="x", content=b""
        )
    with pytest.raises(Refused):
        services.take_list(officer, "x", expected="", seen_ending=False)
