"""Accounts, posts, gateways through the pages."""

import re

import pytest
from django.urls import reverse

from soyte.kernel.access.models import Post
from soyte.kernel.access.tests.people import account, post, unit
from soyte.kernel.accounts.models import Account
from soyte.kernel.accounts.passwords import gateway_form
from soyte.kernel.accounts.sign_in import check_gateway
from soyte.kernel.audit.models import AuditEvent
from soyte.systems.safety.identity import services

pytestmark = pytest.mark.django_db
MAKE = {
    "display_name": "Trần Thị Lan",
    "username": "Lan.Tran",
    "phone": "0912345678",
    "role": "doctor",
    "unit": "70001",
    "reason": "QĐ 3",
}


def text(answer):
    return answer.content.decode()


def secret(answer):
    return re.search(r"data-secret>([^<]+)<", text(answer))[1]


def test_an_account_is_made_with_its_first_post_and_its_password_is_shown_once(client, admin, hospital):
    answer = client.post(reverse("identity:account_make"), MAKE)
    made = Account.objects.get(username="lan.tran")
    assert answer.status_code == 200 and made.check_password(secret(answer)) and made.must_change_password
    assert Post.objects.get(account=made).unit == hospital and Post.objects.get(account=made).given_by == admin
    page = text(client.get(reverse("identity:account", args=[made.pk])))
    assert secret(answer) not in page and "Bác sĩ" in page and "QĐ 3" in page
    assert secret(answer) not in str(list(AuditEvent.objects.values_list("details", flat=True)))
    again = client.post(reverse("identity:account_make"), MAKE)
    assert again.status_code == 422 and "đã có người dùng" in text(again)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"username": "Tên Có Dấu"}, "không dùng được"),
        ({"username": ""}, "Thiếu tên đăng nhập"),
        ({"display_name": " "}, "Thiếu họ và tên"),
        ({"unit": ""}, "Thiếu đơn vị của chức danh"),
        ({"role": ""}, "Chọn chức danh tại đơn vị này"),
        ({"role": "gateway"}, ""),
        ({"unit": "khong"}, "nào khớp"),
    ],
)
def test_a_wrong_account_leaves_nothing_behind(client, admin, hospital, change, says):
    answer = client.post(reverse("identity:account_make"), {**MAKE, **change})
    assert answer.status_code == 422 and says in text(answer)
    assert Account.objects.count() == 1 and Post.objects.count() == 1


def test_a_reset_of_two_at_once_tells_one_password_only(client, admin):
    person = account("minh")
    address, mark = reverse("identity:password_reset", args=[person.pk]), services.password_mark(person)
    first = client.post(address, {"mark": mark})
    second = client.post(address, {"mark": mark}, follow=True)
    person.refresh_from_db()
    assert person.check_password(secret(first))
    assert "vừa được đặt lại" in text(second) and "data-secret" not in text(second)
    assert client.get(address).status_code == 405


def test_an_account_is_locked_and_opened_with_a_reason(client, admin):
    person = account("minh")
    address = reverse("identity:account_lock", args=[person.pk])
    assert "Thiếu lý do" in text(client.post(address, {"reason": " "}))
    assert client.post(address, {"reason": "Nghỉ việc"}).status_code == 302
    assert "đã khoá từ trước" in text(client.post(address, {"reason": "Nghỉ việc"}, follow=True))
    person.refresh_from_db()
    assert not person.is_active
    assert AuditEvent.objects.filter(action="accounts.manage", reason="Nghỉ việc").count() == 1
    opened = client.post(reverse("identity:account_unlock", args=[person.pk]), {"reason": "Trở lại"}, follow=True)
    assert "Đã mở khoá" in text(opened)


def test_the_last_administrator_can_neither_lock_nor_leave(client, admin, department):
    locked = client.post(reverse("identity:account_lock", args=[admin.pk]), {"reason": "thử"})
    assert locked.status_code == 422 and "quản trị viên cuối cùng" in text(locked)
    held = Post.objects.get(account=admin)
    address = reverse("identity:post_end", args=[held.pk])
    left = client.post(address, {"on": "2026-01-01", "reason": "thử"})
    assert left.status_code == 422 and "quản trị viên cuối cùng" in text(left)
    held.refresh_from_db()
    assert held.valid_to is None
    post(account("hai"), "administrator", department)
    assert client.post(address, {"on": "2026-01-01", "reason": "đổi việc"}).status_code == 302


