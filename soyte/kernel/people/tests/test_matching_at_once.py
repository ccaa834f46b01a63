"""Several senders at once, each with a connection of its own."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from soyte.kernel.people.matching import lock_keys, match_people
from soyte.kernel.people.models import Person, ReviewPair
from soyte.kernel.people.tests.candidates import CITIZEN, card, hoa, newborn, own_file
from soyte.kernel.sql import advisory_lock_many

pytestmark = pytest.mark.django_db(transaction=True)
SENDERS = 8


def at_once(batches):
    """Match each batch in a transaction of its own, all beginning together; returns the matches of each."""
    barrier = threading.Barrier(len(batches))

    def send(batch):
        try:
            barrier.wait(timeout=30)
            with transaction.atomic(), connection.cursor() as cursor:
                return match_people(cursor, batch)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(batches)) as pool:
        return list(pool.map(send, batches))


@pytest.mark.parametrize(
    "who",
    [
        {"citizen": CITIZEN},
        {"cards": card()},
        {},
        {"patient_no": "BN1", "commune_code": ""},
    ],
)
def test_eight_senders_of_one_new_person_make_one(who):
    sent = at_once([[hoa(**who)] for _sender in range(SENDERS)])
    assert len({found.person_id for [found] in sent}) == 1
    assert sum(found.is_new for [found] in sent) == 1
    assert Person.objects.count() == 1


def test_senders_of_a_shared_number_make_each_pair_once():
    sent = at_once([[hoa(name=f"Người Thứ {i % 4}", citizen=CITIZEN)] for i in range(SENDERS)])
    assert Person.objects.count() == 4
    assert ReviewPair.objects.count() == sum(len(found.pairs) for [found] in sent) == 6


def test_a_certificate_and_the_childs_own_file_at_once_are_one_child():
    at_once([[newborn()], [own_file()], [newborn()], [own_file()]])
    assert Person.objects.filter(sex="1").count() == 1


def test_batches_in_any_order_do_not_deadlock():
    people = [hoa(name=f"Người Số {i}", citizen=f"0751800{i:05}", cards=card(f"GD475{i:010}")) for i in range(1, 41)]
    batches = [random.Random(seed).sample(people, len(people)) for seed in range(SENDERS)]
    at_once(batches)
    assert Person.objects.count() == len(people)


def test_the_caller_may_take_the_locks_together_with_its_own():
    candidates = [hoa(citizen=CITIZEN)]
    with transaction.atomic(), connection.cursor() as cursor:
        advisory_lock_many(cursor, {"visit\x1f70001\x1fLK1"} | lock_keys(candidates))
        [found] = match_people(cursor, candidates, locked=True)
    assert found.is_new
