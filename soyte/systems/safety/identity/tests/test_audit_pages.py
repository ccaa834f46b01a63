"""Refused attempts, the chain, and why; who may open which page; the first administrator."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.models import Post
from soyte.kernel.access.tests.people import account, post, unit
from soyte.kernel.accounts.models import Account
from soyte.kernel.actors import Machine
from soyte.kernel.audit.models import AuditBatch, AuditEvent
from soyte.kernel.audit.services import record, record_refused
from soyte.systems.safety.identity.cli import administrator_password_main, first_administrator_main
from soyte.systems.safety.identity.search import search
from soyte.systems.safety.identity.urls import urlpatterns

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode()


def _addresses(objects):
    for pattern in urlpatterns:
        names = list(pattern.pattern.converters)
        yield reverse(f"identity:{pattern.name}", args=[objects[name] for name in names]), pattern.name


@pytest.fixture
def objects(hospital):
    holder = account("ai.do")
    return {"unit_id": hospital.pk, "account_id": holder.pk, "post_id": post(holder, "doctor", hospital).pk}


OPEN_TO_ALL_READERS = {"units", "unit"}


@pytest.mark.parametrize("role", ["doctor", "it_officer", "data_officer", "gateway", ""])
def test_only_an_administrator_opens_the_pages(client, enter, objects, role):
    enter(role)
    for address, name in _addresses(objects):
        wanted = 200 if name in OPEN_TO_ALL_READERS and role not in ("gateway", "") else 403
        assert client.get(address).status_code == wanted, address
        if name not in OPEN_TO_ALL_READERS:
            assert client.post(address, {}).status_code == 403, address


def test_an_administrator_opens_every_page_and_an_empty_form_writes_nothing(client, admin, objects):
    for address, name in _addresses(objects):
        opened = client.get(address)
        assert opened.status_code == (405 if name == "password_reset" else 200), address
    before = AuditEvent.objects.filter(outcome="done").count()
    for address, name in _addresses(objects):
        if name == "chain":
            continue
        answer = client.post(address, {})
        assert answer.status_code in (302, 405, 422), address
    assert AuditEvent.objects.filter(outcome="done").count() == before


def test_nobody_is_led_to_the_sign_in_page(client, objects):
    for address, _name in _addresses(objects):
        assert client.get(address).status_code == 302


def test_what_is_not_there_is_not_found(client, admin):
    nothing = {"unit_id": 10**15, "account_id": 10**15, "post_id": 10**15}
    for address, name in _addresses(nothing):
        if "don-vi/1" in address or "tai-khoan/1" in address or "cong/1" in address or "chuc-danh/1" in address:
            assert client.get(address).status_code in (404, 405), name


def test_refused_attempts_are_listed_in_words(client, admin, hospital):
    doctor = account("bs.lan", display_name="Lan")
    post(doctor, "doctor", hospital)
    record_refused(actor_for(doctor), "units.manage", obj=hospital, reason="Không chức danh nào có quyền.")
    record_refused(Machine("unknown"), "accounts.sign_in", object_kind="accounts.account", reason="accounts.wrong")
    page = text(client.get(reverse("identity:refused")))
    assert "Tạo, đổi tên, kết thúc đơn vị" in page and "Lan" in page and "Sai tên đăng nhập hoặc mật khẩu" in page
    only = text(client.get(reverse("identity:refused"), {"q": "bs.lan"}))
    assert "Không chức danh nào có quyền" in only and "Sai tên đăng nhập" not in only
    assert "Không chức danh nào có quyền" in text(client.get(reverse("identity:refused"), {"q": "lan"}))
    only = text(client.get(reverse("identity:refused"), {"action": "accounts.sign_in"}))
    assert "Sai tên đăng nhập" in only and "Không chức danh nào có quyền" not in only


def test_the_chain_is_shown_and_verified(client, admin):
    assert "chưa lần nào" in text(client.get(reverse("identity:chain")))
    record(Machine("test"), "units.manage")
    AuditEvent.objects.count()
    answer = client.post(reverse("identity:chain"), follow=True)
    assert "Chưa có lô nào được niêm phong" in text(answer)
    assert AuditEvent.objects.filter(object_kind="audit.chain").count() == 1


def test_sealed_batches_are_listed_and_a_broken_one_is_named(client, admin, monkeypatch):
    AuditBatch.objects.create(
        number=1,
        after_id=0,
        from_xid=0,
        until_xid=9,
        first_id=1,
        last_id=7,
        events=7,
        previous_hash=b"",
        hash=b"no hash",
        sealed_at=timezone.now(),
    )
    assert "Các lô gần đây" in text(client.get(reverse("identity:chain")))
    assert "Chuỗi bị đứt tại lô 1" in text(client.post(reverse("identity:chain"), follow=True))
    monkeypatch.setattr("soyte.systems.safety.identity.views.audit.verify", lambda: None)
    assert "Chuỗi nguyên vẹn" in text(client.post(reverse("identity:chain"), follow=True))


@pytest.mark.parametrize(
    ("action", "at", "says"),
    [
        ("units.read", "", "Được"),
        ("units.read", "70001", "Dữ liệu này thuộc đơn vị"),
        ("units.read", "Sở Y tế", "Không đúng là dữ liệu này"),
        ("units.manage", "", "Không chức danh nào"),
        ("figures.read", "70001", "nằm trong phạm vi"),
        ("figures.read", "Sở Y tế", "nằm ngoài phạm vi"),
    ],
)
def test_why_says_yes_or_no_with_its_reasons(client, admin, hospital, action, at, says):
    post(account("bs.lan"), "doctor", hospital)
    page = text(client.get(reverse("identity:why"), {"account": "bs.lan", "action": action, "unit": at}))
    assert says in page
    assert AuditEvent.objects.filter(action="access.explain", object_kind="accounts.account").count() == 1


def test_why_of_a_locked_account_and_of_nobody(client, admin, hospital):
    post(account("bs.lan", is_active=False), "doctor", hospital)
    assert "đang khoá" in text(client.get(reverse("identity:why"), {"account": "bs.lan", "action": "units.read"}))
    nobody = client.get(reverse("identity:why"), {"account": "zzz", "action": "units.read"})
    assert nobody.status_code == 422 and "Không có tài khoản nào khớp “zzz”" in text(nobody)


def test_why_proposes_people_and_understands_names(client, admin, hospital):
    for username in ("bs.lan", "ys.lan"):
        post(account(username, display_name=f"Trần Lan {username[:2]}"), "doctor", hospital)
    gateway = account("gui-70001", display_name="Cổng 70001", kind="gateway")
    post(gateway, "gateway", hospital)
    page = text(client.get(reverse("identity:why")))
    assert '<option value="Trần Lan bs (bs.lan)">' in page and "Cổng 70001" not in page
    asked = {"action": "units.read"}
    for typed in ("Trần Lan bs (bs.lan)", "tran lan bs", "bs.lan", "BS.LAN"):
        assert "Dữ liệu" in text(client.get(reverse("identity:why"), {**asked, "account": typed, "unit": "70001"}))
    both = text(client.get(reverse("identity:why"), {**asked, "account": "tran lan"}))
    assert "Nhiều tài khoản khớp" in both and "(ys.lan)" in both


def test_why_of_an_act_on_an_account(client, admin, hospital):
    post(account("bs.lan"), "doctor", hospital)
    asked = {"account": admin.username, "action": "accounts.manage", "target": "bs.lan"}
    assert "Dữ liệu này là tài khoản" in text(client.get(reverse("identity:why"), asked))
    assert (
        AuditEvent.objects.get(action="access.explain").details["target"] == Account.objects.get(username="bs.lan").pk
    )


def test_why_tells_conditions_on_citizens_and_tries_them_on_nobody(client, admin, hospital):
    post(account("bs.lan"), "doctor", hospital)
    page = text(client.get(reverse("identity:why"), {"account": "bs.lan", "action": "record.read"}))
    assert "của người đã khám tại cơ sở của bạn trong 12 tháng" in page
    assert "không mang nhãn nhạy cảm mà bạn chưa được cấp" in page
    assert "không xét trên một người dân cụ thể" in page


def test_a_refused_attempt_leads_to_why(client, admin, hospital):
    doctor = account("bs.lan")
    post(doctor, "doctor", hospital)
    record_refused(actor_for(doctor), "audit.read", object_kind="page", object_id="/quan-tri/nhat-ky/")
    page = text(client.get(reverse("identity:refused")))
    assert f"{reverse('identity:why')}?account=bs.lan&amp;action=audit.read" in page


def test_the_search_box_finds_units_and_accounts_for_those_who_may_see_them(admin, hospital, department):
    doctor = account("bs.lan", display_name="Trần Lan")
    post(doctor, "doctor", hospital)
    assert [hit.title for hit in search(actor_for(admin), "tran lan")] == ["Trần Lan"]
    assert [hit.title for hit in search(actor_for(admin), "so y te")] == ["Sở Y tế"]
    assert search(actor_for(doctor), "tran lan") == [] and search(actor_for(doctor), "so y te") == []
    assert [hit.title for hit in search(actor_for(doctor), "70001")] == ["Bệnh viện Đồng Xoài"]


def test_the_first_administrator_is_made_once(department, capsys):
    assert first_administrator_main(["quan.tri", "Nguyễn Thị Quản"]) == 0
    printed = capsys.readouterr().out
    made = Account.objects.get(username="quan.tri")
    password = next(line.split(": ")[1].strip() for line in printed.splitlines() if "Mật khẩu dùng một lần" in line)
    assert made.check_password(password) and made.must_change_password
    assert Post.objects.get(account=made).unit == department
    events = AuditEvent.objects.filter(actor_text="soyte first-administrator", account=None)
    assert set(events.values_list("action", flat=True)) == {"accounts.manage", "posts.manage"}
    assert first_administrator_main(["khac", "Ai Đó"]) == 1
    assert "Đã có quản trị viên" in capsys.readouterr().err


def test_a_first_password_that_ran_out_is_given_anew(department, capsys):
    first_administrator_main(["quan.tri", "Nguyễn Thị Quản"])
    Account.objects.update(one_time_until=timezone.now())
    assert first_administrator_main(["quan.tri", "Nguyễn Thị Quản"]) == 0
    assert Post.objects.count() == 1


def test_without_a_department_nobody_is_made(db, capsys):
    assert first_administrator_main(["quan.tri", "Nguyễn Thị Quản"]) == 1
    assert "soyte content load" in capsys.readouterr().err
    unit("Sở Y tế", kind="department")
    assert first_administrator_main(["Tên Sai", "Nguyễn Thị Quản"]) == 1
    assert Account.objects.count() == 0


def test_an_administrator_who_forgot_is_helped_by_the_operator(client, department, capsys):
    first_administrator_main(["quan.tri", "Nguyễn Thị Quản"])
    chief = Account.objects.get(username="quan.tri")
    Account.objects.update(one_time_until=None, must_change_password=False, is_active=False)
    post(account("bs.lan"), "doctor", department)
    assert administrator_password_main(["bs.lan"]) == 1
    assert "Quản trị viên hiện có: quan.tri" in capsys.readouterr().err
    assert administrator_password_main(["Quan.Tri"]) == 0
    password = re.search(r"Mật khẩu dùng một lần: (\S+)", capsys.readouterr().out)[1]
    chief.refresh_from_db()
    assert chief.check_password(password) and chief.must_change_password and chief.is_active
    events = AuditEvent.objects.filter(actor_text="soyte administrator-password", account=None, object_id=str(chief.pk))
    assert list(events.order_by("id").values_list("details__act", flat=True)) == ["unlock", "reset password"]


def test_who_may_not_is_told_with_the_roles_that_may(client, admin, hospital):
    post(account("bs.lan"), "doctor", hospital)
    page = text(client.get(reverse("identity:why"), {"account": "bs.lan", "action": "accounts.manage"}))
    assert "Chức danh có quyền này: Quản trị viên." in page
    allowed = text(client.get(reverse("identity:why"), {"account": "bs.lan", "action": "record.search"}))
    assert "Chức danh có quyền này" not in allowed
