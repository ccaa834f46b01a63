"""Declaring work: functions of jobs.py modules, found by name.

    @job
    def write_report(*, receipt_id: int) -> None: ...

    @every(minutes=5)
    def watch_folder() -> None: ...

    @every(days=1, at="02:30")
    def rebuild_rollups() -> None: ...

A job is done at least once, so it must bear repeating. It runs outside of a transaction and opens its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, ParamSpec, overload

from django.apps import apps
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

P = ParamSpec("P")
Work = Callable[..., Any]
MOST_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Period:
    """How often: every `length`, or once a day at the local time `at`."""

    length: timedelta
    at: time | None = None

    def last_due(self, now: datetime) -> datetime:
        """The latest moment not after `now` at which the work is due."""
        if self.at is None:
            seconds = int(self.length.total_seconds())
            return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=now.tzinfo)
        local = timezone.localtime(now)
        due = local.replace(hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0)
        return due if due <= local else due - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class JobKind:
    name: str
    function: Work
    most_attempts: int = MOST_ATTEMPTS
    period: Period | None = None


_declared: dict[str, JobKind] = {}


def _declare(function: Work, most_attempts: int, period: Period | None = None) -> None:
    name = kind_of(function)
    _declared[name] = JobKind(name, function, most_attempts, period)


def kind_of(function: Work) -> str:
    """The name under which a job function is queued: its app and itself."""
    room = apps.get_containing_app_config(function.__module__)
    return f"{room.label if room else function.__module__}.{function.__name__}"


@overload
def job(function: Callable[P, None]) -> Callable[P, None]: ...
@overload
def job(*, most_attempts: int) -> Callable[[Callable[P, None]], Callable[P, None]]: ...
def job(function: Work | None = None, *, most_attempts: int = MOST_ATTEMPTS) -> Any:
    """Declare a function as a job; its arguments are keywords that JSON can carry."""

    def declare(function: Work) -> Work:
        _declare(function, most_attempts)
        return function

    return declare(function) if function else declare


def every(
    *, seconds: int = 0, minutes: int = 0, hours: int = 0, days: int = 0, at: str = ""
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Declare a function as work that comes back; `at` ("02:30", Vietnam's time) goes with days=1."""
    length = timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
    if length < timedelta(seconds=1) or (at and length != timedelta(days=1)):
        raise ValueError("every() needs at least a second; `at` goes with days=1")
    period = Period(length, time.fromisoformat(at) if at else None)

    def declare(function: Callable[[], None]) -> Callable[[], None]:
        _declare(function, MOST_ATTEMPTS, period)
        return function

    return declare


def job_kinds() -> dict[str, JobKind]:
    """Every declared job by its name."""
    autodiscover_modules("jobs")
    return _declared
