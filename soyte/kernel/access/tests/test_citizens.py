"""The desk: who gets an account for whose record, by which card; who speaks for a child, and until when."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from soyte.kernel.access import citizens
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.models import CitizenAccount, Guardianship
from soyte.kernel.access.own import adult_on
from soyte.kernel.access.policy import Refused
from soyte.kernel.access.services import CitizenHoldsNoPost, UnknownRole, give_post
from soyte.kernel.access.tests.people import account, actor, unit
from soyte.kernel.accounts import sign_in as door
from soyte.kernel.accounts.models import Account
from soyte.kernel.accounts.services import change_password
from soyte.kernel.actors import Machine
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.people.models import Identifier, Person
from soyte.kernel.text import fold

pytestmark = pytest.mark.django_db
CARD, OLD_CARD, HEALTH = "070168001234", "285123456", "7021234567"
PAPER = {"paper_kind": "birth", "paper": "Số 12, ngày 05/06/2019, UBND xã Tân An"}


def person(name="Trần Thị Hoa", born=dt.date(1988, 3, 4), numbers=((Identifier.Kind.CITIZEN, CARD),), **facts):
    told = {"birth_date": born, "birth_precision": "day" if born else "unknown", "sex": "2", **facts}
    made = Person.objects.create(full_name=name, name_folded=fold(name), **told)
    for kind, value in numbers:
        Identifier.objects.create(person=made, kind=kind, value=value)
    return made


def child(years=7, name="Trần Gia Bảo"):
    return person(name, _years_ago(years), ((Identifier.Kind.INSURANCE, "7029999999"),))


def _years_ago(years, days=0):
    today = timezone.localdate() - dt.timedelta(days=days)
    return adult_on(today.replace(year=today.year - years - 18))


@pytest.fixture
def desk():
    return actor("desk_officer", unit())


def admitted(desk, who, **facts):
    return citizens.admit(desk, who.pk, number=CARD, **facts)


def sign_in(issued, password=None):
    request = RequestFactory().post("/dang-nhap/", REMOTE_ADDR="10.0.0.9")
    return door._check(issued.account.username, password or issued.password, "10.0.0.9", "", Account.PEOPLE), request


def citizen(issued, **facts):
    return actor_for(issued.account, **facts)


def test_the_account_leads_to_its_own_record_and_to_nothing_else(desk):
    who, other = person(), person("Lê Văn Nam", numbers=())
    issued = admitted(desk, who)
    me = citizen(issued)
    assert me.own_people == {who.pk} and other.pk not in me.own_people and me.ward_people == frozenset()
    assert me.posts == () and me.units("figures.read") == frozenset() and not me.holds("record.read")
    assert CARD not in issued.account.username and issued.account.kind == Account.Kind.CITIZEN


def test_the_name_on_the_slip_signs_in_once_and_asks_for_a_password(desk):
    issued = admitted(desk, person())
    result, _request = sign_in(issued)
    assert result.ok and issued.account.must_change_password
    change_password(citizen(issued), issued.account, current=issued.password, new="mot cau dai de nho")
    assert sign_in(issued, "mot cau dai de nho")[0].ok and not sign_in(issued)[0].ok


def test_an_expired_code_says_where_to_get_a_new_one(desk):
    issued = admitted(desk, person())
    Account.objects.filter(pk=issued.account.pk).update(one_time_until=timezone.now() - dt.timedelta(seconds=1))
    result, _request = sign_in(issued)
    assert not result.ok and "trạm y tế hoặc bệnh viện" in result.message


def test_guessing_a_code_is_throttled(desk):
    issued = admitted(desk, person())
    codes = [sign_in(issued, f"sai-sai-{number}")[0].code for number in range(6)]
    assert codes == ["accounts.wrong"] * 5 + ["accounts.throttled"]
    assert sign_in(issued)[0].code == "accounts.throttled"  # the right one too


@pytest.mark.parametrize("number", ["070168001235", "", "abc", "7021234567"])
def test_a_number_that_is_not_his_opens_nothing(desk, number):
    with pytest.raises(citizens.NumberNotHis) as told:
        citizens.admit(desk, person().pk, number=number)
    assert "không phải số của Trần Thị Hoa" in str(told.value)
    assert not Account.objects.filter(kind="citizen").exists()


def test_either_of_two_numbers_of_one_person_will_do(desk):
    kinds = Identifier.Kind
    who = person(numbers=((kinds.CITIZEN, CARD), (kinds.CITIZEN, OLD_CARD), (kinds.INSURANCE, HEALTH)))
    assert citizens.bearers(OLD_CARD) == citizens.bearers(f"DN475{HEALTH}") == [who]
    issued = citizens.admit(desk, who.pk, number=OLD_CARD)
    with pytest.raises(citizens.AccountExists):
        citizens.admit(desk, who.pk, number=HEALTH)
    assert CitizenAccount.objects.get(account=issued.account).card.endswith(OLD_CARD[-4:])


def test_a_cancelled_number_is_no_card(desk):
    who = person(numbers=())
    ended = timezone.localdate()
    Identifier.objects.create(person=who, kind=Identifier.Kind.CITIZEN, value=CARD, valid_to=ended)
    with pytest.raises(citizens.NumberEnded) as told:
        admitted(desk, who)
    assert ended.strftime("%d/%m/%Y") in str(told.value)


def test_one_number_may_lead_to_two_persons_and_the_officer_chooses(desk):
    a, b = person(), person("Trần Văn Hòa")
    assert {one.pk for one in citizens.bearers(CARD)} == {a.pk, b.pk}
    assert citizen(admitted(desk, b)).own_people == {b.pk}


def test_a_double_click_is_told_that_the_account_is_there(desk):
    who = person()
    admitted(desk, who)
    with pytest.raises(citizens.AccountExists) as told:
        admitted(desk, who)
    assert "cấp mã mới" in str(told.value) and CitizenAccount.objects.count() == 1


def test_persons_decided_to_be_one_have_one_record_and_one_account(desk):
    stands, other = person(numbers=()), person()
    Person.objects.filter(pk=other.pk).update(merged_into=stands)
    issued = citizens.admit(desk, other.pk, number=CARD)
    assert citizen(issued).own_people == {stands.pk, other.pk} and citizen(issued).citizen.person_id == stands.pk
    with pytest.raises(citizens.AccountExists):
        citizens.admit(desk, stands.pk, number=CARD)


def test_a_child_has_no_account_of_its_own(desk):
    who = child(13)
    with pytest.raises(citizens.TooYoung):
        citizens.admit(desk, who.pk, number="7029999999")
    Person.objects.filter(pk=who.pk).update(birth_date=_years_ago(14))
    assert citizens.admit(desk, who.pk, number="7029999999").password


def test_a_new_code_ends_the_old_one_and_there_are_three_a_day(desk):
    who = person()
    first = admitted(desk, who)
    second = citizens.renew_code(desk, who.pk, number=CARD)
    assert not sign_in(first)[0].ok and sign_in(second)[0].ok
    citizens.renew_code(desk, who.pk, number=CARD)
    with pytest.raises(citizens.TooManyCodes):
        citizens.renew_code(desk, who.pk, number=CARD)


def test_an_account_taken_back_reads_nothing_and_the_person_may_have_a_new_one(desk):
    who = person()
    issued = admitted(desk, who)
    citizens.end_account(desk, who.pk, number=CARD, reason="Mất điện thoại")
    issued.account.refresh_from_db()
    assert actor_for(issued.account).own_people == frozenset() and not sign_in(issued)[0].ok
    assert admitted(desk, who).account.pk != issued.account.pk


def test_labelled_visits_are_shown_only_after_he_asked(desk):
    who = person()
    issued = admitted(desk, who)
    assert "hiv" not in citizen(issued).labels
    citizens.show_labelled(desk, who.pk, number=CARD, shown=True)
    assert "hiv" in citizen(issued).labels
    citizens.show_labelled(desk, who.pk, number=CARD, shown=False)
    assert "hiv" not in citizen(issued).labels


def test_every_act_of_the_desk_is_in_the_audit_of_the_person(desk):
    who, kid = person(), child()
    admitted(desk, who)
    citizens.renew_code(desk, who.pk, number=CARD)
    one = citizens.make_guardian(desk, who.pk, number=CARD, child_id=kid.pk, **PAPER)
    citizens.end_guardian(desk, one.pk, reason="Ghi nhầm")
    acts = AuditEvent.objects.filter(action="citizens.admit", outcome="done").order_by("id")
    assert [(row.details["act"], row.person_id, row.purpose) for row in acts] == [
        ("admit", who.pk, "desk"),
        ("renew code", who.pk, "desk"),
        ("guardian", kid.pk, "desk"),
        ("end guardian", kid.pk, "desk"),
    ]


@pytest.mark.parametrize("role", ["doctor", "data_officer", "administrator"])
def test_nobody_else_hands_out_accounts(role):
    who = person()
    with pytest.raises(Refused):
        admitted(actor(role, unit()), who)


def test_a_citizen_holds_no_post():
    holder = account(kind=Account.Kind.CITIZEN)
    with pytest.raises(CitizenHoldsNoPost):
        give_post(Machine("test"), account=holder, role="doctor", unit=unit())
    with pytest.raises(UnknownRole):
        give_post(Machine("test"), account=account(), role="citizen", unit=unit("B"))


# ---- children ----------------------------------------------------------------------------------------------------


def test_a_guardian_reads_the_child_until_its_eighteenth_birthday(desk):
    who, kid = person(), child(7)
    issued = admitted(desk, who)
    one = citizens.make_guardian(desk, who.pk, number=CARD, child_id=kid.pk, **PAPER)
    assert one.valid_to == adult_on(kid.birth_date) and citizen(issued).ward_people == {kid.pk}
    last = dt.datetime.combine(one.valid_to, dt.time(), timezone.get_current_timezone())
    assert citizen(issued, now=last - dt.timedelta(minutes=1)).ward_people == {kid.pk}
    assert citizen(issued, now=last).ward_people == frozenset()


def test_a_child_who_turns_18_today_has_no_guardian_any_more(desk):
    who, kid = person(), child(18)
    assert adult_on(kid.birth_date) == timezone.localdate()
    with pytest.raises(citizens.ChildIsAdult) as told:
        citizens.make_guardian(desk, who.pk, number=CARD, child_id=kid.pk, **PAPER)
    assert "đủ 18 tuổi từ" in str(told.value)


def test_a_birth_date_that_is_mended_ends_the_guardianship_sooner(desk):
    who, kid = person(), child(7)
    issued = admitted(desk, who)
    citizens.make_guardian(desk, who.pk, number=CARD, child_id=kid.pk, **PAPER)
    Person.objects.filter(pk=kid.pk).update(birth_date=_years_ago(18))
    assert citizen(issued).ward_people == frozenset()


def test_a_child_merged_with_somebody_older_opens_nobody(desk):
    who, kid, grown = person(), child(7), person("Trần Văn Lớn", numbers=())
    issued = admitted(desk, who)
    citizens.make_guardian(desk, who.pk, number=CARD, child_id=kid.pk, **PAPER)
    Person.objects.filter(pk=kid.pk).update(merged_into=grown)
    assert citizen(issued).ward_people == frozenset()


@pytest.mark.parametrize(("born", "grown"), [((2008, 2, 29), (2026, 3, 1)), ((2010, 12, 31), (2028, 12, 31))])
def test_the_day_of_age(born, grown):
    assert adult_on(dt.date(*born)) == dt.date(*grown)


@pytest.mark.parametrize("days", [0, -1, 40 * 366])
def test_the_end_lies_between_tomorrow_and_the_eighteenth_birthday(desk, days):
    until = timezone.localdate() + dt.timedelta(days=days)
    with pytest.raises(citizens.GuardianshipTooLong):
        citizens.make_guardian(desk, person().pk, number=CARD, child_id=child().pk, until=until, **PAPER)


def test_the_database_itself_knows_no_guardian_beyond_18():
    who, kid, today = person(), child(), timezone.localdate()
    facts = {"guardian": who, "child": kid, "made_at": timezone.now(), "valid_from": today, **PAPER}
    with pytest.raises(IntegrityError, match="guardianship_ends_by_18"), transaction.atomic():
        Guardianship.objects.create(
            valid_to=today + dt.timedelta(days=2), adult_on=today + dt.timedelta(days=1), **facts
        )
    Guardianship.objects.create(valid_to=today + dt.timedelta(days=9), adult_on=today + dt.timedelta(days=9), **facts)
    with pytest.raises(IntegrityError, match="guardianship_once"), transaction.atomic():
        Guardianship.objects.create(
            valid_to=today + dt.timedelta(days=5), adult_on=today + dt.timedelta(days=9), **facts
        )


def test_a_guardianship_needs_a_paper_a_birth_date_and_another_person(desk):
    who, kid = person(), child()
    ask = {"number": CARD, "paper_kind": "birth"}
    with pytest.raises(citizens.PaperMissing):
        citizens.make_guardian(desk, who.pk, child_id=kid.pk, paper="  ", **ask)
    with pytest.raises(citizens.GuardianOfHimself):
        citizens.make_guardian(desk, who.pk, child_id=who.pk, paper="Số 1", **ask)
    with pytest.raises(citizens.BirthUnknown):
        citizens.make_guardian(desk, who.pk, child_id=person("Bé", None, ()).pk, paper="Số 1", **ask)


def test_a_second_one_at_the_same_time_is_refused_and_a_later_one_is_not(desk):
    who, kid = person(), child()
    one = citizens.make_guardian(desk, who.pk, number=CARD, child_id=kid.pk, **PAPER)
    with pytest.raises(citizens.GuardianshipExists):
        citizens.make_guardian(desk, who.pk, number=CARD, child_id=kid.pk, **PAPER)
    citizens.end_guardian(desk, one.pk, reason="Toà án giao cháu cho bố")
    with pytest.raises(citizens.GuardianshipEnded):
        citizens.end_guardian(desk, one.pk, reason="lần nữa")
    assert citizens.make_guardian(desk, who.pk, number=CARD, child_id=kid.pk, **PAPER).pk != one.pk


@pytest.mark.django_db(transaction=True)
def test_two_desks_at_once_hand_out_one_account():
    desks, who, outcomes = [actor("desk_officer", unit(name)) for name in "AB"], person(), []
    start = threading.Barrier(2)

    def hand_out(desk):
        start.wait()
        try:
            outcomes.append(bool(admitted(desk, who).password))
        except citizens.AccountExists:
            outcomes.append("exists")
        finally:
            connection.close()

    threads = [threading.Thread(target=hand_out, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["True", "exists"] and CitizenAccount.objects.count() == 1
