"""Definitions that are content: rules of visit files, the gateway's errors that they answer, indicators."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from soyte.engines.indicators.content import indicators
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.text import fold
from soyte.kernel.text.format import day
from soyte.systems.care.visit_intake import public as visit_intake
from soyte.systems.steering.reference_lists.forms import SEVERITIES, GatewayFilters, RuleFilters
from soyte.systems.steering.reference_lists.views import tabs_of_content
from soyte.ui.components import Chip, Tab
from soyte.ui.paging import AFTER, BEFORE, SIZE, Page, address

WHOLE = "tep"  # rules over a file or a visit and no single table
_TABLE = re.compile(r"\bXML\d{1,2}\b")
_TONES = {"error": "bad", "warning": "warn", "note": "info", "off": ""}
_GENERATIONS = {"4210": "QĐ 4210", "130": "QĐ 130/4750", "3176": "QĐ 3176"}


def _pages(found: Sequence[Any], keys: Sequence[str], request: HttpRequest) -> Page:
    """A page of a list in memory, by the key of the last row seen like every other list."""
    after, before = request.GET.get(AFTER, ""), request.GET.get(BEFORE, "")
    start = keys.index(after) + 1 if after in keys else 0
    if not after and before in keys:
        start = max(0, keys.index(before) - SIZE)
    end = min(start + SIZE, len(found))
    return Page(
        rows=list(found[start:end]),
        sort="",
        descending=False,
        request=request,
        orders={},
        next_url=address(request, **{AFTER: keys[end - 1], BEFORE: None}) if end < len(found) else "",
        previous_url=address(request, **{BEFORE: keys[start], AFTER: None}) if start > 0 else "",
    )


def _table_of(code: str) -> str:
    named = _TABLE.search(code)
    return named[0] if named else WHOLE


def _table_choices(tables: set[str]) -> list[tuple[str, str]]:
    numbered = sorted((table for table in tables if table.startswith("XML")), key=lambda table: int(table[3:]))
    return [(WHOLE, _("Cả tệp, cả lượt khám")), *((table, table) for table in numbered)]


@dataclass(frozen=True, slots=True)
class RuleLine:
    entry: Any
    chip: Chip
    history: Sequence[str]
    generations: str


def _rule_line(entry: Any) -> RuleLine:
    titles = dict(SEVERITIES)
    weights = visit_intake.rule_weights(entry.code)
    history = (
        [
            f"{titles[weight.severity]}: {day(weight.valid_from) if weight.valid_from else '…'} – "
            f"{day(weight.valid_to) if weight.valid_to else '…'}"
            for weight in weights
        ]
        if len(weights) > 1
        else []
    )
    every = len(entry.generations) == len(_GENERATIONS)
    shown = _("mọi định dạng") if every else ", ".join(_GENERATIONS[one] for one in entry.generations)
    return RuleLine(entry, Chip(str(titles[entry.severity]), _TONES[entry.severity]), history, shown)


@dataclass(frozen=True, slots=True)
class Searched:
    """A rule with what it is looked up by."""

    entry: Any
    table: str
    words: str


@lru_cache(maxsize=4)
def _rules(on: date, language: str | None) -> tuple[Searched, ...]:
    """Every rule in the language of the request, which the catalogue's texts are asked for in."""
    return tuple(Searched(entry, _table_of(entry.code), _words(entry)) for entry in visit_intake.rule_list(on))


def _words(entry: Any) -> str:
    return fold(" ".join([entry.code, entry.title, entry.subject, entry.what, *entry.aliases]))


@requires("content.read")
@require_GET
def rule_list(request: HouseRequest) -> HttpResponse:
    """Every rule of visit files with its severity today; `q` finds a rule by any of its words, codes or numbers."""
    every = _rules(timezone.localdate(), get_language())
    filters = RuleFilters(request, _table_choices({rule.table for rule in every}))
    asked = filters.values()
    found = [rule.entry for rule in every if _answers(rule, asked)]
    shown = _pages(found, [entry.code for entry in found], request)
    return render(
        request,
        "reference_lists/rules.html",
        {
            "filters": filters,
            "page": shown,
            "count": len(found),
            "lines": [_rule_line(entry) for entry in shown],
            "tabs": tabs_of_content("rules"),
            "sums": _severity_tabs(every, asked.get("severity", "")),
            "today": timezone.localdate(),
        },
    )


def _answers(rule: Searched, asked: dict[str, Any]) -> bool:
    severity, table = rule.entry.severity, rule.table
    fits = asked.get("severity", severity) == severity and asked.get("table", table) == table
    return fits and fold(asked.get("q", "")) in rule.words


def _severity_tabs(every: Sequence[Searched], current: str) -> list[Tab]:
    counts, base = Counter(rule.entry.severity for rule in every), reverse("reference_lists:rules")
    return [Tab(str(title), f"{base}?severity={code}", code == current, counts[code]) for code, title in SEVERITIES]


@requires("content.read")
@require_GET
def gateway_list(request: HouseRequest) -> HttpResponse:
    """Which errors of the insurer's gateway our rules answer, and why not the others."""
    every, reasons = visit_intake.gateway_errors(), visit_intake.gateway_reasons()
    filters = GatewayFilters(
        request, list(reasons.items()), _table_choices({error.table for error in every if error.table})
    )
    asked = filters.values()
    found = [error for error in every if _is_asked(error, asked)]
    counts = Counter(error.reason for error in every)
    base = reverse("reference_lists:gateway_errors")
    return render(
        request,
        "reference_lists/gateway_errors.html",
        {
            "filters": filters,
            "page": _pages(found, [error.number for error in found], request),
            "count": len(found),
            "reasons": reasons,
            "tabs": tabs_of_content("gateway_errors"),
            "total": len(every),
            "covered": counts["covered"],
            "classes": [(title, counts[code], f"{base}?reason={code}") for code, title in reasons.items()],
        },
    )


def _is_asked(error: visit_intake.GatewayError, asked: dict[str, Any]) -> bool:
    if asked.get("reason", error.reason) != error.reason or asked.get("table", error.table or WHOLE) != (
        error.table or WHOLE
    ):
        return False
    return fold(asked.get("q", "")) in fold(" ".join([error.number, *error.rules, error.note]))


@requires("content.read")
@require_GET
def indicator_list(request: HouseRequest) -> HttpResponse:
    """Every indicator: what it counts, since when, by which document."""
    return render(
        request,
        "reference_lists/indicators.html",
        {"indicators": list(indicators().values()), "tabs": tabs_of_content("indicators")},
    )
