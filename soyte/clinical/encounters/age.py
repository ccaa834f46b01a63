"""The age of a visit's person, as an expression of its row that the database keeps in a column."""

from __future__ import annotations

from string import digits

from django.db.models import Case, CharField, F, Func, IntegerField, Q, SmallIntegerField, Value, When
from django.db.models.functions import Cast, ExtractDay, ExtractMonth, ExtractYear, Left, Length, RPad
from django.db.models.lookups import Exact, GreaterThanOrEqual, In

YEAR_ONE = "0001"  # a birth of which not even the year is known is written with zeros


def age_on_arrival() -> Cast:
    """Full years on the day of NGAY_VAO in Vietnam; null where the birth cannot be read, negative before it.

    Days as numbers yyyymmdd: their difference by ten thousand is full years, and with a birth of which only the year is known
    (yyyy0000) the difference of the years.
    """
    arrived = ExtractYear("started_at") * 10_000 + ExtractMonth("started_at") * 100 + ExtractDay("started_at")
    written = Left(F("birth_written"), 8)
    others = Func(written, Value(digits), Value(""), function="translate", output_field=CharField())
    is_read = Q(Exact(others, Value("")), In(Length(written), [4, 8]), GreaterThanOrEqual(written, Value(YEAR_ONE)))
    born = Case(When(is_read, then=Cast(RPad(written, 8, Value("0")), IntegerField())))
    return Cast((Cast(arrived, IntegerField()) - born) / 10_000, SmallIntegerField())
