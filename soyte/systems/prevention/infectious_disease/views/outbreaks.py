"""Outbreaks: the signals that wait for a look, the curve, the communes, and the list of what was done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from soyte.kernel.access.policy import can, visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.errors import DomainError
from soyte.systems.prevention.infectious_disease import selectors, services
from soyte.systems.prevention.infectious_disease.forms import ActForm, DecideForm
from soyte.systems.prevention.infectious_disease.models import Outbreak
from soyte.systems.prevention.infectious_disease.pages import listing
from soyte.systems.prevention.infectious_disease.pages.curve import curve
from soyte.systems.prevention.infectious_disease.pages.spread import spread
from soyte.systems.prevention.infectious_disease.views.cases import read_cases
from soyte.systems.prevention.infectious_disease.watch import watch_of
from soyte.ui.components import Chip, Link, Tab, WorkGroup
from soyte.ui.paging import page

State = Outbreak.State
VIEWS = {"dang": (State.SIGNAL, State.OPEN), "xong": (State.CLOSED, State.DISMISSED)}
TONES = {State.SIGNAL: "warn", State.OPEN: "bad", State.CLOSED: "good"}
MOST_CASES = 50


@requires("outbreaks.read")
@require_GET
def outbreak_list(request: HouseRequest) -> HttpResponse:
    asked = request.GET.get("xem", "dang")
    view = asked if asked in VIEWS else "dang"
    shown = page(selectors.outbreaks(request.actor).filter(state__in=VIEWS[view]), request, ["-first_on", "-id"])
    names = selectors.commune_names({one.commune_code for one in shown})
    numbers = selectors.case_numbers(shown.rows)
    titles = {"dang": _("Đang theo dõi"), "xong": _("Đã xong")}
    context = {
        "tabs": [Tab(title, f"?xem={key}", key == view) for key, title in titles.items()],
        "page": shown,
        "rows": [(one, names.get(one.commune_code, ""), *numbers[one.pk], _chip(one)) for one in shown],
        "view": view,
    }
    return render(request, "infectious_disease/outbreaks.html", context)


def _chip(outbreak: Outbreak) -> Chip:
    return Chip(str(outbreak.get_state_display()), TONES.get(State(outbreak.state), ""))


def _found(request: HouseRequest, outbreak_id: int, action: str = "outbreaks.read") -> Outbreak:
    rows = Outbreak.objects.select_related("decided_by")
    return get_object_or_404(visible(request.actor, action, rows), pk=outbreak_id)


@requires("outbreaks.read")
@require_GET
def outbreak(request: HouseRequest, outbreak_id: int) -> HttpResponse:
    return _show(request, _found(request, outbreak_id))


def _show(request: HouseRequest, found: Outbreak, refused: dict[str, forms.Form] | None = None) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    until = found.closed_on or today
    cases = visible(actor, "cases.read", selectors.cases_of(found)) if actor.holds("cases.read") else None
    rows = list(cases.select_related("person").order_by("-seen_at", "-id")[:MOST_CASES]) if cases is not None else []
    read_cases(request, rows)
    names = selectors.communes()
    everywhere = actor.units("outbreaks.read") is None
    watch = watch_of(found.disease_code, today)
    last = max((case.seen_on for case in rows), default=found.last_on)
    version: dict[str, Any] = {"initial": {"version": found.version}}
    context = {
        "outbreak": found,
        "commune": names.get(found.commune_code, found.commune_code),
        "chip": _chip(found),
        "crumbs": [Link(_("Ổ dịch"), reverse("infectious_disease:outbreaks"))],
        "number": selectors.cases_of(found).count(),
        "curve": curve(found, until=until),
        "cases": [WorkGroup(_("Mới nhất trước"), [listing.item(one, names=names, now=actor.now) for one in rows])],
        "spread": spread(found, until=until, everywhere=everywhere),
        "acts": found.acts.select_related("account").order_by("-done_on", "-id")[:100],
        "quiet_days": watch.quiet_days,
        "days_without": (today - last).days,
        "last": last,
        "may_note": can(actor, "outbreaks.note", found),
        "may_decide": can(actor, "outbreaks.manage", found),
        "act_form": ActForm(initial={"done_on": today}),
        "decide_form": DecideForm(**version),
        **(refused or {}),
    }
    return render(request, "infectious_disease/outbreak.html", context, status=422 if refused else 200)


@requires("outbreaks.note")
@require_POST
def note(request: HouseRequest, outbreak_id: int) -> HttpResponse:
    found, form = _found(request, outbreak_id, "outbreaks.note"), ActForm(request.POST)
    if not form.is_valid():
        return _show(request, found, {"act_form": form})
    told = form.cleaned_data
    services.note_act(request.actor, found.pk, what=told["what"], done_on=told["done_on"], text=told["note"])
    messages.success(request, _("Đã ghi việc đã làm."))
    return redirect("infectious_disease:outbreak", outbreak_id=found.pk)


@requires("outbreaks.manage")
@require_POST
def decide(request: HouseRequest, outbreak_id: int) -> HttpResponse:
    found, form = _found(request, outbreak_id, "outbreaks.manage"), DecideForm(request.POST)
    if not form.is_valid():
        return _show(request, found, {"decide_form": form})
    told = form.cleaned_data
    try:
        done = services.decide_outbreak(
            request.actor, found.pk, version=told["version"], decision=told["decision"], reason=told["reason"]
        )
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _show(request, _found(request, outbreak_id), {"decide_form": form})
    messages.success(request, _("Đã ghi quyết định: %(state)s.") % {"state": done.get_state_display()})
    return redirect("infectious_disease:outbreak", outbreak_id=found.pk)
