"""The calendar of a sender's month: what came on each day, and on which days nothing did."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.actors import Acting
from soyte.kernel.text import format as words
from soyte.systems.care.visit_intake import selectors
from soyte.systems.care.visit_intake.causes import taken_later
from soyte.systems.care.visit_intake.models import ReceiptVisit
from soyte.ui.calendar import Month
from soyte.ui.calendar import month as weeks
from soyte.ui.components import DayCell


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of a day: files (of a day of receipt only), visits taken, visits held back."""

    files: int
    visits: int
    refused: int


def asked_month(text: str, *, today: date) -> date:
    """The first day of the month asked for as yyyy-mm; this month where it is none, or lies ahead."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text, re.ASCII)
    first = date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)
    return min(first, today.replace(day=1))


def step(first: date, months: int) -> date:
    """The first day of the month before or after."""
    return (first + timedelta(days=31 if months > 0 else -1)).replace(day=1)


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """The moments from the beginning of a day of Vietnam to the end of another, the latter excluded."""
    start = timezone.make_aware(datetime.combine(first, time.min))
    return start, timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))


def by_receipt(actor: Acting, first: date) -> dict[date, Day]:
    """By the day on which files were received."""
    start, end = bounds(first, step(first, 1) - timedelta(days=1))
    rows = (
        selectors.receipts(actor)
        .filter(received_at__gte=start, received_at__lt=end)
        .order_by()
        .values(day=TruncDate("received_at"))
        .annotate(files=Count("pk"), taken=Sum("accepted_count"), held=Sum("refused_count"))
    )
    return {row["day"]: Day(row["files"], row["taken"], row["held"]) for row in rows}


def by_end(actor: Acting, first: date) -> dict[date, Day]:
    """By the day on which visits ended (NGAY_RA), whenever their files came: versions in force, and those held back."""
    last = step(first, 1) - timedelta(days=1)
    days = ended_days(actor, first, last)
    held = (
        selectors.received_visits(actor)
        .filter(
            ~taken_later(),
            verdict=ReceiptVisit.Verdict.REFUSED,
            ended_on__range=(first, last),
            receipt__received_at__gte=bounds(step(first, -1), first)[0],  # none ends long after its file came
        )
        .order_by()
        .values("ended_on")
        .annotate(n=Count("visit_code", distinct=True))
    )
    refused = {day: n for day, n in held.values_list("ended_on", "n") if day is not None}
    return {day: Day(0, days.get(day, 0), refused.get(day, 0)) for day in days.keys() | refused.keys()}


def ended_days(actor: Acting, first: date, last: date) -> dict[date, int]:
    """Visits in force by the day on which they ended; days without one are left out."""
    units = actor.units("visit_files.read")
    mine = Q() if units is None else Q(unit__in=sorted(units))
    taken = Encounter.objects.filter(mine, in_force=True, ended_on__range=(first, last))
    return dict(taken.order_by().values("ended_on").annotate(n=Count("pk")).values_list("ended_on", "n"))


@dataclass(frozen=True, slots=True)
class Shown:
    """The month as it is drawn, with its sums and the days for which nothing came."""

    month: Month
    visits: int
    refused: int
    empty_days: list[date]


def shown(days: Mapping[date, Day], first: date, *, today: date, by_receipt: bool) -> Shown:
    """Days up to today get a square; today without a file is not yet a day without one."""
    last = min(step(first, 1) - timedelta(days=1), today)
    past = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    cells = {day: _cell(day, days.get(day), by_receipt) for day in past if day in days or day < today}
    return Shown(
        weeks(first.year, first.month, cells, today=today),
        sum(day.visits for day in days.values()),
        sum(day.refused for day in days.values()),
        [day for day in past if day not in days and day < today],
    )


def _cell(day: date, told: Day | None, by_receipt: bool) -> DayCell:
    if told is None:
        return DayCell("–", _("không có tệp") if by_receipt else _("chưa có lượt"), "none")
    notes = [_("lượt")]
    if by_receipt:
        notes.append(ngettext("%(count)s tệp", "%(count)s tệp", told.files) % {"count": words.number(told.files)})
    if told.refused:
        notes.append(_("%(count)s bị giữ") % {"count": words.number(told.refused)})
    return DayCell(
        words.number(told.visits), " · ".join(notes), "bad" if told.refused else "", _url(day, told, by_receipt)
    )


def _url(day: date, told: Day, by_receipt: bool) -> str:
    if by_receipt:
        return reverse("visit_intake:day", args=[day.isoformat()])
    return f"{reverse('visit_intake:refused')}?ra={day.isoformat()}" if told.refused else ""
