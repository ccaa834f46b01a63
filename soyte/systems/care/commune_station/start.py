"""What waits for a station's nurse."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from soyte.kernel.access.actor import Actor
from soyte.systems.care.commune_station import selectors
from soyte.ui.components import Waiting


def waiting(actor: Actor) -> list[Waiting]:
    """Appointments due, those missed, and who came home from a hospital this week."""
    if not actor.holds("follow_ups.tick"):
        return []
    numbers, url = selectors.counts(actor), reverse("commune_station:today")
    return [
        Waiting(_("Người đến hạn khám lại"), numbers["den-han"], url, "calendar-event", "warn",
                [_("Nhắc trước ngày hẹn")]),
        Waiting(_("Người lỡ hẹn khám lại"), numbers["lo-hen"], f"{url}?xem=lo-hen", "calendar-x", "bad",
                [_("Quá ngày hẹn, chưa khám ở cơ sở nào")]),
        Waiting(_("Người ra viện tuần này"), numbers["ra-vien"], f"{url}?xem=ra-vien", "bed", "",
                [_("Hỏi thăm tại nhà")]),
    ]  # fmt: skip
