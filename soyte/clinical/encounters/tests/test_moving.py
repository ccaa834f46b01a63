"""A visit that is not this person's goes to somebody else with all that it brought, and back again exactly."""

import threading

import pytest
from django.db import connection

from soyte.clinical.conditions.models import Condition
from soyte.clinical.documents.models import Composition
from soyte.clinical.encounters import moving
from soyte.clinical.encounters.models import Encounter, VisitMove
from soyte.clinical.encounters.tests.visits import facility, person, visit
from soyte.clinical.observations.models import Observation
from soyte.kernel.access.policy import Refused
from soyte.kernel.access.tests.people import actor
from soyte.kernel.actors import Machine
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.outbox.models import Event
from soyte.kernel.people.models import Person

pytestmark = pytest.mark.django_db
WHY = "Đối chiếu bệnh án giấy: người khác dùng thẻ"
HAND = Machine("test")


def brought(seen):
    given = {"encounter": seen, "person": seen.person, "at": seen.started_at, "source_table": 1, "source_line": 1}
    Condition.objects.create(code="I10", role="main", seq=1, **given)
    Observation.objects.create(category="laboratory", code="G", name="Glucose", value_text="5.1", **given)
    Composition.objects.create(kind="discharge", **given)


def whose(seen):
    """The persons under whom rows of a visit are kept."""
    tables = (Condition, Observation, Composition)
    found = {pk for table in tables for pk in table.objects.filter(encounter=seen).values_list("person_id", flat=True)}
    return found | {Encounter.objects.get(pk=seen.pk).person_id}


def history(who, labels=()):
    """What the record tells of moves to whoever has these labels."""
    return "\n".join(moving.told(one, [who.pk]) for one in moving.moves_of([who.pk], labels, limit=9))


def test_all_that_a_visit_brought_goes_with_it_and_comes_back():
    mine, other = person(), person("Lê Thị Hoa")
    seen, stays = visit(who=mine), visit(who=mine)
    brought(seen)
    one = moving.move(HAND, seen, to=other.pk, reason=WHY)
    assert whose(seen) == {other.pk} and whose(stays) == {mine.pk}
    moving.undo(HAND, one.pk, reason="Nhầm")
    assert whose(seen) == {mine.pk}


def test_every_line_table_of_the_record_is_moved():
    """A table that repeats the person of its visit and were left out would keep a stranger's fact in the record."""
    from django.apps import apps

    with_both = {
        model
        for model in apps.get_models()
        if model._meta.label.split(".")[0] not in ("encounters", "own_record")
        and {"encounter", "person"} <= {field.name for field in model._meta.concrete_fields}
        and model.__module__.startswith("soyte.clinical.")
    }
    assert with_both - set(moving._line_tables()) == set()


def test_to_nobody_known_makes_a_person_to_whom_no_number_and_no_trait_leads():
    mine = person()
    seen = visit(who=mine)
    one = moving.move(HAND, seen, to=None, reason=WHY)
    nobody = one.to_person
    assert nobody.pk != mine.pk and nobody.birth_date is None and not nobody.identifiers.exists()
    assert nobody.full_name == "Chưa rõ là ai"


def test_earlier_versions_go_along_and_return_each_to_its_own_person():
    """The versions of a merged person may stand under both of its rows."""
    stands, merged = person(), person("TRAN THI HOA")
    Person.objects.filter(pk=merged.pk).update(merged_into=stands)
    seen = visit(who=merged)
    before = visit(who=stands, visit_code=seen.visit_code, in_force=False)
    elsewhere = visit(who=person("Ai đó"), visit_code=seen.visit_code, in_force=False)
    other = person("Lê Thị Hoa")
    one = moving.move(HAND, seen, to=other.pk, reason=WHY)
    assert whose(seen) == whose(before) == {other.pk} and whose(elsewhere) != {other.pk}
    moving.undo(HAND, one.pk, reason="Nhầm")
    assert whose(seen) == {merged.pk} and whose(before) == {stands.pk}


