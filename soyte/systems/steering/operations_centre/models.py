"""Wall screens, each with a link that can be taken back; pages of the day as they were frozen."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from soyte.kernel.ids import uuid7


class Screen(models.Model):
    """A screen on a wall. Whoever has its link sees the board of today, without an account; only the link's hash is kept."""

    class Look(models.TextChoices):
        DARK = "dark", _("Tối")
        LIGHT = "light", _("Sáng")

    name = models.CharField(max_length=80)
    look = models.CharField(max_length=5, choices=Look.choices)
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    seen_at = models.DateTimeField(null=True)  # when the screen last asked, to the minute
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("Màn hình lớn")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], condition=Q(revoked_at=None), name="screen_one_of_a_name"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="screen_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DayPage(models.Model):
    """What the board said when it was frozen; never changed. `sha256` is that of `content` as `kernel.digests` writes it.

    `frozen_by` is None where the worker did it at 16:00.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    day = models.DateField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("Trang tình hình ngày")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day"], condition=Q(frozen_by=None), name="day_page_once_by_the_worker"),
        ]
        indexes: ClassVar = [models.Index(fields=["-frozen_at", "-id"], name="day_page_newest")]

    def __str__(self) -> str:
        return f"{self.day} {self.frozen_at}"
