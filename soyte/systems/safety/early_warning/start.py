"""What waits for the duty officer, and the bell of whoever sees alerts."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soyte.kernel.access.actor import Actor
from soyte.systems.safety.early_warning import selectors
from soyte.ui.clocks import clock
from soyte.ui.components import Waiting
from soyte.ui.shell import Bell


def waiting(actor: Actor) -> list[Waiting]:
    """Alerts that nobody has dealt with, with the clock of the most urgent."""
    if not actor.holds("alerts.note"):
        return []
    rows = selectors.waiting(actor)
    first = rows.first()
    if first is None:
        return []
    left = clock(first.due_at, now=timezone.now(), started=first.opened_at)
    says = _("Mở từng cảnh báo, làm các bước trong đó và ghi việc đã làm")
    return [
        Waiting(
            _("Cảnh báo chờ xử lý"), rows.count(), reverse("early_warning:alerts"), "alarm", left.tone, [says], left
        )
    ]


def bell(actor: Actor) -> Bell | None:
    """Alerts that nobody has dealt with, on every page of whoever may see them."""
    if not actor.holds("alerts.read"):
        return None
    count = selectors.waiting(actor).count()
    text = ngettext("%(n)d cảnh báo chờ xử lý", "%(n)d cảnh báo chờ xử lý", count) % {"n": count}
    return Bell(count, text, reverse("early_warning:alerts"))
