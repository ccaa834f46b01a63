"""Care that goes over many visits."""

from __future__ import annotations

from django.db import models

from soyte.clinical.lines import VisitLine


class EpisodeOfCare(VisitLine):
    """What one visit stated about a longer care: FHIR R4 EpisodeOfCare, one row for each statement.

    Kinds: hiv (XML6), tb (XML15), pregnancy (outcome, XML9, on the mother). The state of a person's care is her latest
    statement. `facts` holds the remaining codes and dates of the table by element name, as written.
    """

    class Kind(models.TextChoices):
        HIV = "hiv"
        TB = "tb"
        PREGNANCY = "pregnancy"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    started_on = models.DateField(null=True)  # BDDT_ARV, NGAYBD_DTRI_LAO
    ended_on = models.DateField(null=True)  # NGAYKT_DTRI_LAO, NGAY_SINH_CON
    regimen_code = models.TextField(default="")  # MA_PHAC_DO_DIEU_TRI, PHACDO_DTRI_LAO
    outcome_code = models.TextField(default="")  # MA_XU_TRI, KET_QUA_DTRI_LAO
    facts = models.JSONField(default=dict)
