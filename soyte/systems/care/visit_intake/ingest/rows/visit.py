"""XML1 and what it alone states: the encounter, its cards, codes and sums; the other tables have modules of their own."""

from __future__ import annotations

from dataclasses import dataclass, field

from soyte.formats.visitfile import Visit, split_list
from soyte.systems.care.visit_intake.ingest.rows import charges, papers, programmes, results
from soyte.systems.care.visit_intake.ingest.rows.reading import DoesNotFitError, Source, day, read_value
from soyte.systems.care.visit_intake.ingest.rows.tables import (
    APPOINTMENT,
    CONDITION,
    COVERAGE,
    OBSERVATION,
    PROCEDURE,
    SERVICE_REQUEST,
    Columns,
    Lines,
)

COUNTED_KIND = {"1": "01", "2": "02", "3": "03"}  # 4210's kinds as counted with those of later generations
INPATIENT = frozenset({"03", "04", "06", "09"})

_PERSON = (
    ("full_name", "HO_TEN"),
    ("birth_written", "NGAY_SINH"),
    ("sex", "GIOI_TINH"),
    ("patient_no", "MA_BN"),
    ("citizen_no", "SO_CCCD"),
    ("ethnic_code", "MA_DANTOC"),
    ("nationality_code", "MA_QUOCTICH"),
    ("occupation_code", "MA_NGHE_NGHIEP"),
    ("address", "DIA_CHI"),
    ("province_code", "MATINH_CU_TRU"),
    ("district_code", "MAHUYEN_CU_TRU"),
    ("commune_code", "MAXA_CU_TRU"),
    ("phone", "DIEN_THOAI"),
)
_VISIT = (
    ("kind_written", "MA_LOAI_KCB"),
    ("subject_code", "MA_LYDO_VVIEN"),
    ("subject_code", "MA_DOITUONG_KCB"),
    ("result_code", "KET_QUA_DTRI"),
    ("discharge_code", "TINH_TRANG_RV"),
    ("discharge_code", "MA_LOAI_RV"),
    ("department_codes", "MA_KHOA"),
    ("area_code", "MA_KHUVUC"),
    ("accident_code", "MA_TAI_NAN"),
    ("referred_from", "MA_NOI_CHUYEN"),
    ("referred_from", "MA_NOI_DI"),
    ("referred_to", "MA_NOI_DEN"),
    ("record_no", "MA_HSBA"),
    ("head_code", "MA_TTDV"),
    ("main_icd", "MA_BENH"),
    ("main_icd", "MA_BENH_CHINH"),
    ("reason", "LY_DO_VV"),
    ("admission_reason", "LY_DO_VNT"),
    ("admission_reason_code", "MA_LY_DO_VNT"),
    ("admission_diagnosis", "CHAN_DOAN_VAO"),
    ("discharge_diagnosis", "TEN_BENH"),
    ("discharge_diagnosis", "CHAN_DOAN_RV"),
    ("treatment", "PP_DIEU_TRI"),
    ("note", "GHI_CHU"),
)
# Texts of the index by which figures are counted (encounter_counted), of which a row has 2,704 bytes at most.
_COUNTED = ("NGAY_SINH", "GIOI_TINH", "MAXA_CU_TRU", "KET_QUA_DTRI", "MA_BENH_CHINH", "MA_BENH")
LONGEST_COUNTED = 100  # characters
_CLAIM = (
    ("drug_amount", "T_THUOC"),
    ("supply_amount", "T_VTYT"),
    ("total_amount", "T_TONGCHI"),
    ("total_amount", "T_TONGCHI_BV"),
    ("insured_amount", "T_TONGCHI_BH"),
    ("self_paid_amount", "T_BNTT"),
    ("copay_amount", "T_BNCCT"),
    ("insurer_amount", "T_BHTT"),
    ("other_source_amount", "T_NGUONKHAC"),
    ("insurer_fee_amount", "T_BHTT_GDV"),
    ("outside_quota_amount", "T_NGOAIDS"),
)


