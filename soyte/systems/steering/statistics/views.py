"""Figures that open their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from soyte.engines.indicators import rollups
from soyte.engines.indicators.content import Indicator, indicators
from soyte.engines.indicators.counting import Countable, Dimension
from soyte.engines.indicators.figures import Cell, Figure, UnknownIndicator, find, rows_of
from soyte.kernel.access.actor import Actor
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record
from soyte.systems.steering.statistics.questions import Question, question, rows_address
from soyte.systems.steering.statistics.rows import in_words
from soyte.ui.paging import page
from soyte.ui.xlsx import Column, download


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a figure's table: its official `code` where the name does not say it, `share` of the largest in percent, `url`
    of the rows behind it."""

    code: str
    name: str
    value: Decimal | None
    share: float
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    indicator: Indicator
    figure: Figure
    url: str


def known_indicator(code: str) -> tuple[Indicator, Countable]:
    try:
        return find(code)
    except UnknownIndicator as error:
        raise Http404(str(error)) from error


@requires("figures.read")
@require_GET
def indicator_list(request: HouseRequest) -> HttpResponse:
    """Every indicator with its value of this month until today."""
    today = timezone.localdate()
    start = today.replace(day=1)
    cards = [
        Card(
            indicator,
            rollups.figure(code, actor=request.actor, start=start, end=today),
            reverse("statistics:figure", args=[code]),
        )
        for code, indicator in indicators().items()
    ]
    as_of = min(card.figure.as_of for card in cards)
    return render(request, "statistics/indicators.html", {"cards": cards, "start": start, "end": today, "as_of": as_of})


def _lines(found: Figure, asked: Question, actor: Actor) -> list[Line]:
    top = max((abs(cell.value) for cell in found.cells if cell.value is not None), default=Decimal(0)) or Decimal(1)

    is_coded = found.countable.dimension(asked.by).is_coded

    def line(cell: Cell) -> Line:
        key, name = cell.keys[0], found.name(cell)
        code = key if is_coded and not name.startswith(key) else ""
        url = "" if cell.closed else _rows_url(found, asked, actor, {asked.by: [key]})
        return Line(code, name, cell.value, float(abs(cell.value or Decimal(0)) / top * 100), url)

    return [line(cell) for cell in found.cells]


def _rows_url(found: Figure, asked: Question, actor: Actor, narrow: Mapping[str, list[str]]) -> str:
    where = {**asked.where, **narrow}
    return rows_address(found.indicator.code, actor=actor, start=asked.start, end=asked.end, by=asked.by, where=where)


def _ask(request: HouseRequest, code: str, asked: Question) -> Figure:
    found = rollups.figure(
        code, actor=request.actor, start=asked.start, end=asked.end, by=[asked.by], where=asked.where
    )
    record(
        request.actor,
        "figures.read",
        object_kind="indicator",
        object_id=code,
        details={"from": str(asked.start), "to": str(asked.end), "by": asked.by, "where": asked.where},
    )
    return found


@requires("figures.read")
@require_GET
def indicator_detail(request: HouseRequest, indicator_code: str) -> HttpResponse:
    indicator, countable = known_indicator(indicator_code)
    asked = question(request, countable)
    found = _ask(request, indicator_code, asked)
    by_commune = asked.by == "commune"
    lines = _lines(found, asked, request.actor)
    context = {
        "indicator": indicator,
        "countable": countable,
        "figure": found,
        "asked": asked,
        "lines": lines,
        "ordered": countable.dimension(asked.by).is_period,
        "money": indicator.is_money,
        "splits": [(d.code, d.title, f"?{asked.query(theo=d.code)}", d.code == asked.by) for d in countable.dimensions],
        "dimension": countable.dimension(asked.by),
        "total_url": "" if found.total.closed else _rows_url(found, asked, request.actor, {}),
        "map_url": f"{reverse('statistics:map', args=[indicator_code])}?{asked.query()}" if by_commune else "",
        "export_url": f"{reverse('statistics:export', args=[indicator_code])}?{asked.query()}",
        "bars": [(line.name, None if line.value is None else float(line.value), "v") for line in lines[-60:]],
    }
    return render(request, "statistics/figure.html", context)


@requires("figures.read")
@require_GET
def figure_export(request: HouseRequest, indicator_code: str) -> FileResponse:
    indicator, countable = known_indicator(indicator_code)
    asked = question(request, countable)
    found = _ask(request, indicator_code, asked)
    dimension = countable.dimension(asked.by)

    def rows() -> Iterator[list[object]]:
        for cell in found.cells:
            code = [cell.keys[0]] if dimension.is_coded else []
            yield [*code, found.name(cell), _("dưới 5") if cell.hidden else cell.value]

    return download(
        f"soyte-{indicator_code}-{asked.start}-{asked.end}.xlsx",
        title=indicator.title,
        notes=[
            _("Từ %(start)s đến %(end)s, tính lúc %(at)s")
            % {
                "start": asked.start.strftime("%d/%m/%Y"),
                "end": asked.end.strftime("%d/%m/%Y"),
                "at": timezone.localtime(found.as_of).strftime("%d/%m/%Y %H:%M"),
            },
            *(
                [
                    _("Nguồn: %(sent)s trên %(expected)s cơ sở có dữ liệu trong kỳ")
                    % {"sent": found.coverage.sent, "expected": found.coverage.expected}
                ]
                if found.coverage
                else []
            ),
            indicator.explanation,
        ],
        columns=[
            *([Column(_("Mã"), width=14)] if dimension.is_coded else []),
            Column(str(dimension.title), width=48),
            Column(f"{indicator.title} ({indicator.unit})", kind="number", width=24),
        ],
        rows=rows(),
    )


def _in_words(dimension: Dimension, keys: Sequence[str], asked: Question) -> str:
    """ "Cơ sở: Bệnh viện A, Bệnh viện B" """
    names = dimension.names(keys, asked.end)
    return f"{dimension.title}: {', '.join(names.get(key, key) for key in keys)}"


@requires("figures.rows")
@require_GET
def figure_rows(request: HouseRequest, indicator_code: str) -> HttpResponse:
    """The visits behind a figure or one of its cells, without names: who sent what, when, for which amount."""
    indicator, countable = known_indicator(indicator_code)
    asked = question(request, countable)
    behind = rows_of(indicator_code, actor=request.actor, start=asked.start, end=asked.end, where=asked.where)
    record(
        request.actor,
        "figures.rows",
        object_kind="indicator",
        object_id=indicator_code,
        details={"from": str(asked.start), "to": str(asked.end), "where": asked.where},
    )
    shown = page(behind.rows.select_related(countable.unit), request, [f"-{countable.day}", "-id"])
    return render(
        request,
        "statistics/rows.html",
        {
            "indicator": indicator,
            "asked": asked,
            "narrowed": [_in_words(countable.dimension(name), keys, asked) for name, keys in asked.where.items()],
            "page": shown,
            "rows": in_words(shown.rows, request.actor),
            "some_hidden": behind.some_hidden,
            "closed": behind.closed,
            "back_url": f"{reverse('statistics:figure', args=[indicator_code])}?{asked.query()}",
        },
    )
