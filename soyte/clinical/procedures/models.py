"""Services: asked for, done, and the supplies used."""

from __future__ import annotations

from django.db import models

from soyte.clinical.lines import ChargedLine, LabelledText


class ServiceRequest(ChargedLine):
    """An order or a referral: FHIR R4 ServiceRequest. `at` is NGAY_YL, for referrals the beginning or end of the visit.

    Kinds: order (XML3 of groups 1 to 3), referral_in (XML1's MA_NOI_DI and GIAY_CHUYEN_TUYEN), referral_out (XML13).
    """

    class Kind(models.TextChoices):
        ORDER = "order"
        REFERRAL_IN = "referral_in"
        REFERRAL_OUT = "referral_out"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    code = models.TextField(default="")  # MA_DICH_VU
    name = LabelledText(default="")  # TEN_DICH_VU
    group_code = models.TextField(default="")  # MA_NHOM
    requester_code = models.TextField(default="")  # MA_BAC_SI
    performer_codes = models.TextField(default="")  # NGUOI_THUC_HIEN, joined by ";"
    department_code = models.TextField(default="")
    performed_at = models.DateTimeField(null=True)  # NGAY_TH_YL
    reported_at = models.DateTimeField(null=True)  # NGAY_KQ
    from_facility = models.TextField(default="")  # MA_NOI_DI, MA_CSKCB_DI
    to_facility = models.TextField(default="")  # MA_NOI_DEN, MA_CSKCB_DEN
    paper_no = models.TextField(default="")  # GIAY_CHUYEN_TUYEN, SO_CHUYENTUYEN
    reason_code = models.TextField(default="")  # MA_LYDO_CT


class Procedure(ChargedLine):
    """Something done to the person: FHIR R4 Procedure. `at` is NGAY_TH_YL, else NGAY_YL.

    Kinds: procedure (XML3 of groups 8 and 18), transfusion (blood lines of XML2, groups 7 and 17), coded (a code of
    XML1's MA_PTTT_QT, ICD-9-CM, which no line of XML3 carries).
    """

    class Kind(models.TextChoices):
        PROCEDURE = "procedure"
        TRANSFUSION = "transfusion"
        CODED = "coded"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    code = models.TextField(default="")  # MA_DICH_VU; MA_THUOC for blood
    international_code = models.TextField(default="")  # MA_PTTT_QT
    name = LabelledText(default="")
    group_code = models.TextField(default="")
    requester_code = models.TextField(default="")
    performer_codes = models.TextField(default="")
    department_code = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)  # NGAY_KQ
    anaesthesia_code = models.TextField(default="")  # PP_VO_CAM
    site_code = models.TextField(default="")  # VI_TRI_TH_DVKT
    machine_codes = models.TextField(default="")  # MA_MAY
    quantity = models.DecimalField(max_digits=34, decimal_places=4, null=True)


class DeviceUse(ChargedLine):
    """A supply used on the person: FHIR R4 DeviceUseStatement, lines of XML3 of groups 10 and 11."""

    code = models.TextField(default="")  # MA_VAT_TU
    name = LabelledText(default="")  # TEN_VAT_TU
    product_code = models.TextField(default="")  # MA_HIEU_SP
    package_code = models.TextField(default="")  # GOI_VTYT
    service_code = models.TextField(default="")  # MA_DICH_VU that it was used for
    department_code = models.TextField(default="")
    site_code = models.TextField(default="")
    reused = models.BooleanField(default=False)  # TAI_SU_DUNG
    unit = models.TextField(default="")
    quantity = models.DecimalField(max_digits=34, decimal_places=4, null=True)
