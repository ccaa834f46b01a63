"""The page of the operations centre and its board, which asks for itself again when figures have changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from soyte.clinical.encounters.countables import NEW_MAP_FIRST_DAY
from soyte.kernel.access.policy import hidden
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record
from soyte.systems.steering.operations_centre import beds, selectors
from soyte.systems.steering.operations_centre.board import board as board_of
from soyte.systems.steering.operations_centre.board import money_bars
from soyte.systems.steering.statistics.public import ROWS
from soyte.ui.components import Link
from soyte.ui.paging import page


def _day(request: HouseRequest) -> date:
    """The day that the address asks for; today unless it names an earlier one."""
    today = timezone.localdate()
    try:
        asked = parse_date(request.GET.get("ngay", ""))
    except ValueError:
        asked = None
    return min(asked or today, today)


def _context(request: HouseRequest) -> dict[str, Any]:
    day, today = _day(request), timezone.localdate()
    read = board_of(request.actor, day)
    return {
        "board": read,
        "map_day": max(day, NEW_MAP_FIRST_DAY),
        "opens_rows": request.actor.holds(ROWS),
        "manages_screens": request.actor.holds("screens.manage"),
        "money": list(reversed(read.figures.money)),
        "bars": money_bars(read),
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
    _record(request, context["board"].day)
    return render(request, "operations_centre/centre.html", context)


@requires("centre.read")
@require_GET
def board(request: HouseRequest) -> HttpResponse:
    """The board alone: an open page asks for it when figures have changed."""
    return render(request, "operations_centre/board.html", _context(request))


@requires("centre.read")
@require_GET
def wards(request: HouseRequest) -> HttpResponse:
    """People in beds by facility; each opens its check-ins for whoever may see them."""
    today = timezone.localdate()
    found = beds.beds(request.actor, selectors.year_before(today))
    _record(request, today)
    context = {"beds": found, "opens_rows": request.actor.holds(ROWS), "crumbs": _crumbs()}
    return render(request, "operations_centre/wards.html", context)


def _crumbs() -> list[Link]:
    return [Link(_("Trung tâm điều hành"), reverse("operations_centre:centre"))]


@requires(ROWS)
@require_GET
def inpatients(request: HouseRequest) -> HttpResponse:
    """Who is in beds, without names: where, since when; oldest check-ins are marked as stale."""
    facility = request.GET.get("co-so", "")
    counted = beds.in_beds(request.actor)
    seen = beds.in_beds(request.actor, ROWS)
    if facility:
        counted, seen = counted.filter(facility_code=facility), seen.filter(facility_code=facility)
    record(request.actor, ROWS, object_kind="inpatients", object_id=facility)
    return render(
        request,
        "operations_centre/inpatients.html",
        {
            "page": page(seen.select_related("unit"), request, ["-started_at", "-id"]),
            "stale_before": beds.stale_before(),
            "some_hidden": hidden(request.actor, ROWS, counted).exists(),
            "is_narrowed": bool(facility),
            "crumbs": _crumbs(),
        },
    )
