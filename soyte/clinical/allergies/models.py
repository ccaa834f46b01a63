"""Allergies. No visit file has a place for them, so all that is known was told by somebody."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AllergyStatement(models.Model):
    """What a person, or who speaks for a child, answered to one of the three questions: FHIR R4 AllergyIntolerance with an
    asserter who is the patient or a related person, verificationStatus unconfirmed.

    Told again, a row is added; the latest of a record and kind is what is known. "Tôi không biết" is an answer too: it
    takes back an earlier one.
    """

    class Kind(models.TextChoices):
        MEDICINE = "medicine", _("Thuốc")
        FOOD = "food", _("Thức ăn")
        OTHER = "other", _("Thứ khác")

    class Answer(models.TextChoices):
        YES = "yes", _("Có")
        NO = "no", _("Không")
        UNKNOWN = "unknown", _("Tôi không biết")

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    answer = models.CharField(max_length=10, choices=Answer.choices)
    substance = models.CharField(max_length=300, blank=True, default="")  # to what, and what happened; in his own words
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    for_a_child = models.BooleanField(default=False)  # told by the guardian
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answer="yes") ^ models.Q(substance=""), name="allergy_names_its_substance"
            ),
        ]
        indexes = [
            # what is known of a person
            models.Index(fields=["person", "kind", "-id"], name="allergy_of_person"),
        ]
