"""The plan's page of cards, one target in full, the rows behind it, the tasks, and the table to take away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from soyte.clinical.encounters.addresses import visit_addresses
from soyte.kernel.access.policy import hidden, visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record
from soyte.kernel.organisations.selectors import facilities_by_code
from soyte.kernel.text.shares import percent_of
from soyte.systems.steering.plan_targets import services
from soyte.systems.steering.plan_targets.cards import STATES, UNKNOWN, Card, cards, furthest_first, percent
from soyte.systems.steering.plan_targets.content import named_systems, plans, state
from soyte.systems.steering.plan_targets.content_schemas import Plan, Target
from soyte.systems.steering.plan_targets.measures import measures
from soyte.systems.steering.plan_targets.models import Reading
from soyte.ui.components import Tab
from soyte.ui.paging import page
from soyte.ui.xlsx import Column, download

PART, NUMERATOR = "phan", "tu-so"  # of the address of rows: those of the numerator


def _plan(code: str) -> Plan:
    plan = plans().get(code)
    if plan is None:
        raise Http404(code)
    return plan


def _target(plan: Plan, code: str) -> Target:
    target = plan.target(code)
    if target is None:
        raise Http404(code)
    return target


def _context(plan: Plan) -> dict[str, Any]:
    return {"plan": plan, "over": plan.over(timezone.localdate())}


@requires("plan.read")
@require_GET
def plan_list(request: HouseRequest) -> HttpResponse:
    """The latest plan; the others are tabs of its page."""
    return redirect("plan_targets:plan", plan_code=next(iter(plans())))


def _tabs(plan: Plan) -> list[Tab]:
    return [Tab(one.title, reverse("plan_targets:plan", args=[one.code]), one is plan) for one in plans().values()]


def _target_url(plan: Plan, card: Card) -> str:
    return reverse("plan_targets:target", args=[plan.code, card.target.id])


@requires("plan.read")
@require_GET
def plan_page(request: HouseRequest, plan_code: str) -> HttpResponse:
    plan = _plan(plan_code)
    every = cards(plan, timezone.localdate())
    wanted = request.GET.get("muc", "")
    asked = request.GET.get("ket-qua", "")
    shown = [c for c in every if wanted in ("", c.target.section) and (asked not in STATES or c.state == asked)]
    base = reverse("plan_targets:plan", args=[plan.code])
    sections = [
        (title, [_opening(request, plan, c, else_at=_target_url(plan, c)) for c in shown if c.target.section == code])
        for code, title in plan.sections.items()
    ]
    context = _context(plan) | {
        "sections": [(title, found) for title, found in sections if found],
        "counts": [
            (name, sum(c.state == name for c in every), f"{base}?ket-qua={name}", asked == name) for name in STATES
        ],
        "number": len(every),
        "segments": [
            Tab(_("Tất cả %(number)s") % {"number": len(every)}, base, not wanted),
            *(Tab(f"{code} {title}", f"{base}?muc={code}", wanted == code) for code, title in plan.sections.items()),
        ],
        "tabs": _tabs(plan) if len(plans()) > 1 else [],
        "as_of": min((c.reading.as_of for c in every if c.reading), default=None),
        "all_url": base,
        "filtered": len(shown) < len(every),
    }
    return render(request, "plan_targets/plan.html", context)


@requires("plan.read")
@require_POST
def compute_again(request: HouseRequest, plan_code: str) -> HttpResponse:
    plan = _plan(plan_code)
    services.compute_now(request.actor)
    messages.success(request, _("Đã tính lại mọi chỉ tiêu lúc %(at)s.") % {"at": f"{timezone.localtime():%H:%M:%S}"})
    return HttpResponseRedirect(reverse("plan_targets:plan", args=[plan.code]))


def _rows_url(request: HouseRequest, plan: Plan, target: Target, reading: Reading, *, part: bool, **asked: str) -> str:
    """The visits behind a part of a reading, or its whole; "" where there are none to open, or not for this reader."""
    measure = measures().get(reading.measure)
    if measure is None or measure.rows is None or not request.actor.holds("figures.rows"):
        return ""
    if not (part or measure.whole_has_rows):
        return ""
    address = reverse("plan_targets:rows", args=[plan.code, target.id])
    asked |= {PART: NUMERATOR} if part else {}
    return f"{address}?{urlencode({'so-do': reading.measure, **asked})}"


def _opening(request: HouseRequest, plan: Plan, card: Card, *, else_at: str = "") -> Card:
    """The card whose numbers lead to their visits; `else_at` is where those lead that have none for this reader."""
    if card.reading is None:
        return card
    urls = [_rows_url(request, plan, card.target, card.reading, part=part) or else_at for part in (True, False)]
    return replace(card, part_url=urls[0], whole_url=urls[1])


def _unit_lines(reading: Reading, rows_url: Callable[..., str]) -> list[dict[str, Any]]:
    """Each unit or commune with its own share and its rows; those furthest from the whole first."""
    return [
        {
            "name": name,
            "part": part,
            "whole": whole,
            "percent": percent_of(part, whole),
            "whole_url": rows_url(reading, part=False, o=key),
            "part_url": rows_url(reading, part=True, o=key),
        }
        for key, name, part, whole in furthest_first(reading.by_unit)
    ]


@requires("plan.read")
@require_GET
def target_page(request: HouseRequest, plan_code: str, target_code: str) -> HttpResponse:
    plan = _plan(plan_code)
    target = _target(plan, target_code)
    [found] = cards(plan, timezone.localdate(), target.id)
    card = _opening(request, plan, found)
    rows_url = partial(_rows_url, request, plan, target)
    measured = [card.reading, *(part.reading for part in card.parts)]
    tables = [
        (measures()[reading.measure], reading, _unit_lines(reading, rows_url))
        for reading in measured
        if reading and reading.by_unit and reading.measure in measures()
    ]
    context = _context(plan) | {
        "card": card,
        "tables": tables,
        "systems": [(named_systems()[number].title, state(number)) for number in target.systems],
        "history": [(reading, percent(reading)) for reading in card.history],
        "section": plan.sections[target.section],
    }
    return render(request, "plan_targets/target.html", context)


@requires("plan.read")
@requires("figures.rows")
@require_GET
def target_rows(request: HouseRequest, plan_code: str, target_code: str) -> HttpResponse:
    """The visits behind a numerator or denominator, without names, by the predicate that counted them."""
    plan = _plan(plan_code)
    target = _target(plan, target_code)
    wanted = request.GET.get("so-do") or target.measure
    known = {target.measure, *(part.measure for part in target.parts)}
    measure = measures().get(wanted) if wanted in known else None
    if measure is None or measure.rows is None:
        raise Http404(wanted)
    key, fulfilled = request.GET.get("o", ""), request.GET.get(PART) == NUMERATOR
    counted = measure.rows(timezone.localdate(), key, fulfilled)
    seen = visible(request.actor, "figures.rows", counted)
    record(
        request.actor,
        "figures.rows",
        object_kind="target",
        object_id=f"{plan.code}/{target.id}",
        details={"measure": measure.code, "unit": key, "fulfilled": fulfilled},
    )
    shown = page(seen.select_related("unit"), request, ["-ended_on", "-id"])
    unit = facilities_by_code([key]).get(key) if key else None
    addresses = visit_addresses(request.actor, [visit.pk for visit in shown.rows])
    context = _context(plan) | {
        "target": target,
        "fulfilled": fulfilled,
        "narrowed": unit.name if unit else key,
        "page": shown,
        "rows": [(visit, addresses.get(visit.pk, "")) for visit in shown.rows],
        "some_hidden": hidden(request.actor, "figures.rows", counted).exists(),
    }
    return render(request, "plan_targets/rows.html", context)


@requires("plan.read")
@require_GET
def task_list(request: HouseRequest, plan_code: str) -> HttpResponse:
    """Every task of the plan with the systems that do it."""
    plan = _plan(plan_code)
    tasks = [(task, [(named_systems()[number].title, state(number)) for number in task.systems]) for task in plan.tasks]
    return render(request, "plan_targets/tasks.html", _context(plan) | {"tasks": tasks})


VERDICTS = {
    "good": gettext_lazy("Đạt"),
    "warn": gettext_lazy("Gần đạt"),
    "bad": gettext_lazy("Chưa đạt"),
    UNKNOWN: gettext_lazy("Chưa đo được"),
}


@requires("plan.read")
@require_GET
def plan_export(request: HouseRequest, plan_code: str) -> FileResponse:
    """All cards as a table."""
    plan = _plan(plan_code)
    every = cards(plan, timezone.localdate())
    record(request.actor, "plan.read", object_kind="plan", object_id=plan.code, details={"export": "xlsx"})
    return download(
        f"soyte-{plan.code}-{timezone.localdate()}.xlsx",
        title=str(plan.title),
        notes=[f"{plan.source.document}, {plan.source.place}", _("Không số nào do người gõ vào.")],
        columns=[
            Column(_("Số"), width=6),
            Column(_("Chỉ tiêu"), width=60),
            Column(_("Mục tiêu"), width=12),
            Column(_("Kết quả"), width=14),
            Column(_("Giá trị (%)"), kind="decimal", width=12),
            Column(_("Tử số"), kind="number", width=12),
            Column(_("Mẫu số"), kind="number", width=12),
            Column(_("Cách tính tử số"), width=60),
            Column(_("Cách tính mẫu số"), width=48),
            Column(_("Tính lúc"), kind="instant", width=18),
            Column(_("Cơ sở có dữ liệu"), width=18),
            Column(_("Đang chờ"), width=40),
            Column(_("Chịu trách nhiệm"), width=30),
        ],
        rows=_lines(every),
    )


def _lines(every: list[Card]) -> Iterator[list[Any]]:
    for card in every:
        yield _line(card)
        yield from (
            ["", part.title, "", "" if part.reading else str(VERDICTS[UNKNOWN]), part.percent, *_figures(part.reading), "", "",
             *_provenance(part.reading), "; ".join(part.waits), ""]
            for part in card.parts
        )  # fmt: skip


def _figures(reading: Reading | None) -> list[Any]:
    return [reading.part, reading.whole] if reading else ["", ""]


def _provenance(reading: Reading | None) -> list[Any]:
    if reading is None:
        return ["", ""]
    return [reading.as_of, f"{reading.sent}/{reading.expected}" if reading.expected is not None else ""]


def _line(card: Card) -> list[Any]:
    target = card.target
    formula = [target.numerator, target.denominator]
    return [target.id, target.title, card.goal, str(VERDICTS[card.state]), card.percent, *_figures(card.reading), *formula,
            *_provenance(card.reading), "; ".join(card.waits), target.owner]  # fmt: skip
