"""Events written with the change they tell of, and how far each consumer has read them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import BigIntegerField, Func, TextField
from django.db.models.functions import Cast, Now


def writing_transaction() -> Cast:
    """The 64-bit number of the writing transaction; xid8 has no cast to bigint but over text."""
    return Cast(Cast(Func(function="pg_current_xact_id"), TextField()), BigIntegerField())


class Event(models.Model):
    """What others should hear: ids and dates, no health data. Read in the order of (xid, id), behind the horizon."""

    id = models.BigAutoField(primary_key=True)
    xid = models.BigIntegerField(db_default=writing_transaction(), editable=False)
    topic = models.CharField(max_length=80)
    object_id = models.TextField()
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["xid", "id"], name="event_reading_order")]


class Cursor(models.Model):
    """The last event that a consumer has dealt with, and why it stands still if it does."""

    consumer = models.CharField(max_length=120, primary_key=True)
    xid = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    retry_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="")
