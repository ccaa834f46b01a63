"""Validity as the database compares it."""

from __future__ import annotations

from django.db.models import Func


class DateRange(Func):
    """SQL daterange(from, to): half open, an empty end is open, equal ends are no day at all."""

    function = "daterange"


class TextHash(Func):
    """SQL: 64 bits of the columns joined by a blank. In an exclusion constraint it stands for the texts themselves, because
    btree_gist compares numbers eight times faster than texts; two texts of one hash would be refused, never let through.
    """

    template = "hashtextextended(%(expressions)s, 0)"
    arg_joiner = " || ' ' || "
