"""Signing in and out, and changing a password, as the browser does it."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from soyte.kernel.access.tests.people import account, post, unit
from soyte.kernel.accounts.models import Account
from soyte.web.browsers import browser_in_words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
SECRET = "con mèo trèo cây cau"


@pytest.fixture
def doctor():
    person = account("lan.tran", display_name="Trần Thị Lan")
    person.set_password(SECRET)
    person.save()
    post(person, "doctor", unit("Bệnh viện A"))
    return person


def sign_in(client, password=SECRET, **more):
    return client.post("/dang-nhap/", {"username": "lan.tran", "password": password, **more})


def test_the_form_has_one_password_field_and_needs_no_script(client):
    page = client.get("/dang-nhap/").content.decode()
    assert len(re.findall(r'type="password"', page)) == 1
    assert page.count("<h1") == 1
    assert re.search(r'<form method="post" action="/dang-nhap/"', page)


def test_the_right_password_leads_to_the_page_that_was_asked_for(client, doctor):
    answer = client.get("/tai-khoan/")
    assert answer.status_code == 302 and answer.url.startswith("/dang-nhap/?next=")
    answer = sign_in(client, next="/tai-khoan/")
    assert (answer.status_code, answer.url) == (302, "/tai-khoan/")
    assert "Bệnh viện A" in client.get("/tai-khoan/").content.decode()


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "javascript:alert(1)", ""])
def test_no_other_site_is_led_to(client, doctor, target):
    assert sign_in(client, next=target).url == "/"


def test_a_wrong_password_says_how_many_tries_are_left(client, doctor):
    answer = sign_in(client, "sai sai sai sai")
    assert answer.status_code == 401
    assert "Còn 4 lần thử" in answer.content.decode()


def test_after_five_wrong_ones_the_right_one_waits_too(client, doctor):
    for _ in range(5):
        sign_in(client, "sai sai sai sai")
    answer = sign_in(client)
    assert answer.status_code == 429
    assert "Đã thử sai quá số lần" in answer.content.decode()


def test_the_session_ends_with_the_browser_unless_the_machine_is_ones_own(client, doctor):
    sign_in(client)
    assert client.session.get_expire_at_browser_close()
    client.post("/dang-xuat/")
    sign_in(client, own_machine="on")
    assert client.session.get_expiry_age() == 12 * 3600


def test_signing_out_is_a_post(client, doctor):
    sign_in(client)
    opened = client.get("/dang-xuat/")
    assert (opened.status_code, opened["Allow"]) == (405, "POST")
    assert "chỉ nhận biểu mẫu" in opened.content.decode()
    assert client.post("/dang-xuat/").url == "/dang-nhap/"
    assert client.get("/").status_code == 302


def test_a_password_is_changed_and_the_session_goes_on(client, doctor):
    sign_in(client)
    answer = client.post("/doi-mat-khau/", {"current": SECRET, "new": "bò vàng ăn cỏ non"})
    assert answer.url == "/tai-khoan/"
    assert "Đã đổi mật khẩu" in client.get("/tai-khoan/").content.decode()
    assert Account.objects.get(pk=doctor.pk).check_password("bò vàng ăn cỏ non")


@pytest.mark.parametrize(
    ("current", "new", "text"),
    [
        ("sai", "bò vàng ăn cỏ non", "Mật khẩu hiện tại chưa đúng"),
        (SECRET, "ngắn", "ít nhất 10 ký tự"),
        (SECRET, SECRET, "trùng mật khẩu hiện tại"),
    ],
)
def test_a_refused_change_names_the_field_and_changes_nothing(client, doctor, current, new, text):
    sign_in(client)
    answer = client.post("/doi-mat-khau/", {"current": current, "new": new})
    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert Account.objects.get(pk=doctor.pk).check_password(SECRET)


def test_a_one_time_password_opens_only_the_page_that_changes_it(client, doctor):
    Account.objects.filter(pk=doctor.pk).update(must_change_password=True)
    sign_in(client)
    assert client.get("/").url == "/doi-mat-khau/"
    assert client.get("/doi-mat-khau/").status_code == 200
    assert client.post(reverse("web:sign_out")).status_code == 302


def test_the_look_and_the_language_are_kept_in_cookies(client):
    assert client.post("/giao-dien/", {"theme": "dark", "next": "/dang-nhap/"}).url == "/dang-nhap/"
    assert 'data-bs-theme="dark"' in client.get("/dang-nhap/").content.decode()
    client.post("/giao-dien/", {"theme": "nonsense"})
    assert 'data-bs-theme="auto"' in client.get("/dang-nhap/").content.decode()
    client.post("/ngon-ngu/", {"language": "en"})
    assert '<html lang="en"' in client.get("/dang-nhap/").content.decode()


def test_the_browsers_own_language_is_not_asked(client):
    assert '<html lang="vi"' in client.get("/dang-nhap/", headers={"accept-language": "en"}).content.decode()


def test_windows_without_updates_is_told_so(client):
    old = (
        "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36"
    )
    assert "không còn được vá lỗi" in client.get("/dang-nhap/", headers={"user-agent": old}).content.decode()
    assert "không còn được vá lỗi" not in client.get("/dang-nhap/").content.decode()


@pytest.mark.parametrize("address", ["/tim/?k=a%00b", "/tai-khoan/%00/", "/dang-nhap/?next=%00"])
def test_a_nul_in_an_address_is_no_fault_of_ours(client, doctor, address):
    sign_in(client)
    answer = client.get(address)
    assert answer.status_code == 400 and "Yêu cầu không đọc được" in answer.content.decode()


def test_an_account_sees_where_it_is_signed_in_and_signs_out_there(client, doctor):
    sign_in(client)
    there = Client(
        headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36"}
    )
    third = Client(headers={"user-agent": "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0"})
    for other in (there, third):
        sign_in(other)
    page = client.get("/tai-khoan/").content.decode()
    assert "Chrome, Windows" in page and "Firefox, Android" in page and "máy này" in page
    assert client.session.session_key not in page and there.session.session_key not in page
    row = page[page.index("Chrome, Windows") :]
    mark = re.search(r'name="phien" value="(\w+)"', row)[1]
    answer = client.post("/tai-khoan/phien/ket-thuc/", {"phien": mark}, follow=True)
    assert "Đã đăng xuất ở 1 nơi khác" in answer.content.decode()
    assert there.get("/tai-khoan/").status_code == 302 and third.get("/tai-khoan/").status_code == 200
    again = client.post("/tai-khoan/phien/ket-thuc/", {"phien": mark}, follow=True)
    assert "đã hết từ trước" in again.content.decode()
    client.post("/tai-khoan/phien/ket-thuc/")
    assert third.get("/tai-khoan/").status_code == 302 and client.get("/tai-khoan/").status_code == 200


@pytest.mark.parametrize(
    ("described", "says"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/130.0 Chrome/124.0 Safari/537.36", "Cốc Cốc, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Version/17.0 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        ("curl/8", "trình duyệt không rõ"),
    ],
)
def test_a_browser_in_words(described, says):
    assert browser_in_words(described) == says
