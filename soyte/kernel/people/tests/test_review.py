from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction

from soyte.kernel.actors import Machine
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.people.matching import match_people
from soyte.kernel.people.models import Person, ReviewPair
from soyte.kernel.people.selectors import families, family, pairs_of, search
from soyte.kernel.people.services import (
    DecisionsContradict,
    PairDecided,
    PairOpen,
    decide_different,
    decide_same,
    undo,
)
from soyte.kernel.people.tests.candidates import CITIZEN, card, hoa

pytestmark = pytest.mark.django_db
OFFICER = Machine("test")


def made(**facts):
    with connection.cursor() as cursor:
        return match_people(cursor, [hoa(**facts)])[0].person_id


@pytest.fixture
def three():
    """Three rows with one citizen number under three names: every two of them are a pair."""
    a, b, c = (made(name=name, citizen=CITIZEN) for name in ("Nguyễn Thị Hoa", "Nguyễn Thị Hòa A", "Nguyễn Hoa"))

    def pair(one, other):
        return ReviewPair.objects.get(a=min(one, other), b=max(one, other))

    return SimpleNamespace(a=a, b=b, c=c, ab=pair(a, b), ac=pair(a, c), bc=pair(b, c))


def rows():
    return list(Person.objects.order_by("id").values())


def test_same_makes_the_older_row_stand_for_both_and_undoing_restores_exactly(three):
    before = rows()
    decide_same(three.ab.id, actor=OFFICER, note="cùng mẹ, cùng địa chỉ")
    assert family(three.b) == family(three.a) == [three.a, three.b]
    assert Person.objects.get(id=three.b).record_id == three.a
    undo(three.ab.id, actor=OFFICER)
    assert rows() == before
    assert ReviewPair.objects.get(id=three.ab.id).state == "open"


def test_decisions_are_audited_once_for_each_of_the_two(three):
    decide_same(three.ab.id, actor=OFFICER, note="cùng mẹ")
    undo(three.ab.id, actor=OFFICER)
    for person in (three.a, three.b):
        told = AuditEvent.objects.filter(person_id=person).order_by("id")
        assert list(told.values_list("action", "object_id", "reason", "details__after")) == [
            ("pairs.decide", str(three.ab.id), "cùng mẹ", "same"),
            ("pairs.decide", str(three.ab.id), "", "open"),
        ]
    assert AuditEvent.objects.filter(action="pairs.decide").count() == 4


def test_families_grow_over_pairs_and_fall_apart_in_any_order(three):
    decide_same(three.bc.id, actor=OFFICER)
    decide_same(three.ab.id, actor=OFFICER)
    assert family(three.c) == [three.a, three.b, three.c]
    undo(three.bc.id, actor=OFFICER)
    assert families([three.a, three.b, three.c]) == {
        three.a: [three.a, three.b],
        three.b: [three.a, three.b],
        three.c: [three.c],
    }
    undo(three.ab.id, actor=OFFICER)
    assert not Person.objects.filter(merged_into__isnull=False).exists()


def test_the_row_chosen_last_stands_and_undoing_gives_the_word_back(three):
    decide_same(three.ab.id, actor=OFFICER, keep=three.b)
    assert {person.record_id for person in Person.objects.filter(id__in=[three.a, three.b])} == {three.b}
    before = rows()
    decide_same(three.bc.id, actor=OFFICER, keep=three.c)
    assert {person.record_id for person in Person.objects.all()} == {three.c}
    assert AuditEvent.objects.order_by("-id").first().details["keeps"] == str(three.c)
    undo(three.bc.id, actor=OFFICER)
    assert rows() == before
    undo(three.ab.id, actor=OFFICER)
    assert ReviewPair.objects.get(id=three.ab.id).keeps is None
    decide_same(three.ab.id, actor=OFFICER)
    assert Person.objects.get(id=three.b).record_id == three.a


def test_only_one_of_the_two_can_stand(three):
    with pytest.raises(IntegrityError, match="review_pair_keeps_one_of_both"), transaction.atomic():
        decide_same(three.ab.id, actor=OFFICER, keep=three.c)


def test_a_decision_against_an_earlier_one_is_refused(three):
    decide_different(three.ab.id, actor=OFFICER)
    decide_same(three.bc.id, actor=OFFICER)
    with pytest.raises(DecisionsContradict) as caught:
        decide_same(three.ac.id, actor=OFFICER)
    assert "Nguyễn Thị Hoa" in str(caught.value)
    undo(three.ab.id, actor=OFFICER)
    decide_same(three.ac.id, actor=OFFICER)
    with pytest.raises(DecisionsContradict):
        decide_different(three.ab.id, actor=OFFICER)
    assert family(three.a) == [three.a, three.b, three.c]


def test_a_decided_pair_is_decided_once(three):
    decide_different(three.ab.id, actor=OFFICER)
    with pytest.raises(PairDecided):
        decide_same(three.ab.id, actor=OFFICER)
    with pytest.raises(PairOpen):
        undo(three.ac.id, actor=OFFICER)
    assert pairs_of([three.c]).count() == 2


def test_without_the_right_nothing_is_decided(three):
    class Refusing(Machine):
        def require(self, action, obj=None):
            raise PermissionError(action)

    with pytest.raises(PermissionError):
        decide_same(three.ab.id, actor=Refusing("test"))
    assert ReviewPair.objects.get(id=three.ab.id).state == "open"


def test_visits_of_a_merged_person_go_to_the_row_that_bears_the_number(three):
    decide_same(three.ab.id, actor=OFFICER)
    assert made(name="Nguyễn Thị Hòa A", citizen=CITIZEN, cards=card()) == three.b  # so undoing takes them along
    assert ReviewPair.objects.count() == 3


def test_a_merged_person_is_found_by_his_own_name_and_shown_by_who_stands_for_him(three):
    decide_same(three.ab.id, actor=OFFICER)
    assert [person.id for person in search("Hòa A")] == [three.a]
    assert [person.id for person in search(CITIZEN)] == [three.c, three.a]
