"""Posts: who does which work where and when; records opened with a reason; citizens and the children in their care."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from soyte.kernel.organisations.models import DateRange, Unit
from soyte.kernel.people.models import Person


class Post(models.Model):
    """An account holds a role at a unit between two dates. `role` is the code of a content file (roles.py)."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts")
    role = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # the first day on which it is no more held
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # A post may end on its first day (given by mistake): its range is then empty.
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="post_ends_after_start"
            ),
            ExclusionConstraint(
                name="post_once_at_a_time",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class BreakGlass(models.Model):
    """An account opened a person's record by giving a reason. The reason is shown to the citizen."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    person_id = models.UUIDField()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "person_id", "-until"], name="breakglass_open"),
            models.Index(fields=["person_id", "-at"], name="breakglass_of_person"),
        ]


class CitizenAccount(models.Model):
    """The account with which somebody reads his own record, handed out by an officer who has seen his card."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    card = models.CharField(max_length=100)  # the kind of the number that was compared, and its last digits
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()
    labelled_since = models.DateTimeField(null=True)  # he asked at the desk to see his labelled visits
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at__isnull=True), name="citizen_account_one_a_person"
            ),
        ]
        indexes = [models.Index(fields=["person"], name="citizen_account_of_person")]


class Guardianship(models.Model):
    """Between two dates `guardian` reads the record of `child` and speaks for it. Ends on the 18th birthday at the latest."""

    class Paper(models.TextChoices):
        BIRTH = "birth", _("Giấy khai sinh")
        ADOPTION = "adoption", _("Giấy chứng nhận nuôi con nuôi")
        GUARDIAN = "guardian", _("Quyết định hoặc văn bản cử người giám hộ")
        COURT = "court", _("Bản án, quyết định của toà án")

    guardian = models.ForeignKey(Person, models.PROTECT, related_name="+")
    child = models.ForeignKey(Person, models.PROTECT, related_name="+")
    paper_kind = models.CharField(max_length=10, choices=Paper.choices)
    paper = models.CharField(max_length=200)  # number, day and place, as the officer reads them
    valid_from = models.DateField()
    valid_to = models.DateField()  # the first day without
    adult_on = models.DateField()  # the child's 18th birthday by the birth date known when this was made
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="guardianship_ends_after_start"),
            models.CheckConstraint(condition=Q(valid_to__lte=F("adult_on")), name="guardianship_ends_by_18"),
            models.CheckConstraint(condition=~Q(guardian=F("child")), name="guardianship_of_another"),
            models.CheckConstraint(condition=~Q(paper=""), name="guardianship_names_its_paper"),
            ExclusionConstraint(
                name="guardianship_once_at_a_time",
                expressions=[
                    ("guardian", RangeOperators.EQUAL),
                    ("child", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
