"""What waits for a post, on the start page."""

from __future__ import annotations

from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.kernel.access.actor import Actor
from soyte.systems.care.visit_intake import calendar, quality, selectors
from soyte.systems.care.visit_intake.calendar import bounds
from soyte.systems.care.visit_intake.causes import taken_later
from soyte.systems.care.visit_intake.models import Receipt, ReceiptVisit
from soyte.ui.components import PublicFigure, Waiting

DAYS = 7
MOST = 1_000


def waiting(actor: Actor) -> list[Waiting]:
    """Of a sender: refused visits that were not sent again, and days without a visit. Of the department: who is silent."""
    return [*_of_sender(actor), *_of_department(actor)]


def _of_sender(actor: Actor) -> list[Waiting]:
    if not actor.holds("visit_files.read"):
        return []
    today = timezone.localdate(actor.now)
    since = today - timedelta(days=DAYS)
    refused = selectors.received_visits(actor).filter(
        ~taken_later(), verdict=ReceiptVisit.Verdict.REFUSED, receipt__received_at__gte=bounds(since, since)[0]
    )
    empty = _empty_days(actor, [today - timedelta(days=n) for n in range(1, DAYS + 1)])
    return [
        Waiting(
            _("Lượt khám bị giữ, chưa gửi lại"), refused[:MOST].count(), f"{reverse('visit_intake:refused')}?tu={since}",
            "file-x", "bad", [_("Nhận trong 7 ngày qua")],
        ),
        Waiting(
            _("Ngày chưa có lượt khám nào"), empty, reverse("visit_intake:month"), "calendar-x", "warn",
            [_("Theo ngày ra viện, 7 ngày qua")],
        ),
    ]  # fmt: skip


def _empty_days(actor: Actor, days: list[date]) -> int:
    if not selectors.receipts(actor).exists():
        return 0  # nothing was ever sent: that is told on the page of files, not as seven days of work
    seen = set(calendar.ended_days(actor, min(days), max(days)))
    return sum(day not in seen for day in days)


def _of_department(actor: Actor) -> list[Waiting]:
    if not actor.holds("visit_files.quality"):
        return []
    silent = quality.silent_facilities(actor, today=timezone.localdate(actor.now))
    return [
        Waiting(
            _("Cơ sở ngừng gửi tệp"), silent, reverse("visit_intake:quality"), "plug-connected-x", "warn",
            [_("Có gửi trong 30 ngày qua nhưng không gửi trong 3 ngày gần nhất")],
        )
    ]  # fmt: skip


def public_figures() -> list[PublicFigure]:
    """How many facilities sent in the last seven days."""
    since = timezone.localdate() - timedelta(days=DAYS)
    sent = Receipt.objects.filter(received_at__gte=bounds(since, since)[0], unit__isnull=False)
    return [PublicFigure(sent.order_by().values("unit").distinct().count(), _("cơ sở gửi tệp trong 7 ngày qua"))]