@dataclass(slots=True)
class VisitRows:
    """The rows of one visit, columns by name; what only the writer knows (ids, person, unit, version) is not in them.

    `lines` holds lists by model label ("coverage.ChargeItem"). A clinical row points to its charge by the key
    `charge`, the place of the ChargeItem in its list.
    """

    encounter: Columns
    claim: Columns
    lines: Lines = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many rows of the record these are."""
        return 2 + sum(map(len, self.lines.values()))


def visit_rows(visit: Visit) -> VisitRows:
    """The rows of a visit that the rules have passed.

    Raises DoesNotFitError where a number, date or code is beyond what the tables hold.
    """
    assert visit.summary is not None
    source = Source("XML1", visit.summary)
    _check_counted_codes(source)
    encounter = _encounter(visit, source)
    started_at, ended_at = _moment(source, "NGAY_VAO"), _moment(source, "NGAY_RA")
    rows = VisitRows(encounter=encounter, claim=_claim(source))
    rows.encounter |= {name: rows.claim.get(name) for name in ("total_amount", "insurer_amount")}
    lines = rows.lines
    _coverages(source, lines, at=started_at)
    _conditions(source, lines, at=started_at)
    _measures(source, lines, at=started_at, certified="XML9" in visit.tables)
    _referral(source, lines, at=started_at)
    inpatient = encounter["kind"] in INPATIENT
    charges.medicines(visit.tables.get("XML2", ()), lines, at=started_at, inpatient=inpatient)
    charges.services(visit.tables.get("XML3", ()), lines, at=started_at)
    results.results(visit.tables.get("XML4", ()), lines, at=started_at)
    _coded_procedures(source, lines, at=started_at)
    papers.papers(visit.tables, lines, started_at=started_at, ended_at=ended_at)
    programmes.programmes(visit.tables, lines, at=started_at)
    _appointments(source, lines, at=ended_at)
    return rows


def counted_kind(written: str) -> str:
    """MA_LOAI_KCB as figures count it; 4210's three kinds fall together with 01, 02, 03."""
    return COUNTED_KIND.get(written, written)[:2]


def person_columns(source: Source) -> Columns:
    """Who the file says the patient is; the same columns for a visit and a check-in."""
    return {"full_name": "", "birth_written": "", "sex": ""} | source.texts(_PERSON)


def _encounter(visit: Visit, source: Source) -> Columns:
    columns: Columns = {"main_icd": "", "kind_written": ""}
    columns |= person_columns(source)
    columns |= source.texts(_VISIT)
    columns |= {
        "facility_code": visit.facility_code,
        "visit_code": visit.code,
        "generation": visit.generation,
        "kind": counted_kind(source.text("MA_LOAI_KCB")),
        "started_at": _moment(source, "NGAY_VAO"),
        "admitted_at": source.instant("NGAY_VAO_NOI_TRU"),
        "ended_at": _moment(source, "NGAY_RA"),
        "ended_on": source.day("NGAY_RA"),
        "treatment_days": source.integer("SO_NGAY_DTRI", below=100_000),
    }
    return columns


def _check_counted_codes(source: Source) -> None:
    for name in _COUNTED:
        if len(source.text(name)) > LONGEST_COUNTED:
            raise DoesNotFitError("store.code", source.table, source.line, name, source.text(name))


def _moment(source: Source, name: str) -> str:
    found = source.instant(name)
    if found is None:
        raise DoesNotFitError("store.moment", source.table, source.line, name, source.text(name))
    return found


def _claim(source: Source) -> Columns:
    columns: Columns = source.numbers(_CLAIM)
    columns["settlement_year"] = source.integer("NAM_QT", below=10_000)
    columns["settlement_month"] = source.integer("THANG_QT", below=100)
    columns["settled_at"] = source.instant("NGAY_TTOAN")
    return columns


