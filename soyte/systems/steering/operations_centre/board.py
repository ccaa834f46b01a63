"""All that the board of a day shows, for one actor: the page, a wall screen and the printed page of the day draw from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.kernel.actors import Acting
from soyte.kernel.text import format as words
from soyte.systems.prevention.infectious_disease import public as diseases
from soyte.systems.safety.early_warning import public as early_warning
from soyte.systems.steering.operations_centre import beds, selectors
from soyte.systems.steering.plan_targets import public as plan_targets
from soyte.ui.clocks import clock, duration
from soyte.ui.components import Clock

MOST_CLOCKS, MOST_ALERTS, MOST_LATE, MOST_TARGETS = 6, 5, 6, 6
LONG_SILENCE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class DiseaseClock:
    running: diseases.Running
    clock: Clock


@dataclass(frozen=True, slots=True)
class AlertLine:
    alert: early_warning.OpenAlert
    clock: Clock | None  # None once somebody has dealt with it


@dataclass(frozen=True, slots=True)
class LateLine:
    feed: early_warning.LateFeed
    silent: str
    usual: str
    tone: str


@dataclass(frozen=True, slots=True)
class Board:
    """`beds`, `clocks`, `outbreaks`, `alarms` are of now: an earlier day has none. `plan` is None for who may not see it."""

    day: date
    before_day: date
    read_at: datetime
    figures: selectors.Figures
    beds: beds.Beds | None
    clocks: diseases.Clocks | None
    disease_clocks: Sequence[DiseaseClock]
    outbreaks: Sequence[diseases.RunningOutbreak]
    alarms: early_warning.Alarms | None
    alerts: Sequence[AlertLine]
    late: Sequence[LateLine]
    plan: plan_targets.PlanNow | None

    @property
    def is_today(self) -> bool:
        return self.day == timezone.localdate(self.read_at)

    @property
    def targets(self) -> Sequence[plan_targets.MeasuredTarget]:
        return self.plan.measured[:MOST_TARGETS] if self.plan else []

    @property
    def unanswered(self) -> int:
        return sum(not alert.is_answered for alert in self.alarms.alerts) if self.alarms else 0


def board(actor: Acting, day: date) -> Board:
    now = timezone.now()
    before, is_today = selectors.year_before(day), day == timezone.localdate(now)
    clocks = diseases.clocks(actor, most=MOST_CLOCKS) if is_today else None
    outbreaks = diseases.outbreaks(actor) if is_today else []
    alarms = early_warning.alarms(actor) if is_today and actor.holds("alerts.read") else None
    return Board(
        day=day,
        before_day=before,
        read_at=now,
        figures=selectors.figures(actor, day, alarms=_by_commune(outbreaks)),
        beds=beds.beds(actor, before) if is_today else None,
        clocks=clocks,
        disease_clocks=[
            DiseaseClock(one, clock(one.due_at, now=now, started=one.started_at))
            for one in (clocks.first if clocks else ())
        ],
        outbreaks=outbreaks,
        alarms=alarms,
        alerts=[_alert(one, now) for one in (alarms.alerts[:MOST_ALERTS] if alarms else ())],
        late=[_late(one, now) for one in (alarms.late[:MOST_LATE] if alarms else ())],
        plan=plan_targets.latest_plan(timezone.localdate(now)) if actor.holds("plan.read") else None,
    )


def _by_commune(outbreaks: Sequence[diseases.RunningOutbreak]) -> dict[str, str]:
    names: dict[str, list[str]] = {}
    for one in outbreaks:
        names.setdefault(one.commune_code, []).append(one.disease)
    return {commune: _("ổ dịch %(diseases)s") % {"diseases": ", ".join(told)} for commune, told in names.items()}


def _alert(alert: early_warning.OpenAlert, now: datetime) -> AlertLine:
    return AlertLine(alert, None if alert.is_answered else clock(alert.due_at, now=now, started=alert.opened_at))


def _late(feed: early_warning.LateFeed, now: datetime) -> LateLine:
    silent = now - feed.last
    return LateLine(feed, duration(silent), duration(feed.usual), "bad" if silent >= LONG_SILENCE else "warn")


def money_bars(read: Board) -> list[tuple[str, float, str]]:
    """The days' money as bars, each with its words."""
    return [(f"{words.day(on)}: {words.short_money(amount)}", float(amount), "v") for on, amount in read.figures.money]
