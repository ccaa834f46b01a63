"""The page of the operations centre and its board, which asks for itself again when figures have changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from soyte.clinical.encounters.countables import NEW_MAP_FIRST_DAY
from soyte.kernel.access.policy import hidden
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record
from soyte.kernel.text import format as words
from soyte.systems.steering.operations_centre import selectors
from soyte.systems.steering.plan_targets import public as plan_targets
from soyte.systems.steering.statistics import public as statistics
from soyte.systems.steering.statistics.public import ROWS
from soyte.ui.paging import page

TARGETS = 6


def _day(request: HouseRequest) -> date:
    """The day that the address asks for; today unless it names an earlier one."""
    today = timezone.localdate()
    try:
        asked = parse_date(request.GET.get("ngay", ""))
    except ValueError:
        asked = None
    return min(asked or today, today)


def _context(request: HouseRequest) -> dict[str, Any]:
    actor, day, today = request.actor, _day(request), timezone.localdate()
    month = day.replace(day=1)
    rows_url = reverse("operations_centre:inpatients") if actor.holds(ROWS) else ""
    money = selectors.money_by_day(actor=actor, end=day)
    plan = plan_targets.latest_plan(today) if actor.holds("plan.read") else None
    visits = selectors.headline("visits", actor=actor, start=day, end=day)
    return {
        "day": day,
        "is_today": day == today,
        "before_day": selectors.year_before(day),
        "map_day": max(day, NEW_MAP_FIRST_DAY),
        "visits": visits,
        "arrivals": selectors.headline("arrivals", actor=actor, start=day, end=day),
        "admissions": selectors.headline("admissions", actor=actor, start=day, end=day),
        "notifiable": selectors.headline("notifiable_visits", actor=actor, start=day, end=day),
        "month_money": selectors.headline("cost_insurer", actor=actor, start=month, end=day),
        "beds": selectors.beds(actor, rows_url) if day == today else None,
        "beds_url": rows_url,
        "map": statistics.communes("visits", actor=actor, start=day, end=day),
        "facilities": selectors.top("visits", actor=actor, day=day, by="facility"),
        "chapters": selectors.top("visits", actor=actor, day=day, by="icd_chapter"),
        "money": [(on, amount) for on, amount in reversed(money)],
        "bars": [(f"{words.day(on)}: {words.short_money(amount)}", float(amount), "v") for on, amount in money],
        "plan": plan,
        "targets": plan.measured[:TARGETS] if plan else [],
        "board_url": reverse("operations_centre:board") + ("" if day == today else f"?ngay={day.isoformat()}"),
        "earlier": day - timedelta(days=1),
        "later": day + timedelta(days=1) if day < today else None,
    }


def _record(request: HouseRequest, day: date) -> None:
    record(request.actor, "centre.read", object_kind="day", object_id=day.isoformat())


@requires("centre.read")
@require_GET
def centre(request: HouseRequest) -> HttpResponse:
    """Today, or an earlier day."""
    context = _context(request)
    _record(request, context["day"])
    return render(request, "operations_centre/centre.html", context)


@requires("centre.read")
@require_GET
def board(request: HouseRequest) -> HttpResponse:
    """The board alone: an open page asks for it when figures have changed."""
    return render(request, "operations_centre/board.html", _context(request))


@requires(ROWS)
@require_GET
def inpatients(request: HouseRequest) -> HttpResponse:
    """Who is in beds, without names: where, since when; oldest check-ins are marked as stale."""
    facility = request.GET.get("co-so", "")
    counted = selectors.in_beds(request.actor)
    seen = selectors.in_beds(request.actor, ROWS)
    if facility:
        counted, seen = counted.filter(facility_code=facility), seen.filter(facility_code=facility)
    record(request.actor, ROWS, object_kind="inpatients", object_id=facility)
    return render(
        request,
        "operations_centre/inpatients.html",
        {
            "page": page(seen.select_related("unit"), request, ["-started_at", "-id"]),
            "stale_before": selectors.stale_before(),
            "some_hidden": hidden(request.actor, ROWS, counted).exists(),
            "is_narrowed": bool(facility),
        },
    )
