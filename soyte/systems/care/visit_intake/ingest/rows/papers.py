"""XML5 and XML7 to XML14: notes and papers with their named texts, and the referral and appointment that two of them make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from soyte.formats.visitfile.model import Row
from soyte.systems.care.visit_intake.ingest.rows.reading import Source
from soyte.systems.care.visit_intake.ingest.rows.tables import (
    APPOINTMENT,
    COMPOSITION,
    OBSERVATION,
    SERVICE_REQUEST,
    Columns,
    Lines,
)

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """How a table becomes a composition: its columns and sections by element. All other filled elements are facts."""

    table: str
    kind: str
    moment: Names  # when it was made; without one, the end of the visit
    sections: Mapping[str, Names]
    number: Names = ()
    serial: Names = ()
    signed_on: Names = ("NGAY_CT",)
    author: Names = ("MA_BS", "MA_BAC_SI")
    from_day: Names = ()
    to_day: Names = ()
    known: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        named = (self.number, self.serial, self.signed_on, self.author, self.from_day, self.to_day, _ELSEWHERE)
        used = {name for names in (*named, *self.sections.values()) for name in names}
        object.__setattr__(self, "known", frozenset(used))


# What a paper repeats of the visit and the person, and the reserve field: the encounter has them.
_ELSEWHERE = (
    "MA_LK", "STT", "MA_CSKCB", "MA_TTDV", "HO_TEN", "NGAY_SINH", "GIOI_TINH", "DIA_CHI", "MA_QUOCTICH", "MA_DANTOC",
    "MA_NGHE_NGHIEP", "MA_THE_BHYT", "GT_THE_DEN", "NGAY_VAO", "NGAY_VAO_NOI_TRU", "NGAY_RA", "DU_PHONG",
)  # fmt: skip

PAPERS = (
    Paper(
        table="XML5", kind="progress", moment=("THOI_DIEM_DBLS", "NGAY_YL"), signed_on=(), author=("NGUOI_THUC_HIEN",),
        sections={
            "course": ("DIEN_BIEN_LS", "DIEN_BIEN"), "stage": ("GIAI_DOAN_BENH",), "consultation": ("HOI_CHAN",),
            "operation": ("PHAU_THUAT",),
        },
    ),
    Paper(
        table="XML7", kind="discharge", moment=("NGAY_RA",), number=("SO_LUU_TRU",),
        from_day=("NGOAITRU_TUNGAY",), to_day=("NGOAITRU_DENNGAY",),
        sections={
            "diagnosis": ("CHAN_DOAN_RV",), "treatment": ("PP_DIEUTRI",), "note": ("GHI_CHU",),
            "termination_cause": ("NGUYENNHAN_DINHCHI",), "doctor": ("TEN_BS",), "father": ("HO_TEN_CHA",),
            "mother": ("HO_TEN_ME",),
        },
    ),
    Paper(
        table="XML8", kind="summary", moment=("NGAY_RA",),
        sections={
            "admission_diagnosis": ("CHAN_DOAN_VAO",), "diagnosis": ("CHAN_DOAN_RV",), "history": ("QT_BENHLY",),
            "results": ("TOMTAT_KQ",), "treatment": ("PP_DIEUTRI",), "note": ("GHI_CHU",), "father": ("HO_TEN_CHA",),
            "mother": ("HO_TEN_ME",), "guardian": ("NGUOI_GIAM_HO",), "employer": ("DON_VI",),
        },
    ),
    Paper(
        table="XML9", kind="birth", moment=("NGAY_SINH_CON",), number=("SO",), serial=("QUYEN_SO",),
        sections={
            "child": ("HO_TEN_CON",), "child_condition": ("TINH_TRANG_CON",), "birth_place": ("NOI_SINH_CON",),
            "mother": ("HO_TEN_NND",), "father": ("HO_TEN_CHA",), "midwife": ("NGUOI_DO_DE",),
            "writer": ("NGUOI_GHI_PHIEU",), "note": ("GHI_CHU",),
        },
    ),
    Paper(
        table="XML10", kind="pregnancy_rest", moment=("NGAY_CT",), number=("SO_CT",), serial=("SO_SERI",),
        from_day=("TU_NGAY",), to_day=("DEN_NGAY",),
        sections={"diagnosis": ("CHAN_DOAN_RV",), "doctor": ("TEN_BS",), "employer": ("DON_VI",)},
    ),
    Paper(
        table="XML11", kind="sick_leave", moment=("NGAY_CT",), number=("SO_CT",), serial=("SO_SERI",),
        from_day=("TU_NGAY",), to_day=("DEN_NGAY",),
        sections={
            "diagnosis": ("CHAN_DOAN_RV",), "treatment": ("PP_DIEUTRI",), "termination_cause": ("NGUYENNHAN_DINHCHI",),
            "father": ("HO_TEN_CHA",), "mother": ("HO_TEN_ME",), "employer": ("DON_VI",),
        },
    ),
    Paper(
        table="XML12", kind="assessment", moment=("NGAY_HOP",), number=("SO_BIEN_BAN",), signed_on=("NGAY_HOP",),
        sections={
            "chair": ("NGUOI_CHU_TRI",), "introduced_by": ("GIOI_THIEU_CUA",), "examination": ("KET_QUA_KHAM",),
            "proposal": ("DE_NGHI",), "finding": ("DUOC_XACDINH",),
        },
    ),
    Paper(
        table="XML13", kind="transfer", moment=("NGAY_RA",), number=("SO_CHUYENTUYEN", "GIAY_CHUYEN_TUYEN"),
        serial=("SO_HOSO",), signed_on=(),
        sections={
            "signs": ("DAU_HIEU_LS",), "diagnosis": ("CHAN_DOAN_RV",), "history": ("QT_BENHLY",),
            "results": ("TOMTAT_KQ",), "treatment": ("PP_DIEUTRI",), "services": ("TEN_DICH_VU",),
            "medicines": ("TEN_THUOC",), "condition_at_transfer": ("TINH_TRANG_CT", "PP_DIEU_TRI"),
            "plan": ("HUONG_DIEU_TRI",), "transport": ("PHUONGTIEN_VC",), "escort": ("HOTEN_NGUOI_HT",),
            "escort_title": ("CHUCDANH_NGUOI_HT",),
        },
    ),
    Paper(
        table="XML14", kind="appointment", moment=("NGAY_CT",), number=("SO_GIAYHEN_KL",),
        sections={"diagnosis": ("CHAN_DOAN_RV",)},
    ),
)  # fmt: skip
ASSESSMENT = next(paper for paper in PAPERS if paper.kind == "assessment")


def papers(tables: Mapping[str, list[Row]], lines: Lines, *, started_at: str, ended_at: str) -> None:
    """The papers of a visit. A medical assessment comes in a file of its own and is not among them."""
    for paper in PAPERS:
        if paper is ASSESSMENT:
            continue
        fallback = started_at if paper.kind == "progress" else ended_at
        for row in tables.get(paper.table, ()):
            source = Source(paper.table, row)
            lines.setdefault(COMPOSITION, []).append(composition(paper, source, at=fallback))
    _referrals(tables.get("XML13", ()), lines, at=ended_at)
    _appointments(tables.get("XML14", ()), lines, at=ended_at)
    _births(tables.get("XML9", ()), lines, at=ended_at)


def composition(paper: Paper, source: Source, *, at: str) -> Columns:
    """One row of a paper's table as a composition."""
    sections = {name: text for name, names in paper.sections.items() if (text := source.text(*names))}
    facts = {name: text for name, text in source.values.items() if text and name not in paper.known}
    return {
        "kind": paper.kind,
        "at": source.instant(*paper.moment) or at,
        "number": source.text(*paper.number),
        "serial": source.text(*paper.serial),
        "signed_on": source.day(*paper.signed_on),
        "author_code": source.text(*paper.author),
        "head_code": source.text("MA_TTDV"),
        "from_day": source.day(*paper.from_day),
        "to_day": source.day(*paper.to_day),
        "sections": sections,
        "facts": facts,
        "source_table": source.table_number,
        "source_line": source.line,
    }


