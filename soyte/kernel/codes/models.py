"""Code lists of the trade, each code with its meaning and its time."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _

from soyte.kernel.content.dates import DateRange, TextHash

OVERLAP = "code_one_meaning_at_a_time"


class CodeEntry(models.Model):
    """One meaning of a code of one list: FHIR R4 CodeSystem.concept with dates.

    `valid_to` is the first day out of force; a row that begins and ends on the same day was withdrawn.
    """

    class State(models.TextChoices):
        OFFICIAL = "official", _("Chính thức")
        REVIEW = "review", _("Chờ rà soát")

    class Origin(models.TextChoices):
        FILE = "file", _("Tệp đi kèm")
        UPLOAD = "upload", _("Bản đã nạp")

    list = models.CharField(max_length=60)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=500)
    name_en = models.CharField(max_length=500, blank=True, default="")
    attrs = models.JSONField(default=dict)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=300)
    verified = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices)
    origin = models.CharField(max_length=10, choices=Origin.choices)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name=OVERLAP,
                expressions=[
                    (TextHash("list", "code"), RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.UniqueConstraint(
                fields=["list", "code", "valid_from"], nulls_distinct=False, name="code_begins_once_a_day"
            ),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="code_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.list} {self.code}"
