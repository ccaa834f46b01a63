"""Whom a station follows up, and what its people ticked."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters.residence import Basis
from soyte.kernel.ids import uuid7


class FollowUp(models.Model):
    """An appointment that a visit made, or a discharge from a stay, of somebody who lives in a known commune.

    Made by the machine from visits in force without a label, never deleted: what no version in force says any more does
    not stand. A visit that is found to be another person's makes another row, so that what was ticked of the one is
    never read of the other. `commune_code` is of the map of the day it was made.
    """

    class Kind(models.TextChoices):
        APPOINTMENT = "appointment", _("Hẹn khám lại")
        DISCHARGE = "discharge", _("Ra viện")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=11, choices=Kind.choices)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    encounter = models.ForeignKey("encounters.Encounter", models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("organisations.Unit", models.PROTECT, null=True, related_name="+", db_index=False)
    facility_code = models.CharField(max_length=5)
    visit_code = models.CharField(max_length=100)
    file_day = models.DateField()  # the day that the file names: of the appointment, or of the discharge
    ended_on = models.DateField()  # of the visit
    commune_code = models.CharField(max_length=5)
    basis = models.CharField(max_length=10, choices=Basis.choices)
    hamlet = models.CharField(max_length=60, blank=True, default="")  # read from the address; empty where it names none
    stands = models.BooleanField(default=True)

    came_on = models.DateField(null=True)  # of an appointment: the first visit at any facility that keeps it
    has_died = models.BooleanField(default=False)
    on_day = models.DateField()  # `file_day`, or the day promised instead
    result_code = models.CharField(max_length=40, blank=True, default="")  # of the last tick that stands
    ticked_at = models.DateTimeField(null=True)
    ticked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    is_closed = models.BooleanField(default=False)  # that tick leaves nothing to do
    version = models.PositiveIntegerField(default=1)  # grows with each act of a person

    class Meta:
        verbose_name = _("Người cần theo dõi")
        constraints: ClassVar = [
            # Also what makes hearing of a visit twice harmless.
            models.UniqueConstraint(
                fields=["facility_code", "visit_code", "kind", "file_day", "person"], name="follow_up_once"
            ),
            models.CheckConstraint(
                condition=Q(result_code="", ticked_at=None, is_closed=False)
                | ~Q(result_code="") & Q(ticked_at__isnull=False),
                name="follow_up_result_has_its_time",
            ),
            models.CheckConstraint(condition=~Q(commune_code=""), name="follow_up_of_a_commune"),
        ]
        indexes: ClassVar = [
            # Every list of a station.
            models.Index(
                fields=["commune_code", "kind", "on_day", "id"], condition=Q(stands=True), name="follow_up_of_commune"
            ),
            # Whether somebody came.
            models.Index(fields=["person"], condition=Q(stands=True), name="follow_up_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.on_day}"

    @property
    def is_done(self) -> bool:
        return self.is_closed or self.came_on is not None


class Tick(models.Model):
    """Somebody was reminded or visited, with what result. Taken back it stays, and says by whom.

    In the order of `of_version`: a clock set back disturbs no history.
    """

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, related_name="ticks")
    of_version = models.PositiveIntegerField()  # of the row as its author saw it
    result_code = models.CharField(max_length=40)  # of the list follow_up_result
    result_name = models.CharField(max_length=500)  # as the list of that day called it
    closes = models.BooleanField()
    again_on = models.DateField(null=True)  # the day promised instead
    note = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField()
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("Việc đã ghi")
        constraints: ClassVar = [
            # Two people at once, or a button pressed twice: one of the two is refused.
            models.UniqueConstraint(fields=["follow_up", "of_version"], name="follow_up_tick_in_turn"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="follow_up_tick_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.result_code} {self.at:%Y-%m-%d}"
