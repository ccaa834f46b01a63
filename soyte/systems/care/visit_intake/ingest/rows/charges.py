"""XML2 and XML3: one charge for each line, and the clinical rows that point to it."""

from __future__ import annotations

from collections.abc import Iterable

from soyte.formats.visitfile.model import Row
from soyte.systems.care.visit_intake.ingest.rows.reading import Source
from soyte.systems.care.visit_intake.ingest.rows.tables import (
    CHARGE_ITEM,
    DEVICE_USE,
    DIAGNOSTIC_REPORT,
    MEDICATION_ADMINISTRATION,
    MEDICATION_DISPENSE,
    MEDICATION_REQUEST,
    PROCEDURE,
    SERVICE_REQUEST,
    STAY,
    Columns,
    Lines,
)

BLOOD = frozenset({"7", "17"})
EXAMINED = frozenset({"1", "2", "3"})  # laboratory, imaging, function tests
OPERATED = frozenset({"8", "18"})
SUPPLIED = frozenset({"10", "11"})
BEDDED = frozenset({"14", "15", "16"})

_CHARGE_TEXTS = (
    ("group_code", "MA_NHOM"),
    ("unit", "DON_VI_TINH"),
    ("department_code", "MA_KHOA"),
    ("scope_code", "PHAM_VI"),
    ("tender", "TT_THAU"),
    ("payment_method", "MA_PTTT"),
    ("fund_source", "NGUON_CTRA"),
)
_CHARGE_NUMBERS = (
    ("quantity", "SO_LUONG"),
    ("unit_price", "DON_GIA"),
    ("unit_price", "DON_GIA_BV"),
    ("insured_unit_price", "DON_GIA_BH"),
    ("service_percent", "TYLE_TT_DV"),
    ("insured_percent", "TYLE_TT"),
    ("insured_percent", "TYLE_TT_BH"),
    ("benefit_percent", "MUC_HUONG"),
    ("amount", "THANH_TIEN"),
    ("amount", "THANH_TIEN_BV"),
    ("insured_amount", "THANH_TIEN_BH"),
    ("cap_amount", "T_TRANTT"),
    ("state_amount", "T_NGUONKHAC_NSNN"),
    ("foreign_aid_amount", "T_NGUONKHAC_VTNN"),
    ("domestic_aid_amount", "T_NGUONKHAC_VTTN"),
    ("remaining_aid_amount", "T_NGUONKHAC_CL"),
    ("other_source_amount", "T_NGUON_KHAC"),
    ("other_source_amount", "T_NGUONKHAC"),
    ("self_paid_amount", "T_BNTT"),
    ("copay_amount", "T_BNCCT"),
    ("insurer_amount", "T_BHTT"),
)
_REQUEST = (
    ("group_code", "MA_NHOM"),
    ("strength", "HAM_LUONG"),
    ("form", "DANG_BAO_CHE"),
    ("route_code", "DUONG_DUNG"),
    ("dose", "LIEU_DUNG"),
    ("usage", "CACH_DUNG"),
    ("registration_no", "SO_DANG_KY"),
    ("preparation", "MA_PP_CHEBIEN"),
    ("unit", "DON_VI_TINH"),
    ("prescriber_code", "MA_BAC_SI"),
    ("department_code", "MA_KHOA"),
    ("service_code", "MA_DICH_VU"),
)
_GIVEN = (("unit", "DON_VI_TINH"), ("supplier_code", "MA_CSKCB_THUOC"))
_ORDER = (
    ("group_code", "MA_NHOM"),
    ("requester_code", "MA_BAC_SI"),
    ("performer_codes", "NGUOI_THUC_HIEN"),
    ("department_code", "MA_KHOA"),
)
_PROCEDURE = (
    *_ORDER,
    ("international_code", "MA_PTTT_QT"),
    ("anaesthesia_code", "PP_VO_CAM"),
    ("site_code", "VI_TRI_TH_DVKT"),
    ("machine_codes", "MA_MAY"),
)
_DEVICE = (
    ("product_code", "MA_HIEU_SP"),
    ("package_code", "GOI_VTYT"),
    ("service_code", "MA_DICH_VU"),
    ("department_code", "MA_KHOA"),
    ("site_code", "VI_TRI_TH_DVKT"),
    ("unit", "DON_VI_TINH"),
)
_STAY = (("department_code", "MA_KHOA"), ("bed_code", "MA_GIUONG"), ("service_code", "MA_DICH_VU"))


