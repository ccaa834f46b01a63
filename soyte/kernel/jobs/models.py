"""Work that runs later, kept in the same database so that it is stored or lost together with its cause."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One call of a job function, done at least once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Chờ chạy")
        RUNNING = "running", _("Đang chạy")
        DONE = "done", _("Xong")
        FAILED = "failed", _("Hỏng")

    kind = models.CharField(max_length=120)  # name under which the function is declared
    args = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, db_default="waiting")
    key = models.CharField(max_length=200, blank=True, default="", db_default="")  # one waiting job of a key at a time
    run_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    last_error = models.TextField(blank=True, default="", db_default="")
    locked_by = models.IntegerField(null=True)  # the worker's number, see worker.py
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Việc chạy nền")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(state="waiting") & ~Q(key=""), name="job_waiting_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["run_at", "id"], condition=Q(state="waiting"), name="job_next"),
            models.Index(fields=["locked_by"], condition=Q(state="running"), name="job_running"),
            models.Index(fields=["finished_at"], condition=Q(finished_at__isnull=False), name="job_finished"),
        ]


class Schedule(models.Model):
    """The last time for which a periodic job was put into the queue."""

    kind = models.CharField(max_length=120, primary_key=True)
    due_at = models.DateTimeField()
