"""The map: provinces, districts and communes with their time, and which came of which. Codes are re-used, so a place is a
code and a day."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _

from soyte.kernel.content.dates import DateRange, TextHash

OVERLAP = "place_one_at_a_time"


class State(models.TextChoices):
    OFFICIAL = "official", _("Chính thức")
    REVIEW = "review", _("Chờ rà soát")


class Origin(models.TextChoices):
    FILE = "file", _("Tệp đi kèm")
    UPLOAD = "upload", _("Bản đã nạp")


class Sourced(models.Model):
    """What every row of the map says of where it comes from."""

    source = models.CharField(max_length=300)
    verified = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices)
    origin = models.CharField(max_length=10, choices=Origin.choices)

    class Meta:
        abstract = True


class Place(Sourced):
    """An administrative unit in one shape. `name` with its kind before it ("Phường Bình Phước"); `parent_code` is the
    district while there were districts, else the province. `valid_to` is the first day on which it is no more."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("Tỉnh, thành phố")
        DISTRICT = "district", _("Quận, huyện")
        COMMUNE = "commune", _("Xã, phường")

    code = models.CharField(max_length=5)
    level = models.CharField(max_length=10, choices=Level.choices)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=20)
    parent_code = models.CharField(max_length=5, blank=True, default="")
    province_code = models.CharField(max_length=2)
    district_code = models.CharField(max_length=3, blank=True, default="")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name=OVERLAP,
                expressions=[
                    (TextHash("code"), RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.UniqueConstraint(
                fields=["code", "valid_from"], nulls_distinct=False, name="place_begins_once_a_day"
            ),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="place_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class PlaceSuccession(Sourced):
    """On a day the territory of `old_code` went, whole or in part, to `new_code`. Of several heirs one is the default:
    the one that took most of it."""

    class Relation(models.TextChoices):
        WHOLE = "whole", _("Toàn bộ")
        PART = "part", _("Một phần")

    old_code = models.CharField(max_length=5)
    new_code = models.CharField(max_length=5)
    on = models.DateField()
    relation = models.CharField(max_length=5, choices=Relation.choices)
    is_default = models.BooleanField()
    withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old_code", "new_code", "on"], name="place_succession_once")]


class Population(Sourced):
    """How many people lived in a place on a day (of the map of that day)."""

    place_code = models.CharField(max_length=5)
    as_of = models.DateField()
    people = models.IntegerField()
    withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place_code", "as_of"], name="population_once_a_day"),
            models.CheckConstraint(condition=Q(people__gte=0), name="population_not_negative"),
        ]
