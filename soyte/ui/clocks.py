"""Time left in words. Calendar time: where working time counts, the caller gives working days."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soyte.ui.components import Clock

SOON_SHARE = 75


def clock(due: datetime, *, now: datetime, started: datetime | None = None) -> Clock:
    """What is left until `due`, or how long ago it passed; with `started` a bar of the time used."""
    left = due - now
    percent = _used(started, due, now) if started else None
    shown = formats.date_format(timezone.localtime(due), "DATETIME_FORMAT")
    if left <= timedelta(0):
        return Clock(_("Quá hạn %(time)s") % {"time": duration(-left)}, "bad", 100 if started else None, shown)
    soon = left < timedelta(days=1) if percent is None else percent >= SOON_SHARE
    return Clock(_("Còn %(time)s") % {"time": duration(left)}, "warn" if soon else "good", percent, shown)


def _used(started: datetime, due: datetime, now: datetime) -> int:
    whole = (due - started).total_seconds()
    return max(0, min(100, round((now - started).total_seconds() / whole * 100))) if whole > 0 else 100


def duration(length: timedelta) -> str:
    """The two largest units at most: "2 giờ 28 phút", "3 ngày", "dưới 1 phút"."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return _("dưới 1 phút")
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = []
    if days:
        parts.append(ngettext("%(n)d ngày", "%(n)d ngày", days) % {"n": days})
    if hours and days < 2:
        parts.append(ngettext("%(n)d giờ", "%(n)d giờ", hours) % {"n": hours})
    if minutes and not days:
        parts.append(ngettext("%(n)d phút", "%(n)d phút", minutes) % {"n": minutes})
    return " ".join(parts)
