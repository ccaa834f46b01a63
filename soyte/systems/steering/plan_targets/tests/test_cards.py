"""Judging a share against its goal; expected verdicts are worked out by hand from the plan's words."""

from datetime import date
from decimal import Decimal

import pytest

from soyte.systems.steering.plan_targets.cards import BAD, GOOD, UNKNOWN, WARN, Card, cards, judged
from soyte.systems.steering.plan_targets.content import named_systems, plans
from soyte.systems.steering.plan_targets.content_schemas import Goal
from soyte.systems.steering.plan_targets.models import Reading

PLAN = "chuyen_doi_so_2021_2025"
TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("kind", "goal", "share", "verdict"),
    [
        ("at_least", "90", "90", GOOD),
        ("more_than", "90", "90", WARN),  # "trên 90%": 90 itself is short
        ("more_than", "90", "90.01", GOOD),
        ("at_least", "90", "89.999", WARN),
        ("at_least", "90", "75.01", WARN),
        ("at_least", "90", "75", BAD),  # short by 15 points is not short by less than 15
        ("at_least", "90", None, UNKNOWN),
    ],
)
def test_a_share_is_judged_by_the_words_of_its_goal(kind, goal, share, verdict):
    assert judged(Goal(kind=kind, percent=Decimal(goal)), None if share is None else Decimal(share)) == verdict


def test_the_plan_has_its_28_targets_in_30_rows_and_every_system_it_names():
    plan = plans()[PLAN]
    assert len(plan.targets) == 30
    assert {target.id.rstrip("ab") for target in plan.targets} == {f"T{number}" for number in range(1, 29)}
    assert set(named_systems()) == {f"S{number}" for number in range(1, 45)}
    assert plan.over(date(2026, 1, 1)) and not plan.over(date(2025, 12, 31))


def reading(measure: str, on: date, part: int, whole: int) -> Reading:
    return Reading.objects.create(measure=measure, on=on, as_of=f"{on}T08:00:00+07:00", part=part, whole=whole)


def by_id(id_: str) -> Card:
    return next(card for card in cards(plans()[PLAN], TODAY) if card.target.id == id_)


@pytest.mark.django_db
def test_only_what_a_measure_answers_has_a_figure_and_all_else_names_what_it_waits_for():
    reading("record_opened_at_visit", TODAY, 895, 1000)
    for card in cards(plans()[PLAN], TODAY):
        if card.target.id == "T4":
            assert (card.state, card.value, card.chip.text) == (WARN, "89,5", "Thiếu 0,5 điểm")
        else:
            assert card.state == UNKNOWN and card.percent is None
            assert card.waits or card.target.measure or card.parts, card.target.id


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "whole", "value", "chip"),
    [
        (8_525, 10_000, "85,3", "Thiếu 4,7 điểm"),
        (89_996, 100_000, "90,0", "Thiếu dưới 0,1 điểm"),
        (90, 100, "90,0", "Thiếu dưới 0,1 điểm"),
        (901, 1000, "90,1", "Đạt"),
    ],
)
def test_a_share_is_rounded_half_up_and_a_missed_goal_never_looks_reached(part, whole, value, chip):
    reading("residents_with_record", TODAY, part, whole)
    card = by_id("T8")
    assert (card.value, card.chip.text) == (value, chip)


@pytest.mark.django_db
def test_the_trend_is_the_month_ends_and_the_latest_day():
    reading("telehealth_units", date(2026, 1, 31), 1, 10)
    reading("telehealth_units", date(2026, 2, 28), 2, 10)
    reading("telehealth_units", date(2026, 3, 9), 7, 10)  # a day before today is no month end
    reading("telehealth_units", TODAY, 3, 10)
    card = by_id("T6a")
    assert list(card.trend)[-3:] == [10.0, 20.0, 30.0]
    assert card.percent == 30


@pytest.mark.django_db
def test_parts_show_what_is_there_and_name_what_is_not():
    reading("residents_seen_in_24_months", TODAY, 50, 200)
    first, second = by_id("T22").parts
    assert (first.percent, first.waits) == (25, [])
    assert second.reading is None and second.waits
    assert by_id("T22").state == UNKNOWN
