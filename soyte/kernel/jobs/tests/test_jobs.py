import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from soyte.kernel.jobs import registry, services
from soyte.kernel.jobs.models import Job, Schedule
from soyte.kernel.jobs.registry import JobKind, Period, every, job, job_kinds
from soyte.kernel.jobs.services import enqueue, failed, prune, put, put_periodic, reclaim, take
from soyte.kernel.jobs.worker import run_worker

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 60


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """Only the jobs that a test declares."""
    monkeypatch.setattr(registry, "_declared", {})
    monkeypatch.setattr(registry, "autodiscover_modules", lambda name: None)
    return registry._declared


def declare(function, **settings):
    registry._declared[registry.kind_of(function)] = JobKind(registry.kind_of(function), function, **settings)
    return function


class Running:
    """A worker in a thread, stopped at the end of the block."""

    def __enter__(self):
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        return self

    def _run(self):
        try:
            run_worker(self.stop, grace_seconds=PATIENCE_SECONDS)
        finally:
            connection.close()

    def __exit__(self, *error):
        self.stop.set()
        self.thread.join(PATIENCE_SECONDS)
        assert not self.thread.is_alive()


def eventually(condition):
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, list(Job.objects.values())
        time.sleep(0.02)


def test_a_job_is_done_with_its_arguments_as_soon_as_it_is_queued():
    seen, happened = [], threading.Event()

    @declare
    def greet(*, name):
        seen.append((name, connection.in_atomic_block))
        happened.set()

    with Running():
        with transaction.atomic():
            enqueue(greet, name="Hoa")
            assert not happened.wait(0.2)  # not before the commit
        assert happened.wait(PATIENCE_SECONDS)
        eventually(lambda: Job.objects.get().state == "done")
    assert seen == [("Hoa", False)]
    assert Job.objects.get().finished_at is not None


def test_many_workers_do_each_job_once():
    seen, lock = [], threading.Lock()

    @declare
    def count(*, number):
        with lock:
            seen.append(number)

    for number in range(60):
        enqueue(count, number=number)
    with Running(), Running(), Running():
        eventually(lambda: Job.objects.filter(state="done").count() == 60)
    assert sorted(seen) == list(range(60))


def test_a_failing_job_is_tried_again_later_and_given_up_at_last():
    @declare
    def fail():
        raise RuntimeError("đầy đĩa")

    declare(fail, most_attempts=2)
    enqueue(fail)
    with Running():
        eventually(lambda: Job.objects.get().last_error)
        job = Job.objects.get()
        assert (job.state, job.attempts, job.last_error) == ("waiting", 1, "RuntimeError: đầy đĩa")
        assert job.run_at > timezone.now()
        Job.objects.update(run_at=timezone.now())
        put("nobody.knows", {})
        eventually(lambda: Job.objects.filter(state="failed").count() == 2)
    assert Job.objects.get(kind="nobody.knows").last_error == "no such job in this version"


def test_the_pause_before_a_retry_doubles():
    pauses = []
    for attempt in (1, 2, 3):
        put("test.x", {})
        taken = take(1)
        failed(services.Taken(taken.id, taken.kind, {}, attempt), "x", most_attempts=9)
        pauses.append((Job.objects.get(id=taken.id).run_at - timezone.now()).total_seconds())
    assert [round(pause) for pause in pauses] == [10, 20, 40]


def test_what_a_killed_worker_had_in_hand_is_done_by_the_next():
    done = threading.Event()

    @declare
    def survive():
        done.set()

    enqueue(survive)
    assert take(worker=4711) is not None  # and then it was killed: nobody holds its lock
    assert take(worker=4712) is None
    with Running():
        assert done.wait(PATIENCE_SECONDS)
    assert Job.objects.get().attempts == 2


def test_what_a_living_worker_has_in_hand_is_left_to_it():
    put("test.x", {})
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, 4711)", [services.WORKERS])
        take(worker=4711)
        assert reclaim() == 0
        cursor.execute("select pg_advisory_unlock(%s, 4711)", [services.WORKERS])
    assert reclaim() == 1
    assert Job.objects.get().state == "waiting"


def test_a_job_that_ends_its_worker_each_time_is_given_up():
    @declare
    def never():
        raise AssertionError("must not run again")

    enqueue(never)
    Job.objects.update(attempts=registry.MOST_ATTEMPTS)
    with Running():
        eventually(lambda: Job.objects.get().state == "failed")
    assert "each time" in Job.objects.get().last_error


