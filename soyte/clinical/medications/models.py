"""Medicines: asked for, handed out, given."""

from __future__ import annotations

from django.db import models

from soyte.clinical.lines import ChargedLine, LabelledText


class MedicationRequest(ChargedLine):
    """An order for a medicine: FHIR R4 MedicationRequest, one for each line of XML2. `at` is NGAY_YL.

    A regimen of XML6 or XML15 is one too, with its regimen code and no charge.
    """

    code = models.TextField()  # MA_THUOC
    name = LabelledText(default="")  # TEN_THUOC
    group_code = models.TextField(default="")  # MA_NHOM
    strength = models.TextField(default="")  # HAM_LUONG
    form = models.TextField(default="")  # DANG_BAO_CHE
    route_code = models.TextField(default="")  # DUONG_DUNG
    dose = LabelledText(default="")  # LIEU_DUNG
    usage = LabelledText(default="")  # CACH_DUNG
    registration_no = models.TextField(default="")  # SO_DANG_KY
    preparation = models.TextField(default="")  # MA_PP_CHEBIEN
    unit = models.TextField(default="")  # DON_VI_TINH
    quantity = models.DecimalField(max_digits=34, decimal_places=4, null=True)  # SO_LUONG
    prescriber_code = models.TextField(default="")  # MA_BAC_SI, several joined by ";"
    department_code = models.TextField(default="")  # MA_KHOA
    service_code = models.TextField(default="")  # MA_DICH_VU: given for this service

    class Meta:
        indexes = [
            # the medicines of a person's page
            models.Index(fields=["person", "-at"], name="medication_person_newest"),
        ]


class MedicationDispense(ChargedLine):
    """A medicine handed to an outpatient: FHIR R4 MedicationDispense. Shares the charge of its request."""

    code = models.TextField()
    quantity = models.DecimalField(max_digits=34, decimal_places=4, null=True)
    unit = models.TextField(default="")
    supplier_code = models.TextField(default="")  # MA_CSKCB_THUOC: the facility whose stock it came from


class MedicationAdministration(ChargedLine):
    """A medicine given to an inpatient: FHIR R4 MedicationAdministration. `at` is NGAY_TH_YL, else NGAY_YL."""

    code = models.TextField()
    quantity = models.DecimalField(max_digits=34, decimal_places=4, null=True)
    unit = models.TextField(default="")
    supplier_code = models.TextField(default="")
