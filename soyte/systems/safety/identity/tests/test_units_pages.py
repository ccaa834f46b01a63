"""Units through the pages."""

import datetime as dt

import pytest
from django.urls import reverse

from soyte.kernel.access.tests.people import LONG_AGO, unit
from soyte.kernel.actors import Machine
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.organisations.models import Unit
from soyte.kernel.organisations.services import ensure_facilities
from soyte.systems.safety.identity import start
from soyte.systems.safety.identity.selectors import ENDED, TO_NAME
from soyte.systems.safety.identity.services import unit_mark

pytestmark = pytest.mark.django_db
FACTS = {
    "kind": "clinic",
    "parent": "Sở Y tế",
    "ownership": "private",
    "beds": "",
    "software": "HIS X",
    "gln": "",
    "commune_code": "",
}


def text(answer):
    return answer.content.decode()


def test_a_unit_is_found_without_accents_and_by_code(client, admin, hospital):
    for asked in ("dong xoai", "Đồng", "70001"):
        page = text(client.get(reverse("identity:units"), {"q": asked}))
        assert "Bệnh viện Đồng Xoài" in page and "1 đơn vị" in page
    assert "Không có đơn vị nào khớp" in text(client.get(reverse("identity:units"), {"q": "không có"}))


def test_the_list_asks_as_often_for_five_rows_as_for_forty(client, admin, department, django_assert_num_queries):
    def queries():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        client.get(reverse("identity:units"))  # what a process remembers for a minute is remembered now
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("identity:units"))
        return len(asked)

    for number in range(5):
        unit(f"Trạm {number}", kind="station", parent=department)
    few = queries()
    for number in range(40):
        unit(f"Phòng khám {number}", kind="clinic", parent=department)
    assert queries() == few


def test_a_unit_is_made_once_however_often_the_button_is_pressed(client, admin, department):
    form = {
        **FACTS,
        "name": "Phòng khám  Minh Tâm",
        "facility_code": "70b01",
        "valid_from": "2024-01-01",
        "decision": "QĐ 1",
    }
    answer = client.post(reverse("identity:unit_make"), form)
    made = Unit.objects.get(facility_code="70B01")
    assert (answer.status_code, answer.url) == (302, reverse("identity:unit", args=[made.pk]))
    assert (made.name, made.parent, made.software, made.origin) == ("Phòng khám Minh Tâm", department, "HIS X", "hand")
    again = client.post(reverse("identity:unit_make"), form)
    assert again.status_code == 422 and "Đã có “Phòng khám Minh Tâm”" in text(again)
    other = client.post(reverse("identity:unit_make"), {**form, "name": "Phòng khám B"})
    assert other.status_code == 422 and "70B01 đã thuộc đơn vị khác" in text(other)
    assert AuditEvent.objects.filter(action="units.manage", outcome="done").count() == 1


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "Thiếu tên đơn vị"),
        ("facility_code", "7", "không đúng dạng"),
        ("kind", "", "Thiếu loại"),
        ("parent", "không có", "Không có đơn vị đang hoạt động nào khớp"),
        ("valid_from", "31/02/2024", "Hoạt động từ ngày: “31/02/2024” không phải là ngày"),
        ("beds", "mười", "Chỉ ghi chữ số"),
        ("gln", "12", "13 chữ số"),
        ("commune_code", "abc", "5 chữ số"),
        ("commune_code", "99999", "Không xã nào nay mang mã 99999"),
        ("name", "a\0b", ""),
    ],
)
def test_a_wrong_field_says_what_and_writes_nothing(client, admin, field, value, says):
    form = {**FACTS, "name": "Phòng khám A", "facility_code": "70002", "valid_from": "2024-01-01"}
    answer = client.post(reverse("identity:unit_make"), {**form, field: value})
    assert answer.status_code == 422 and says in text(answer)
    assert not Unit.objects.filter(kind="clinic").exists()


def test_units_of_like_names_are_told_apart(client, admin, department):
    first, second = unit("Phòng Y tế", kind="office", parent=department), unit("Phòng Y tế", kind="office")
    form = {**FACTS, "name": "Tổ 1", "valid_from": "2024-01-01"}
    answer = client.post(reverse("identity:unit_make"), {**form, "parent": "phong y te"})
    assert f"#{first.pk}" in text(answer) and f"#{second.pk}" in text(answer)
    client.post(reverse("identity:unit_make"), {**form, "parent": f"Phòng Y tế #{second.pk}"})
    assert Unit.objects.get(name="Tổ 1").parent == second


