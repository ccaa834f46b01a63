"""The station's day: its lists, one row with its history, the ticks, and the sheet for the village worker."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from soyte.kernel.access.policy import can, visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record_reads
from soyte.kernel.errors import DomainError
from soyte.systems.care.commune_station import selectors, services
from soyte.systems.care.commune_station.forms import StationFilters, TickForm, VersionForm
from soyte.systems.care.commune_station.models import FollowUp
from soyte.systems.care.commune_station.pages import listing
from soyte.ui.components import Link, Tab
from soyte.ui.paging import capped_count, page

MOST_PRINTED = 300


def _titles() -> dict[str, str]:
    return {
        "den-han": _("Đến hạn khám lại"),
        "lo-hen": _("Lỡ hẹn"),
        "ra-vien": _("Ra viện tuần này"),
        "da-xong": _("Đã xong"),
    }


def _read(request: HouseRequest, rows: Sequence[FollowUp], what: str) -> None:
    """Whoever sees a row has read of a person's health."""
    people = list(dict.fromkeys(row.person_id for row in rows))
    record_reads(request.actor, people, what, request.actor.purpose_for(selectors.READ))


def _tabs(request: HouseRequest, tab: str, hamlet: str) -> list[Tab]:
    numbers = selectors.counts(request.actor, hamlet=hamlet)
    return [Tab(title, _address(name, hamlet), name == tab, numbers[name]) for name, title in _titles().items()]


def _address(tab: str, hamlet: str, name: str = "today") -> str:
    asked = {"xem": tab} | ({"ap": hamlet} if hamlet else {})
    return f"{reverse(f'commune_station:{name}')}?{urlencode(asked)}"


@requires("follow_ups.read")
@require_safe
def today(request: HouseRequest) -> HttpResponse:
    filters, day = StationFilters(request), timezone.localdate(request.actor.now)
    found = selectors.follow_ups(request.actor, filters.tab, hamlet=filters.hamlet)
    shown = page(found, request, selectors.tabs(day)[filters.tab].order)
    _read(request, shown.rows, "follow_ups")
    context = {
        "filters": filters,
        "tab": filters.tab,
        "hamlet": filters.hamlet,
        "tabs": _tabs(request, filters.tab, filters.hamlet),
        "page": shown,
        "count": capped_count(found),
        "lines": listing.lines(shown.rows, day),
        "may_tick": request.actor.holds(services.ACTION),
        "may_see_cases": request.actor.holds("cases.read"),
        "communes": selectors.communes(request.actor),
        "day": day,
        "print_url": _address(filters.tab, filters.hamlet, "sheet"),
        "title": _titles()[filters.tab],
    }
    return render(request, "commune_station/today.html", context)


@requires("follow_ups.read")
@require_safe
def sheet(request: HouseRequest) -> HttpResponse:
    """A4 for the village worker: whom to visit, by hamlet. No diagnosis: he needs none of it to remind somebody."""
    filters, day = StationFilters(request), timezone.localdate(request.actor.now)
    found = selectors.follow_ups(request.actor, filters.tab, hamlet=filters.hamlet).order_by("hamlet", "on_day", "id")
    rows = list(found[: MOST_PRINTED + 1])
    shown = rows[:MOST_PRINTED]
    _read(request, shown, "follow_ups_print")
    context = {
        "title": _titles()[filters.tab],
        "groups": listing.by_hamlet(shown, day),
        "is_discharge": filters.tab == "ra-vien",
        "most": MOST_PRINTED if len(rows) > MOST_PRINTED else 0,
        "communes": selectors.communes(request.actor),
        "day": day,
        "back_url": _address(filters.tab, filters.hamlet),
    }
    return render(request, "commune_station/sheet.html", context)


def _found(request: HouseRequest, follow_up_id: uuid.UUID, action: str = selectors.READ) -> FollowUp:
    """404 for a row that the actor may not see: that it is there is a health fact."""
    rows = FollowUp.objects.select_related("person", "unit", "encounter", "ticked_by")
    return get_object_or_404(visible(request.actor, action, rows), pk=follow_up_id)


@requires("follow_ups.read")
@require_safe
def one(request: HouseRequest, follow_up_id: uuid.UUID) -> HttpResponse:
    return _show(request, _found(request, follow_up_id))


def _show(request: HouseRequest, row: FollowUp, *, error: str = "") -> HttpResponse:
    day = timezone.localdate(request.actor.now)
    _read(request, [row], "follow_ups")
    context = {
        "line": listing.line(row, day, error=error),
        "typed": request.POST,
        "address": listing.address(row),
        "facts": listing.facts(row),
        "ticks": selectors.ticks(row),
        "may_tick": can(request.actor, services.ACTION, row),
        "crumbs": [Link(_("Việc của trạm"), reverse("commune_station:today"))],
        "day": day,
    }
    return render(request, "commune_station/one.html", context, status=422 if error else 200)


@requires("follow_ups.tick")
@require_POST
def tick(request: HouseRequest, follow_up_id: uuid.UUID) -> HttpResponse:
    row = _found(request, follow_up_id, services.ACTION)
    form = TickForm(request.POST, row=row)
    if not form.is_valid():
        return _answer(request, row, error=str(next(iter(form.errors.values()))[0]))
    return _act(request, row, lambda: services.tick(request.actor, row.pk, **form.cleaned_data), _("Đã ghi."))


@requires("follow_ups.tick")
@require_POST
def undo(request: HouseRequest, follow_up_id: uuid.UUID) -> HttpResponse:
    row = _found(request, follow_up_id, services.ACTION)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return _answer(request, row, error=_("Trang đã cũ. Tải lại rồi bấm lại."))
    return _act(request, row, lambda: services.undo(request.actor, row.pk, **form.cleaned_data), _("Đã hoàn tác."))


def _act(request: HouseRequest, row: FollowUp, do: Callable[[], FollowUp], said: str) -> HttpResponse:
    try:
        do()
    except DomainError as refusal:
        return _answer(request, _found(request, row.pk), error=str(refusal))
    return _answer(request, _found(request, row.pk), said=said)


def _answer(request: HouseRequest, row: FollowUp, *, error: str = "", said: str = "") -> HttpResponse:
    """The row anew where the page's script asks; else the list again, or the row's own page with what is wrong."""
    tab, hamlet = request.POST.get("xem", ""), request.POST.get("ap", "")
    if request.headers.get("HX-Request"):
        context = {
            "line": listing.line(row, timezone.localdate(request.actor.now), error=error),
            "typed": request.POST if error else {},
            "tab": tab,
            "hamlet": hamlet,
            "tabs": _tabs(request, tab, hamlet),
            "may_tick": True,
            "is_answer": True,
        }
        return render(request, "commune_station/_answer.html", context)
    if error:
        return _show(request, row, error=error)
    messages.success(request, said)
    return redirect(_address(tab, hamlet) if tab in _titles() else reverse("commune_station:one", args=[row.pk]))
