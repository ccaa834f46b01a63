"""Lists of a batch reach the database as they are."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import DatabaseError

from soyte.systems.care.visit_intake.ingest.copy import one_transaction

pytestmark = pytest.mark.django_db
KEY = uuid.UUID("0197a5f0-0000-7000-8000-000000000001")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", ["", "NULL", None, 'a "b" \\ c', "{x,y}", "đường\n\t", " "]),
        ("uuid", [KEY, None]),
        ("date", [dt.date(2026, 1, 31), None]),
        ("timestamptz", [dt.datetime(2026, 1, 31, 8, 30, tzinfo=dt.UTC)]),
        ("bigint", [2**62, -1, None]),
        ("bool", [True, False, None]),
        ("numeric", [Decimal("1.50"), None]),
        ("text", []),
    ],
)
def test_a_list_comes_back_as_it_was_given(kind, values):
    with one_transaction() as cursor:
        cursor.execute(f"select %s::{kind}[]", [values])
        assert cursor.fetchone()[0] == values


def test_a_nul_is_refused_rather_than_cut_off():
    with pytest.raises(DatabaseError), one_transaction() as cursor:
        cursor.execute("select %s::text[]", [["a\0b"]])
