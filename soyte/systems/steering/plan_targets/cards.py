"""Targets as cards: a reading judged against its goal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from soyte.kernel.text import format as words
from soyte.kernel.text.shares import percent_of, rounded
from soyte.systems.steering.plan_targets.content import named_systems, state
from soyte.systems.steering.plan_targets.content_schemas import Goal, Part, Plan, Target
from soyte.systems.steering.plan_targets.models import Reading
from soyte.systems.steering.plan_targets.services import month_ends
from soyte.ui.components import Chip

NEAR = Decimal(15)  # percentage points short of the goal
GOOD, WARN, BAD, UNKNOWN = "good", "warn", "bad", "dunno"
MOST_NAMED = 3
STATES = (GOOD, WARN, BAD, UNKNOWN)


@dataclass(frozen=True, slots=True)
class PartCard:
    title: str
    reading: Reading | None
    percent: Decimal | None
    waits: Sequence[str]


@dataclass(frozen=True, slots=True)
class Card:
    """One target as a page shows it. `percent` is rounded to a tenth; whether the goal is reached is judged by the exact share,
    and a missed one says by how little."""

    target: Target
    state: str
    reading: Reading | None
    percent: Decimal | None
    chip: Chip
    goal: str
    mark: float | None
    waits: Sequence[str]
    trend: Sequence[float | None] = ()
    history: Sequence[Reading] = ()
    parts: Sequence[PartCard] = ()
    part_url: str = ""  # where the numerator and the denominator open, for this reader
    whole_url: str = ""
    furthest: Sequence[str] = ()  # the units or communes that lack most, with their numbers

    @property
    def value(self) -> str:
        return "" if self.percent is None else words.number(self.percent, 1)


def percent(reading: Reading | None) -> Decimal | None:
    """The share in percent, exact; None where there is nothing to divide by."""
    return percent_of(reading.part, reading.whole) if reading else None


def _shown(share: Decimal | None) -> Decimal | None:
    return share if share is None else rounded(share, 1)


def goal_in_words(goal: Goal) -> str:
    """ "từ 90%", "trên 70%", "từ 1", "có"."""
    if goal.percent is None:
        return _("từ %(figure)s") % {"figure": goal.number} if goal.kind == "count" else _("có")
    phrase = _("trên %(figure)s%%") if goal.kind == "more_than" else _("từ %(figure)s%%")
    return phrase % {"figure": words.number(goal.percent)}


def judged(goal: Goal, share: Decimal | None) -> str:
    """Reached, short by less than 15 points, short by more, or not measured."""
    if share is None or goal.percent is None:
        return UNKNOWN
    reached = share > goal.percent if goal.kind == "more_than" else share >= goal.percent
    if reached:
        return GOOD
    return WARN if goal.percent - share < NEAR else BAD


def _chip(state_: str, goal: Goal, share: Decimal | None) -> Chip:
    if state_ == GOOD:
        return Chip(_("Đạt"), GOOD)
    if state_ == UNKNOWN or share is None or goal.percent is None:
        return Chip(_("Chưa đo được"), UNKNOWN)
    short = goal.percent - rounded(share, 1)  # from the share that is shown
    if not short:
        return Chip(_("Thiếu dưới 0,1 điểm"), state_)
    return Chip(_("Thiếu %(points)s điểm") % {"points": words.number(short, 1)}, state_)


def waiting(numbers: Iterable[str]) -> list[str]:
    """The systems that are not there yet, in words; of a partial one it is said."""
    found = []
    for number in numbers:
        title = str(named_systems()[number].title)
        if (has := state(number)) == "absent":
            found.append(title)
        elif has == "partial":
            found.append(_("%(system)s (mới có một phần)") % {"system": title})
    return found


def _part(part: Part, today: Mapping[str, Reading]) -> PartCard:
    reading = today.get(part.measure)
    return PartCard(part.title, reading, _shown(percent(reading)), [] if reading else waiting(part.systems))


def furthest_first(by_unit: Iterable[Sequence[Any]]) -> list[tuple[str, str, int, int]]:
    """(key, name, part, whole) of each unit or commune, those that lack most first."""
    return sorted(((key, name, part, whole) for key, name, part, whole in by_unit), key=lambda u: (u[2] - u[3], u[1]))


def _furthest(by_unit: Iterable[Sequence[Any]]) -> list[str]:
    lacking = [unit for unit in furthest_first(by_unit) if unit[2] < unit[3]]
    return [f"{name} {words.number(part)}/{words.number(whole)}" for _key, name, part, whole in lacking[:MOST_NAMED]]


def _card(
    target: Target,
    history: Mapping[str, Mapping[date, Reading]],
    by_unit: Mapping[str, Sequence[Sequence[Any]]],
    today: date,
) -> Card:
    readings = history.get(target.measure, {})
    latest = {code: days[max(days)] for code, days in history.items() if days}
    reading = latest.get(target.measure)
    share = percent(reading)
    verdict = judged(target.goal, share)
    days = [*reversed(list(month_ends(today))), *([reading.on] if reading else [])]
    trend = [None if (then := percent(readings.get(day))) is None else float(then) for day in days]
    return Card(
        target=target,
        state=verdict,
        reading=reading,
        percent=_shown(share),
        chip=_chip(verdict, target.goal, share),
        goal=goal_in_words(target.goal),
        mark=float(target.goal.percent) if target.goal.percent is not None else None,
        waits=[] if target.measure else waiting(target.waits_for or target.systems),
        trend=trend,
        history=[readings[day] for day in reversed(days) if day in readings],
        parts=[_part(part, latest) for part in target.parts],
        furthest=_furthest(by_unit.get(target.measure, ())),
    )


def cards(plan: Plan, today: date, only: str = "") -> list[Card]:
    """The plan's targets (or one) with their latest readings and the month ends of the last year."""
    targets = [target for target in plan.targets if only in ("", target.id)]
    codes = {target.measure for target in targets} | {part.measure for target in targets for part in target.parts}
    history: dict[str, dict[date, Reading]] = {}
    found = Reading.objects.filter(measure__in=codes, on__gte=min(month_ends(today)), on__lte=today)
    for reading in found if only else found.defer("by_unit"):
        history.setdefault(reading.measure, {})[reading.on] = reading
    newest = [days[max(days)].pk for days in history.values()]
    by_unit = dict(Reading.objects.filter(pk__in=newest).values_list("measure", "by_unit"))
    return [_card(target, history, by_unit, today) for target in targets]
