"""`soyte bench outbreaks`: what the cluster alarm finds of planted outbreaks, and how often it is wrong.

The detector of the house is given the planned visits of synthetic provinces, day by day as their files would arrive
(NGAYLAP) or as the people came (NGAY_VAO); the whole intake between is left out. Nothing is written to the database.
"""

from __future__ import annotations

import argparse
import datetime as dt
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from statistics import median

from soyte.clinical.terminology.selectors import terms
from soyte.demo.province import files, frame, outbreaks, people, plans
from soyte.demo.province.generate import Province
from soyte.demo.province.outbreaks import Outbreak
from soyte.kernel.places.selectors import load_map
from soyte.systems.prevention.infectious_disease.clusters import cluster
from soyte.systems.prevention.infectious_disease.watch import watch_of

LEAST_CASES_TO_FIND = 5
WITHIN_DAYS = 14
Pair = tuple[str, str]  # disease, commune of today's map


@dataclass(frozen=True, slots=True)
class Seen:
    """A case as the house would count it: the first visit of a person with a disease within its window."""

    pair: Pair
    day: dt.date
    known_on: dt.date
    outbreak: str


@dataclass(slots=True)
class Alarm:
    pair: Pair
    raised_on: dt.date
    first_on: dt.date
    last_on: dt.date


@dataclass(slots=True)
class Result:
    """Of one province: the days between the fifth case (as it came, as it was known) and the alarm, or None if missed."""

    seed: str
    cases: int = 0
    delays: list[int | None] = field(default_factory=list)
    delays_known: list[int | None] = field(default_factory=list)
    false_alarms: list[Alarm] = field(default_factory=list)
    quiet_commune_years: float = 0.0


def _commune_of_today() -> Callable[[str, dt.date, dt.date], str]:
    known, held = load_map(), dict[tuple[str, dt.date], str]()

    def today(code: str, on: dt.date, until: dt.date) -> str:
        if (code, on) not in held:
            heirs = known.today(code, on, today=until)
            held[code, on] = heirs[0].place.code if heirs else code
        return held[code, on]

    return today


def cases_of(province: Province) -> tuple[list[Seen], list[Outbreak]]:
    """The notifiable cases of a province, and its planted outbreaks; labelled diseases are left out, as the alarm does."""
    maker = people.Maker(province.seed)
    population = people.population(maker, size=province.people, on=province.start)
    planted = outbreaks.plant(
        province.seed, population, count=province.outbreaks, start=province.start, until=province.until
    )
    world = plans.World(province.seed, province.start, province.until, maker, outbreaks.by_person(planted))
    known, commune = terms(), _commune_of_today()
    found: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for plan in plans.lives(world, population):
        day = plan.start.date()
        disease = known.notifiable(plan.icd10, day)
        if disease is None or plan.end.date() > province.until or known.labels_for([plan.icd10], day):
            continue
        home = commune(frame.address(plan.person.home.commune, day).commune_code, day, province.until)
        made = files.made_on(plan, until=dt.date.max)
        found[plan.person.code, disease.code].append(Seen((disease.code, home), day, made, plan.outbreak))
    return [case for seen in found.values() for case in _first_of_windows(seen)], planted


def _first_of_windows(seen: list[Seen]) -> Iterator[Seen]:
    until: dt.date | None = None
    for case in sorted(seen, key=lambda one: one.day):
        if until is None or case.day > until:
            until = case.day + dt.timedelta(days=watch_of(case.pair[0], case.day).window_days)
            yield case


def alarms_of(cases: Sequence[Seen], *, planted: Sequence[tuple[Pair, Outbreak]], known_since: dt.date) -> list[Alarm]:
    """Alarms in the order in which they were raised. An outbreak that was truly one is confirmed: no usual past later."""
    communes = len({case.pair[1] for case in cases})
    days: dict[Pair, list[dt.date]] = defaultdict(list)
    everywhere: dict[str, list[dt.date]] = defaultdict(list)
    raised: dict[Pair, list[Alarm]] = defaultdict(list)
    for today, arrived in groupby(sorted(cases, key=lambda one: one.known_on), key=lambda one: one.known_on):
        touched: dict[Pair, list[dt.date]] = defaultdict(list)
        for case in arrived:
            insort(days[case.pair], case.day)
            insort(everywhere[case.pair[0]], case.day)
            touched[case.pair].append(case.day)
        for pair, fresh in touched.items():
            watch = watch_of(pair[0], today)
            confirmed = [(one.first_on, one.last_on) for one in raised[pair] if _true(one, planted)]
            if len(days[pair]) < watch.least_cases:
                continue
            one = cluster(
                days[pair],
                fresh,
                everywhere=everywhere[pair[0]],
                communes=communes,
                known_since=known_since,
                until=today,
                watch=watch,
                outbreaks=confirmed,
            )
            if one is None:
                continue
            last = raised[pair][-1] if raised[pair] else None
            if last and one.first_on <= last.last_on + dt.timedelta(days=watch.quiet_days):
                last.first_on, last.last_on = min(last.first_on, one.first_on), max(last.last_on, one.last_on)
            else:
                raised[pair].append(Alarm(pair, today, one.first_on, one.last_on))
    return sorted((one for of_pair in raised.values() for one in of_pair), key=lambda one: one.raised_on)


