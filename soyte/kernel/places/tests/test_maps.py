"""The map: codes were re-used, communes merged and split, and both maps can be asked."""

import datetime as dt
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soyte.kernel.content import services
from soyte.kernel.places import files, selectors
from soyte.kernel.places.maps import Map, PlaceOn, Step

BEFORE, AFTER, NOW = dt.date(2024, 6, 1), dt.date(2025, 7, 1), dt.date(2026, 11, 25)


@pytest.fixture(scope="module")
def country():
    return files.load_map()


def heirs(country, code, on=BEFORE, until=NOW):
    return [
        (heir.place.code, heir.place.name, heir.relation, heir.is_default)
        for heir in country.heirs(code, on, until=until)
    ]


def test_a_code_is_another_place_on_another_day(country):
    assert country.place("25195", BEFORE).name == "Phường Tân Phú"
    assert country.place("25195", AFTER).name == "Phường Bình Phước"
    assert country.place("25195", BEFORE).province_code == "70"
    assert country.place("25195", AFTER).province_code == "75"
    assert country.place("25198", AFTER) is None
    assert country.place("70", AFTER) is None


def test_a_commune_that_merged_has_one_heir(country):
    assert heirs(country, "25198") == [("25195", "Phường Bình Phước", "whole", True)]


def test_a_split_commune_has_all_its_heirs_and_one_default(country):
    assert heirs(country, "26449") == [
        ("26446", "Xã Xuân Hoà", "part", True),
        ("26359", "Xã Xuân Đông", "part", False),
    ]


def test_successions_are_followed_day_by_day(country):
    # Merged on 2025-01-01 into a ward that merged itself on 2025-07-01.
    assert heirs(country, "26026", until=dt.date(2025, 3, 1))[0][0] == "26014"
    assert heirs(country, "26026")[0][0] == country.heirs("26014", dt.date(2025, 3, 1), until=NOW)[0].place.code


def test_a_commune_that_only_changed_its_kind_is_its_own_heir(country):
    assert heirs(country, "25270", on=AFTER) == [("25270", "Phường Lộc Ninh", "whole", True)]
    assert country.place("25270", AFTER).name == "Xã Lộc Ninh"


def test_an_unknown_heir_is_not_guessed(country):
    assert country.place("00010", BEFORE) is not None
    assert heirs(country, "00010") == []
    assert heirs(country, "99999") == []


def test_every_commune_of_the_two_provinces_has_exactly_one_default_heir(country):
    for province in ("70", "75"):
        for place in country.places_on(BEFORE, level="commune", province_code=province):
            found = country.heirs(place.code, BEFORE, until=NOW)
            assert [heir.is_default for heir in found].count(True) == 1, place


def test_the_provinces_have_the_communes_that_the_lists_print(country):
    assert len(country.places_on(BEFORE, level="commune", province_code="70")) == 111
    assert len(country.places_on(NOW, level="commune", province_code="75")) == 95
    assert len(country.places_on(NOW, level="commune")) == 3321
    assert len(country.places_on(NOW, level="province")) == 34
    assert len(country.places_on(BEFORE, level="province")) == 63
    assert country.places_on(NOW, level="district") == []


def test_names_are_those_of_the_day(country):
    assert country.names_on({"25195", "25198"}, BEFORE) == {"25195": "Phường Tân Phú", "25198": "Phường Tân Đồng"}
    assert country.names_on({"25195", "25198"}, AFTER) == {"25195": "Phường Bình Phước"}


def test_people_are_counted_on_the_map_of_their_day(country):
    assert country.population("25195", BEFORE).as_of == dt.date(2025, 6, 30)
    assert country.population("25195", NOW).people == 11144
    assert country.population("01", NOW) is None


def test_a_commune_that_only_changed_its_kind_keeps_its_people(country):
    day_before, day_of = dt.date(2026, 4, 29), dt.date(2026, 4, 30)  # xã Lộc Ninh became a phường
    assert country.place("25270", day_before).kind != country.place("25270", day_of).kind
    assert country.population("25270", day_before) == country.population("25270", day_of)
    assert country.population("25270", BEFORE).as_of == dt.date(
        2025, 6, 30
    )  # the town before the merger had other land


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.integers(0, 5)), max_size=12))
def test_the_way_to_the_heirs_always_ends(steps):
    days = [dt.date(2020 + n, 1, 1) for n in range(6)]
    places = [PlaceOn(code, "commune", code, "Xã", "", "70", "", None, None, "official") for code in "abcd"]
    made = Map(places, [Step(old, new, days[day], "whole", True) for old, new, day in steps], [])
    for code, day in itertools.product("abcd", days):
        assert made.heirs(code, day, until=NOW)


@pytest.mark.django_db
def test_the_database_gives_the_same_map_as_the_files(country):
    for code in (*files.LEVELS, "place_succession", "population"):
        services.load_all(only=code)
    loaded = selectors.load_map()
    assert loaded is not country
    assert loaded.places_on(NOW, level="commune") == country.places_on(NOW, level="commune")
    for code in ("25195", "25198", "26449", "26026", "25270", "00010"):
        assert loaded.heirs(code, BEFORE, until=NOW) == country.heirs(code, BEFORE, until=NOW)
        assert selectors.place(code, BEFORE) == country.place(code, BEFORE)
        assert loaded.population(code, NOW) == country.population(code, NOW)
