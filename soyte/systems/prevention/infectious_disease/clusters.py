"""Is this more than usual? Cases of one disease in one commune against the same weeks of its own past. No Django.

A window of `cluster_days` is a cluster if it holds at least the least number of cases, and so many that, were all as in
the same weeks of past years, it would happen to one window in `rarity` at most. The past of a commune is a few small
numbers, so its mean is itself uncertain: counts are taken as Poisson of a mean that is known as far as the past tells
(gamma, from Jeffreys' prior), which makes the count of a window negative binomial. Where the disease rises everywhere
else against its own past, the commune is expected to rise alike: a season is no cluster. Windows of a confirmed outbreak
are no usual past and are left out. In the first weeks of an installation nothing of the past is known: then the other
communes of the same days stand for it, as little as one window tells.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

Period = tuple[dt.date, dt.date]  # first and last day
WEEK = dt.timedelta(days=7)
PRIOR = 0.5  # Jeffreys: half a case
RECENT_WEEKS = 26  # where not one whole past year is known: so many weeks of the recent past are compared instead


class Watch(Protocol):
    """See content_schemas.DiseaseWatchRow."""

    @property
    def least_cases(self) -> int: ...
    @property
    def cluster_days(self) -> int: ...
    @property
    def rarity(self) -> int: ...
    @property
    def years(self) -> int: ...
    @property
    def weeks_around(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Cluster:
    """`first_on`, `last_on`: the days of its first and last case. `expected`: of such a window, by the commune's own past; by
    what the other communes have now where `past_known` is False. `threshold`: the number of cases from which it is one."""

    first_on: dt.date
    last_on: dt.date
    cases: int
    expected: float
    threshold: int
    past_known: bool


def cluster(
    days: Sequence[dt.date],
    touched: Collection[dt.date],
    *,
    everywhere: Sequence[dt.date],
    communes: int,
    known_since: dt.date,
    until: dt.date,
    watch: Watch,
    outbreaks: Collection[Period] = (),
) -> Cluster | None:
    """The cluster furthest above its threshold among the windows that hold a case of `touched`; None without one.

    `days`: the days of all cases here, ascending, past years among them; `everywhere`: those of all `communes`.
    `known_since`: nothing is known of days before. `until`: today. `outbreaks`: confirmed ones of this commune and disease.
    """
    if not watch.least_cases:
        return None
    past = _Past(days, everywhere, communes, known_since, watch, outbreaks)
    found = [past.judged(end) for end in _ends(days, touched, until, watch)]
    clusters = [one for one in found if one is not None]
    return max(clusters, key=lambda one: (one.cases - one.threshold, one.last_on), default=None)


def _ends(days: Sequence[dt.date], touched: Collection[dt.date], until: dt.date, watch: Watch) -> list[dt.date]:
    """Windows end on the day of a case, at most their length after a touched one."""
    reach = dt.timedelta(days=watch.cluster_days - 1)
    ends: set[dt.date] = set()
    for day in touched:
        ends.update(days[bisect_left(days, day) : bisect_right(days, min(day + reach, until))])
    return sorted(ends)


@dataclass(frozen=True, slots=True)
class _Past:
    days: Sequence[dt.date]
    everywhere: Sequence[dt.date]
    communes: int
    known_since: dt.date
    watch: Watch
    outbreaks: Collection[Period]

    def judged(self, end: dt.date) -> Cluster | None:
        """The window that ends on `end`, if it is a cluster."""
        first, after = self._bounds(self.days, end)
        number = after - first
        if number < self.watch.least_cases:
            return None
        ends = self._usual_ends(end)
        expected = self._expected(ends, end) if ends else self._elsewhere(end) / max(1, self.communes - 1)
        threshold = self._threshold(len(ends), expected)
        return Cluster(self.days[first], end, number, expected, threshold, bool(ends)) if number >= threshold else None

    def _start(self, end: dt.date) -> dt.date:
        return end - dt.timedelta(days=self.watch.cluster_days - 1)

    def _bounds(self, days: Sequence[dt.date], end: dt.date) -> tuple[int, int]:
        return bisect_left(days, self._start(end)), bisect_right(days, end)

    def _count(self, days: Sequence[dt.date], end: dt.date) -> int:
        first, after = self._bounds(days, end)
        return after - first

    def _usual_ends(self, end: dt.date) -> list[dt.date]:
        """The ends of the windows to compare with: the same weeks of past years; the recent past while less is known than
        one year's, since two windows would prove nothing and the threshold be out of reach."""
        ends = [last for last in self._same_weeks(end) if self._is_usual(last)]
        if len(ends) > self.watch.weeks_around:
            return ends
        recent = (end - dt.timedelta(days=2 * self.watch.cluster_days) - week * WEEK for week in range(RECENT_WEEKS))
        return [last for last in recent if self._is_usual(last)] or ends

    def _same_weeks(self, end: dt.date) -> Iterator[dt.date]:
        around = range(-self.watch.weeks_around, self.watch.weeks_around + 1)
        for year in range(1, self.watch.years + 1):
            same = end - dt.timedelta(days=round(365.25 * year))
            yield from (same + week * WEEK for week in around)

    def _is_usual(self, end: dt.date) -> bool:
        start = self._start(end)
        return start >= self.known_since and not any(first <= end and start <= last for first, last in self.outbreaks)

    def _expected(self, ends: Sequence[dt.date], end: dt.date) -> float:
        """The mean of the past windows, raised as far as the disease has risen everywhere else."""
        own = sum(self._count(self.days, last) for last in ends) / len(ends)
        others = sum(self._elsewhere(last) for last in ends) / len(ends)
        return own * max(1.0, (self._elsewhere(end) + 1) / (others + 1))

    def _elsewhere(self, end: dt.date) -> int:
        return self._count(self.everywhere, end) - self._count(self.days, end)

    def _threshold(self, windows: int, expected: float) -> int:
        """The least number that comes to one window in `rarity` at most. Neighbouring windows overlap: of `windows` so
        many are independent as lie side by side."""
        independent = max(1.0, windows * 7 / self.watch.cluster_days)
        shape, share = expected * independent + PRIOR, independent / (independent + 1)
        number, chance = 0, share**shape
        tail = 1.0 - chance
        while tail > 1 / self.watch.rarity:
            chance *= (shape + number) / (number + 1) * (1 - share)
            number += 1
            tail -= chance
        return max(self.watch.least_cases, number + 1)
