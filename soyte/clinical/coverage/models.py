"""Insurance cards and the money of a visit, as the file states both. All amounts are in đồng."""

from __future__ import annotations

from django.db import models

from soyte.clinical.lines import LabelledText, VisitLine


def _amount() -> models.DecimalField:
    """An amount in đồng: two decimals by the standard, three as some vendors write; as many digits as the codec reads."""
    return models.DecimalField(max_digits=33, decimal_places=3, null=True)


def _price() -> models.DecimalField:
    return models.DecimalField(max_digits=34, decimal_places=4, null=True)


def _percent() -> models.DecimalField:
    return models.DecimalField(max_digits=33, decimal_places=3, null=True)


class Coverage(VisitLine):
    """One insurance card that covered the visit or a part of it: FHIR R4 Coverage. `at` is the visit's beginning."""

    card_number = models.TextField()  # 15 characters, or the ten digits of newer cards
    registered_facility = models.TextField(default="")  # MA_DKBD
    valid_from = models.DateField(null=True)  # GT_THE_TU
    valid_to = models.DateField(null=True)  # GT_THE_DEN, the last day
    area_code = models.TextField(default="")  # MA_KHUVUC
    five_years_on = models.DateField(null=True)  # NAM_NAM_LIEN_TUC
    copay_free_from = models.DateField(null=True)  # NGAY_MIEN_CCT
    seq = models.SmallIntegerField()  # 1-based in the file's list of cards


class Claim(models.Model):
    """The money of one version of a visit, from XML1: FHIR R4 Claim. Null where the file has none."""

    encounter = models.OneToOneField(
        "encounters.Encounter", on_delete=models.PROTECT, primary_key=True, related_name="claim"
    )
    drug_amount = _amount()  # T_THUOC
    supply_amount = _amount()  # T_VTYT
    total_amount = _amount()  # T_TONGCHI_BV; 4210: T_TONGCHI
    insured_amount = _amount()  # T_TONGCHI_BH
    self_paid_amount = _amount()  # T_BNTT
    copay_amount = _amount()  # T_BNCCT
    insurer_amount = _amount()  # T_BHTT
    other_source_amount = _amount()  # T_NGUONKHAC
    insurer_fee_amount = _amount()  # T_BHTT_GDV: the insurer's part that is paid by fee
    outside_quota_amount = _amount()  # T_NGOAIDS of 4210
    settlement_year = models.SmallIntegerField(null=True)  # NAM_QT
    settlement_month = models.SmallIntegerField(null=True)  # THANG_QT
    settled_at = models.DateTimeField(null=True)  # NGAY_TTOAN


class ChargeItem(VisitLine):
    """One line of XML2 or XML3 with its money: FHIR R4 ChargeItem. Every such line has one; clinical rows point to it."""

    code = models.TextField()  # MA_THUOC, MA_DICH_VU or MA_VAT_TU
    name = LabelledText(default="")
    group_code = models.TextField(default="")  # MA_NHOM
    unit = models.TextField(default="")  # DON_VI_TINH
    department_code = models.TextField(default="")  # MA_KHOA
    scope_code = models.TextField(default="")  # PHAM_VI
    tender = models.TextField(default="")  # TT_THAU
    payment_method = models.TextField(default="")  # MA_PTTT
    fund_source = models.TextField(default="")  # NGUON_CTRA
    quantity = models.DecimalField(max_digits=34, decimal_places=4, null=True)  # SO_LUONG
    unit_price = _price()  # DON_GIA, DON_GIA_BV
    insured_unit_price = _price()  # DON_GIA_BH of XML3
    service_percent = _percent()  # TYLE_TT_DV of XML3
    insured_percent = _percent()  # TYLE_TT_BH; 4210: TYLE_TT
    benefit_percent = _percent()  # MUC_HUONG
    amount = _amount()  # THANH_TIEN_BV; 4210: THANH_TIEN
    insured_amount = _amount()  # THANH_TIEN_BH
    cap_amount = _amount()  # T_TRANTT
    state_amount = _amount()  # T_NGUONKHAC_NSNN
    foreign_aid_amount = _amount()  # T_NGUONKHAC_VTNN
    domestic_aid_amount = _amount()  # T_NGUONKHAC_VTTN
    remaining_aid_amount = _amount()  # T_NGUONKHAC_CL
    other_source_amount = _amount()  # T_NGUONKHAC
    self_paid_amount = _amount()  # T_BNTT
    copay_amount = _amount()  # T_BNCCT
    insurer_amount = _amount()  # T_BHTT
