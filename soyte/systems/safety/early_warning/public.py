"""The door for other systems: alerts that run, and the feeds that are late among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone

from soyte.kernel.actors import Acting
from soyte.systems.safety.early_warning import selectors
from soyte.systems.safety.early_warning.content import kinds
from soyte.systems.safety.early_warning.models import Alert, AlertNote


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert whose condition holds. `url` for whoever may read alerts and is signed in."""

    title: str
    place: str
    because: str
    opened_at: datetime
    due_at: datetime
    is_answered: bool
    url: str


@dataclass(frozen=True, slots=True)
class LateFeed:
    """A facility that is silent for longer than its own usual gap."""

    name: str
    last: datetime
    usual: timedelta
    is_answered: bool
    url: str


@dataclass(frozen=True, slots=True)
class Alarms:
    """Alerts that nobody has dealt with come first, of these the soonest due; feeds are late for longest first."""

    alerts: Sequence[OpenAlert]
    late: Sequence[LateFeed]


def alarms(actor: Acting) -> Alarms:
    """All that run and that the actor may see, in one query."""
    rows = list(selectors.alerts(actor, open_only=True))
    late = [row for row in rows if (kind := kinds().get(row.kind)) and kind.condition == "silent"]
    others = sorted(
        (row for row in rows if row not in late), key=lambda row: (row.answered_at is not None, row.due_at, row.pk)
    )
    feeds = [_late(row, actor) for row in late]
    return Alarms([_alert(row, actor) for row in others], sorted(feeds, key=lambda feed: (feed.last, feed.name)))


@dataclass(frozen=True, slots=True)
class Noted:
    """What somebody wrote of an alert."""

    at: datetime
    title: str
    place: str
    text: str
    who: str


def noted_on(actor: Acting, day: date) -> list[Noted]:
    """What was noted on a day of the alerts that the actor may see, in its order."""
    start = timezone.make_aware(datetime.combine(day, time()))
    seen = selectors.alerts(actor, open_only=False).order_by().values("pk")
    rows = AlertNote.objects.filter(at__gte=start, at__lt=start + timedelta(days=1), alert__in=seen)
    return [
        Noted(row.at, selectors.title(row.alert), row.alert.unit.name, row.text, row.account.display_name)
        for row in rows.select_related("alert__unit", "account").order_by("at", "pk")
    ]


def _address(row: Alert, actor: Acting) -> str:
    return reverse("early_warning:alert", args=[row.pk]) if actor.account_id else ""


def _alert(row: Alert, actor: Acting) -> OpenAlert:
    return OpenAlert(
        title=selectors.title(row),
        place=row.unit.name,
        because=selectors.because(row),
        opened_at=row.opened_at,
        due_at=row.due_at,
        is_answered=row.answered_at is not None,
        url=_address(row, actor),
    )


def _late(row: Alert, actor: Acting) -> LateFeed:
    return LateFeed(
        name=row.unit.name,
        last=timezone.localtime(datetime.fromisoformat(row.facts["last"])),
        usual=timedelta(hours=row.facts["usual_hours"]),
        is_answered=row.answered_at is not None,
        url=_address(row, actor),
    )
