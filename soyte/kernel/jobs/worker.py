"""The worker: does jobs and lets consumers hear events, as soon as PostgreSQL notifies, at a quiet pace otherwise.

Three threads: one listens, one hears events, one does jobs. While nothing happens each wakes every 30 seconds.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from time import monotonic

import structlog
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from soyte.kernel.jobs import services
from soyte.kernel.jobs.registry import job_kinds
from soyte.kernel.outbox.consumers import consume_all, next_retry_seconds
from soyte.kernel.outbox.services import CHANNEL as EVENTS
from soyte.kernel.outbox.services import renumber_after_restore

QUIET_SECONDS = 30.0
SOON_SECONDS = 0.25  # events lie beyond the horizon: no notification will tell when they may be read
NOT_SO_SOON_SECONDS = 5.0
AFTER_ERROR_SECONDS = 2.0
STRETCH_SECONDS = 5.0  # of jobs one after another, before periodic work is looked at again
GRACE_SECONDS = 20.0
log = structlog.get_logger(__name__)


def run_worker(stop: threading.Event, *, grace_seconds: float = GRACE_SECONDS) -> None:
    """Work until `stop` is set, then give the job in hand `grace_seconds` to end; what is cut off is done again.

    Blocks the calling thread without polling; a signal handler may set `stop`.
    """
    worker = _Worker(stop)
    duties = [_Duty(work.__name__.strip("_"), work, stop) for work in (worker.listen, worker.hear, worker.work)]
    worker.woken = [duty.woken for duty in duties[1:]]
    for duty in duties:
        duty.thread.start()
    log.info("worker.started", number=worker.number)
    stop.wait()
    end = monotonic() + grace_seconds
    for duty in duties:
        duty.woken.set()
    worker.interrupt_listening()
    for duty in duties:
        duty.thread.join(max(0.0, end - monotonic()))
    if any(duty.thread.is_alive() for duty in duties):
        worker.forgive()


class _Duty:
    """A thread that does its work when woken, or after the seconds that the work itself asked for."""

    def __init__(self, name: str, work: Callable[[], float], stop: threading.Event) -> None:
        self.work, self.stop, self.woken = work, stop, threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"worker-{name}", daemon=True)

    def _run(self) -> None:
        try:
            while not self.stop.is_set():
                self.woken.clear()
                pause = self._once()
                if not self.stop.is_set():
                    self.woken.wait(pause)
        finally:
            connection.close()

    def _once(self) -> float:
        close_old_connections()
        try:
            return self.work()
        except Exception as error:
            log.exception("worker.duty_failed", duty=self.thread.name, error=type(error).__name__)
            connection.close()
            return AFTER_ERROR_SECONDS


class _Worker:
    """What the threads share.

    The worker's number is locked as long as its listening connection lives. Jobs in the hands of a number that nobody
    holds are given back to the queue, so those of a killed worker are done by the next one.
    """

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.number = secrets.randbelow(2**31 - 1) + 1
        self.own_channel = f"soyte_worker_{self.number}"
        self.is_known = threading.Event()
        self.woken: list[threading.Event] = []  # of the other two threads
        self.has_looked_for_restore = False
        self.soon = SOON_SECONDS

    def listen(self) -> float:
        """Wake the others at each notification, and once at the beginning: some may have been missed."""
        connection.ensure_connection()
        listening = connection.connection
        for channel in (EVENTS, services.CHANNEL, self.own_channel):
            listening.execute(f"listen {channel}")
        listening.execute("select pg_advisory_lock(%s, %s)", [services.WORKERS, self.number])
        self.is_known.set()
        while not self.stop.is_set():
            for woken in self.woken:
                woken.set()
            while not self.stop.is_set() and not list(listening.notifies(timeout=QUIET_SECONDS, stop_after=1)):
                pass
        return 0.0

    def interrupt_listening(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("select pg_notify(%s, '')", [self.own_channel])
        except DatabaseError:
            log.warning("worker.stopped_without_database")

    def forgive(self) -> None:
        try:
            services.forgive(self.number)
        except DatabaseError:
            log.warning("worker.stopped_without_database")
        finally:
            connection.close()

    def hear(self) -> float:
        """Let the consumers hear what they may; seconds until it is worth to look again without being told."""
        if not self.has_looked_for_restore:
            if renumber_after_restore():
                log.warning("outbox.renumbered_after_restore")
            self.has_looked_for_restore = True
        if not consume_all():
            self.soon = SOON_SECONDS
            return min(QUIET_SECONDS, next_retry_seconds() or QUIET_SECONDS)
        pause, self.soon = self.soon, min(2 * self.soon, NOT_SO_SOON_SECONDS)
        return pause

    def work(self) -> float:
        """Do the jobs that are due; seconds until the next one is."""
        if not self.is_known.is_set():
            return AFTER_ERROR_SECONDS
        services.reclaim()
        upcoming = services.put_periodic(timezone.now())
        end = monotonic() + STRETCH_SECONDS
        while not self.stop.is_set() and (taken := services.take(self.number)):
            _do(taken)
            if monotonic() > end:
                return 0.0
        return _seconds_until(upcoming, services.next_run())


def _do(taken: services.Taken) -> None:
    kind = job_kinds().get(taken.kind)
    if kind is None:
        services.failed(taken, "no such job in this version", most_attempts=0)
        return
    if taken.attempts > kind.most_attempts:  # its worker died each time
        services.failed(taken, "the worker ended while doing it, each time", most_attempts=0)
        return
    begun = monotonic()
    try:
        kind.function(**taken.args)
    except Exception as error:
        # The message may name a person: it is kept in the database, the log has the kind of error only.
        log.warning("job.failed", job=taken.kind, id=taken.id, attempt=taken.attempts, error=type(error).__name__)
        close_old_connections()
        services.failed(taken, f"{type(error).__name__}: {error}", most_attempts=kind.most_attempts)
    else:
        close_old_connections()
        services.done(taken)
        say = log.debug if kind.period else log.info  # work that comes back would fill the log
        say("job.done", job=taken.kind, id=taken.id, seconds=round(monotonic() - begun, 3))


def _seconds_until(*moments: datetime | None) -> float:
    now = timezone.now()
    waits = [(moment - now).total_seconds() for moment in moments if moment is not None]
    return max(0.0, min([QUIET_SECONDS, *waits]))
