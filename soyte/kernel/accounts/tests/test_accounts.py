import datetime as dt
import threading

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.db import connection
from django.utils import timezone

from soyte.kernel.access.policy import Refused
from soyte.kernel.access.tests.people import actor, unit
from soyte.kernel.accounts import services, throttle
from soyte.kernel.accounts.backends import AccountBackend
from soyte.kernel.accounts.models import Account, Session, SignInAttempt
from soyte.kernel.accounts.passwords import gateway_form
from soyte.kernel.accounts.sessions import SessionStore, end_elsewhere, signed_in
from soyte.kernel.accounts.sign_in import check_gateway, keep_session, sign_in, sign_out
from soyte.kernel.actors import Machine
from soyte.kernel.audit.models import AuditEvent

MACHINE = Machine("test")
PASSWORD = "mưa rơi trên mái tôn"


def made(username="bs.an", **facts):
    return services.create_account(
        MACHINE, **{"username": username, "display_name": "Nguyễn Văn An", "password": PASSWORD} | facts
    ).account


@pytest.fixture
def browser(rf):
    """A request of a new browser; `browser(address=...)` from elsewhere."""

    def request(address="10.0.0.1", session_key=None):
        request = rf.post("/dang-nhap/", REMOTE_ADDR=address)
        request.session = SessionStore(session_key)
        request.user = None
        return request

    return request


@pytest.mark.django_db
def test_a_person_signs_in_and_the_session_changes_its_key(browser):
    account, request = made(), browser()
    request.session.save()
    before = request.session.session_key
    result = sign_in(request, " BS.An ", PASSWORD)
    assert result.account == account
    assert request.session.session_key != before
    assert AccountBackend().get_user(account.pk) == account
    event = AuditEvent.objects.get(action="accounts.sign_in")
    assert (event.outcome, event.account, event.address) == ("done", account, "10.0.0.1")


@pytest.mark.django_db
def test_a_name_and_a_password_are_the_same_however_a_keyboard_composes_them(browser):
    decomposed = "mu\u031ba ro\u031bi tre\u0302n ma\u0301i to\u0302n"
    account = made(display_name="Nguye\u0302\u0303n  Va\u0306n An", password=decomposed)
    assert account.display_name == "Nguyễn Văn An"
    assert sign_in(browser(), "bs.an", PASSWORD).account == account
    assert gateway_form(decomposed) == gateway_form(PASSWORD)


@pytest.mark.django_db
def test_passwords_are_argon2():
    assert identify_hasher(made().password).algorithm == "argon2"


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["bs.an", "khong.co"])
def test_a_wrong_password_and_an_unknown_name_are_answered_alike(browser, username):
    made()
    results = [sign_in(browser(), username, "sai sai sai sai") for _ in range(6)]
    assert [result.tries_left for result in results] == [4, 3, 2, 1, 0, 0]
    assert [result.code for result in results] == ["accounts.wrong"] * 5 + ["accounts.throttled"]
    assert "Còn 4 lần thử" in results[0].message
    assert results[5].retry_at > timezone.now() + dt.timedelta(minutes=14)
    if username == "bs.an":
        assert sign_in(browser(), username, PASSWORD).code == "accounts.throttled"
    names = set(AuditEvent.objects.filter(outcome="refused").values_list("actor_text", flat=True))
    assert names == ({"bs.an"} if username == "bs.an" else {"unknown"})


@pytest.mark.django_db
def test_a_right_password_forgives_earlier_failures_and_time_does_too(browser):
    made()
    for _ in range(4):
        sign_in(browser(), "bs.an", "sai sai sai sai")
    assert sign_in(browser(), "bs.an", PASSWORD).ok
    assert sign_in(browser(), "bs.an", "sai sai sai sai").tries_left == 4
    for _ in range(4):
        sign_in(browser(), "bs.an", "sai sai sai sai")
    assert sign_in(browser(), "bs.an", PASSWORD).code == "accounts.throttled"
    SignInAttempt.objects.update(at=timezone.now() - throttle.WINDOW)
    assert sign_in(browser(), "bs.an", PASSWORD).ok


@pytest.mark.django_db
def test_one_address_may_not_try_many_names(browser):
    for n in range(throttle.TRIES_OF_ADDRESS):
        throttle.take_turn(f"name{n}", "10.0.0.7")
    made()
    assert sign_in(browser("10.0.0.7"), "bs.an", PASSWORD).code == "accounts.throttled"
    assert sign_in(browser("10.0.0.8"), "bs.an", PASSWORD).ok


