"""The three questions agree, whatever posts, rows and clauses."""

import datetime as dt
import uuid

import pytest
from django.db.models import Q
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from soyte.kernel.access import policy
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.models import BreakGlass, Post
from soyte.kernel.access.policy import can, hidden, require, visible, why
from soyte.kernel.access.roles import Role, roles
from soyte.kernel.access.rules import Clause, Rule, by_post, every, opened_with_reason, some
from soyte.kernel.access.tests.people import account, actor, post, unit
from soyte.kernel.accounts.models import Account
from soyte.kernel.actors import Machine
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.organisations.models import Unit

DAY = dt.date(2026, 3, 1)
NOW = dt.datetime(2026, 3, 1, 3, tzinfo=dt.UTC)
ROLES = ("administrator", "data_officer", "doctor", "hiv_doctor", "it_officer", "subtree_reader", "gateway")

UNKNOWN = Q(beds__gt=100)  # NULL where nobody knows the beds
CLAUSES = (
    by_post("units.read", "pk"),
    Clause("all", "với ai cũng mở", lambda actor: True),
    Clause("none", "không mở với ai", lambda actor: False),
    Clause("beds", "có trên 100 giường", lambda actor: UNKNOWN),
    Clause("few_beds", "có ít giường", lambda actor: Q(beds__lte=100)),
    Clause("named", "mang tên tôi", lambda actor: Q(name=actor.text)),
    Clause("granted", "mang nhãn được cấp", lambda actor: "hiv" in actor.labels),
)


@pytest.fixture(autouse=True)
def _role_of_a_subtree(monkeypatch):
    """A role whose scope is "subtree", which none of the shipped ones has."""
    actions = {"units.read": "subtree", "accounts.read": "own"}
    reader = Role("subtree_reader", "Người xem", "", "administration", actions, frozenset())
    known = {**roles(), reader.code: reader}
    monkeypatch.setattr("soyte.kernel.access.actor.roles", lambda: known)


units_drawn = st.lists(st.tuples(st.integers(0, 4), st.sampled_from([None, 10, 100, 500])), min_size=1, max_size=5)
posts_drawn = st.lists(
    st.tuples(st.sampled_from(ROLES), st.integers(0, 4), st.integers(-3, 3), st.integers(0, 3)),
    max_size=4,
    unique_by=lambda drawn: drawn[:2],
)
opens_drawn = st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=3)
bars_drawn = st.lists(st.sampled_from(CLAUSES), max_size=3)


