"""The gateway's API as a hospital's software speaks it."""

import base64
import datetime as dt
import hashlib

import pytest
from django.core import signing

from soyte.clinical.encounters.models import Encounter
from soyte.clinical.encounters.tests.visits import facility
from soyte.kernel.access.tests.people import account, post
from soyte.kernel.accounts.models import Account
from soyte.kernel.accounts.passwords import gateway_form
from soyte.kernel.audit.models import AuditEvent
from soyte.systems.care.visit_intake.gateway import tokens
from soyte.systems.care.visit_intake.models import Receipt
from soyte.systems.care.visit_intake.tests.samples import check_in_file, visit_file

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "mat-khau-cua-cong"
FORM = hashlib.md5(PASSWORD.encode()).hexdigest().upper()


@pytest.fixture
def hospital(settings):
    settings.SOYTE_DEMO = False
    unit = facility("70001")
    holder = account("cong-70001", kind=Account.Kind.GATEWAY)
    holder.set_password(gateway_form(PASSWORD))
    holder.save()
    post(holder, "gateway", unit)
    return unit


def take(client, password=FORM, username="cong-70001"):
    return client.post("/api/token/take", {"username": username, "password": password}).json()


def send(client, content, *, key=None, path="guiHoSoXmlQD4750", **form):
    key = key or take(client)["APIKey"]
    headers = {"accessToken": key["access_token"], "tokenId": key["id_token"], "passwordHash": FORM}
    told = {"username": "cong-70001", "loaiHoSo": "130", "maTinh": "70", "maCSKCB": "70001",
            "fileHSBase64": base64.b64encode(content).decode(), **form}  # fmt: skip
    return client.post(f"/api/qd130/{path}", told, headers=headers).json()


def test_a_token_is_given_for_the_md5_form_and_lasts_a_quarter_of_an_hour(client, hospital):
    answer = take(client)
    assert answer["maKetQua"] == "200"
    assert set(answer["APIKey"]) == {"access_token", "id_token", "token_type", "username", "expires_in"}
    left = dt.datetime.fromisoformat(answer["APIKey"]["expires_in"]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(seconds=880) < left <= dt.timedelta(seconds=901)
    assert take(client, password=FORM[::-1])["maKetQua"] == "401"
    assert take(client, password=PASSWORD)["maKetQua"] == "401"


def test_a_good_file_is_taken_and_the_same_bytes_give_the_first_number_again(client, hospital):
    content = visit_file(code="LK1")
    first, second = send(client, content), send(client, content)
    assert first["maKetQua"] == second["maKetQua"] == "200"
    assert first["maGiaoDich"] == second["maGiaoDich"] == Receipt.objects.get().number
    assert len(first["thoiGianTiepNhan"]) == 14
    assert "không chuyển tiếp" in first["thongDiep"]
    assert Encounter.objects.filter(in_force=True, visit_code="LK1").count() == 1


def test_a_refused_visit_says_what_to_mend(client, hospital):
    answer = send(client, visit_file(code="LK1", MA_BENH_CHINH=""))
    assert answer["maKetQua"] == "205"
    assert "XML1.MA_BENH_CHINH" in answer["thongDiep"]
    assert answer["maGiaoDich"]
    assert not Encounter.objects.exists()


def test_of_several_the_good_ones_stay(client, hospital):
    answer = send(client, visit_file({"code": "LK1"}, {"code": "LK2", "MA_BENH_CHINH": ""}))
    assert answer["maKetQua"] == "205"
    assert "1 lượt" in answer["thongDiep"]
    assert list(Encounter.objects.values_list("visit_code", flat=True)) == ["LK1"]


def test_form_or_file_of_another_facility_is_refused(client, hospital):
    facility("70002")
    form = send(client, visit_file(code="LK1"), maCSKCB="70002")
    assert (form["maKetQua"], bool(form["maGiaoDich"])) == ("403", True)
    file = send(client, visit_file(code="LK1", facility_code="70002"))
    assert (file["maKetQua"], bool(file["maGiaoDich"])) == ("403", True)
    assert not Encounter.objects.exists()
    assert AuditEvent.objects.filter(outcome="refused", action="visit_files.send").exists()


@pytest.mark.parametrize("text", ["", "không phải base64", "%%%", "PGE-"])
def test_what_is_not_base64_is_content_wrong(client, hospital, text):
    answer = send(client, b"", fileHSBase64=text)
    assert (answer["maKetQua"], bool(answer["maGiaoDich"])) == ("205", True)


@pytest.mark.parametrize("content", [b"not xml", b"<!DOCTYPE a><GIAMDINHHS/>", b"%PDF-1.7"])
def test_what_is_no_visit_file_is_content_wrong_with_a_receipt(client, hospital, content):
    answer = send(client, content)
    assert answer["maKetQua"] == "205"
    assert Receipt.objects.get().number == answer["maGiaoDich"]


def test_a_plus_that_nobody_escaped_is_still_read(client, hospital):
    content = visit_file(code="LK1")
    packed = base64.b64encode(content).decode()
    assert send(client, content, fileHSBase64=packed.replace("+", " "))["maKetQua"] == "200"


def test_headers_must_all_fit_and_a_changed_password_ends_the_token(client, hospital):
    key = take(client)["APIKey"]
    assert send(client, b"", key=key | {"id_token": "x"})["maKetQua"] == "401"
    assert send(client, b"", key=key | {"access_token": key["access_token"][:-2]})["maKetQua"] == "401"
    holder = Account.objects.get(username="cong-70001")
    holder.set_password(gateway_form("mat-khau-khac-han"))
    holder.save()
    assert send(client, visit_file(code="LK1"), key=key)["maKetQua"] == "401"
    assert not Receipt.objects.exists()


def test_an_old_token_is_refused(client, hospital, monkeypatch):
    key = take(client)["APIKey"]
    monkeypatch.setattr(tokens, "LIFE", dt.timedelta(seconds=-1))
    assert send(client, visit_file(code="LK1"), key=key)["maKetQua"] == "401"
    with pytest.raises(signing.SignatureExpired):
        signing.loads(key["access_token"], salt=tokens.SALT, max_age=-1)


def test_a_check_in_and_a_file_at_the_wrong_address_are_read(client, hospital):
    assert send(client, check_in_file(code="LK9"), path="checkInKcbQd3176", loaiHoSo="0")["maKetQua"] == "200"
    answer = send(client, visit_file(code="LK1"), path="checkInKcbQd4750", loaiHoSo="0")
    assert answer["maKetQua"] == "200"
    assert "Lưu ý" in answer["thongDiep"]


def test_five_wrong_passwords_close_the_account_for_a_while(client, hospital):
    for _ in range(5):
        take(client, password="0" * 32)
    assert take(client)["maKetQua"] == "401"


def test_odd_fields_are_refused_in_few_words(client, hospital):
    assert take(client, username="a\0b")["maKetQua"] == "401"
    assert send(client, visit_file(code="LK1"), maCSKCB="7\x00000")["maKetQua"] == "403"
    answer = send(client, visit_file(code="LK1"), maCSKCB="7" * 100_000)
    assert answer["maKetQua"] == "403" and len(answer["thongDiep"]) < 400
    assert len(AuditEvent.objects.filter(outcome="refused").latest("pk").reason) < 400
    assert not Encounter.objects.exists()
