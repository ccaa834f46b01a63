"""The borders of the territory fit the list of communes and each other."""

import datetime as dt
from collections import Counter
from itertools import pairwise

from soyte.kernel.places import files
from soyte.kernel.places.outlines import outlines_on

MERGER = dt.date(2025, 7, 1)
OUTLINES = outlines_on(MERGER)


def test_each_outline_is_a_commune_of_its_day_and_none_is_missing():
    former = [
        place.code for place in files.load_map().places_on(dt.date(2025, 6, 30), level="commune", province_code="70")
    ]
    heirs = {
        heir.place.code for code in former for heir in files.load_map().heirs(code, dt.date(2025, 6, 30), until=MERGER)
    }
    assert len(former) == 111
    assert set(OUTLINES) == heirs
    assert len(OUTLINES) == 40


def test_before_the_merger_there_are_no_borders():
    assert outlines_on(dt.date(2025, 6, 30)) == {}


def test_rings_are_closed_and_hold_their_point():
    for outline in OUTLINES.values():
        assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in outline.rings), outline.code
        assert any(_inside(outline.inside, ring) for ring in outline.rings), outline.code


def test_neighbours_share_their_borders():
    """Of all edges most belong to two communes; the others are the territory's own border, one closed line round it."""
    edges = Counter(
        frozenset(edge) for outline in OUTLINES.values() for ring in outline.rings for edge in pairwise(ring)
    )
    assert max(edges.values()) == 2
    ends = Counter(point for edge, times in edges.items() if times == 1 for point in edge)
    assert all(times % 2 == 0 for times in ends.values())


def _inside(point, ring):
    x, y = point
    crossings = 0
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            crossings += 1
    return crossings % 2 == 1