def test_a_post_is_given_with_dates_and_taken_with_a_reason(client, admin, hospital):
    person = account("minh")
    address = reverse("identity:post_give", args=[person.pk])
    form = {"role": "it_officer", "unit": "dong xoai", "valid_from": "2026-01-01", "valid_to": "", "reason": "QĐ 7"}
    assert client.post(address, form).status_code == 302
    again = client.post(address, form)
    assert again.status_code == 422 and "đã giữ chức danh này" in text(again)
    turned = client.post(address, {**form, "role": "doctor", "valid_to": "2025-01-01"})
    assert turned.status_code == 422 and "không được trước" in text(turned)
    given = Post.objects.get(account=person)
    end = reverse("identity:post_end", args=[given.pk])
    assert "Thiếu lý do" in text(client.post(end, {"on": "2026-03-01", "reason": ""}))
    assert client.post(end, {"on": "2026-03-01", "reason": "Chuyển việc"}).status_code == 302
    assert "đã thôi từ ngày 01/03/2026" in text(client.post(end, {"on": "2026-04-01", "reason": "nữa"}, follow=True))
    given.refresh_from_db()
    assert str(given.valid_to) == "2026-03-01"


def test_a_gateway_is_made_for_a_facility_and_its_password_works_at_the_door(client, admin, hospital):
    page = text(client.get(reverse("identity:gateways"), {"thieu": "on"}))
    assert "Bệnh viện Đồng Xoài" in page
    address = reverse("identity:gateway_make", args=[hospital.pk])
    assert 'value="70001_bv"' in text(client.get(address))
    form = {"username": "70001_bv", "display_name": "Cổng", "password": ""}
    made = client.post(address, form)
    assert check_gateway("70001_bv", gateway_form(secret(made)), "10.0.0.1").ok
    assert client.post(address, form).status_code == 422
    assert "Bệnh viện Đồng Xoài" not in text(client.get(reverse("identity:gateways"), {"thieu": "on"}))
    gateway = Account.objects.get(username="70001_bv")
    change = reverse("identity:gateway_password", args=[gateway.pk])
    mark = services.password_mark(gateway)
    assert "ít nhất 10 ký tự" in text(client.post(change, {"password": "ngắn", "mark": mark}))
    chosen = client.post(change, {"password": "mat-khau-cua-HIS", "mark": mark})
    assert secret(chosen) == "mat-khau-cua-HIS"
    assert check_gateway("70001_bv", gateway_form("mat-khau-cua-HIS"), "10.0.0.1").ok
    late = client.post(change, {"password": "", "mark": mark})
    assert late.status_code == 422 and "vừa được đặt lại" in text(late)


def test_a_person_s_password_is_no_gateway_s_and_the_reverse(client, admin, hospital):
    person, gateway = account("minh"), account("g", kind="gateway")
    answer = client.post(
        reverse("identity:gateway_password", args=[person.pk]), {"mark": services.password_mark(person)}
    )
    assert answer.status_code == 422 and "không phải tài khoản cổng" in text(answer)
    answer = client.post(
        reverse("identity:password_reset", args=[gateway.pk]), {"mark": services.password_mark(gateway)}, follow=True
    )
    assert "là của cổng" in text(answer)
    office = unit("Phòng không mã", kind="office")
    assert client.get(reverse("identity:gateway_make", args=[office.pk])).status_code == 404


def test_two_who_edit_an_account_at_once_do_not_overwrite_each_other(client, admin):
    person = account("minh", display_name="Lê Minh")
    address, mark = reverse("identity:account_edit", args=[person.pk]), services.account_mark(person)
    assert client.post(address, {"display_name": "Lê Văn Minh", "phone": "", "mark": mark}).status_code == 302
    late = client.post(address, {"display_name": "Lê Minh B", "phone": "", "mark": mark}, follow=True)
    assert "Người khác vừa sửa" in text(late) and "Lê Văn Minh" in text(late)


def test_the_list_filters_and_asks_a_constant_number_of_questions(client, admin, hospital):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries():
        client.get(reverse("identity:accounts"))  # what a process remembers for a minute is remembered now
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("identity:accounts"))
        return len(asked)

    for number in range(3):
        post(account(f"a{number}"), "doctor", hospital)
    few = queries()
    for number in range(30):
        post(account(f"b{number}"), "doctor", hospital)
    assert queries() == few
    account("khoa", display_name="Đặng Khoa", is_active=False)
    page = text(client.get(reverse("identity:accounts"), {"q": "dang khoa", "state": "locked"}))
    assert "Đặng Khoa" in page and "1 tài khoản" in page
    assert "33 tài khoản" in text(client.get(reverse("identity:accounts"), {"role": "doctor"}))


def test_roles_are_shown_with_their_holders(client, admin):
    page = text(client.get(reverse("identity:roles")))
    assert "Quản trị viên" in page and "1 người đang giữ" in page
