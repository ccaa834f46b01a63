"""Papers that a visit made, and the appointments in them."""

from __future__ import annotations

from django.db import models

from soyte.clinical.lines import LabelledSections, VisitLine


class Composition(models.Model):
    """A paper or note with its sections: FHIR R4 Composition.

    `sections` holds the texts by the names of soyte.clinical.documents.sections, `facts` what has no column by element
    name, as written. The values of both are sealed where the visit is labelled. A medical assessment (XML12)
    belongs to no visit; all others do. Provenance as in VisitLine.
    """

    class Kind(models.TextChoices):
        PROGRESS = "progress"  # XML5
        DISCHARGE = "discharge"  # XML7 giấy ra viện
        SUMMARY = "summary"  # XML8 tóm tắt hồ sơ bệnh án
        BIRTH = "birth"  # XML9 giấy chứng sinh
        PREGNANCY_REST = "pregnancy_rest"  # XML10 giấy nghỉ dưỡng thai
        SICK_LEAVE = "sick_leave"  # XML11 giấy nghỉ việc hưởng BHXH
        ASSESSMENT = "assessment"  # XML12 giám định y khoa
        TRANSFER = "transfer"  # XML13 giấy chuyển tuyến
        APPOINTMENT = "appointment"  # XML14 giấy hẹn khám lại

    encounter = models.ForeignKey("encounters.Encounter", on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=16, choices=Kind.choices)
    at = models.DateTimeField()
    number = models.TextField(default="")  # SO_LUU_TRU, SO, SO_CT, SO_BIEN_BAN, SO_CHUYENTUYEN, SO_GIAYHEN_KL
    serial = models.TextField(default="")  # QUYEN_SO, SO_SERI
    signed_on = models.DateField(null=True)  # NGAY_CT, NGAY_HOP
    author_code = models.TextField(default="")  # MA_BS, MA_BAC_SI, NGUOI_THUC_HIEN
    head_code = models.TextField(default="")  # MA_TTDV
    from_day = models.DateField(null=True)  # TU_NGAY, NGOAITRU_TUNGAY: days of rest
    to_day = models.DateField(null=True)
    sections = LabelledSections(default=dict)
    facts = LabelledSections(default=dict)
    source_table = models.SmallIntegerField()
    source_line = models.IntegerField()
    source_receipt_id = models.BigIntegerField(null=True)  # only of a paper without a visit

    class Meta:
        indexes = [
            # the papers of a person's page
            models.Index(fields=["person", "-at"], name="composition_person_newest"),
        ]


class Appointment(VisitLine):
    """A day on which the person is to come again: FHIR R4 Appointment, from NGAY_TAI_KHAM and XML14's NGAY_HEN_KL.

    `at` is the time of the visit that made it. A day that both tables name is one row, XML14's.
    """

    due_on = models.DateField()
    paper_no = models.TextField(default="")  # SO_GIAYHEN_KL
    doctor_code = models.TextField(default="")

    class Meta:
        indexes = [
            # on which days a person is to come again
            models.Index(fields=["person", "due_on"], name="appointment_person_due"),
        ]
