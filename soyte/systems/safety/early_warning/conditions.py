"""What alerts look for. Each condition answers, for a moment, for which facilities it holds, and by which numbers.

Counts of whole facilities only: no figure here singles out a person.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.codes.working_days import after_working_days
from soyte.kernel.text import format as words
from soyte.kernel.text.shares import percent_of, rounded
from soyte.systems.care.visit_intake.public import refused_by_day
from soyte.systems.prevention.infectious_disease.public import overdue_by_unit

Facts = dict[str, Any]
Numbers = Mapping[str, float]
Found = dict[int, Facts]  # by unit


@dataclass(frozen=True, slots=True)
class Condition:
    """`find` at a moment; `numbers` are those that content must give; `says` tells in a sentence what was found."""

    find: Callable[[Numbers, datetime], Found]
    numbers: frozenset[str]
    says: Callable[[Facts], str]


# Hours in which something came, of the last `days_back` days before the last time; their gaps.
_GAPS = """
with came as (
    select unit_id, received_at from encounters_encounter where unit_id is not null and received_at > %(since)s
    union all
    select unit_id, received_at from encounters_checkin where unit_id is not null and received_at > %(since)s
), last as (select unit_id, max(received_at) as at from came where received_at <= %(now)s group by unit_id
), hours as (
    select distinct c.unit_id, date_trunc('hour', c.received_at) as hour from came c join last l using (unit_id)
     where c.received_at > l.at - make_interval(days => %(days_back)s) and c.received_at <= %(now)s
), gaps as (
    select unit_id, extract(epoch from hour - lag(hour) over (partition by unit_id order by hour)) as seconds from hours
)
select g.unit_id, l.at, percentile_cont(%(share)s) within group (order by g.seconds)
  from gaps g join last l using (unit_id) where g.seconds is not null
 group by g.unit_id, l.at having count(*) >= %(least_gaps)s
"""
LONGEST_SILENCE = timedelta(days=366)  # whoever is silent for longer sends no more


def silent(numbers: Numbers, now: datetime) -> Found:
    """Facilities that are silent for longer than their own usual gap, and for at least so many working days."""
    given: dict[str, Any] = {
        "now": now,
        "since": now - LONGEST_SILENCE,
        "days_back": int(numbers["days_back"]),
        "share": numbers["percent"] / 100,
        "least_gaps": numbers["least_gaps"],
    }
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, given)
        rows = cursor.fetchall()
    found: Found = {}
    for unit, last, usual in rows:
        if now > max(last + timedelta(seconds=float(usual)), _working_days_after(last, int(numbers["working_days"]))):
            found[unit] = {"last": last.isoformat(), "usual_hours": round(float(usual) / 3600)}
    return found


def _working_days_after(moment: datetime, days: int) -> datetime:
    """The same hour so many working days later."""
    local = timezone.localtime(moment)
    return local + (after_working_days(local.date(), days) - local.date())


def unusual(numbers: Numbers, now: datetime) -> Found:
    """Facilities whose visits of yesterday differ from the mean of the same weekday by so many standard deviations.

    The deviation is at least the square root of the mean, as chance alone makes it (Poisson), and means below `least`
    are not judged, so that one visit more at a small station is no alert.
    """
    day = timezone.localdate(now) - timedelta(days=1)
    past = [day - timedelta(weeks=number) for number in range(1, int(numbers["weeks"]) + 1)]
    rows = Encounter.objects.filter(in_force=True, unit_id__isnull=False, ended_on__in=[day, *past])
    counts: dict[int, dict[Any, int]] = {}
    for unit, ended_on, number in rows.order_by().values_list("unit_id", "ended_on").annotate(number=Count("pk")):
        counts.setdefault(unit, {})[ended_on] = number
    found: Found = {}
    for unit, by_day in counts.items():
        before, count = [by_day.get(each, 0) for each in past], by_day.get(day, 0)
        mean = statistics.fmean(before)
        spread = max(statistics.pstdev(before), mean**0.5)
        if max(mean, count) >= numbers["least"] and abs(count - mean) > numbers["deviations"] * max(spread, 1):
            found[unit] = {"day": day.isoformat(), "count": count, "usual": round(mean, 1), "spread": round(spread, 1)}
    return found


def refused(numbers: Numbers, now: datetime) -> Found:
    """Facilities of which today and yesterday so many times the usual share of visits was refused."""
    today = timezone.localdate(now)
    since = today - timedelta(weeks=int(numbers["weeks"]))
    latest = today - timedelta(days=1)
    sums: dict[int, list[int]] = {}
    for unit, day, bad, every in refused_by_day(since, today):
        at = sums.setdefault(unit, [0, 0, 0, 0])
        place = 0 if day >= latest else 2
        at[place] += bad
        at[place + 1] += every
    found: Found = {}
    for unit, (bad, every, bad_before, every_before) in sums.items():
        usual = percent_of(bad_before, every_before) or Decimal(0)
        if bad >= numbers["least"] and bad / every * 100 > numbers["times"] * float(max(usual, Decimal(1))):
            found[unit] = {"refused": bad, "received": every, "usual_percent": float(rounded(usual, 1))}
    return found


def overdue(numbers: Numbers, now: datetime) -> Found:
    """Units with at least so many reports of notifiable diseases whose deadline has passed; labelled diseases are left out."""
    return {
        unit: {"reports": number, "due": due.isoformat()}
        for unit, (number, due) in overdue_by_unit(now).items()
        if number >= numbers["reports"]
    }


def _says_silent(facts: Facts) -> str:
    said = {"last": words.instant(datetime.fromisoformat(facts["last"])), "hours": facts["usual_hours"]}
    return _("Tệp cuối cùng đến lúc %(last)s; cơ sở thường không im quá %(hours)s giờ.") % said


def _says_unusual(facts: Facts) -> str:
    numbers = {name: words.number(facts[name]) for name in ("usual", "spread")}
    said = {**facts, **numbers, "day": words.day(date.fromisoformat(facts["day"]))}
    return _("Ngày %(day)s có %(count)s lượt; cùng thứ các tuần trước trung bình %(usual)s, độ lệch %(spread)s.") % said


def _says_refused(facts: Facts) -> str:
    said = {**facts, "usual_percent": words.number(facts["usual_percent"])}
    return _("%(refused)s trên %(received)s hồ sơ bị từ chối từ hôm qua; thường lệ %(usual_percent)s%%.") % said


def _says_overdue(facts: Facts) -> str:
    said = {"n": facts["reports"], "due": words.instant(datetime.fromisoformat(facts["due"]))}
    return _("%(n)s ca bệnh phải báo cáo đã quá hạn; hạn sớm nhất lúc %(due)s.") % said


CONDITIONS = {
    "silent": Condition(silent, frozenset({"days_back", "percent", "working_days", "least_gaps"}), _says_silent),
    "unusual": Condition(unusual, frozenset({"weeks", "deviations", "least"}), _says_unusual),
    "refused": Condition(refused, frozenset({"weeks", "times", "least"}), _says_refused),
    "overdue": Condition(overdue, frozenset({"reports"}), _says_overdue),
}
