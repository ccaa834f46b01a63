"""What files make of follow-ups: whose they are, who came, and what becomes of them when a file changes."""

import pytest
from django.utils import timezone

from soyte.clinical.encounters import moving
from soyte.clinical.encounters.models import CheckIn, Encounter
from soyte.kernel.actors import Machine
from soyte.kernel.outbox.consumers import consumers
from soyte.kernel.outbox.models import Event
from soyte.kernel.people.models import Person
from soyte.systems.care.commune_station import projecting, services
from soyte.systems.care.commune_station.hamlets import hamlet_of
from soyte.systems.care.commune_station.models import FollowUp
from soyte.systems.care.commune_station.tests.people import (
    BINH_PHUOC,
    DONG_XOAI,
    OLD_TAN_DONG,
    day,
    facility,
    followed,
    moment,
    nurse,
    person,
    promise,
    replaced,
    seen,
    stay,
    withdrawn,
)

pytestmark = pytest.mark.django_db
HAND = Machine("test")


def hear(topic, *rows):
    """The room's own consumers get these events, as the worker gives them."""
    events = [Event(topic=topic, object_id=str(row.pk), payload={}) for row in rows]
    for consumer in consumers():
        if consumer.name.startswith("commune_station.") and topic in consumer.topics:
            consumer.handler(events)


def test_an_appointment_is_a_row_of_the_commune_in_which_the_person_lives():
    (row,) = followed(seen(20, due=-3))
    assert (row.kind, row.commune_code, row.file_day, row.hamlet) == ("appointment", BINH_PHUOC, day(-3), "Ấp 3")
    assert row.came_on is None and not row.is_done


def test_a_discharge_of_a_stay_is_a_row_and_that_of_a_consultation_is_none():
    rows = followed(stay(2), seen(2))
    assert [(row.kind, row.file_day) for row in rows] == [("discharge", day(2))]


@pytest.mark.parametrize("written", [BINH_PHUOC, OLD_TAN_DONG])
def test_a_code_of_either_map_finds_the_same_station(written):
    (row,) = followed(seen(20, due=-3, commune=written))
    assert row.commune_code == BINH_PHUOC


@pytest.mark.parametrize("written", ["", "99999", "00007"])
def test_nobody_of_elsewhere_or_of_nowhere_known(written):
    assert followed(seen(20, due=-3, commune=written)) == []


@pytest.mark.parametrize(
    ("ago", "came"),
    [(8, True), (7, True), (0, True), (14, True), (15, False), (20, False)],  # due 7 days ago, early by 7 at most
)
def test_a_visit_at_any_facility_keeps_the_appointment(ago, came):
    who = person()
    first = seen(20, due=7, who=who)
    other = seen(ago, who=who, unit=facility("70002"), commune=DONG_XOAI)
    rows = followed(first, other)
    assert [row.came_on for row in rows] == [day(ago) if came else None]


def test_somebody_who_is_at_a_facility_now_has_come():
    who = person()
    (row,) = followed(seen(20, due=1, who=who))
    came = CheckIn.objects.create(
        unit=facility("70002"), facility_code="70002", person=who, started_at=moment(0), visit_code="C1", kind="01",
        full_name="", birth_written="", sex="2", received_at=timezone.now(), received_order=1, in_force=True,
        source_receipt_id=1,
    )  # fmt: skip
    hear("encounters.checked_in", came)
    row.refresh_from_db()
    assert row.came_on == day(0)


def test_a_labelled_visit_makes_no_row_and_keeps_no_appointment():
    who = person()
    rows = followed(
        seen(20, due=7, who=who),
        seen(3, who=who, labels=["hiv"], main_icd="B20"),
        seen(9, due=-2, labels=["mental"], main_icd="F20"),
        stay(1, labels=["hiv"], main_icd="B20"),
    )
    assert [(row.person_id, row.came_on) for row in rows] == [(who.pk, None)]


def test_a_version_with_a_label_takes_the_row_away():
    first = seen(20, due=-1)
    followed(first)
    assert followed(replaced(first, -1, labels=["hiv"])) == []


def test_another_day_in_a_new_version_is_another_row():
    first = seen(20, due=-1)
    followed(first)
    assert [row.file_day for row in followed(replaced(first, -5))] == [day(-5)]
    assert FollowUp.objects.count() == 2


def test_the_same_version_again_keeps_the_row_and_what_was_ticked():
    first = seen(20, due=-1)
    (row,) = followed(first)
    services.tick(nurse(), row.pk, version=1, result="reminded")
    again = replaced(first, -1, commune_code=DONG_XOAI, address="Thôn 7, xã Đồng Xoài")
    (same,) = followed(again)
    assert (same.pk, same.encounter_id, same.result_code) == (row.pk, again.pk, "reminded")
    assert (same.commune_code, same.hamlet) == (DONG_XOAI, "Thôn 7")


