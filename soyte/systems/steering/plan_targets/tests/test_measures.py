"""What each measure counts, on a handful of people whose answers are plain."""

import datetime as dt

import pytest
from django.utils import timezone

from soyte.clinical.encounters.models import CheckIn
from soyte.clinical.encounters.tests.visits import facility, person, visit
from soyte.kernel.access.tests.people import actor
from soyte.kernel.audit.services import Row, record_many
from soyte.kernel.organisations.models import Unit
from soyte.kernel.places.selectors import load_map
from soyte.systems.steering.plan_targets.measures import measures
from soyte.systems.steering.plan_targets.residence import territory

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 10, 31)
HERE, OLD_HERE, ELSEWHERE = "25195", "25198", "00007"  # phường Bình Phước; a ward that went into it; a ward of Hà Nội


def at(month, day, hour=8, year=2026):
    return timezone.make_aware(dt.datetime(year, month, day, hour))  # noqa: DTZ001


def said(code):
    return measures()[code].compute(ON)


def opened(who, when, at_unit):
    """A doctor of the unit opened the record at that moment."""
    looked(who, when, at_unit, "record")


def looked(who, when, at_unit, what):
    record_many(actor("doctor", at_unit), [Row("record.read", what, str(who.pk), who.pk)], at=when)


def test_a_record_counts_as_used_when_the_facility_opened_it_around_the_visit():
    here, other = facility("70001"), facility("70002")
    before, during, late, foreign, never = (person(f"Người {n}", commune_code=HERE) for n in "ABCDE")
    for who in (before, during, late, foreign, never):
        visit(at=at(9, 10), unit=here, who=who, ended_at=at(9, 12))
    opened(before, at(9, 9, 7), here)  # the day before
    opened(during, at(9, 12, 23), here)  # the last day
    opened(late, at(9, 13, 1), here)
    opened(foreign, at(9, 11), other)
    visit(at=at(9, 1), unit=here, who=person(commune_code=ELSEWHERE))  # no resident
    visit(at=at(9, 1, year=2025), unit=here, who=person(commune_code=HERE))  # more than twelve months ago
    found = said("record_opened_at_visit")
    assert (found.total.part, found.total.whole) == (2, 5)
    assert [(unit.key, unit.part, unit.whole) for unit in found.by_unit] == [("70001", 2, 5)]
    assert [beside.number for beside in found.beside] == [5]


def test_a_look_at_search_results_is_not_the_use_of_a_record():
    who = person(commune_code=HERE)
    visit(at=at(9, 10), who=who)
    looked(who, at(9, 10), facility(), "search")
    assert said("record_opened_at_visit").total.part == 0


def test_two_rows_of_one_person_are_one():
    whole = person(commune_code=HERE)
    double = person(commune_code=HERE, merged_into=whole)
    visit(at=at(9, 10), who=whole), visit(at=at(9, 11), who=double)
    assert said("record_opened_at_visit").total.whole == 1
    assert said("residents_with_record").total.part == 1


def test_telehealth_counts_units_with_a_remote_visit_of_thirty_days():
    hospitals = Unit.objects.filter(kind__in=("hospital", "health_centre"), valid_to=None, facility_code__isnull=False)
    here, there = facility("70001"), facility("70002")
    visit(at=at(10, 20), unit=here, kind="14"), visit(at=at(10, 21), unit=here, kind="14")
    visit(at=at(9, 20), unit=there, kind="14")  # too long ago
    visit(at=at(10, 20), unit=there, kind="01")
    found = said("telehealth_units")
    assert (found.total.part, found.total.whole) == (1, hospitals.count())
    assert (found.sent, found.expected) == (2, hospitals.count())
    assert {unit.key for unit in found.by_unit if unit.part} == {"70001"}


def test_residents_are_counted_by_the_kinds_of_facility_their_visits_came_from():
    hospital, station = facility("70001"), facility("70999", kind="station")
    both, one, other = person(commune_code=HERE), person(commune_code=OLD_HERE), person(commune_code=HERE)
    visit(at=at(1, 5, year=2024), unit=hospital, who=both), visit(at=at(9, 5), unit=station, who=both)
    visit(at=at(9, 5), unit=hospital, who=one)
    visit(at=at(1, 6, year=2024), unit=station, who=other)
    visit(at=at(9, 5), unit=hospital, who=person(commune_code=ELSEWHERE))
    found = said("residents_with_record")
    assert found.total.part == 3
    assert found.total.whole == sum(territory(ON).people.values()) > 1_000_000
    assert [beside.number for beside in found.beside] == [2, 2, 1]
    assert {unit.key: unit.part for unit in found.by_unit if unit.part} == {HERE: 3}
    assert said("residents_seen_in_24_months").total.part == 2


def test_numerator_and_denominator_open_to_the_visits_that_made_them():
    who = person(commune_code=HERE)
    seen, unseen = visit(at=at(9, 10), who=who), visit(at=at(9, 20), who=who)
    opened(who, at(9, 10), facility())
    rows = measures()["record_opened_at_visit"].rows
    assert set(rows(ON, "", False)) == {seen, unseen}
    assert set(rows(ON, "70001", True)) == {seen}
    assert set(measures()["residents_with_record"].rows(ON, HERE, True)) == {seen, unseen}
    assert not measures()["residents_with_record"].rows(ON, "25246", True).exists()


def test_a_feed_lives_when_something_came_in_seven_days():
    facility("70001"), facility("70002"), facility("70003")
    visit(at=at(10, 30), unit=facility("70001"))
    visit(at=at(10, 20), unit=facility("70002"))
    CheckIn.objects.create(
        unit=facility("70003"), facility_code="70003", visit_code="V1", kind="03", started_at=at(10, 29), full_name="A",
        birth_written="1968", sex="1", received_at=at(10, 29), received_order=1, in_force=True, source_receipt_id=1,
    )  # fmt: skip
    assert {unit.key for unit in said("live_feeds").by_unit if unit.part} == {"70001", "70003"}


def test_the_codes_that_lead_to_a_commune_are_those_that_a_walk_over_every_code_finds():
    land = load_map()
    heirs = ((place.code, land.today(place.code, ON, today=ON)) for place in land if place.level == "commune")
    walked = {code: found[0].place.code for code, found in heirs if found}
    there = territory(ON)
    assert there.home_of == {code: home for code, home in walked.items() if home in there.people}


def test_feeds_are_asked_of_all_facilities_at_once(django_assert_num_queries):
    for code in ("70001", "70002", "70003"):
        visit(unit=facility(code))
    with django_assert_num_queries(3):
        said("live_feeds")
