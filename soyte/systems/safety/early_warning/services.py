"""Opening and closing alerts by their conditions; noting what was done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.kernel.access.actor import Actor
from soyte.kernel.actors import Machine
from soyte.kernel.audit.services import record
from soyte.kernel.errors import DomainError
from soyte.kernel.live.telling import changed
from soyte.kernel.sql import advisory_lock_many
from soyte.systems.safety.early_warning.conditions import CONDITIONS
from soyte.systems.safety.early_warning.content import kinds
from soyte.systems.safety.early_warning.content_schemas import AlertKind
from soyte.systems.safety.early_warning.models import Alert, AlertNote

MACHINE = Machine("early_warning.look")


class NotedMeanwhile(DomainError):
    code = "early_warning.noted_meanwhile"
    message = _("Người khác vừa ghi về cảnh báo này. Đọc điều họ ghi ở dưới, rồi gửi lại nếu còn cần.")


def look(now: datetime) -> None:
    """Open alerts whose condition holds and close those whose condition is over; each kind in one transaction."""
    for kind in kinds().values():
        if kind.valid_from <= timezone.localdate(now):
            _look(kind, now)


@transaction.atomic
def _look(kind: AlertKind, now: datetime) -> None:
    with connection.cursor() as cursor:
        advisory_lock_many(cursor, [f"early_warning.{kind.code}"])
    numbers = {name: float(value) for name, value in kind.numbers.items()}
    found = CONDITIONS[kind.condition].find(numbers, now)
    opened = {
        alert.unit_id: alert for alert in Alert.objects.select_for_update().filter(kind=kind.code, closed_at=None)
    }
    over = [alert for unit, alert in opened.items() if unit not in found]
    due = now + timedelta(hours=kind.hours)
    fresh = [
        Alert(kind=kind.code, unit_id=unit, facts=facts, opened_at=now, due_at=due)
        for unit, facts in found.items()
        if unit not in opened
    ]
    Alert.objects.bulk_create(fresh)
    Alert.objects.filter(pk__in=[alert.pk for alert in over]).update(closed_at=now)
    _record("alert.open", fresh)
    _record("alert.close", over)
    if fresh or over:
        changed("alerts")


def _record(action: str, alerts: Iterable[Alert]) -> None:
    for alert in alerts:
        record(MACHINE, action, obj=alert, details={"kind": alert.kind})


@transaction.atomic
def note(actor: Actor, alert_id: int, *, version: int, text: str, is_answer: bool) -> Alert:
    """Add what was done. `version` is the alert's as the writer saw it; the same words sent twice are one note.

    Raises NotedMeanwhile where somebody else wrote in between, Refused without the right.
    """
    alert = Alert.objects.select_for_update().get(pk=alert_id)
    actor.require("alerts.note", alert)
    account = actor.account
    assert account is not None  # who has no account holds nothing
    if alert.version != version:
        mine = alert.notes.filter(of_version=version, account=account, text=text, is_answer=is_answer)
        if mine.exists():
            return alert
        raise NotedMeanwhile
    now = timezone.now()
    AlertNote.objects.create(alert=alert, at=now, account=account, text=text, is_answer=is_answer, of_version=version)
    alert.version += 1
    if is_answer and alert.answered_at is None:
        alert.answered_at = now
    alert.save(update_fields=["version", "answered_at"])
    record(actor, "alerts.note", obj=alert, details={"answer": is_answer})
    changed("alerts")
    return alert
