"""Units with dates of validity, and how one came of another."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _


class DateRange(Func):
    """SQL daterange(from, to): half open, an empty end is open."""

    function = "daterange"


class Unit(models.Model):
    """An organisation or a part of one: FHIR R4 Organization. `facility_code` is the insurer's five characters."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("Sở")
        OFFICE = "office", _("Phòng, ban")
        HOSPITAL = "hospital", _("Bệnh viện")
        HEALTH_CENTRE = "health_centre", _("Trung tâm y tế")
        STATION = "station", _("Trạm y tế")
        CLINIC = "clinic", _("Phòng khám")
        CDC = "cdc", _("Trung tâm kiểm soát bệnh tật")
        OTHER = "other", _("Đơn vị khác")

    class Ownership(models.TextChoices):
        PUBLIC = "public", _("Công lập")
        PRIVATE = "private", _("Tư nhân")
        UNKNOWN = "", _("Chưa biết")

    class State(models.TextChoices):
        OFFICIAL = "official", _("Chính thức")
        REVIEW = "review", _("Chờ rà soát")

    class Origin(models.TextChoices):
        FILE = "file", _("Danh mục kèm theo")
        UPLOAD = "upload", _("Danh mục tải lên")
        HAND = "hand", _("Quản trị viên ghi")
        VISITS = "visits", _("Tệp khám bệnh")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=255)
    name_folded = models.CharField(max_length=255, editable=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    content_code = models.CharField(max_length=40, null=True, unique=True)  # key of its row in a content file
    facility_code = models.CharField(max_length=5, null=True)
    gln = models.CharField(max_length=13, blank=True, default="")
    commune_code = models.CharField(max_length=5, null=True)
    ownership = models.CharField(max_length=10, choices=Ownership.choices, blank=True, default="")
    beds = models.PositiveIntegerField(null=True)
    software = models.CharField(max_length=100, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFICIAL)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.HAND)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # the first day on which it is no more

    class Meta:
        constraints = [
            # A unit listed by mistake ends on its first day: it is valid on no day.
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="unit_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(facility_code=None) | Q(facility_code__regex=r"^[0-9A-Z]{5}$"),
                name="unit_facility_code_form",
            ),
            ExclusionConstraint(
                name="unit_one_facility_code_at_a_time",
                expressions=[
                    ("facility_code", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(facility_code__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["parent"], name="unit_children"),
            models.Index(fields=["name"], condition=Q(state="review"), name="unit_to_review"),
        ]

    def __str__(self) -> str:
        return self.name


class UnitName(models.Model):
    """A name that a unit bore: renaming ends one and begins the next."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="names")
    name = models.CharField(max_length=255)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    decision = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="unit_name_one_at_a_time",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class UnitSuccession(models.Model):
    """`new` took over from `old` on a day, by a decision."""

    class Relation(models.TextChoices):
        MERGE = "merge", _("Sáp nhập")
        REPLACE = "replace", _("Thay thế")
        SPLIT = "split", _("Chia tách")

    old = models.ForeignKey(Unit, models.PROTECT, related_name="successions")
    new = models.ForeignKey(Unit, models.PROTECT, related_name="predecessions")
    on = models.DateField()
    relation = models.CharField(max_length=10, choices=Relation.choices)
    decision = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["old", "new", "on"], name="unit_succession_once"),
            models.CheckConstraint(condition=~Q(old=F("new")), name="unit_succeeds_another"),
        ]
