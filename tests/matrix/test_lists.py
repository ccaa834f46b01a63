"""Lists cost the same number of queries with few rows and with many."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.matrix import examples
from tests.matrix.asking import client_of
from tests.matrix.test_pages import PAGES, address, holds, permission

pytestmark = pytest.mark.django_db
FEW, MANY = 5, 50
# Answers that are the same whatever the lists hold, or no pages of a house.
NO_LISTS = {"web:livez", "web:readyz", "web:metrics", "ui:story"}


def queries(client, page):
    """Queries of a page that is read again: the least of three, since lists are kept in memory for a second."""
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(page)
        if answer.status_code != 200:
            return None
        b"".join(answer) if answer.streaming else answer.content
        counts.append(len(asked))
    return min(counts)


def costs(world):
    """{(page, role): queries} of everything that the own facility's people can read."""
    found = {}
    for role in examples.ROLES:
        client = client_of(world, role)
        for name in PAGES:
            if name in NO_LISTS or not holds(role, permission(name)):
                continue
            asked = queries(client, address(name, world, world.sides[examples.OWN]))
            if asked is not None:
                found[name, role] = asked
    return found


@pytest.mark.slow
def test_a_page_costs_the_same_with_five_rows_and_with_fifty(world, undone):
    with undone():
        examples.crowd(world, FEW)
        few = costs(world)
        examples.crowd(world, MANY - FEW)
        many = costs(world)
    assert len(few) > 20
    dearer = {
        f"{name} for {role}": (few[name, role], many[name, role])
        for name, role in few
        if many[name, role] > few[name, role]
    }
    assert dearer == {}