@pytest.fixture
def unknown(department):
    """A facility that a file told of."""
    ensure_facilities(["79999"], dt.date(2026, 5, 1), actor=Machine("files"))
    return Unit.objects.get(facility_code="79999")


def test_a_unit_that_a_file_made_is_named(client, admin, unknown, rf):
    from soyte.kernel.access.actor import actor_for

    waits = start.waiting(actor_for(admin))[0]
    assert (waits.count, waits.url) == (1, f"/quan-tri/don-vi/?xem={TO_NAME}")
    assert "79999" in text(client.get(waits.url))
    page = client.get(reverse("identity:unit_name", args=[unknown.pk]))
    assert page.status_code == 200 and "chờ đặt tên" not in text(page).split("<form")[2]
    form = {**FACTS, "name": "Phòng khám Hoà Bình"}
    assert client.post(reverse("identity:unit_name", args=[unknown.pk]), form).status_code == 302
    unknown.refresh_from_db()
    assert (unknown.name, unknown.state, unknown.kind) == ("Phòng khám Hoà Bình", "official", "clinic")
    assert start.waiting(actor_for(admin))[0].count == 0
    # the other administrator, whose page still shows it as waiting
    late = client.post(reverse("identity:unit_name", args=[unknown.pk]), {**form, "name": "Tên khác"})
    assert late.status_code == 422 and "không còn chờ" in text(late)
    unknown.refresh_from_db()
    assert unknown.name == "Phòng khám Hoà Bình"


def test_two_who_correct_a_unit_at_once_do_not_overwrite_each_other(client, admin, hospital):
    form = {**FACTS, "kind": "hospital", "mark": unit_mark(hospital)}
    address = reverse("identity:unit_correct", args=[hospital.pk])
    assert client.post(address, form).status_code == 302
    hospital.refresh_from_db()
    assert hospital.software == "HIS X"
    late = client.post(address, {**form, "software": "HIS Y"}, follow=True)
    assert "Người khác vừa sửa" in text(late) and "HIS X" in text(late)
    hospital.refresh_from_db()
    assert hospital.software == "HIS X"


def test_a_unit_is_not_put_below_itself(client, admin, department, hospital):
    form = {**FACTS, "kind": "department", "parent": "70001", "mark": unit_mark(department)}
    answer = client.post(reverse("identity:unit_correct", args=[department.pk]), form)
    assert answer.status_code == 422 and "không thể là cấp trên" in text(answer)


def test_a_renamed_unit_shows_both_names(client, admin, hospital):
    address = reverse("identity:unit_rename", args=[hospital.pk])
    form = {"name": "Bệnh viện Bình Phước", "on": "2025-07-01", "decision": "QĐ 5"}
    assert client.post(address, form).status_code == 302
    page = text(client.get(reverse("identity:unit", args=[hospital.pk])))
    assert "Bệnh viện Đồng Xoài" in page and "QĐ 5" in page
    again = client.post(address, form)
    assert again.status_code == 422 and "01/07/2025" in text(again)
    assert client.post(address, {**form, "on": "2999-01-01"}).status_code == 422


def test_an_ended_unit_hands_over_once(client, admin, hospital, department):
    heir = unit("Bệnh viện Phú Riềng", parent=department, facility_code="70002")
    address = reverse("identity:unit_end", args=[hospital.pk])
    own = client.post(address, {"on": "2026-01-01", "successor": "70001", "relation": "merge"})
    assert own.status_code == 422 and "chính nó" in text(own)
    early = client.post(address, {"on": LONG_AGO.isoformat(), "successor": "", "relation": ""})
    assert early.status_code == 422 and "không dùng được" in text(early)
    form = {"on": "2026-01-01", "successor": "70002", "relation": "merge", "decision": "NQ 1"}
    assert client.post(address, form).status_code == 302
    assert client.post(address, form).status_code == 422
    assert "Bàn giao cho" in text(client.get(reverse("identity:unit", args=[hospital.pk])))
    assert "Nhận từ" in text(client.get(reverse("identity:unit", args=[heir.pk])))
    assert "Bệnh viện Đồng Xoài" in text(client.get(reverse("identity:units"), {"xem": ENDED}))


def test_others_read_units_in_their_reach_only(client, enter, hospital, department):
    enter("doctor")
    page = text(client.get(reverse("identity:unit", args=[hospital.pk])))
    assert "Bệnh viện Đồng Xoài" in page and "Đổi tên" not in page and "Chức danh tại đơn vị" not in page
    assert client.get(reverse("identity:unit", args=[department.pk])).status_code == 404
    assert "Thêm đơn vị" not in text(client.get(reverse("identity:units")))
