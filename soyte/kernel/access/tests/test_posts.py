import datetime as dt
import uuid

import pytest

from soyte.kernel.access import selectors, services
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.models import BreakGlass, Post
from soyte.kernel.access.policy import Refused
from soyte.kernel.access.tests.people import account, actor, post, unit
from soyte.kernel.actors import Machine
from soyte.kernel.audit.models import AuditEvent

MACHINE = Machine("test")
DAY = dt.date(2026, 3, 1)


def at(day):
    return dt.datetime.combine(day, dt.time(8), tzinfo=dt.UTC)


@pytest.mark.django_db
def test_a_post_holds_from_its_first_day_to_the_day_before_its_end():
    hospital, holder = unit(), account()
    given = services.give_post(MACHINE, account=holder, role="doctor", unit=hospital, valid_from=DAY)
    services.end_post(MACHINE, given, on=DAY + dt.timedelta(days=10))
    held = [
        actor_for(holder, now=at(DAY + dt.timedelta(days=n))).holds("record.open_with_reason") for n in (-1, 0, 9, 10)
    ]
    assert held == [False, True, True, False]


@pytest.mark.django_db
def test_a_post_is_held_once_at_a_time():
    hospital, holder = unit(), account()
    first = services.give_post(MACHINE, account=holder, role="doctor", unit=hospital, valid_from=DAY)
    with pytest.raises(services.PostHeldAlready):
        services.give_post(MACHINE, account=holder, role="doctor", unit=hospital, valid_from=DAY)
    services.end_post(MACHINE, first, on=DAY)  # given by mistake
    services.give_post(MACHINE, account=holder, role="doctor", unit=hospital, valid_from=DAY)
    with pytest.raises(services.PostEnded):
        services.end_post(MACHINE, first, on=DAY)
    assert Post.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts, error",
    [
        ({"role": "chief"}, services.UnknownRole),
        ({"role": "gateway"}, services.GatewayNeedsFacility),
        ({"valid_to": dt.date(2026, 2, 1)}, services.PostDates),
    ],
)
def test_a_post_that_cannot_be_is_refused(facts, error):
    with pytest.raises(error):
        services.give_post(
            MACHINE, **{"account": account(), "role": "doctor", "unit": unit(), "valid_from": DAY} | facts
        )
    assert not Post.objects.exists()


@pytest.mark.django_db
def test_a_gateway_sends_for_the_facility_of_its_post():
    gateway, hospital, office = account(kind="gateway"), unit(facility_code="70001"), unit("Phòng")
    with pytest.raises(services.GatewayNeedsFacility):
        services.give_post(MACHINE, account=gateway, role="gateway", unit=office)
    services.give_post(MACHINE, account=gateway, role="gateway", unit=hospital, valid_from=DAY)
    assert selectors.facility_of(gateway, DAY) == hospital
    assert selectors.facility_of(gateway, DAY - dt.timedelta(days=1)) is None


@pytest.mark.django_db
def test_posts_are_given_by_administrators_and_recorded():
    hospital, holder = unit(), account()
    with pytest.raises(Refused):
        services.give_post(actor("doctor", hospital), account=holder, role="doctor", unit=hospital)
    administrator = actor("administrator", hospital)
    given = services.give_post(administrator, account=holder, role="doctor", unit=hospital, reason="QĐ 5")
    assert given.given_by == administrator.account
    event = AuditEvent.objects.get(object_kind="access.post", object_id=str(given.pk))
    assert (event.action, event.reason, event.details["role"]) == ("posts.manage", "QĐ 5", "doctor")
    assert selectors.posts_of(holder).get() == given


@pytest.mark.django_db
def test_a_locked_account_and_a_role_without_content_hold_nothing():
    hospital, holder = unit(), account()
    post(holder, "a_role_that_was_removed", hospital)
    post(holder, "doctor", hospital)
    assert len(actor_for(holder).posts) == 1
    holder.is_active = False
    assert actor_for(holder).posts == ()
    assert actor_for(holder).account is None


@pytest.mark.django_db
def test_an_actor_costs_two_queries(django_assert_num_queries):
    hospital, holder = unit(), account()
    for role in ("doctor", "it_officer", "hiv_doctor"):
        post(holder, role, hospital)
    with django_assert_num_queries(2):
        somebody = actor_for(holder)
        assert somebody.units("units.read") == {hospital.pk}
        assert somebody.labels == {"hiv"}
    assert somebody.purpose_for("record.open_with_reason") == "treatment"
    assert somebody.post_for("record.open_with_reason") == (somebody.posts[0].id, hospital.pk)


@pytest.mark.django_db
def test_a_record_opens_with_a_reason_for_twelve_hours():
    hospital, person = unit(), uuid.uuid4()
    doctor = actor("doctor", hospital, now=at(DAY))
    opened = services.open_with_reason(doctor, person, "Cấp cứu,  người bệnh hôn mê")
    assert (opened.until - opened.at, opened.unit) == (dt.timedelta(hours=12), hospital)
    event = AuditEvent.objects.get(person_id=person)
    assert (event.action, event.reason) == ("record.open_with_reason", "Cấp cứu, người bệnh hôn mê")
    assert BreakGlass.objects.get() == opened


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "khám", "aaaaaaaaaaaaaaaaaaaa", "   a b c   "])
def test_a_reason_says_something(reason):
    with pytest.raises(services.ReasonTooShort):
        services.open_with_reason(actor("doctor", unit()), uuid.uuid4(), reason)
    assert not BreakGlass.objects.exists()


@pytest.mark.django_db
def test_department_staff_open_no_record():
    with pytest.raises(Refused):
        services.open_with_reason(actor("data_officer", unit()), uuid.uuid4(), "Muốn xem hồ sơ của người quen")