def _coverages(source: Source, lines: Lines, *, at: str) -> None:
    """One for each card of the joined list; the facilities and dates stand side by side with the cards."""
    cards = split_list(source.text("MA_THE_BHYT", "MA_THE"))
    if not cards:
        return
    beside = [split_list(source.text(name)) for name in ("MA_DKBD", "GT_THE_TU", "GT_THE_DEN")]
    common: Columns = {
        "area_code": source.text("MA_KHUVUC"),
        "five_years_on": source.day("NAM_NAM_LIEN_TUC"),
        "copay_free_from": source.day("NGAY_MIEN_CCT", "MIEN_CUNG_CT"),
    }
    for place, card in enumerate(cards):
        if not card:
            continue
        registered, since, until = (members[place] if place < len(members) else "" for members in beside)
        lines.setdefault(COVERAGE, []).append(
            _at(source, at)
            | common
            | {"card_number": card, "registered_facility": registered, "valid_from": day(since), "valid_to": day(until)}
            | {"seq": place + 1}
        )


def _conditions(source: Source, lines: Lines, *, at: str) -> None:
    by_role = (
        ("main", ("MA_BENH_CHINH", "MA_BENH")),
        ("secondary", ("MA_BENH_KT", "MA_BENHKHAC")),
        ("traditional", ("MA_BENH_YHCT",)),
        ("accident", ("MA_TAI_NAN",)),
    )
    found = lines.setdefault(CONDITION, [])
    for role, names in by_role:
        for seq, code in enumerate(filter(None, split_list(source.text(*names))), 1):
            if role != "accident" or code.strip("0"):  # MA_TAI_NAN 0 says that there was none
                found.append(_at(source, at) | {"code": code, "role": role, "seq": min(seq, 32_000)})


def _measures(source: Source, lines: Lines, *, at: str, certified: bool) -> None:
    """The weight, the blood group, the weights of the newborn unless birth certificates state them."""
    newborn = [] if certified else split_list(source.text("CAN_NANG_CON"))
    stated = [
        ("vital", "CAN_NANG", source.text("CAN_NANG"), "kg"),
        ("blood_group", "NHOM_MAU", source.text("NHOM_MAU"), ""),
        *(("birth", "CAN_NANG_CON", text, "g") for text in newborn),
    ]
    for category, code, text, unit in stated:
        if text and text.strip("0."):
            comparator, number = ("", None) if category == "blood_group" else read_value(text)
            lines.setdefault(OBSERVATION, []).append(
                _at(source, at)
                | {"category": category, "code": code, "value_text": text, "unit": unit}
                | {"comparator": comparator, "value_number": number}
            )


def _referral(source: Source, lines: Lines, *, at: str) -> None:
    """The facility that sent the person here, and its letter."""
    sender, letter = source.text("MA_NOI_DI", "MA_NOI_CHUYEN"), source.text("GIAY_CHUYEN_TUYEN")
    if sender or letter:
        lines.setdefault(SERVICE_REQUEST, []).append(
            _at(source, at) | {"kind": "referral_in", "from_facility": sender, "paper_no": letter}
        )


def _coded_procedures(source: Source, lines: Lines, *, at: str) -> None:
    """Codes of MA_PTTT_QT that no line of XML3 carries."""
    carried = {code for row in lines.get(PROCEDURE, ()) for code in split_list(str(row.get("international_code", "")))}
    for code in split_list(source.text("MA_PTTT_QT")):
        if code and code not in carried:
            lines.setdefault(PROCEDURE, []).append(_at(source, at) | {"kind": "coded", "international_code": code})


def _appointments(source: Source, lines: Lines, *, at: str) -> None:
    """The days of NGAY_TAI_KHAM that XML14 does not name as well."""
    known = {row["due_on"] for row in lines.get(APPOINTMENT, ())}
    for text in split_list(source.text("NGAY_TAI_KHAM")):
        due = day(text)
        if due and due not in known:
            known.add(due)
            lines.setdefault(APPOINTMENT, []).append(_at(source, at) | {"due_on": due})


def _at(source: Source, at: str) -> Columns:
    return {"at": at, "source_table": source.table_number, "source_line": source.line}