def _true(alarm: Alarm, planted: Sequence[tuple[Pair, Outbreak]]) -> bool:
    margin = dt.timedelta(days=WITHIN_DAYS)
    return any(
        alarm.pair == pair and alarm.first_on <= one.end + margin and one.start <= alarm.last_on
        for pair, one in planted
    )


def _judge(province: Province, found: list[Seen], planted: list[Outbreak], *, by_arrival: bool) -> Result:
    cases = found if by_arrival else [Seen(one.pair, one.day, one.day, one.outbreak) for one in found]
    commune = _commune_of_today()
    placed = [((outbreaks.DISEASE, commune(o.commune_code, o.start, province.until)), o) for o in planted]
    raised = alarms_of(
        [case for case in cases if case.known_on <= province.until], planted=placed, known_since=province.start
    )
    result = Result(province.seed, cases=len(cases))
    for pair, outbreak in placed:
        own = sorted((case.day, case.known_on) for case in cases if case.outbreak == outbreak.code)
        hits = [one.raised_on for one in raised if one.pair == pair and _true(one, [(pair, outbreak)])]
        fifth, known = _fifth(own)
        result.delays.append((min(hits) - fifth).days if hits else None)
        result.delays_known.append((min(hits) - known).days if hits else None)
    result.false_alarms = [one for one in raised if not _true(one, placed)]
    communes = {case.pair[1] for case in cases}
    years = (province.until - province.start).days / 365.25
    busy = {(pair[1], year) for pair, o in placed for year in {o.start.year, o.end.year}}
    result.quiet_commune_years = len(communes) * years - len(busy)
    return result


def _fifth(own: Sequence[tuple[dt.date, dt.date]]) -> tuple[dt.date, dt.date]:
    """The day of the fifth case, and the day on which five were known."""
    place = min(LEAST_CASES_TO_FIND, len(own)) - 1
    return own[place][0], sorted(known for _day, known in own)[place]


def _told(results: Sequence[Result], prefix: str) -> dict[str, object]:
    delays = [delay for one in results for delay in one.delays]
    known = [delay for one in results for delay in one.delays_known]
    found = [delay for delay in delays if delay is not None]
    wrong = sum(len(one.false_alarms) for one in results)
    years = sum(one.quiet_commune_years for one in results)
    by_disease: dict[str, int] = defaultdict(int)
    for one in results:
        for alarm in one.false_alarms:
            by_disease[alarm.pair[0]] += 1
    return {
        f"{prefix}_planted": len(delays),
        f"{prefix}_found": len(found),
        f"{prefix}_found_within_14_days_of_fifth_case": sum(delay <= WITHIN_DAYS for delay in found),
        f"{prefix}_found_within_14_days_of_fifth_known": sum(d is not None and d <= WITHIN_DAYS for d in known),
        f"{prefix}_delay_days": " ".join("–" if delay is None else str(delay) for delay in delays),
        f"{prefix}_delay_median": median(found) if found else None,
        f"{prefix}_false_alarms": wrong,
        f"{prefix}_quiet_commune_years": round(years, 1),
        f"{prefix}_false_alarms_per_commune_year": round(wrong / years, 4) if years else None,
        f"{prefix}_false_by_disease": " ".join(f"{code}={n}" for code, n in sorted(by_disease.items())),
    }


def outbreaks_case(argv: Sequence[str]) -> dict[str, object]:
    parser = argparse.ArgumentParser(
        prog="soyte bench outbreaks", description="Đo cảnh báo chùm ca trên ổ dịch đã gieo."
    )
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--until", type=dt.date.fromisoformat, default=dt.date(2026, 10, 31))
    parser.add_argument("--seeds", nargs="+", default=[f"outbreaks-{number}" for number in range(1, 11)])
    given = parser.parse_args(argv)
    results: dict[bool, list[Result]] = {True: [], False: []}
    for seed in given.seeds:
        province = Province.of_years(
            people=given.people, years=given.years, until=given.until, seed=seed, outbreaks=None
        )
        found, planted = cases_of(province)
        for by_arrival, kept in results.items():
            kept.append(_judge(province, found, planted, by_arrival=by_arrival))
    cases = sum(one.cases for one in results[True])
    figures: dict[str, object] = {"provinces": len(given.seeds), "people": given.people, "years": given.years}
    return {**figures, "cases": cases, **_told(results[True], "by_file"), **_told(results[False], "by_arrival")}


CASES = {"outbreaks": outbreaks_case}
