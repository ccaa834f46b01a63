"""What content this database holds, which lists were uploaded, and what rows said before they changed."""

from __future__ import annotations

import uuid

from django.db import models


class LoadedSet(models.Model):
    """A content set as it was last loaded from its file. `stamp` changes whenever a row of the set does, so that a running
    process knows that what it keeps in memory is old; `digest` is that of the file."""

    code = models.CharField(max_length=100, primary_key=True)
    digest = models.CharField(max_length=64, blank=True, default="")
    stamp = models.UUIDField(default=uuid.uuid4)
    row_count = models.IntegerField(default=0)
    loaded_at = models.DateTimeField(null=True)


class Upload(models.Model):
    """An official list that was uploaded: the whole content of its set from `valid_from` until the next one."""

    set_code = models.CharField(max_length=100)
    valid_from = models.DateField()
    source = models.CharField(max_length=300)
    filename = models.CharField(max_length=255)
    row_count = models.IntegerField()
    counts = models.JSONField()  # {"new": 3, "changed": 1, "ended": 0, "unchanged": 57}
    uploaded_by = models.CharField(max_length=255)
    uploaded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["set_code", "valid_from"], name="upload_of_set")]


class Change(models.Model):
    """What a content row said before it was changed or ended. `before` holds the columns that became others."""

    set_code = models.CharField(max_length=100)
    upload = models.ForeignKey(Upload, models.PROTECT, null=True, related_name="changes")
    row_id = models.BigIntegerField()
    before = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["set_code", "row_id"], name="change_of_row")]
