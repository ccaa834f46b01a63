"""The pages of a nurse and of an officer of the CDC."""

import io
import zipfile

import pytest
from django.urls import reverse

from soyte.clinical.conditions.models import Condition
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.tests.people import account, post
from soyte.kernel.audit.models import AuditEvent
from soyte.systems.prevention.infectious_disease import services
from soyte.systems.prevention.infectious_disease.models import CaseReport
from soyte.systems.prevention.infectious_disease.tests.people import (
    BINH_PHUOC,
    DONG_XOAI,
    cdc,
    drafted,
    ill,
    person,
    station,
)
from soyte.systems.prevention.infectious_disease.tests.test_alarms import _past, days_ago, hear, many  # noqa: F401

pytestmark = pytest.mark.django_db
BACKEND = "soyte.kernel.accounts.backends.AccountBackend"
GOOD = {"classification": "suspected", "state": "outpatient"}


@pytest.fixture(autouse=True)
def _plain_static(settings):
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


@pytest.fixture
def enter(client):
    """enter("station_nurse") signs somebody of this role in and gives her actor."""

    def go(role="station_nurse", at=None):
        holder = account(display_name="Lê Thị Trạm")
        post(holder, role, at or (station() if role == "station_nurse" else cdc()))
        client.force_login(holder, backend=BACKEND)
        return actor_for(holder)

    return go


