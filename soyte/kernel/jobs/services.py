"""The queue: putting in, taking out, and what becomes of work whose worker died."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Min
from django.utils import timezone

from soyte.kernel.jobs.models import Job, Schedule
from soyte.kernel.jobs.registry import JobKind, job_kinds, kind_of

CHANNEL = "soyte_jobs"
WORKERS = 0x50B5  # first half of the advisory locks by which living workers are known
LONGEST_PAUSE = timedelta(hours=1)
KEEP_DONE = timedelta(days=7)
KEEP_FREQUENT = timedelta(hours=1)
KEEP_FAILED = timedelta(days=90)
_PUT = """
    with put as (
      insert into jobs_job (kind, args, key, run_at) values (%s, %s::jsonb, %s, coalesce(%s, now()))
      on conflict (kind, key) where state = 'waiting' and not key = '' do nothing returning id)
    select id, pg_notify(%s, '') from put"""
# The key is spent by taking: it keeps calls from piling up, and must not stop a later retry.
_TAKE = """
    update jobs_job set state = 'running', locked_by = %s, attempts = attempts + 1, key = ''
    where id = (select id from jobs_job where state = 'waiting' and run_at <= now()
                order by run_at, id limit 1 for update skip locked)
    returning id, kind, args::text, attempts"""
_RECLAIM = """
    update jobs_job set state = 'waiting', locked_by = null, run_at = now()
    where state = 'running' and locked_by not in (
      select objid::bigint from pg_locks where locktype = 'advisory' and granted and classid = %s and objsubid = 2
        and database = (select oid from pg_database where datname = current_database()))"""
_DUE = """
    insert into jobs_schedule as known (kind, due_at) values (%s, %s)
    on conflict (kind) do update set due_at = excluded.due_at where known.due_at < excluded.due_at
    returning known.kind"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A job in the hands of a worker."""

    id: int
    kind: str
    args: dict[str, Any]
    attempts: int


def enqueue(function: Callable[..., Any], *, key: str = "", run_at: datetime | None = None, **args: Any) -> int | None:
    """Queue a call of a declared job in the current transaction; its id.

    With `key`, nothing is queued (None) while a job of the same kind and key waits.
    """
    return put(kind_of(function), args, key=key, run_at=run_at)


def put(kind: str, args: Mapping[str, Any], *, key: str = "", run_at: datetime | None = None) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_PUT, [kind, json.dumps(dict(args)), key, run_at, CHANNEL])
        row = cursor.fetchone()
    return row[0] if row else None


def take(worker: int) -> Taken | None:
    """The next job that is due, now in the hands of `worker`; None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [worker])
        row = cursor.fetchone()
    return Taken(row[0], row[1], json.loads(row[2]), row[3]) if row else None


def done(taken: Taken) -> None:
    Job.objects.filter(id=taken.id).update(
        state=Job.State.DONE, locked_by=None, finished_at=timezone.now(), last_error=""
    )


def failed(taken: Taken, error: str, *, most_attempts: int) -> None:
    """Note an error: the job is tried again after a pause that doubles, until its attempts are used up."""
    job = Job.objects.filter(id=taken.id)
    note = error[:4000]
    if taken.attempts >= most_attempts:
        job.update(state=Job.State.FAILED, locked_by=None, finished_at=timezone.now(), last_error=note)
    else:
        pause = min(timedelta(seconds=5 * 2**taken.attempts), LONGEST_PAUSE)
        job.update(state=Job.State.WAITING, locked_by=None, run_at=timezone.now() + pause, last_error=note)


def reclaim() -> int:
    """Give work of dead workers back to the queue; returns how much."""
    with connection.cursor() as cursor:
        cursor.execute(_RECLAIM, [WORKERS])
        return int(cursor.rowcount)


def forgive(worker: int) -> None:
    """Do not count the attempt that an orderly end of `worker` cuts off: the job is given back when its lock is gone."""
    Job.objects.filter(locked_by=worker, state=Job.State.RUNNING, attempts__gt=0).update(attempts=F("attempts") - 1)


def put_periodic(now: datetime) -> datetime | None:
    """Queue the periodic jobs that have come due, each once however many workers ask; the next moment one will be.

    Daily work that is seen for the first time waits for its hour.
    """
    upcoming: list[datetime] = []
    known = dict(Schedule.objects.values_list("kind", "due_at"))
    for kind in job_kinds().values():
        if kind.period is None:
            continue
        due = kind.period.last_due(now)
        if kind.name not in known or known[kind.name] < due:
            _put_due(kind, due, first=kind.name not in known)
        upcoming.append(due + kind.period.length)
    return min(upcoming, default=None)


def _put_due(kind: JobKind, due: datetime, *, first: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [kind.name, due])
        is_ours = cursor.fetchone() is not None
    if is_ours and not (first and kind.period and kind.period.at):
        put(kind.name, {}, key="periodic")


def next_run() -> datetime | None:
    """When the next waiting job is due."""
    first: datetime | None = Job.objects.filter(state=Job.State.WAITING).aggregate(first=Min("run_at"))["first"]
    return first


def is_work_waiting() -> bool:
    """Whether a job is due that nobody does yet: long work then makes room."""
    return Job.objects.filter(state=Job.State.WAITING, run_at__lte=timezone.now()).exists()


def prune(now: datetime) -> int:
    """Forget finished jobs; returns how many.

    Done ones after a week, those of work that comes back every few moments after an hour; failed ones after a quarter.
    """
    frequent = [kind.name for kind in job_kinds().values() if kind.period and kind.period.length < KEEP_FREQUENT]
    seen_often = Job.objects.filter(state=Job.State.DONE, kind__in=frequent, finished_at__lt=now - KEEP_FREQUENT)
    frequent_jobs, _by_kind = seen_often.delete()
    done_jobs, _by_kind = Job.objects.filter(state=Job.State.DONE, finished_at__lt=now - KEEP_DONE).delete()
    failed_jobs, _by_kind = Job.objects.filter(state=Job.State.FAILED, finished_at__lt=now - KEEP_FAILED).delete()
    return frequent_jobs + done_jobs + failed_jobs
