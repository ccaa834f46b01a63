"""Alerts and what people noted about them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Alert(models.Model):
    """A condition that held for one facility. It stands until the condition is over; then the machine closes it.

    `facts` are the numbers behind it when it was opened: counts, days and codes, never health data of a person.
    """

    kind = models.CharField(max_length=40)  # of content/alerts
    unit = models.ForeignKey("organisations.Unit", models.PROTECT, related_name="+", db_index=False)
    facts = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)  # of the first note that says it is dealt with
    version = models.PositiveIntegerField(default=1)  # grows with each note

    class Meta:
        verbose_name = _("Cảnh báo")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "unit"], condition=Q(closed_at=None), name="alert_open_once"),
            models.CheckConstraint(condition=Q(due_at__gte=models.F("opened_at")), name="alert_due_after_opening"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-opened_at", "-id"], name="alert_newest"),  # the list
            models.Index(fields=["due_at"], name="alert_due"),  # the plan's measure
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class AlertNote(models.Model):
    """What a duty officer wrote; never changed."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    text = models.TextField()
    is_answer = models.BooleanField()  # "đã xử lý"
    of_version = models.PositiveIntegerField()  # of the alert as the writer saw it

    class Meta:
        verbose_name = _("Việc đã làm về cảnh báo")
        constraints: ClassVar = [models.UniqueConstraint(fields=["alert", "of_version"], name="alert_note_in_turn")]

    def __str__(self) -> str:
        return self.text[:40]