@pytest.mark.django_db(transaction=True)
def test_many_attempts_at_once_get_no_more_tries():
    turns, start = [], threading.Barrier(12)

    def attempt():
        try:
            start.wait()
            turns.append(throttle.take_turn("bs.an", "10.0.0.1"))
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(turn.retry_at is None for turn in turns) == throttle.TRIES_OF_ACCOUNT


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change, code",
    [
        ({"is_active": False}, "accounts.locked"),
        ({"synthetic": True}, "accounts.demo_only"),
        ({"one_time_until": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, "accounts.one_time_ended"),
        ({"kind": "gateway"}, "accounts.wrong"),
    ],
)
def test_an_account_that_may_not_sign_in_is_told_why_only_with_its_password(browser, settings, change, code):
    settings.SOYTE_DEMO = False
    account = made()
    Account.objects.filter(pk=account.pk).update(**change)
    assert sign_in(browser(), "bs.an", "sai sai sai sai").code == "accounts.wrong"
    result = sign_in(browser(), "bs.an", PASSWORD)
    assert (result.account, result.code) == (None, code)


@pytest.mark.django_db
def test_demo_accounts_live_in_the_demo_only(settings):
    settings.SOYTE_DEMO = False
    with pytest.raises(services.DemoOnly):
        made(synthetic=True)
    settings.SOYTE_DEMO = True
    account = made(synthetic=True)
    assert AccountBackend().get_user(account.pk) == account
    settings.SOYTE_DEMO = False
    assert AccountBackend().get_user(account.pk) is None


@pytest.mark.django_db
def test_a_one_time_password_must_be_changed(browser):
    issued = services.create_account(MACHINE, username="y.ta", display_name="Lê Thị Bé")
    assert issued.account.must_change_password
    request = browser()
    account = sign_in(request, "y.ta", issued.password).account
    changed = services.change_password(MACHINE, account, current=issued.password, new=PASSWORD)
    keep_session(request, changed)
    assert not changed.must_change_password
    assert request.session["_auth_user_hash"] == changed.get_session_auth_hash()
    assert sign_in(browser(), "y.ta", PASSWORD).ok
    assert not sign_in(browser(), "y.ta", issued.password).ok


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_current_password_are_counted():
    account = made()
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(services.CurrentPasswordWrong) as refused:
            services.change_password(MACHINE, account, current="x", new="một câu thật dài")
        assert f"Còn {left} lần" in str(refused.value)
    with pytest.raises(services.TooManyTries):
        services.change_password(MACHINE, account, current=PASSWORD, new="một câu thật dài")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts, error",
    [
        ({"username": "Bác sĩ"}, services.UsernameForm),
        ({"username": ""}, services.UsernameForm),
        ({"username": "BS.AN"}, services.UsernameTaken),
        ({"display_name": " "}, services.DisplayNameMissing),
    ],
)
def test_an_account_that_is_not_well_formed_is_refused(facts, error):
    made()
    with pytest.raises(error) as refused:
        made(**{"username": "khac"} | facts)
    assert "%(" not in str(refused.value)
    assert Account.objects.count() == 1


@pytest.mark.django_db
def test_a_gateway_password_is_kept_as_argon2_of_its_md5_form(browser):
    gateway = made("cong.70001", kind="gateway")
    form = gateway_form(PASSWORD)
    assert form not in gateway.password
    assert check_gateway("cong.70001", form, "10.0.0.1").account == gateway
    assert check_gateway("cong.70001", form.lower(), "10.0.0.1").account == gateway
    assert check_gateway("cong.70001", PASSWORD, "10.0.0.1").code == "accounts.wrong"
    assert not sign_in(browser(), "cong.70001", PASSWORD).ok
    assert AccountBackend().get_user(gateway.pk) is None
    issued = services.set_gateway_password(MACHINE, gateway)
    assert check_gateway("cong.70001", gateway_form(issued.password), "10.0.0.1").ok
    with pytest.raises(services.NotAPerson):
        services.reset_password(MACHINE, gateway)
    with pytest.raises(services.NotAGateway):
        services.set_gateway_password(MACHINE, made())


@pytest.mark.django_db
def test_a_reset_ends_the_sessions_of_the_account(browser):
    account, request = made(), browser()
    sign_in(request, "bs.an", PASSWORD)
    administrator = actor("administrator", unit())
    services.reset_password(administrator, account)
    fresh = Account.objects.get(pk=account.pk)
    assert request.session["_auth_user_hash"] != fresh.get_session_auth_hash()
    event = AuditEvent.objects.filter(account=administrator.account).latest("id")
    assert (event.action, event.details) == ("accounts.manage", {"act": "reset password"})


