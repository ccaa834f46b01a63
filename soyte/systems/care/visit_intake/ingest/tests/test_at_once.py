"""Several senders at once, with connections of their own."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.people.models import Person
from soyte.systems.care.visit_intake.ingest.tests.files import file, send, send_one, visit
from soyte.systems.care.visit_intake.models import Receipt, ReceiptVisit

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works):
    """Run these works in threads that start together; their results."""
    barrier = threading.Barrier(len(works))

    def run(work):
        try:
            barrier.wait(10)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [running.result(60) for running in [pool.submit(run, work) for work in works]]


def test_the_same_bytes_from_two_senders_are_received_once():
    content = file(*(visit(f"LK{n}", SO_CCCD=f"0700850{n:05}") for n in range(30)))
    told = at_once(*[lambda: send_one(content)] * 3)
    assert sorted(one.repeated for one in told) == [False, True, True]
    assert {one.number for one in told} == {Receipt.objects.get().number}
    assert Encounter.objects.count() == ReceiptVisit.objects.count() == 30


def test_two_versions_of_one_visit_at_once_leave_the_later_in_force():
    contents = [file(visit(LY_DO_VV=f"lần {n}"), made_on=f"202609{n:02}") for n in range(1, 9)]
    told = at_once(*[lambda content=content: send_one(content) for content in contents])
    assert Encounter.objects.get(in_force=True).reason == "lần 8"
    assert sum(one.replaced for one in told) == 7


def test_eight_files_of_one_new_person_at_once_make_one_person():
    contents = [file(visit(f"LK{n}")) for n in range(8)]
    told = at_once(*[lambda content=content: send_one(content) for content in contents])
    assert Person.objects.count() == 1 == sum(one.persons_new for one in told)


def test_a_new_facility_in_two_files_at_once_is_one_unit():
    contents = [file(visit(f"LK{n}", MA_CSKCB="79999"), facility="79999") for n in range(4)]
    at_once(*[lambda content=content: send_one(content) for content in contents])
    assert len(set(Encounter.objects.values_list("unit_id", flat=True))) == 1


def test_many_files_in_opposite_orders_do_not_wait_for_each_other_for_ever():
    contents = [file(visit(f"LK{n}", SO_CCCD=f"0700850{n:05}")) for n in range(20)]
    there, back = at_once(lambda: send(*contents), lambda: send(*reversed(contents)))
    assert [one.number for one in there] == [one.number for one in reversed(back)]
    assert Encounter.objects.count() == 20
    assert sum(one.repeated for one in [*there, *back]) == 20