class TheThreeAgree(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(
        units=units_drawn,
        posts=posts_drawn,
        opens=opens_drawn,
        bars=bars_drawn,
        purposes=st.sampled_from([frozenset(), frozenset({"treatment"}), frozenset({"system", "administration"})]),
    )
    def test_visible_can_and_why_agree(self, units, posts, opens, bars, purposes):
        drawn = []
        for parent, beds in units:
            above = drawn[parent] if parent < len(drawn) else None
            drawn.append(unit(parent=above, beds=beds))
        holder = account()
        placed = {(role, where % len(drawn)): (start, days) for role, where, start, days in posts}
        for (role, where), (start, days) in placed.items():
            begins = DAY + dt.timedelta(days=start)
            post(holder, role, drawn[where], valid_from=begins, valid_to=begins + dt.timedelta(days=days))
        somebody = actor_for(holder, now=NOW)
        declared = Rule("units.read", Unit, tuple(opens), tuple(bars), purposes)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(policy, "rule", lambda action, model: declared)
            seen = set(visible(somebody, "units.read", Unit.objects.all()).values_list("pk", flat=True))
            left_out = set(hidden(somebody, "units.read", Unit.objects.all()).values_list("pk", flat=True))
            assert left_out == set(Unit.objects.values_list("pk", flat=True)) - seen
            for one in drawn:
                explained = why(somebody, "units.read", one)
                assert can(somebody, "units.read", one) == explained.allowed == (one.pk in seen), str(explained)
                assert str(explained)
        assert visible(Machine("x"), "units.read", Unit.objects.all()).count() == len(Unit.objects.all())
        assert not hidden(Machine("x"), "units.read", Unit.objects.all()).exists()


rows_drawn = st.lists(st.sampled_from([True, False, "q"]), max_size=4)


@given(parts=rows_drawn)
def test_rows_join_as_truth_does(parts):
    q = Q(pk=1)
    rows = [q if part == "q" else part for part in parts]
    for value in (True, False):  # whatever the condition turns out to be
        truth = [value if part == "q" else part for part in parts]
        joined = some(rows)
        assert (joined if isinstance(joined, bool) else value) == any(truth)
        joined = every(rows)
        assert (joined if isinstance(joined, bool) else value) == all(truth)


@pytest.mark.django_db
def test_scopes_reach_own_subtree_and_province():
    department = unit("Sở", kind="department")
    centre = unit("Trung tâm", parent=department)
    station, other = unit("Trạm", parent=centre), unit("Bệnh viện", parent=department)
    reach = {
        role: set(visible(actor(role, centre), "units.read", Unit.objects.all()))
        for role in ("doctor", "subtree_reader", "data_officer", "gateway")
    }
    assert reach == {
        "doctor": {centre},
        "subtree_reader": {centre, station},
        "data_officer": {department, centre, station, other},
        "gateway": set(),
    }


@pytest.mark.django_db
def test_a_grant_of_one_post_opens_nothing_in_the_reach_of_another(monkeypatch):
    mine, other = unit("Bệnh viện A"), unit("Bệnh viện B")
    declared = Rule("units.read", Unit, (by_post("units.read", "pk"),), (CLAUSES[-1],))
    monkeypatch.setattr(policy, "rule", lambda action, model: declared)
    holder = account()
    post(holder, "hiv_doctor", mine)
    post(holder, "data_officer", other)
    both = actor_for(holder)
    assert list(visible(both, "units.read", Unit.objects.all())) == [mine]
    assert can(both, "units.read", mine) and why(both, "units.read", mine).allowed
    assert not can(both, "units.read", other) and not why(both, "units.read", other).allowed


@pytest.mark.django_db
def test_why_names_the_post_and_the_missing_reach():
    mine, other = unit("Bệnh viện A"), unit("Bệnh viện B")
    doctor = actor("doctor", mine)
    assert str(why(doctor, "units.read", mine)) == (
        "Quyền “Xem đơn vị” có từ chức danh: Bác sĩ, Bệnh viện A. "
        "Dữ liệu này thuộc đơn vị trong phạm vi chức danh của bạn."
    )
    assert str(why(doctor, "units.read", other)) == (
        "Không đúng là dữ liệu này thuộc đơn vị trong phạm vi chức danh của bạn."
    )
    assert str(why(doctor, "audit.read")) == "Không chức danh nào đang hiệu lực có quyền “Xem nhật ký”."
    assert str(why(actor_for(None), "audit.read")) == "Bạn chưa đăng nhập."
    gone = unit()
    Unit.objects.filter(pk=gone.pk).delete()
    assert not why(actor("data_officer", mine), "units.read", gone).allowed


@pytest.mark.django_db
def test_what_no_room_declares_is_no():
    doctor = actor("doctor", unit())
    assert not can(doctor, "no.such_action")
    with pytest.raises(LookupError, match=r"units.read on accounts.Account"):
        visible(doctor, "units.read", Account.objects.all())


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_recorded_with_its_reason():
    doctor, hospital = actor("doctor", unit()), unit("Bệnh viện B")
    with pytest.raises(policy.Refused) as refused:
        require(doctor, "units.manage", hospital)
    assert str(refused.value).startswith("Bạn không có quyền “Tạo, đổi tên, kết thúc đơn vị”. Không chức danh nào")
    event = AuditEvent.objects.get()
    assert (event.outcome, event.action, event.object_id) == ("refused", "units.manage", str(hospital.pk))
    assert event.reason in str(refused.value)


@pytest.mark.django_db
def test_a_reason_opens_rows_to_its_account_while_it_lasts():
    hospital, person = unit(), uuid.uuid4()
    doctor, colleague = actor("doctor", hospital, now=NOW), actor("doctor", hospital, now=NOW)
    opening = BreakGlass.objects.create(
        account=doctor.account, person_id=person, reason="x", at=NOW, until=NOW + dt.timedelta(hours=12)
    )
    clause = opened_with_reason("person_id")

    def opened(somebody):
        return BreakGlass.objects.filter(clause.rows(somebody)).exists()

    assert opened(doctor)
    assert not opened(colleague)
    assert not opened(actor_for(doctor.account, now=opening.until))


@pytest.mark.django_db
def test_accounts_in_reach_are_those_with_a_post_there():
    mine, other = unit(), unit()
    head = actor("subtree_reader", mine)
    here, _elsewhere = account(), account()
    post(here, "doctor", mine)
    post(here, "it_officer", mine)
    post(_elsewhere, "doctor", other)
    assert list(visible(head, "accounts.read", Account.objects.order_by("pk"))) == [head.account, here]
    assert Post.objects.count() == 4


def test_a_rule_opens_somehow():
    with pytest.raises(ValueError, match="opens nothing"):
        Rule("units.read", Unit, opens=())