def medicines(rows: Iterable[Row], lines: Lines, *, at: str, inpatient: bool) -> None:
    """Each line of XML2: its charge, the order, and the medicine handed out (outpatients) or given (inpatients)."""
    for row in rows:
        source = Source("XML2", row)
        code, name = source.text("MA_THUOC"), source.text("TEN_THUOC")
        ordered_at = source.instant("NGAY_YL") or at
        given_at = source.instant("NGAY_TH_YL") or ordered_at
        quantity = source.number("SO_LUONG")
        charge = _charge(source, lines, at=ordered_at, code=code, name=name)
        _add(lines, MEDICATION_REQUEST, source, ordered_at, charge, source.texts(_REQUEST)
             | {"code": code, "name": name, "quantity": quantity})  # fmt: skip
        given = MEDICATION_ADMINISTRATION if inpatient else MEDICATION_DISPENSE
        _add(lines, given, source, given_at, charge, source.texts(_GIVEN) | {"code": code, "quantity": quantity})
        if group(source) in BLOOD:
            _add(lines, PROCEDURE, source, given_at, charge, source.texts(_ORDER)
                 | {"kind": "transfusion", "code": code, "name": name, "quantity": quantity})  # fmt: skip


def services(rows: Iterable[Row], lines: Lines, *, at: str) -> None:
    """Each line of XML3: its charge, and by its group an order with a report, a procedure, a supply or a stay."""
    for row in rows:
        source = Source("XML3", row)
        ordered_at = source.instant("NGAY_YL") or at
        kind = group(source)
        supply = kind in SUPPLIED
        service, article = source.text("MA_DICH_VU"), source.text("MA_VAT_TU")
        code = (article or service) if supply else (service or article)
        named = source.text("TEN_VAT_TU", "TEN_DICH_VU") if supply else source.text("TEN_DICH_VU", "TEN_VAT_TU")
        charge = _charge(source, lines, at=ordered_at, code=code, name=named)
        if kind in EXAMINED:
            _examination(source, lines, ordered_at, charge, code=code, name=named)
        elif kind in OPERATED:
            _procedure(source, lines, ordered_at, charge, code=code, name=named)
        elif supply:
            _add(lines, DEVICE_USE, source, ordered_at, charge, source.texts(_DEVICE)
                 | {"code": code, "name": named, "quantity": source.number("SO_LUONG"),
                    "reused": source.text("TAI_SU_DUNG") == "1"})  # fmt: skip
        elif kind in BEDDED:
            _add(lines, STAY, source, ordered_at, charge, source.texts(_STAY)
                 | {"until": source.instant("NGAY_KQ"), "days": source.number("SO_LUONG"),
                    "shared_percent": source.number("TYLE_TT_DV")})  # fmt: skip


def group(source: Source) -> str:
    """MA_NHOM without a leading zero: some vendors write 01 for 1."""
    return source.text("MA_NHOM").lstrip("0")


def _charge(source: Source, lines: Lines, *, at: str, code: str, name: str) -> int:
    """Add the charge of a line; its place in the list of charges."""
    columns: Columns = {
        "at": at,
        "source_table": source.table_number,
        "source_line": source.line,
        "code": code,
        "name": name,
    }
    columns |= source.texts(_CHARGE_TEXTS)
    columns |= source.numbers(_CHARGE_NUMBERS)
    charges = lines.setdefault(CHARGE_ITEM, [])
    charges.append(columns)
    return len(charges) - 1


def _examination(source: Source, lines: Lines, at: str, charge: int, *, code: str, name: str) -> None:
    performed_at, reported_at = source.instant("NGAY_TH_YL"), source.instant("NGAY_KQ")
    _add(lines, SERVICE_REQUEST, source, at, charge, source.texts(_ORDER)
         | {"kind": "order", "code": code, "name": name, "performed_at": performed_at,
            "reported_at": reported_at})  # fmt: skip
    _add(lines, DIAGNOSTIC_REPORT, source, reported_at or performed_at or at, charge,
         {"service_code": code, "name": name, "performed_at": performed_at,
          "machine_codes": source.text("MA_MAY")})  # fmt: skip


def _procedure(source: Source, lines: Lines, at: str, charge: int, *, code: str, name: str) -> None:
    _add(lines, PROCEDURE, source, source.instant("NGAY_TH_YL") or at, charge, source.texts(_PROCEDURE)
         | {"kind": "procedure", "code": code, "name": name, "ended_at": source.instant("NGAY_KQ"),
            "quantity": source.number("SO_LUONG")})  # fmt: skip


def _add(lines: Lines, table: str, source: Source, at: str, charge: int, columns: Columns) -> None:
    columns |= {"at": at, "source_table": source.table_number, "source_line": source.line, "charge": charge}
    lines.setdefault(table, []).append(columns)
