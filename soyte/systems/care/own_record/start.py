"""What waits at the desk: citizens who wait for an answer."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.kernel.access.actor import Actor
from soyte.systems.care.own_record.pages.visit import deadline
from soyte.systems.care.own_record.selectors import disputes
from soyte.ui.components import Waiting


def waiting(actor: Actor) -> list[Waiting]:
    """Disputes to be answered, with the deadline of the most urgent."""
    if not actor.holds("disputes.answer"):
        return []
    rows = disputes.at_facility(actor, state=disputes.State.OPEN).order_by("due_on", "id")
    first = rows.first()
    if first is None:
        return []
    clock = deadline(first, timezone.localdate())
    says = _("Người dân nói lượt khám không phải của mình, hoặc có mục ghi sai")
    return [
        Waiting(
            _("Phản ánh của dân"),
            rows.count(),
            reverse("own_record:disputes"),
            "message-report",
            clock.tone,
            [says],
            clock,
        )
    ]
