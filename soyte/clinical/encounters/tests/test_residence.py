"""Whose patient: communes of the old and of the new map, of elsewhere, and codes that nobody knows."""

import datetime as dt

import pytest
from django.utils import timezone

from soyte.clinical.encounters.models import Encounter
from soyte.clinical.encounters.residence import Home, Residences
from soyte.clinical.encounters.tests.visits import person, visit
from soyte.kernel.places import files
from soyte.kernel.places.maps import Map, PlaceOn, Step

BEFORE, AFTER, TODAY = dt.date(2025, 3, 1), dt.date(2025, 9, 1), dt.date(2026, 9, 10)
MERGER = dt.date(2025, 7, 1)
# Of the resolution of 2025: phường Tân Đồng went into phường Bình Phước, xã Long Bình into xã Bình Tân, whose code an
# older commune had borne.
TAN_DONG, BINH_PHUOC, LONG_BINH, BINH_TAN = "25198", "25195", "25240", "25246"
HANOI_SPLIT = "00007"  # phường Cống Vị, of which several heirs took a part


@pytest.fixture(scope="module")
def homes():
    return Residences(TODAY, frozenset({BINH_PHUOC, BINH_TAN}), files.load_map())


@pytest.mark.parametrize(
    ("written", "on", "home"),
    [
        (TAN_DONG, BEFORE, Home(BINH_PHUOC, "residence")),
        (TAN_DONG, AFTER, Home(BINH_PHUOC, "residence")),  # the old code kept after the change
        (BINH_PHUOC, AFTER, Home(BINH_PHUOC, "residence")),
        (LONG_BINH, BEFORE, Home(BINH_TAN, "residence")),
        ("", AFTER, Home("F", "unknown")),
        ("99999", AFTER, Home("F", "unknown")),
        (HANOI_SPLIT, AFTER, Home("F", "outside")),
    ],
)
def test_a_home_is_found_on_today_s_map(homes, written, on, home):
    assert homes.home(written, on, facility_commune="F") == home


def test_the_codes_of_the_past_lead_to_the_commune_of_today(homes):
    assert {BINH_PHUOC, TAN_DONG} <= homes.written_as([BINH_PHUOC])
    assert LONG_BINH not in homes.written_as([BINH_PHUOC])


def _place(code, since=None, until=None):
    return PlaceOn(code, "commune", f"Xã {code}", "Xã", "75", "75", "", since, until, "official")


def test_a_new_code_used_too_early_and_a_split_commune():
    places = [_place("1", until=MERGER), _place("2", since=MERGER), _place("3", since=MERGER)]
    steps = [Step("1", "2", MERGER, "part", True), Step("1", "3", MERGER, "part", False)]
    homes = Residences(TODAY, frozenset({"2", "3"}), Map(places, steps, []))
    assert homes.home("2", BEFORE, facility_commune="F") == Home("2", "residence")
    assert homes.home("1", BEFORE, facility_commune="F") == Home("2", "split")


@pytest.mark.parametrize("communes", [{BINH_PHUOC}, {BINH_TAN}, {BINH_PHUOC, BINH_TAN}, set()])
def test_the_condition_takes_the_visits_whose_home_is_there(db, homes, communes):
    """For every code and every day before, at and after the change: what `written_in` takes is what `home` says."""
    days = (dt.date(2010, 1, 1), BEFORE, MERGER - dt.timedelta(days=1), MERGER, AFTER, TODAY)
    codes = ("", "99999", TAN_DONG, BINH_PHUOC, LONG_BINH, BINH_TAN, HANOI_SPLIT)
    who, made = person(), {}
    for code in codes:
        for day in days:
            for hour in (0, 23):
                at = timezone.make_aware(dt.datetime.combine(day, dt.time(hour, 59)))
                made[visit(who=who, at=at, commune_code=code).pk] = homes.home(code, day, facility_commune="")
    taken = {
        pk
        for code, first, end in homes.written_in(communes)
        for pk, at in Encounter.objects.filter(commune_code=code).values_list("pk", "started_at")
        if (first is None or at >= first) and (end is None or at < end)
    }
    assert taken == {pk for pk, home in made.items() if home.commune_code in communes}
