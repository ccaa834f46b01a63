import random
import threading
import time

import pytest
from django.db import connection, transaction

from soyte.kernel.outbox import consumers as consumers_module
from soyte.kernel.outbox.consumers import BATCH, Consumer, consume, consume_all, listens, next_retry_seconds
from soyte.kernel.outbox.models import Cursor, Event
from soyte.kernel.outbox.services import emit, emit_many, prune, renumber_after_restore
from soyte.kernel.outbox.tests.settled import settled

pytestmark = pytest.mark.django_db(transaction=True)


class Heard(list):
    def __call__(self, events):
        self.extend(event.object_id for event in events)


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def consumer(heard, monkeypatch):
    consumer = Consumer("test.hear", frozenset({"Seen"}), heard)
    monkeypatch.setattr(consumers_module, "consumers", lambda: [consumer])
    return consumer


def in_thread(function, *args):
    def run():
        try:
            function(*args)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_events_are_heard_once_in_order_and_only_those_of_the_topic(consumer, heard):
    emit("Seen", "a", {"on": "2026-03-05"})
    emit("Other", "x")
    emit("Seen", "b")
    settled()
    assert consume(consumer) == 3
    assert consume(consumer) == 0
    assert heard == ["a", "b"]
    assert Event.objects.get(object_id="a").payload == {"on": "2026-03-05"}


def test_a_rolled_back_change_tells_nothing(consumer, heard):
    with transaction.atomic():
        emit("Seen", "never")
        transaction.set_rollback(True)
    emit("Seen", "a")
    settled()
    consume(consumer)
    assert heard == ["a"]


def test_a_late_commit_is_not_skipped(consumer, heard):
    """The event with the lower id is committed after one with a higher id was there to read."""
    written, commit = threading.Event(), threading.Event()

    def late():
        with transaction.atomic():
            emit("Seen", "late")
            written.set()
            commit.wait(30)

    thread = in_thread(late)
    assert written.wait(30)
    emit("Seen", "early")
    assert consume(consumer) == 0
    assert consume_all() is True  # worth to look again, although nobody will notify
    commit.set()
    thread.join()
    settled()
    assert consume_all() is False
    assert heard == ["late", "early"]


def test_many_writers_with_late_commits_and_none_is_skipped(consumer, heard):
    writers, each = 8, 25

    def write(number):
        chance = random.Random(number)
        for turn in range(each):
            with transaction.atomic():
                emit("Seen", f"{number}.{turn}")
                time.sleep(chance.random() * 0.01)
                if chance.random() < 0.1:
                    transaction.set_rollback(True)

    threads = [in_thread(write, number) for number in range(writers)]
    while any(thread.is_alive() for thread in threads):
        consume(consumer, limit=7)
    settled()
    while consume(consumer, limit=7):
        pass
    assert len(heard) == len(set(heard))
    assert sorted(heard) == sorted(Event.objects.values_list("object_id", flat=True))
    assert 0 < len(heard) < writers * each  # some were rolled back


def test_a_failing_handler_keeps_its_place_and_the_others_go_on(monkeypatch, heard):
    def broken(events):
        Cursor.objects.create(consumer="written by the handler")
        raise RuntimeError("hỏng")

    both = [Consumer("test.broken", frozenset({"Seen"}), broken), Consumer("test.hear", frozenset({"Seen"}), heard)]
    monkeypatch.setattr(consumers_module, "consumers", lambda: both)
    emit("Seen", "a")
    settled()
    consume_all()
    place = Cursor.objects.get(consumer="test.broken")
    assert heard == ["a"]
    assert (place.event_id, place.failures, place.last_error) == (0, 1, "RuntimeError: hỏng")
    assert not Cursor.objects.filter(consumer="written by the handler").exists()
    assert 0 < next_retry_seconds() <= 2
    consume_all()  # paused: not tried again
    assert Cursor.objects.get(consumer="test.broken").failures == 1
    Cursor.objects.update(retry_at=None)
    consume_all()
    assert Cursor.objects.get(consumer="test.broken").failures == 2


def test_two_workers_do_not_hear_the_same_event_twice(consumer, heard):
    inside, leave = threading.Event(), threading.Event()

    def slow(events):
        inside.set()
        leave.wait(30)
        heard(events)

    emit("Seen", "a")
    settled()
    thread = in_thread(consume, Consumer(consumer.name, consumer.topics, slow))
    assert inside.wait(30)
    assert consume(consumer) == 0
    leave.set()
    thread.join()
    assert consume(consumer) == 0
    assert heard == ["a"]


def test_many_events_are_one_statement_and_wake_listeners_on_commit(consumer, heard, django_assert_num_queries):
    connection.ensure_connection()
    listener = connection.connection.__class__.connect(connection.connection.info.dsn, autocommit=True)
    try:
        listener.execute("listen soyte")
        with django_assert_num_queries(3), transaction.atomic(), connection.cursor() as cursor:  # begin and commit too
            emit_many(cursor, [("Seen", str(n), {}) for n in range(BATCH + 10)])
            emit_many(cursor, [])
            assert list(listener.notifies(timeout=0.1)) == []
        assert [notify.payload for notify in listener.notifies(timeout=5, stop_after=1)] == ["Seen"]
    finally:
        listener.close()
    settled()
    consume_all()
    assert len(heard) == BATCH + 10


def test_old_events_that_all_have_heard_are_pruned(consumer):
    emit("Seen", "old")
    Event.objects.update(at="2020-01-01T00:00:00Z")
    emit("Seen", "young")
    assert prune() == 0
    Cursor.objects.create(consumer="slower")
    settled()
    consume(consumer)
    assert prune() == 0
    Cursor.objects.filter(consumer="slower").delete()
    assert prune() == 1
    assert Event.objects.get().object_id == "young"


def test_after_a_restore_into_a_new_server_nothing_is_lost_or_repeated(consumer, heard):
    for name in "abc":
        emit("Seen", name)
    settled()
    consume(consumer, limit=2)
    with connection.cursor() as cursor:  # as if the dump came from a server with many more transactions
        cursor.execute("update outbox_event set xid = xid + 1000000000")
        cursor.execute("update outbox_cursor set xid = xid + 1000000000")
    emit("Seen", "d")
    assert consume(consumer) == 0
    assert renumber_after_restore()
    assert not renumber_after_restore()
    emit("Seen", "e")
    settled()
    consume_all()
    assert heard == ["a", "b", "c", "d", "e"]


def test_a_consumer_is_named_after_its_room():
    def hear(events): ...

    hear.__module__ = "soyte.kernel.people.events"
    try:
        assert listens("Seen")(hear) is hear
        assert consumers_module._declared["people.hear"].topics == {"Seen"}
    finally:
        del consumers_module._declared["people.hear"]
