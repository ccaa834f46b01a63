"""The epidemic curve: cases by week, this time and a year before, as bars and as a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from soyte.kernel.text import format as words
from soyte.systems.prevention.infectious_disease import selectors
from soyte.systems.prevention.infectious_disease.models import Outbreak

WEEK = dt.timedelta(days=7)
BEFORE, MOST_WEEKS = 6, 52


@dataclass(frozen=True, slots=True)
class Curve:
    """`bars`: (label, number, tone) for {% bars %}; `rows`: (Monday, cases, cases of the same week a year before)."""

    bars: list[tuple[str, float | None, str]]
    rows: list[tuple[dt.date, int, int]]
    sentence: str


def curve(outbreak: Outbreak, *, until: dt.date) -> Curve:
    """From some weeks before the outbreak until its end or today."""
    first = selectors.monday(outbreak.first_on)
    since = max(first - BEFORE * WEEK, selectors.monday(until) - (MOST_WEEKS - 1) * WEEK)
    now = selectors.weekly(outbreak, since=since, until=until)
    then = selectors.weekly(outbreak, since=since - 52 * WEEK, until=until - 52 * WEEK)
    weeks = [since + number * WEEK for number in range((selectors.monday(until) - since) // WEEK + 1)]
    rows = [(week, now.get(week, 0), then.get(week - 52 * WEEK, 0)) for week in weeks]
    label = _("tuần từ %(day)s: %(cases)s ca")
    bars: list[tuple[str, float | None, str]] = [
        (label % {"day": words.day(week), "cases": cases}, float(cases), "bad" if week >= first else "")
        for week, cases, _before in rows
    ]
    peak = max(rows, key=lambda row: row[1])
    told = {
        "first": words.day(weeks[0]),
        "last": words.day(weeks[-1]),
        "cases": sum(row[1] for row in rows),
        "own": sum(row[1] for row in rows if row[0] >= first),
        "day": words.day(peak[0]),
        "most": peak[1],
    }
    sentence = (
        _(
            "Mỗi cột một tuần, từ tuần %(first)s đến tuần %(last)s: %(cases)s ca, trong đó %(own)s ca từ tuần đầu của ổ dịch "
            "(cột đỏ). Nhiều nhất là tuần từ %(day)s với %(most)s ca."
        )
        % told
    )
    return Curve(bars, rows, sentence)