def _referrals(rows: Iterable[Row], lines: Lines, *, at: str) -> None:
    for row in rows:
        source = Source("XML13", row)
        lines.setdefault(SERVICE_REQUEST, []).append({
            "at": source.instant("NGAY_RA") or at,
            "source_table": source.table_number,
            "source_line": source.line,
            "kind": "referral_out",
            "from_facility": source.text("MA_CSKCB_DI", "MA_NOI_DI", "MA_CSKCB"),
            "to_facility": source.text("MA_CSKCB_DEN", "MA_NOI_DEN"),
            "paper_no": source.text("SO_CHUYENTUYEN", "GIAY_CHUYEN_TUYEN"),
            "reason_code": source.text("MA_LYDO_CT"),
            "requester_code": source.text("MA_BAC_SI"),
        })  # fmt: skip


def _appointments(rows: Iterable[Row], lines: Lines, *, at: str) -> None:
    for row in rows:
        source = Source("XML14", row)
        due = source.day("NGAY_HEN_KL")
        if due is not None:
            lines.setdefault(APPOINTMENT, []).append({
                "at": at,
                "source_table": source.table_number,
                "source_line": source.line,
                "due_on": due,
                "paper_no": source.text("SO_GIAYHEN_KL"),
                "doctor_code": source.text("MA_BAC_SI"),
            })  # fmt: skip


def _births(rows: Iterable[Row], lines: Lines, *, at: str) -> None:
    """The weight of each newborn, as the birth certificate states it, on the mother's visit."""
    for row in rows:
        source = Source("XML9", row)
        weight = source.text("CAN_NANG_CON")
        if weight:
            lines.setdefault(OBSERVATION, []).append({
                "at": source.instant("NGAY_SINH_CON") or at,
                "source_table": source.table_number,
                "source_line": source.line,
                "category": "birth",
                "code": "CAN_NANG_CON",
                "value_text": weight,
                "value_number": source.number("CAN_NANG_CON"),
                "unit": "g",
            })  # fmt: skip
