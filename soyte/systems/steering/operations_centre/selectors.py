"""What the operations centre shows of a day. Every figure is an indicator's, so it equals `soyte report`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from soyte.engines.indicators import rollups
from soyte.engines.indicators.counting import Coverage
from soyte.engines.indicators.figures import Figure
from soyte.engines.indicators.rollups import Asked
from soyte.kernel.actors import Acting
from soyte.systems.steering.statistics import public as statistics

MOST_LINES = 8
TREND_DAYS = 14
HEADLINES = ("visits", "arrivals", "admissions", "notifiable_visits")
TOPS = {"facilities": "facility", "diagnoses": "icd"}


def year_before(day: date) -> date:
    """The same day a year ago; of 29 February the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure of a period and the same a year ago. `change` as a share; None where there was nothing then."""

    value: Decimal
    before: Decimal
    url: str
    as_of: datetime
    trend: Sequence[float]

    @property
    def change(self) -> Decimal | None:
        return (self.value - self.before) / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Line:
    """A key of a split: value and that of a year ago (None is hidden), share of the largest in percent, rows behind it."""

    name: str
    value: Decimal | None
    before: Decimal | None
    share: float
    url: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a day that visits and check-ins give. `headlines` by indicator, `tops` by the names of TOPS."""

    headlines: Mapping[str, Headline]
    month_money: Headline
    money: Sequence[tuple[date, Decimal]]  # of each of the last days, in đồng
    tops: Mapping[str, Sequence[Line]]
    map: statistics.OnMap
    as_of: datetime
    coverage: Coverage | None


def _questions(day: date) -> dict[tuple[str, ...], Asked]:
    before, first, month = year_before(day), day - timedelta(days=TREND_DAYS - 1), day.replace(day=1)
    asked: dict[tuple[str, ...], Asked] = {}
    for code in HEADLINES:
        asked[code, "now"] = Asked(code, day, day)
        asked[code, "before"] = Asked(code, before, before)
        asked[code, "trend"] = Asked(code, first, day, ["day"])
    asked["money", "now"] = Asked("cost_insurer", month, day)
    asked["money", "before"] = Asked("cost_insurer", year_before(month), before)
    asked["money", "trend"] = Asked("cost_insurer", first, day, ["day"])
    for name, split in TOPS.items():
        asked[name, "now"] = Asked("visits", day, day, [split])
        asked[name, "before"] = Asked("visits", before, before, [split])
    asked["map", "now"] = Asked("visits", day, day, ["commune"])
    asked["map", "before"] = Asked("visits", before, before, ["commune"])
    return asked


def figures(actor: Acting, day: date, *, alarms: Mapping[str, str]) -> Figures:
    """All of them from one reading of the cells. `alarms`: what is wrong in a commune, by its code, for the map."""
    asked = _questions(day)
    found = dict(zip(asked, rollups.several(list(asked.values()), actor=actor), strict=True))
    money = rollups.series_of(found["money", "trend"])
    visits = found["visits", "now"]
    return Figures(
        headlines={code: _headline(found, code, actor) for code in HEADLINES},
        month_money=_headline(found, "money", actor),
        money=[(on, amount or Decimal(0)) for on, amount in zip(money.days, money.lines[""], strict=True)],
        tops={name: _lines(found, name, actor) for name in TOPS},
        map=statistics.day_on_map(found["map", "now"], found["map", "before"], actor=actor, alarms=alarms),
        as_of=visits.as_of,
        coverage=visits.coverage,
    )


def _headline(found: Mapping[tuple[str, ...], Figure], name: str, actor: Acting) -> Headline:
    now, then = found[name, "now"], found[name, "before"]
    return Headline(
        value=now.total.value or Decimal(0),
        before=then.total.value or Decimal(0),
        url=statistics.address_of(now.indicator.code, actor=actor, start=now.start, end=now.end),
        as_of=now.as_of,
        trend=[float(value or 0) for value in rollups.series_of(found[name, "trend"]).lines[""]],
    )


def _lines(found: Mapping[tuple[str, ...], Figure], name: str, actor: Acting) -> list[Line]:
    """The largest keys of a split, largest first; hidden ones come last."""
    now, split = found[name, "now"], TOPS[name]
    before = {cell.keys: cell.value for cell in found[name, "before"].cells}
    cells = sorted(now.cells, key=lambda cell: (cell.value is None, -(cell.value or 0), now.name(cell)))[:MOST_LINES]
    largest = max((cell.value for cell in cells if cell.value), default=Decimal(1))
    return [
        Line(
            name=now.name(cell),
            value=cell.value,
            before=before.get(cell.keys, Decimal(0)),
            share=float((cell.value or 0) / largest * 100),
            url=""
            if cell.hidden
            else statistics.address_of(
                "visits", actor=actor, start=now.start, end=now.end, by=split, where={split: cell.keys}
            ),
        )
        for cell in cells
    ]
