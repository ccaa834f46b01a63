"""Clusters against thresholds computed another way."""

import datetime as dt
from dataclasses import dataclass
from math import comb

import pytest

from soyte.systems.prevention.infectious_disease.clusters import cluster

SINCE, TODAY = dt.date(2023, 1, 1), dt.date(2026, 9, 30)


@dataclass(frozen=True)
class Rule:
    least_cases: int = 5
    cluster_days: int = 14
    rarity: int = 1000
    years: int = 5
    weeks_around: int = 3


def days(*texts):
    return sorted(dt.date.fromisoformat(text) for text in texts)


def found(all_days, rule=None, touched=None, **told):
    told = {
        "everywhere": all_days,
        "communes": 40,
        "known_since": SINCE,
        "until": TODAY,
        "watch": rule or Rule(),
        **told,
    }
    return cluster(all_days, touched or all_days[-1:], **told)


NOW = days("2026-09-01", "2026-09-03", "2026-09-07", "2026-09-10", "2026-09-14")


def test_five_cases_in_a_commune_that_had_none_are_a_cluster():
    one = found(NOW)
    assert (one.cases, one.expected, one.threshold, one.past_known) == (5, 0, 5, True)
    assert (one.first_on, one.last_on) == (dt.date(2026, 9, 1), dt.date(2026, 9, 14))


def test_four_are_not_and_neither_are_five_over_a_longer_time():
    assert found(NOW[1:]) is None
    assert found(days("2026-08-31", *(day.isoformat() for day in NOW[1:]))) is None


@pytest.mark.parametrize("since", [dt.date(2025, 9, 10), dt.date(2025, 9, 20), dt.date(2026, 1, 1)])
def test_an_installation_that_is_barely_a_year_old_is_not_blind(since):
    """Two windows of the year before say next to nothing; thirteen quiet ones of the last half year do."""
    assert found(NOW, known_since=since).threshold == 5


def negative_binomial_tail(number, shape, share):
    """P(at least `number`) for a whole `shape`: the sum of C(k + shape - 1, k) (1 - share)^k share^shape."""
    below = sum(comb(k + shape - 1, k) * (1 - share) ** k * share**shape for k in range(number))
    return 1 - below


def test_the_threshold_is_the_first_number_that_is_rare_enough():
    """One known year, the end of every one of its seven windows holding the same number: 3.5 windows side by side."""
    same = dt.date(2025, 9, 14)
    past = sorted(same + dt.timedelta(days=7 * week - extra) for week in range(-4, 4) for extra in (0,))
    now = [dt.date(2026, 9, 14)] * 14
    one = found([*past, *now], known_since=dt.date(2025, 8, 1), everywhere=[*past, *now])
    assert one.expected == 2  # two weekly cases in each window
    # Mean 2 over 3.5 windows: 7 cases and half a case of the prior; 8 is the next whole shape, 7 the one before.
    share = 3.5 / 4.5
    assert negative_binomial_tail(one.threshold, 7, share) <= 1 / 1000
    assert negative_binomial_tail(one.threshold - 1, 8, share) > 1 / 1000


def test_a_season_that_rises_everywhere_is_no_cluster_of_one_commune():
    same = dt.date(2025, 9, 14)
    past = sorted(same + dt.timedelta(days=7 * week) for week in range(-4, 4))
    now = [dt.date(2026, 9, 14)] * 10
    quiet_elsewhere = sorted([*past * 20, *now])
    rise_elsewhere = sorted([*past * 20, *now, *[dt.date(2026, 9, 12)] * 200])
    told = {"known_since": dt.date(2025, 8, 1)}
    assert found([*past, *now], everywhere=quiet_elsewhere, **told) is not None
    assert found([*past, *now], everywhere=rise_elsewhere, **told) is None


def test_a_confirmed_outbreak_is_no_usual_past():
    last_year, now = [dt.date(2025, 9, 10)] * 30, sorted(NOW * 2)
    assert found([*last_year, *now], known_since=dt.date(2025, 1, 1)) is None
    apart = [(dt.date(2025, 9, 1), dt.date(2025, 9, 30))]
    assert found([*last_year, *now], known_since=dt.date(2025, 1, 1), outbreaks=apart) is not None


def test_a_late_file_completes_a_window_of_the_past():
    """Four cases are known; the fifth, of the middle of them, arrives three weeks later."""
    assert found(NOW, touched=[dt.date(2026, 9, 7)]).cases == 5


def test_without_any_past_the_other_communes_stand_for_it():
    many = [dt.date(2026, 9, 14)] * 12
    told = {"known_since": dt.date(2026, 8, 30)}
    one = found(many, **told)
    assert (one.past_known, one.expected) == (False, 0)
    assert found(many, everywhere=sorted([*many, *[dt.date(2026, 9, 10)] * 39 * 4]), **told) is None  # four in each


def test_a_disease_that_is_not_watched_raises_nothing():
    assert found(NOW, Rule(least_cases=0)) is None


def test_one_case_is_enough_where_the_list_says_so():
    assert found(NOW[:1], Rule(least_cases=1, rarity=1)).threshold == 1