def page(client, name, *args, **query):
    answer = client.get(reverse(f"infectious_disease:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def ours(when="", name="Đỗ Thị Bệnh", **facts):
    return ill(when=when or days_ago(0), who=person(name), **facts)


def test_the_list_has_clocks_in_words_and_is_audited(client, enter):
    enter()
    (case,) = drafted(ours(days_ago(1)))
    text = page(client, "cases")
    assert "Sốt xuất huyết Dengue · Đỗ Thị Bệnh" in text and "Còn " in text
    row = AuditEvent.objects.get(person_id=case.person_id, object_kind="case_report")
    assert (row.action, row.purpose) == ("record.read", "prevention")


def test_groups_follow_the_clock(client, enter):
    enter()
    drafted(ours(days_ago(60), received=days_ago(30)), ours(days_ago(0), icd="B01.9"))
    text = page(client, "cases")
    assert text.index("Quá hạn") < text.index("Thủy đậu · ")
    assert "tệp đến muộn" in text


def test_a_station_sees_no_labelled_case_and_no_number_of_them(client, enter):
    drafted(ours(icd="B20.1", labels=["hiv"]), ours(icd="A54.9", labels=["sti"], name="Ai Đó"))
    for role in ("station_nurse", "cdc_officer"):
        enter(role)
        text = page(client, "cases")
        assert "HIV" not in text and "Lậu" not in text and "Không có ca bệnh nào chờ xử lý" in text
        hiv = CaseReport.objects.get(labels=["hiv"])
        assert client.get(reverse("infectious_disease:case", args=[hiv.pk])).status_code == 404
        assert client.post(reverse("infectious_disease:complete", args=[hiv.pk]), GOOD).status_code == 404
    enter("cdc_confidential_officer")
    assert "HIV" in page(client, "cases")


def test_the_form_comes_filled_from_the_file(client, enter):
    enter()
    visit = ours(
        phone="0900111222", address="Tổ 3, khu phố Suối Cái", reason="Sốt cao ngày thứ ba", occupation_code="01"
    )
    Condition.objects.create(encounter=visit, person=visit.person, at=visit.started_at, source_table=1, source_line=1,
                             code="B01.9", role="secondary", seq=1)  # fmt: skip
    (case,) = drafted(visit)
    text = page(client, "case", case.pk)
    for said in (
        "0900111222",
        "Tổ 3, khu phố Suối Cái",
        "Sốt cao ngày thứ ba",
        "Lực lượng quân đội",
        "A97.0",
        "Thủy đậu",
    ):
        assert said in text, said


def test_a_labelled_visit_of_an_unlabelled_disease_keeps_its_words_and_place(client, enter):
    enter()
    (case,) = drafted(ours(labels=["mental"], reason="Lời khai riêng"))
    text = page(client, "case", case.pk)
    assert "mang nhãn nhạy cảm" in text and "Lời khai riêng" not in text and "Cơ sở 70001" not in text


def test_completing_and_reporting_by_the_pages(client, enter):
    enter()
    (case,) = drafted(ours())
    saved = client.post(
        reverse("infectious_disease:complete", args=[case.pk]), {**GOOD, "version": 1, "hamlet": "Ấp 2"}
    )
    assert saved.status_code == 302
    typed = {**GOOD, "version": 2, "hamlet": "Ấp 2", "contacts": "4", "number": "EC-77"}
    done = client.post(reverse("infectious_disease:report", args=[case.pk]), typed)
    assert done.status_code == 302
    text = page(client, "case", case.pk)
    assert "Đã báo cáo" in text and "EC-77" in text and "Ấp 2" in text
    assert "EC-77" in page(client, "cases", xem="da-bao")


def test_what_is_typed_beside_the_number_is_saved_with_it_or_neither_is(client, enter):
    enter()
    case, other = drafted(ours(days_ago(1)), ours(name="Lê Văn Khác"))
    to = [reverse("infectious_disease:report", args=[one.pk]) for one in (case, other)]
    nothing = client.post(to[0], {**GOOD, "version": 1, "contacts": "4", "number": ""})
    assert nothing.status_code == 422 and "Thiếu số phiếu" in nothing.content.decode()
    assert client.post(to[0], {**GOOD, "version": 1, "contacts": "4", "number": "QG-1"}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.reported_no, case.details["contacts"]) == ("reported", "QG-1", "4")
    taken = client.post(to[1], {**GOOD, "version": 1, "contacts": "9", "number": "QG-1"})
    text = taken.content.decode()
    assert taken.status_code == 422 and "đã ghi cho một phiếu khác" in text and 'value="9"' in text
    other.refresh_from_db()
    assert (other.state, other.details) == ("draft", {})


def test_a_number_typed_before_saving_is_not_lost(client, enter):
    enter()
    (case,) = drafted(ours())
    client.post(reverse("infectious_disease:complete", args=[case.pk]), {**GOOD, "version": 1, "number": "EC-78"})
    case.refresh_from_db()
    assert (case.state, case.reported_no) == ("reported", "EC-78")


def test_faults_of_the_form_are_named(client, enter):
    enter()
    (case,) = drafted(ours(days_ago(3)))
    answer = client.post(
        reverse("infectious_disease:complete", args=[case.pk]),
        {
            "version": 1,
            "state": "outpatient",
            "phone": "không có",
            "onset_on": days_ago(0)[:10],
            "sampled_on": "2999-01-01",
        },
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    for said in (
        "Thiếu phân loại",
        "Ghi số điện thoại 8 đến 15 chữ số",
        "Khởi phát không thể sau ngày đến khám",
        "Ngày này chưa tới",
    ):
        assert said in text, said


def test_the_second_officer_sees_both_versions(client, enter):
    nurse = enter()
    (case,) = drafted(ours())
    services.complete(nurse, case.pk, version=1, details={**GOOD, "hamlet": "Ấp 1", "workplace": "Chợ Mới"})
    enter("cdc_officer")
    address = reverse("infectious_disease:complete", args=[case.pk])
    answer = client.post(address, {**GOOD, "version": 1, "hamlet": "Ấp 9"})
    text = answer.content.decode()
    assert answer.status_code == 422 and "vừa lưu phiếu này" in text
    assert "Ấp 1" in text and "Ấp 9" in text and 'name="version" value="2"' in text
    assert 'value="Chợ Mới"' in text  # what only the first one wrote stands in the boxes that the second left empty
    assert 'value="Ấp 9"' in text and 'value="Ấp 1"' not in text


def test_the_second_of_two_numbers_is_told_beside_the_first(client, enter):
    nurse = enter()
    (case,) = drafted(ours())
    services.complete(nurse, case.pk, version=1, details={**GOOD, "hamlet": "Ấp 1"})
    services.report(nurse, case.pk, version=2, number="EC-1")
    enter("cdc_officer")
    typed = {**GOOD, "version": 1, "hamlet": "Ấp 9", "number": "EC-2"}
    answer = client.post(reverse("infectious_disease:report", args=[case.pk]), typed)
    text = answer.content.decode()
    assert answer.status_code == 422 and "vừa lưu phiếu này" in text
    assert all(f"<td>{said}</td>" in text for said in ("EC-1", "EC-2", "Ấp 1", "Ấp 9"))
    case.refresh_from_db()
    assert case.reported_no == "EC-1"


def test_withdrawn_is_told_in_the_list_and_on_the_page(client, enter):
    enter()
    one = ours()
    drafted(one)
    one.in_force = False
    one.save(update_fields=["in_force"])
    (case,) = drafted(one)
    assert "Cơ sở đã rút lượt khám" in page(client, "cases", xem="xem-lai")
    assert "Phiếu vẫn giữ nguyên" in page(client, "case", case.pk)


def test_handing_over_and_signing_by_the_pages(client, enter):
    enter()
    (case,) = drafted(ours())
    address = reverse("infectious_disease:hand_over", args=[case.pk])
    answer = client.post(address, {"version": 1, "commune": DONG_XOAI, "reason": "Ở nhà con"}, follow=True)
    assert "Chờ bên nhận ký" in answer.content.decode() and "Phiếu chuyển chờ ký nhận" in answer.content.decode()
    link = f'href="{reverse("infectious_disease:case", args=[case.pk])}"'
    assert link not in page(client, "cases")
    enter(at=station(DONG_XOAI))
    assert page(client, "cases").count(link) == 2  # the paper and the line of the list
    assert "Ký nhận" in page(client, "case", case.pk)
    answer = client.post(reverse("infectious_disease:receive", args=[case.pk]), follow=True)
    assert "Đã ký nhận phiếu chuyển" in answer.content.decode()


def test_the_sheet_has_a_row_a_report(client, enter):
    enter()
    drafted(ours(), ours(name="Người Khác", icd="B05.9"))
    answer = client.get(reverse("infectious_disease:export"))
    book = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    text = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "Đỗ Thị Bệnh" in text and "Người Khác" in text and "Sởi" in text
    assert AuditEvent.objects.filter(action="cases.export").count() == 2


def test_lists_cost_the_same_with_more_rows(client, enter, django_assert_max_num_queries):
    enter("cdc_officer")
    drafted(*[ours(name=f"Người {number}") for number in range(3)])
    with django_assert_max_num_queries(40) as few:
        page(client, "cases")
    drafted(*[ours(name=f"Người {number}") for number in range(3, 30)])
    with django_assert_max_num_queries(40) as many_rows:
        page(client, "cases")
    assert len(many_rows) <= len(few)


def test_an_outbreak_from_signal_to_closed_by_the_pages(client, enter):
    (signal,) = hear(*many(6))
    enter("cdc_officer")
    assert "Cảnh báo chờ xem" in page(client, "outbreaks")
    text = page(client, "outbreak", signal.pk)
    assert "6 ca, trong đó" in text and "Xác nhận ổ dịch" in text and "theo xã" in text
    address = reverse("infectious_disease:outbreak_decide", args=[signal.pk])
    assert client.post(address, {"version": 1, "decision": "open", "reason": ""}).status_code == 422
    client.post(address, {"version": 1, "decision": "open", "reason": "Đã điều tra"})
    enter()
    text = page(client, "outbreak", signal.pk)
    assert "Xác nhận ổ dịch" not in text
    note = reverse("infectious_disease:outbreak_note", args=[signal.pk])
    told = {"done_on": days_ago(0)[:10], "what": "vector", "note": "Phun 40 hộ"}
    client.post(note, told)
    assert "Phun 40 hộ" in page(client, "outbreak", signal.pk)
    assert client.post(note, {**told, "done_on": "2999-01-01"}).status_code == 422


def test_the_map_marks_the_outbreak_and_shows_a_nurse_no_few_cases_of_other_communes(client, enter):
    station(DONG_XOAI)
    (signal,) = hear(*many(6), *many(2, commune=DONG_XOAI))
    enter("cdc_officer")
    text = page(client, "outbreak", signal.pk)
    assert 'class="map"' in text and "Phường Bình Phước: 6 ca, ổ dịch này" in text
    assert "Phường Đồng Xoài: 2 ca" in text
    enter()
    text = page(client, "outbreak", signal.pk)
    assert "Phường Bình Phước: 6 ca, ổ dịch này" in text and "Phường Đồng Xoài: dưới 5" in text
    hear(*many(6, commune=DONG_XOAI))
    assert "Phường Đồng Xoài: 8 ca, cảnh báo" in page(client, "outbreak", signal.pk)


def test_a_nurse_of_another_commune_finds_no_outbreak(client, enter):
    (signal,) = hear(*many(6))
    enter(at=station(DONG_XOAI))
    assert client.get(reverse("infectious_disease:outbreak", args=[signal.pk])).status_code == 404
    assert BINH_PHUOC not in page(client, "outbreaks")


def test_the_start_page_tells_what_waits(client, enter):
    enter()
    drafted(ours())
    assert "Ca bệnh phải báo cáo" in client.get("/").content.decode()