def test_it_cannot_go_to_another_row_of_the_same_record():
    stands, merged = person(), person()
    Person.objects.filter(pk=merged.pk).update(merged_into=stands)
    with pytest.raises(moving.SamePerson):
        moving.move(HAND, visit(who=merged), to=stands.pk, reason=WHY)


def test_a_second_move_and_a_second_undoing_are_refused_in_words():
    seen = visit(who=person())
    one = moving.move(HAND, seen, to=None, reason=WHY)
    with pytest.raises(moving.MovedAlready) as told:
        moving.move(HAND, seen, to=person("B").pk, reason=WHY)
    assert "hoàn tác lần đó trước" in str(told.value)
    moving.undo(HAND, one.pk, reason="Nhầm")
    with pytest.raises(moving.MoveUndone):
        moving.undo(HAND, one.pk, reason="Nhầm")
    assert moving.move(HAND, seen, to=person("B").pk, reason=WHY).pk != one.pk


def test_a_version_that_is_not_in_force_is_not_moved():
    with pytest.raises(moving.VisitNotInForce):
        moving.move(HAND, visit(who=person(), in_force=False), to=None, reason=WHY)


def test_both_histories_say_so_and_neither_names_the_other():
    mine, other = person(), person("Lê Thị Hoa")
    seen = visit(who=mine)
    one = moving.move(HAND, seen, to=other.pk, reason=WHY)
    out, into = history(mine), history(other)
    assert "đã chuyển sang hồ sơ khác" in out and "đã chuyển từ hồ sơ khác về đây" in into
    assert other.full_name not in out and mine.full_name not in into
    assert set(AuditEvent.objects.filter(action="visits.move").values_list("person_id", flat=True)) == {
        mine.pk,
        other.pk,
    }
    assert Event.objects.filter(topic="encounters.moved", object_id=str(seen.pk)).count() == 1
    moving.undo(HAND, one.pk, reason="Nhầm")
    assert "rồi chuyển về đây" in history(mine)
    assert "rồi trả lại hồ sơ cũ" in history(other)


def test_a_history_tells_of_a_labelled_visit_only_to_whoever_has_the_grant():
    mine = person()
    moving.move(HAND, visit(who=mine, labels=["hiv"]), to=None, reason=WHY)
    assert not history(mine) and not history(mine, ["mental"])
    assert history(mine, ["hiv"]) and history(mine, None)


def test_a_move_is_told_by_the_labels_of_the_version_in_force():
    mine, moved = person(), visit(who=person())
    moving.move(HAND, moved, to=mine.pk, reason=WHY)
    assert history(mine)
    Encounter.objects.filter(pk=moved.pk).update(labels=["hiv"])  # as a version that came later does
    assert not history(mine) and history(mine, ["hiv"])


def test_only_the_visit_s_own_facility_moves_it_and_a_label_bars_it():
    here, elsewhere = actor("desk_officer", facility("70001")), actor("desk_officer", facility("70002"))
    seen, secret = visit(who=person()), visit(who=person(), labels=["hiv"])
    for who, what in ((elsewhere, seen), (here, secret), (actor("data_officer", facility("70003")), seen)):
        with pytest.raises(Refused):
            moving.move(who, what, to=None, reason=WHY)
    one = moving.move(here, seen, to=None, reason=WHY)
    with pytest.raises(Refused):
        moving.undo(elsewhere, one.pk, reason="Nhầm")


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_move_it_once():
    seen, others, outcomes = visit(who=person()), [person("A"), person("B")], []
    start = threading.Barrier(2)

    def act(to):
        start.wait()
        try:
            outcomes.append(moving.move(HAND, seen, to=to.pk, reason=WHY).to_person_id)
        except moving.MovedAlready:
            outcomes.append("already")
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("already") == 1 and VisitMove.objects.count() == 1
    assert whose(seen) == {VisitMove.objects.get().to_person_id}
