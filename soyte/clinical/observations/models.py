"""Results: measured values and reports in words."""

from __future__ import annotations

from django.db import models

from soyte.clinical.lines import ChargedLine, LabelledText


class Observation(ChargedLine):
    """One measured or stated value: FHIR R4 Observation. The value is kept as written, and as a number where it is one.

    Category: laboratory (XML4 with GIA_TRI), vital (XML1's weight), blood_group, birth (XML1 and XML9), hiv (XML6),
    tb (XML15). Units are as the facility wrote them.
    """

    class Category(models.TextChoices):
        LABORATORY = "laboratory"
        VITAL = "vital"
        BLOOD_GROUP = "blood_group"
        BIRTH = "birth"
        HIV = "hiv"
        TB = "tb"

    category = models.CharField(max_length=12, choices=Category.choices)
    code = models.TextField()  # MA_CHI_SO; for the other categories the name of the element
    service_code = models.TextField(default="")  # MA_DICH_VU of the order
    name = LabelledText(default="")  # TEN_CHI_SO
    value_text = LabelledText(default="")  # GIA_TRI
    value_number = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    comparator = models.CharField(max_length=2, default="")  # <, >, <=, >= before the number
    unit = models.TextField(default="")  # DON_VI_DO
    comment = LabelledText(default="")  # MO_TA and KET_LUAN beside a value
    reader_code = models.TextField(default="")  # MA_BS_DOC_KQ

    class Meta:
        indexes = [
            # the results of a person's page and the trend of one of them
            models.Index(fields=["person", "-at"], name="observation_person_newest"),
        ]


class DiagnosticReport(ChargedLine):
    """What a test, an image or a function test said in words: FHIR R4 DiagnosticReport.

    One for each line of XML3 of groups 1 to 3, and one for each line of XML4 with words and no value; where both speak of
    the same service the row is XML4's line and points to the charge of XML3's. `at` is NGAY_KQ.
    """

    service_code = models.TextField(default="")
    name = LabelledText(default="")  # TEN_DICH_VU
    description = LabelledText(default="")  # MO_TA
    conclusion = LabelledText(default="")  # KET_LUAN
    reader_code = models.TextField(default="")  # MA_BS_DOC_KQ
    performed_at = models.DateTimeField(null=True)  # NGAY_TH_YL
    machine_codes = models.TextField(default="")  # MA_MAY
