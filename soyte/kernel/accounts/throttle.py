"""How often a password may be tried: rows in the database, so that the rule holds for all processes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from soyte.kernel.accounts.models import SignInAttempt

WINDOW = dt.timedelta(minutes=15)
TRIES_OF_ACCOUNT = 5
TRIES_OF_ADDRESS = 50  # a whole hospital may stand behind one address


@dataclass(frozen=True, slots=True)
class Turn:
    """One attempt as counted: `tries_left` after it should it fail; `retry_at` where it came too soon."""

    attempt: SignInAttempt
    tries_left: int
    retry_at: dt.datetime | None


def take_turn(username: str, address: str | None, *, now: dt.datetime | None = None) -> Turn:
    """Count an attempt before the password is looked at, so that many at once get no more tries than one by one."""
    moment = now or timezone.now()
    with transaction.atomic():
        _lock(username, address)
        failures = _failures_of_username(username, moment)
        elsewhere = _failures_of_address(address, moment)
        until = _until(failures, TRIES_OF_ACCOUNT) or _until(elsewhere, TRIES_OF_ADDRESS)
        outcome = SignInAttempt.Outcome.THROTTLED if until else SignInAttempt.Outcome.FAILED
        attempt = SignInAttempt.objects.create(at=moment, username=username, address=address, outcome=outcome)
    return Turn(attempt, max(0, TRIES_OF_ACCOUNT - len(failures) - 1), until)


def pass_turn(turn: Turn) -> None:
    """The password was right."""
    SignInAttempt.objects.filter(pk=turn.attempt.pk).update(outcome=SignInAttempt.Outcome.PASSED)


def forget_attempts(*, before: dt.datetime) -> int:
    """Delete attempts older than a moment; they name people and addresses. Returns how many."""
    return SignInAttempt.objects.filter(at__lt=before).delete()[0]


def _lock(username: str, address: str | None) -> None:
    """Attempts on one account, and from one address, are counted one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sign-in account {username}"])
        if address:
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sign-in address {address}"])


def _failures_of_username(username: str, now: dt.datetime) -> list[dt.datetime]:
    """Times of the failures since the window began or a password was right, latest first."""
    attempts = SignInAttempt.objects.filter(username=username, at__gt=now - WINDOW)
    passed = attempts.filter(outcome=SignInAttempt.Outcome.PASSED).aggregate(last=Max("at"))["last"]
    failed = attempts.filter(outcome=SignInAttempt.Outcome.FAILED)
    if passed:
        failed = failed.filter(at__gt=passed)
    return list(failed.order_by("-at").values_list("at", flat=True)[:TRIES_OF_ACCOUNT])


def _failures_of_address(address: str | None, now: dt.datetime) -> list[dt.datetime]:
    if address is None:
        return []
    failed = SignInAttempt.objects.filter(address=address, at__gt=now - WINDOW, outcome=SignInAttempt.Outcome.FAILED)
    return list(failed.order_by("-at").values_list("at", flat=True)[:TRIES_OF_ADDRESS])


def _until(failures: list[dt.datetime], tries: int) -> dt.datetime | None:
    """When the next try is free: as soon as the earliest of the last `tries` failures leaves the window."""
    return failures[tries - 1] + WINDOW if len(failures) >= tries else None
