"""Diagnoses."""

from __future__ import annotations

from django.db import models

from soyte.clinical.lines import VisitLine


class Condition(VisitLine):
    """One diagnosis code of a visit: FHIR R4 Condition. The words for it stand on the encounter, as the file has them.

    Roles: main (MA_BENH_CHINH), secondary (MA_BENH_KT), traditional (MA_BENH_YHCT, codes of traditional medicine),
    accident (MA_TAI_NAN, a list of its own).
    """

    class Role(models.TextChoices):
        MAIN = "main"
        SECONDARY = "secondary"
        TRADITIONAL = "traditional"
        ACCIDENT = "accident"

    code = models.TextField()
    role = models.CharField(max_length=12, choices=Role.choices)
    seq = models.SmallIntegerField()  # 1-based among the codes of the same role

    class Meta:
        indexes = [
            # the long-term conditions of a person's page
            models.Index(fields=["person", "-at"], name="condition_person_newest"),
        ]
