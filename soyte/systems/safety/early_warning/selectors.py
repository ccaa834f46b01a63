"""Alerts as an actor may see them, and their numbers in words."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from soyte.kernel.access.actor import Actor
from soyte.kernel.access.policy import visible
from soyte.kernel.access.roles import roles
from soyte.kernel.actors import Acting
from soyte.systems.safety.early_warning.conditions import CONDITIONS
from soyte.systems.safety.early_warning.content import kinds
from soyte.systems.safety.early_warning.models import Alert


def alerts(actor: Acting, *, open_only: bool) -> QuerySet[Alert]:
    """Those whose condition holds, or all."""
    rows = visible(actor, "alerts.read", Alert.objects.select_related("unit"))
    return rows.filter(closed_at=None) if open_only else rows


def waiting(actor: Actor) -> QuerySet[Alert]:
    """Those that the actor is told of and nobody has dealt with, the soonest first."""
    held = {post.role.code for post in actor.posts}
    told = [kind.code for kind in kinds().values() if held.intersection(kind.told)]
    return alerts(actor, open_only=True).filter(answered_at=None, kind__in=told).order_by("due_at", "id")


def title(alert: Alert) -> str:
    """The kind in words; of a kind that content no longer has, its code."""
    kind = kinds().get(alert.kind)
    return _(kind.title) if kind else alert.kind


def steps(alert: Alert) -> list[str]:
    """What to do, as content says."""
    kind = kinds().get(alert.kind)
    return [_(step) for step in kind.todo] if kind else []


def told(alert: Alert) -> list[str]:
    """The roles whose bell rings, in words."""
    kind, known = kinds().get(alert.kind), roles()
    return [str(known[code].title) for code in kind.told] if kind else []


def because(alert: Alert) -> str:
    """The arithmetic that opened the alert, in a sentence; nothing of a kind that content no longer has."""
    kind = kinds().get(alert.kind)
    return CONDITIONS[kind.condition].says(alert.facts) if kind else ""