def test_a_withdrawn_visit_takes_its_rows_along_and_comes_back_with_them():
    first = seen(20, due=-1)
    (row,) = followed(first)
    withdrawn(first)
    hear("encounters.withdrawn", first)
    assert not FollowUp.objects.get(pk=row.pk).stands
    assert [one.pk for one in followed(replaced(first, -1))] == [row.pk]


def test_a_withdrawn_visit_kept_no_appointment():
    who = person()
    (row,) = followed(seen(20, due=7, who=who), second := seen(6, who=who))
    assert row.came_on == day(6)
    (row,) = followed(withdrawn(second))
    assert row.came_on is None


def test_a_visit_of_another_person_goes_to_him_without_what_was_ticked_and_back_with_it():
    first, other = seen(20, due=-1), person("Phạm Văn Thật")
    (row,) = followed(first)
    services.tick(nurse(), row.pk, version=1, result="not_met", note="Con trai nghe máy")
    move = moving.move(HAND, first, to=other.pk, reason="Nhầm thẻ")
    hear("encounters.moved", first)
    (now,) = FollowUp.objects.filter(stands=True)
    assert (now.person_id, now.result_code, now.ticks.count()) == (other.pk, "", 0)
    moving.undo(HAND, move.pk, reason="Đúng người cũ")
    hear("encounters.moved", first)
    (back,) = FollowUp.objects.filter(stands=True)
    assert (back.pk, back.result_code) == (row.pk, "not_met")


def test_a_moved_visit_no_longer_keeps_the_appointment_of_the_first_person():
    who, other = person(), person("Phạm Văn Thật")
    (row,) = followed(seen(20, due=7, who=who), second := seen(6, who=who))
    assert row.came_on == day(6)
    moving.move(HAND, second, to=other.pk, reason="Nhầm thẻ")
    hear("encounters.moved", second)
    row.refresh_from_db()
    assert row.came_on is None


def test_a_merged_person_s_visits_count_as_his():
    who, twin = person(), person()
    (row,) = followed(seen(20, due=7, who=who), seen(6, who=twin))
    assert row.came_on is None
    Person.objects.filter(pk=twin.pk).update(merged_into=who)
    projecting.rebuild()
    row.refresh_from_db()
    assert row.came_on == day(6)


def test_who_died_is_not_waited_for():
    who = person()
    rows = followed(seen(20, due=-1, who=who), stay(3, who=who))
    Encounter.objects.filter(person=who, kind="03").update(result_code="5")
    projecting.look_who_came([who.pk])
    assert {row.has_died for row in FollowUp.objects.filter(pk__in=[row.pk for row in rows])} == {True}


def test_days_that_are_slips_of_the_pen_make_no_row():
    first = seen(20, due=20)  # on the day of the visit itself
    promise(first, 30)
    promise(first, -400)
    assert followed(first) == []


def test_a_rebuild_gives_what_the_events_gave():
    who = person()
    visits = [seen(20, due=7, who=who), seen(6, who=who), seen(30, due=12), stay(1), seen(9, due=-2, labels=["hiv"])]
    followed(*visits)
    gone = seen(15, due=2)
    followed(gone)
    withdrawn(gone)
    columns = ("facility_code", "visit_code", "kind", "file_day", "person", "came_on", "commune_code", "hamlet")
    followed(gone)
    heard = set(FollowUp.objects.filter(stands=True).values_list(*columns))
    FollowUp.objects.all().delete()
    projecting.rebuild()
    assert set(FollowUp.objects.filter(stands=True).values_list(*columns)) == heard and len(heard) == 3


def test_hearing_of_many_costs_no_more_questions_than_of_one(django_assert_max_num_queries):
    visits = [seen(20, due=-1, who=person(f"Người {number}")) for number in range(40)]
    with django_assert_max_num_queries(14):
        followed(*visits)


@pytest.mark.parametrize(
    ("address", "hamlet"),
    [
        ("Số 12, ấp 3, xã Lộc Ninh, thành phố Đồng Nai", "Ấp 3"),
        ("Thôn Bù Gia, xã Bù Gia Mập", "Thôn Bù Gia"),
        ("12/4 KP. 5, phường Tân Phú", "Khu phố 5"),
        ("Số 5 ấp Thanh Bình, xã Lộc Ninh", "Ấp Thanh Bình"),
        ("12 đường Khuê Trung, phường 5", ""),
        ("", ""),
    ],
)
def test_the_hamlet_of_an_address(address, hamlet):
    assert hamlet_of(address) == hamlet