@pytest.mark.django_db
def test_accounts_are_changed_by_administrators_alone(settings):
    hospital, account = unit(), made()
    doctor = actor("doctor", hospital)
    for act in (
        lambda: services.create_account(doctor, username="a", display_name="A"),
        lambda: services.reset_password(doctor, account),
        lambda: services.lock_account(doctor, account, reason="x"),
        lambda: services.edit_account(doctor, account, display_name="B", phone=""),
    ):
        with pytest.raises(Refused):
            act()
    assert AuditEvent.objects.filter(outcome="refused", account=doctor.account).count() == 4
    administrator = actor("administrator", hospital)
    assert not services.lock_account(administrator, account, reason="nghỉ việc").is_active
    assert services.unlock_account(administrator, account, reason="đi làm lại").is_active


@pytest.mark.django_db
def test_signing_out_is_recorded(browser):
    account, request = made(), browser()
    sign_in(request, "bs.an", PASSWORD)
    sign_out(request)
    assert AuditEvent.objects.filter(action="accounts.sign_out", account=account).count() == 1
    assert "_auth_user_id" not in request.session


@pytest.mark.django_db
def test_old_attempts_are_forgotten():
    throttle.take_turn("bs.an", None, now=timezone.now() - dt.timedelta(days=100))
    throttle.take_turn("bs.an", None)
    assert throttle.forget_attempts(before=timezone.now() - dt.timedelta(days=90)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["le thi hoa", "Lê Thị", "hoa.le", "0912"])
def test_an_account_is_found_by_name_with_marks_or_without(text):
    from soyte.kernel.accounts.selectors import accounts

    found = Account.objects.create(username="hoa.le", display_name="Lê Thị Hoa", phone="0912000111")
    Account.objects.create(username="minh", display_name="Trần Minh")
    assert list(accounts(text=text)) == [found]


@pytest.mark.django_db
def test_old_attempts_and_ended_sessions_are_forgotten():
    from soyte.kernel.accounts.jobs import forget_old

    now = timezone.now()
    for days in (1, 91):
        SignInAttempt.objects.create(at=now - dt.timedelta(days=days), username="ai", outcome="failed")
    Session.objects.create(session_key="ended", session_data="x", expire_date=now - dt.timedelta(hours=1))
    Session.objects.create(session_key="open", session_data="x", expire_date=now + dt.timedelta(hours=1))
    forget_old()
    assert SignInAttempt.objects.count() == 1
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]


@pytest.mark.django_db
def test_an_account_sees_where_it_is_signed_in_and_ends_it_there(browser):
    account, other = made(), made("ys.binh")
    here, there, third = browser("10.0.0.1"), browser("10.0.0.2"), browser("10.0.0.3")
    for request in (here, there, third):
        sign_in(request, "bs.an", PASSWORD)
        request.session.save()
    strange = browser("10.0.0.9")
    sign_in(strange, "ys.binh", PASSWORD)
    strange.session.save()

    told = signed_in(account, here.session.session_key)
    assert [(one.address, one.here) for one in told] == [("10.0.0.1", True), ("10.0.0.3", False), ("10.0.0.2", False)]
    assert all(here.session.session_key not in one.mark for one in told)
    elsewhere = next(one.mark for one in told if one.address == "10.0.0.2")
    doctor = actor("doctor", unit("Bệnh viện"))
    keys = {"here": here.session.session_key}
    assert end_elsewhere(doctor, other, mark=elsewhere, here=None) == 0  # a mark of somebody else's ends nothing
    assert end_elsewhere(doctor, account, mark=elsewhere, **keys) == 1
    assert end_elsewhere(doctor, account, mark=elsewhere, **keys) == 0
    assert end_elsewhere(doctor, account, mark=told[0].mark, **keys) == 0  # this one ends by signing out
    assert end_elsewhere(doctor, account, **keys) == 1
    assert list(Session.objects.filter(account=account).values_list("session_key", flat=True)) == [keys["here"]]
    assert Session.objects.filter(account=other).count() == 1
    ended = AuditEvent.objects.filter(action="accounts.sign_out", object_id=str(account.pk))
    assert list(ended.order_by("id").values_list("details__elsewhere", flat=True)) == [1, 1]