def test_of_one_key_one_job_waits():
    @declare
    def work(): ...

    assert enqueue(work, key="70001")
    assert enqueue(work, key="70001") is None
    assert enqueue(work, key="70002")
    taken = take(worker=1)
    assert enqueue(work, key="70001")  # the first is running: what came since then needs another run
    failed(taken, "x", most_attempts=5)
    assert Job.objects.filter(state="waiting").count() == 3


def test_a_stopping_worker_ends_the_job_in_hand():
    begun, leave = threading.Event(), threading.Event()

    @declare
    def slow():
        begun.set()
        leave.wait(PATIENCE_SECONDS)

    enqueue(slow)
    with Running() as running:
        assert begun.wait(PATIENCE_SECONDS)
        running.stop.set()
        leave.set()
    assert Job.objects.get().state == "done"


def test_an_orderly_stop_is_no_failed_attempt_of_the_job_that_it_cuts_off():
    begun, leave = threading.Event(), threading.Event()

    @declare
    def slow():
        begun.set()
        leave.wait(PATIENCE_SECONDS)

    enqueue(slow)
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=(stop,), kwargs={"grace_seconds": 0.1})
    worker.start()
    assert begun.wait(PATIENCE_SECONDS)
    stop.set()
    worker.join(PATIENCE_SECONDS)
    job = Job.objects.get()
    assert (job.state, job.attempts) == ("running", 0)
    leave.set()
    eventually(lambda: Job.objects.get().state == "done")


def test_a_quiet_worker_stops_at_once():
    with Running():
        time.sleep(0.5)
        begun = time.monotonic()
    assert time.monotonic() - begun < PATIENCE_SECONDS / 3  # it would wake by itself after 30 seconds only
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("worker-")]


def test_periodic_work_is_queued_once_for_each_time_it_is_due():
    def tick(): ...

    declare(tick, period=Period(timedelta(minutes=5)))
    now = datetime(2026, 3, 5, 1, 2, 3, tzinfo=UTC)
    assert put_periodic(now) == datetime(2026, 3, 5, 1, 5, tzinfo=UTC)
    put_periodic(now)
    assert Job.objects.count() == 1
    take(worker=1)
    put_periodic(now + timedelta(minutes=1))
    assert Job.objects.count() == 1
    put_periodic(now + timedelta(minutes=17))  # missed ones are not made up for
    assert Job.objects.count() == 2
    assert Schedule.objects.get().due_at == datetime(2026, 3, 5, 1, 15, tzinfo=UTC)


def test_daily_work_waits_for_its_hour_in_vietnam():
    def nightly(): ...

    declare(nightly, period=Period(timedelta(days=1), at=datetime.strptime("02:30", "%H:%M").time()))  # noqa: DTZ007
    noon = datetime(2026, 3, 5, 5, 0, tzinfo=UTC)
    assert put_periodic(noon) == datetime(2026, 3, 5, 19, 30, tzinfo=UTC)
    assert not Job.objects.exists()
    put_periodic(datetime(2026, 3, 5, 19, 31, tzinfo=UTC))
    assert Job.objects.count() == 1


def test_declarations_are_found_under_the_name_of_their_room(kinds):
    def watch(): ...
    def report(*, receipt_id): ...

    watch.__module__ = report.__module__ = "soyte.kernel.people.jobs"
    every(days=1, at="02:30")(watch)
    job(most_attempts=3)(report)
    assert set(job_kinds()) == {"people.watch", "people.report"}
    assert kinds["people.report"].most_attempts == 3
    with pytest.raises(ValueError, match="at"):
        every(hours=1, at="02:30")
    with pytest.raises(ValueError, match="second"):
        every()


def test_finished_jobs_are_forgotten_after_a_while():
    now = timezone.now()
    for state, days in (("done", 6), ("done", 8), ("failed", 8), ("failed", 91)):
        Job.objects.create(kind=f"{state}{days}", state=state, finished_at=now - timedelta(days=days))
    Job.objects.create(kind="waiting")
    assert prune(now) == 2
    assert set(Job.objects.values_list("kind", flat=True)) == {"done6", "failed8", "waiting"}


def test_what_comes_back_every_few_moments_is_forgotten_after_an_hour():
    def tick(): ...
    def nightly(): ...

    declare(tick, period=Period(timedelta(seconds=5)))
    declare(nightly, period=Period(timedelta(days=1)))
    now = timezone.now()
    for minutes in (59, 61):
        for kind in job_kinds():
            Job.objects.create(kind=kind, state="done", finished_at=now - timedelta(minutes=minutes))
    assert prune(now) == 1
    assert Job.objects.filter(kind__endswith="nightly").count() == 2
