"""One map for a period that has two. Expected heirs read in the resolutions of 2025 (place_succession.csv names them)."""

import datetime as dt
from decimal import Decimal

import pytest

from soyte.clinical.encounters.countables import NEW_MAP, OLD_MAP
from soyte.kernel.places import files
from soyte.systems.steering.statistics import places
from soyte.systems.steering.statistics.places import on_map, parts_of

END = dt.date(2026, 6, 30)


@pytest.fixture(autouse=True)
def _map_of_the_files(monkeypatch):
    monkeypatch.setattr(places, "load_map", files.load_map)


def drawn(written, chosen):
    return {line.name: line for line in on_map(written, chosen, end=END) if line.keys}


def test_a_period_is_cut_on_the_day_of_the_new_map():
    assert parts_of(dt.date(2025, 6, 1), dt.date(2025, 7, 31)) == [
        (OLD_MAP, dt.date(2025, 6, 1), dt.date(2025, 6, 30)),
        (NEW_MAP, dt.date(2025, 7, 1), dt.date(2025, 7, 31)),
    ]
    assert [part[0] for part in parts_of(dt.date(2025, 6, 1), dt.date(2025, 6, 30))] == [OLD_MAP]
    assert [part[0] for part in parts_of(dt.date(2025, 7, 1), dt.date(2025, 7, 2))] == [NEW_MAP]


def test_a_code_used_twice_is_read_by_its_own_map():
    """25195 was phường Tân Phú until 2025-06-30, one of those merged into phường Bình Phước, which bears it since."""
    written = {("25195", OLD_MAP): Decimal(3), ("25195", NEW_MAP): Decimal(10)}
    assert {name: line.value for name, line in drawn(written, OLD_MAP).items()} == {
        "Phường Tân Phú": 3,
        "Phường Bình Phước": 10,
    }
    (line,) = drawn(written, NEW_MAP).values()
    assert (line.name, line.value, line.keys) == ("Phường Bình Phước", 13, ["25195@cu", "25195@moi"])


def test_a_commune_that_was_split_goes_to_the_heir_of_most_of_it_and_says_so(monkeypatch):
    """Xuân Tâm (26449) of Đồng Nai is the one of the crosswalk; a territory without borders has every place."""
    monkeypatch.setattr(places, "outlines_on", lambda day: {})
    (line,) = drawn({("26449", OLD_MAP): Decimal(3)}, NEW_MAP).values()
    assert line.value == 3 and line.is_approximate


def test_both_maps_add_up_to_what_was_written():
    known = files.load_map()
    old = {
        (place.code, OLD_MAP): Decimal(1)
        for place in known.places_on(dt.date(2025, 6, 30), level="commune", province_code="70")
    }
    new = {(line.code, NEW_MAP): Decimal(100) for line in on_map({}, NEW_MAP, end=END)}
    assert (len(old), len(new)) == (111, 40)
    for chosen, places_of_it in ((NEW_MAP, 40), (OLD_MAP, 111)):
        lines = on_map({**old, **new}, chosen, end=END)
        assert sum(line.value for line in lines) == 111 + 4000
        assert sum(bool(line.code) and not line.parts for line in lines) == places_of_it
        assert all(line.code for line in lines)  # nothing fell outside


def test_on_the_old_map_a_new_commune_is_a_line_of_its_own_with_its_parts():
    (line,) = [line for line in on_map({("25195", NEW_MAP): Decimal(10)}, OLD_MAP, end=END) if line.keys]
    assert line.name == "Phường Bình Phước" and line.keys == ["25195@moi"]
    assert len(line.parts) > 1
    assert line.district


def test_an_old_code_after_the_change_is_understood():
    """25198 (phường Tân Đồng) is no code of the new map."""
    (late,) = drawn({("25198", NEW_MAP): Decimal(1)}, NEW_MAP).values()
    assert late.code in {line.code for line in on_map({}, NEW_MAP, end=END)}
    assert drawn({("25198", NEW_MAP): Decimal(1)}, OLD_MAP).keys() == {"Phường Tân Đồng"}


def test_elsewhere_and_nonsense_come_last_in_a_line_without_a_name():
    lines = on_map({("00001", OLD_MAP): Decimal(2), ("99999", NEW_MAP): Decimal(3)}, NEW_MAP, end=END)
    assert (lines[-1].code, lines[-1].value) == ("", 5)
    assert sum(line.value for line in lines) == 5


def test_a_hidden_part_hides_its_line():
    lines = drawn({("25195", NEW_MAP): None}, NEW_MAP)
    assert lines["Phường Bình Phước"].is_hidden
