"""Roll-ups: what figures were counted to be, cell by cell, so that a year is read without its rows."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

NO_UNIT, WHOLE = 0, -1


class Cell(models.Model):
    """The rows of an indicator of one day, key and set of labels, counted and summed.

    Labelled rows stand in cells of their own, so that a reader can tell how many of a key he may not single out.
    `split` names the dimension of `key` ("" for none). Undivided and by a dimension of the unit the cells are those of each
    unit, otherwise of the WHOLE. Cells of a month have its first day: what its daily cells add up to (split "a/month"), or
    several keys in one (split "month:a+b").
    """

    pk = models.CompositePrimaryKey("indicator", "split", "day", "unit", "key", "labels")
    indicator = models.TextField()
    split = models.TextField()
    day = models.DateField()
    unit = models.IntegerField()  # key of an organisations.Unit; NO_UNIT; WHOLE
    key = models.TextField()
    labels = ArrayField(models.TextField())
    rows = models.IntegerField()
    amount = models.DecimalField(max_digits=38, decimal_places=3)  # rows, or the sum of the measure

    def __str__(self) -> str:
        return f"{self.indicator}/{self.split}/{self.day}/{self.unit}/{self.key}"


class RolledUp(models.Model):
    """An indicator whose cells are complete. They are read while `definition` is that of today's content."""

    indicator = models.TextField(primary_key=True)
    definition = models.TextField()
    built_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.indicator
