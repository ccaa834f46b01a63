"""Bytes by their hash: kept once, never altered, encrypted where a label demands it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Blob(models.Model):
    """Some bytes. `sha256` and `size` are of the plain bytes, `content` is what is stored of them."""

    class Encoding(models.TextChoices):
        ZSTD = "zstd", "zstd"
        SEALED = "zstd+aesgcm", "zstd+aesgcm"

    sha256 = models.BinaryField(primary_key=True, editable=False)
    size = models.BigIntegerField()
    encoding = models.CharField(max_length=12, choices=Encoding.choices)
    label_key = models.CharField(max_length=200, null=True)  # labels whose keys open it, joined by "+"
    content = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(encoding="zstd", label_key__isnull=True)
                | Q(encoding="zstd+aesgcm", label_key__isnull=False),
                name="blob_sealed_where_labelled",
            ),
        ]
