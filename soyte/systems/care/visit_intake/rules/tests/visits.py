"""Builders of visits: a good visit, of which a test states only what it is about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from soyte.formats.visitfile import Row, Survey, Visit
from soyte.systems.care.visit_intake.rules import Judged, check_visit
from soyte.systems.care.visit_intake.rules.files import file_lists

RECEIVED = date(2026, 11, 20)
LISTS = file_lists()
HOSPITAL = "70001"

SUMMARY = {
    "MA_LK": "LK001",
    "STT": "1",
    "MA_BN": "BN001",
    "HO_TEN": "NGUYỄN VĂN MẪU",
    "SO_CCCD": "070085000123",
    "NGAY_SINH": "198505120000",
    "GIOI_TINH": "1",
    "MA_QUOCTICH": "000",
    "MA_DANTOC": "01",
    "MA_NGHE_NGHIEP": "00000",
    "DIA_CHI": "khu phố Thử",
    "MATINH_CU_TRU": "75",
    "MAXA_CU_TRU": "25195",
    "MA_THE_BHYT": "DN4757500000123",
    "MA_DKBD": HOSPITAL,
    "GT_THE_TU": "20260101",
    "GT_THE_DEN": "20261231",
    "LY_DO_VV": "Ho",
    "CHAN_DOAN_VAO": "Viêm họng",
    "CHAN_DOAN_RV": "Viêm họng",
    "MA_BENH_CHINH": "J02.9",
    "MA_DOITUONG_KCB": "1.1",
    "NGAY_VAO": "202609010800",
    "NGAY_RA": "202609010930",
    "SO_NGAY_DTRI": "0",
    "KET_QUA_DTRI": "1",
    "MA_LOAI_RV": "1",
    "NGAY_TTOAN": "202609010930",
    "NAM_QT": "2026",
    "THANG_QT": "09",
    "MA_LOAI_KCB": "01",
    "MA_KHOA": "K01",
    "MA_CSKCB": HOSPITAL,
    "CAN_NANG": "55",
    "MA_HSBA": "HS001",
    "MA_TTDV": "7000000001",
}
OUTSIDE = {f"T_NGUONKHAC{part}": "0" for part in ("", "_NSNN", "_VTNN", "_VTTN", "_CL")}


def drug(**values: str) -> dict[str, str]:
    """A line of XML2: ten tablets at 1,000 đồng, 80 % paid by the insurer."""
    return {
        "MA_LK": "LK001",
        "STT": "1",
        "MA_THUOC": "40.154",
        "MA_NHOM": "4",
        "TEN_THUOC": "Amoxicilin",
        "DON_VI_TINH": "Viên",
        "HAM_LUONG": "500mg",
        "DUONG_DUNG": "1.01",
        "LIEU_DUNG": "1 viên/lần * 2 lần/ngày * 5 ngày [2 viên/ngày]",
        "SO_DANG_KY": "893110012326",
        "TT_THAU": "0123/QĐ-SYT;G1;N2;2026",
        "PHAM_VI": "1",
        "TYLE_TT_BH": "100",
        "SO_LUONG": "10",
        "DON_GIA": "1000",
        "THANH_TIEN_BV": "10000",
        "THANH_TIEN_BH": "10000",
        "MUC_HUONG": "80",
        "T_BNTT": "0",
        "T_BNCCT": "2000",
        "T_BHTT": "8000",
        "MA_KHOA": "K01",
        "MA_BAC_SI": "000123/BP-CCHN",
        "NGAY_YL": "202609010830",
        "NGAY_TH_YL": "202609010835",
        "MA_PTTT": "1",
        "NGUON_CTRA": "1",
        **OUTSIDE,
    } | values


def service(**values: str) -> dict[str, str]:
    """A line of XML3: an examination of 40,000 đồng, 80 % paid by the insurer."""
    return {
        "MA_LK": "LK001",
        "STT": "1",
        "MA_DICH_VU": "02.1897",
        "MA_NHOM": "13",
        "TEN_DICH_VU": "Khám Nội",
        "DON_VI_TINH": "Lần",
        "PHAM_VI": "1",
        "SO_LUONG": "1",
        "DON_GIA_BV": "40000",
        "DON_GIA_BH": "40000",
        "TYLE_TT_DV": "100",
        "TYLE_TT_BH": "100",
        "THANH_TIEN_BV": "40000",
        "THANH_TIEN_BH": "40000",
        "MUC_HUONG": "80",
        "T_BNTT": "0",
        "T_BNCCT": "8000",
        "T_BHTT": "32000",
        "MA_KHOA": "K01",
        "MA_BAC_SI": "000123/BP-CCHN",
        "MA_BENH": "J02.9",
        "NGAY_YL": "202609010810",
        "NGAY_TH_YL": "202609010815",
        "NGAY_KQ": "202609010820",
        "MA_PTTT": "1",
        **OUTSIDE,
    } | values


def supply(**values: str) -> dict[str, str]:
    """A line of XML3 that is a supply: one stent of 50 million đồng."""
    money = {
        "DON_GIA_BV": "50000000",
        "DON_GIA_BH": "50000000",
        "THANH_TIEN_BV": "50000000",
        "THANH_TIEN_BH": "50000000",
    }
    return (
        service(
            STT="2",
            MA_NHOM="10",
            MA_VAT_TU="N06.02.020",
            TEN_VAT_TU="Giá đỡ mạch vành",
            MA_DICH_VU="",
            TEN_DICH_VU="",
            GOI_VTYT="G1",
            TT_THAU="0456/QĐ-SYT;G3;N0;2026",
            **(money | {"T_BHTT": "40000000", "T_BNCCT": "10000000"}),
        )
        | values
    )


def visit(
    *,
    drugs: list[dict[str, str]] | None = None,
    services: list[dict[str, str]] | None = None,
    tables: dict[str, list[dict[str, str]]] | None = None,
    **summary: str,
) -> Visit:
    """A visit of 130/4750 whose totals fit its lines unless `summary` says otherwise."""
    drugs = [drug()] if drugs is None else drugs
    services = [service()] if services is None else services
    values = SUMMARY | _totals(drugs, services) | summary
    found = {"XML1": [values], "XML2": drugs, "XML3": services} | (tables or {})
    return _built({name: rows for name, rows in found.items() if rows}, generations=("130", "3176"))


def inpatient(**summary: str) -> dict[str, str]:
    """What makes a visit an inpatient stay of 2026-09-01 to 2026-09-04."""
    return {
        "MA_LOAI_KCB": "03",
        "NGAY_VAO_NOI_TRU": "202609010900",
        "LY_DO_VNT": "Theo dõi",
        "NGAY_RA": "202609041000",
        "NGAY_TTOAN": "202609041000",
        "SO_NGAY_DTRI": "4",
    } | summary


def old_visit(**summary: str) -> Visit:
    """A visit in the format of 2017."""
    values = {
        "MA_LK": "LK001", "HO_TEN": "LÊ THỊ CŨ", "NGAY_SINH": "1968", "GIOI_TINH": "2", "MA_THE": "GD4700000000201",
        "MA_DKBD": HOSPITAL, "GT_THE_TU": "20230101", "GT_THE_DEN": "20231231", "MA_BENH": "J18.9", "MA_LYDO_VVIEN": "1",
        "NGAY_VAO": "202305100900", "NGAY_RA": "202305141000", "SO_NGAY_DTRI": "5", "KET_QUA_DTRI": "1",
        "TINH_TRANG_RV": "1", "NGAY_TTOAN": "202305141000", "T_THUOC": "7000", "T_VTYT": "0", "T_TONGCHI": "7000",
        "T_BNTT": "0", "T_BNCCT": "1400", "T_BHTT": "5600", "T_NGUONKHAC": "0", "T_NGOAIDS": "0", "MA_LOAI_KCB": "3",
        "MA_KHOA": "K03", "MA_CSKCB": HOSPITAL,
    } | summary  # fmt: skip
    line = {
        "MA_LK": "LK001", "STT": "1", "MA_THUOC": "D.1", "MA_NHOM": "4", "TEN_THUOC": "Paracetamol", "PHAM_VI": "1",
        "TYLE_TT": "100", "SO_LUONG": "20", "DON_GIA": "350", "THANH_TIEN": "7000", "MUC_HUONG": "80",
        "T_NGUON_KHAC": "0", "T_BNTT": "0", "T_BHTT": "5600", "T_BNCCT": "1400", "T_NGOAIDS": "0",
        "NGAY_YL": "202305100900", "MA_PTTT": "1",
    }  # fmt: skip
    return _built({"XML1": [values], "XML2": [line]}, generations=("4210",))


def survey(**changes: object) -> Survey:
    """The envelope of a file with one visit."""
    facts: dict[str, object] = {
        "kind": "visits",
        "facility_code": HOSPITAL,
        "made_on": "20260930",
        "declared_count": "1",
        "signed": True,
    }
    return Survey(**(facts | changes))  # type: ignore[arg-type]


def judged(
    visit: Visit, *, on: date = RECEIVED, sender: str | None = None, envelope: Survey | None = None
) -> list[Judged]:
    return check_visit(visit, survey=envelope or survey(), lists=LISTS, received_on=on, sender_facility=sender)


def found(visit: Visit, *, notes: bool = False, **more: object) -> dict[str, str]:
    """Code and severity of everything found, notes only on demand."""
    return {each.code: each.severity for each in judged(visit, **more) if notes or each.severity != "note"}  # type: ignore[arg-type]


def only(visit: Visit, code: str) -> Judged:
    """The one finding of this code."""
    (finding,) = [each for each in judged(visit) if each.code == code]
    return finding


def _built(tables: dict[str, list[dict[str, str]]], *, generations: tuple[str, ...]) -> Visit:
    rows = {name: [Row(dict(values), line) for line, values in enumerate(found, 1)] for name, found in tables.items()}
    summary = tables["XML1"][0]
    return Visit(
        index=1,
        code=summary.get("MA_LK") or None,
        facility_code=summary.get("MA_CSKCB", ""),
        generation=generations[0],
        tables=rows,
        generations=dict.fromkeys(rows, generations),
        findings=[],
        readable=True,
    )


def _totals(drugs: list[dict[str, str]], services: list[dict[str, str]]) -> dict[str, str]:
    def total(field: str, lines: list[dict[str, str]]) -> str:
        return str(sum((_amount(line.get(field, "")) for line in lines), Decimal(0)))

    both = drugs + services
    return {
        "T_THUOC": total("THANH_TIEN_BV", drugs),
        "T_VTYT": total("THANH_TIEN_BV", [line for line in services if line["MA_NHOM"] in ("10", "11")]),
        "T_TONGCHI_BV": total("THANH_TIEN_BV", both),
        "T_TONGCHI_BH": total("THANH_TIEN_BH", both),
        "T_BNTT": total("T_BNTT", both),
        "T_BNCCT": total("T_BNCCT", both),
        "T_BHTT": total("T_BHTT", both),
        "T_NGUONKHAC": total("T_NGUONKHAC", both),
        "T_BHTT_GDV": total("T_BHTT", [line for line in both if line["MA_PTTT"] == "1"]),
    }


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text or "0")
    except ArithmeticError:
        return Decimal(0)
