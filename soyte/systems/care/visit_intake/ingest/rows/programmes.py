"""XML6, XML15 and XML9: what a visit states about a care that goes over many visits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from soyte.formats.visitfile import Row, judged_by
from soyte.systems.care.visit_intake.ingest.rows.reading import Source
from soyte.systems.care.visit_intake.ingest.rows.tables import (
    EPISODE,
    MEDICATION_REQUEST,
    OBSERVATION,
    Columns,
    Lines,
)

# Repeats of the visit and the person, and the reserve field.
_ELSEWHERE = frozenset((
    "MA_LK", "STT", "MA_BN", "HO_TEN", "SO_CCCD", "NGAY_SINH", "GIOI_TINH", "DIA_CHI", "MATINH_CU_TRU",
    "MAHUYEN_CU_TRU", "MAXA_CU_TRU", "MA_CSKCB", "MA_THE_BHYT", "DU_PHONG",
))  # fmt: skip
_BIRTH_FACTS = (
    "SO_CON", "LAN_SINH", "SO_CON_SONG", "GIOI_TINH_CON", "SINHCON_PHAUTHUAT", "SINHCON_DUOI32TUAN", "NGAY_CT", "SO",
    "QUYEN_SO",
)  # fmt: skip

# Codes that a programme's table states as of a day: (element, days that say when, the latest first).
_HIV_RESULTS = (
    ("KQ_XNTL_VR", ("NGAY_KQ_XN_TLVR", "NGAY_XN_TLVR")),
    ("MA_KQ_XN_PCR", ("NGAY_KQ_XN_PCR", "NGAY_XN_PCR")),
    ("GIAI_DOAN_LAM_SANG", ()),
)
_TB_RESULTS = (
    ("PHANLOAI_LAO_VITRI", ()),
    ("PHANLOAI_LAO_TS", ()),
    ("PHANLOAI_LAO_HIV", ()),
    ("PHANLOAI_LAO_VK", ()),
    ("PHANLOAI_LAO_KT", ()),
)


def programmes(tables: Mapping[str, list[Row]], lines: Lines, *, at: str) -> None:
    """Episodes with their results and regimens."""
    for row in tables.get("XML6", ()):
        source = Source("XML6", row)
        _episode(source, lines, at=at, kind="hiv", started=("BDDT_ARV",), ended=(), outcome=("MA_XU_TRI",),
                 regimen=("MA_PHAC_DO_DIEU_TRI", "MA_PHAC_DO_DIEU_TRI_BD"))  # fmt: skip
        _results(source, lines, _HIV_RESULTS, at=at, category="hiv")
        _regimen(source, lines, at=at, name="MA_PHAC_DO_DIEU_TRI", days="SO_NGAY_CAP_THUOC_ARV")
    for row in tables.get("XML15", ()):
        source = Source("XML15", row)
        _episode(source, lines, at=at, kind="tb", started=("NGAYBD_DTRI_LAO",), ended=("NGAYKT_DTRI_LAO",),
                 outcome=("KET_QUA_DTRI_LAO",), regimen=("PHACDO_DTRI_LAO",))  # fmt: skip
        _results(source, lines, _TB_RESULTS, at=at, category="tb")
        _regimen(source, lines, at=at, name="PHACDO_DTRI_LAO", days=None)
    for row in tables.get("XML9", ()):
        _pregnancy(Source("XML9", row), lines, at=at)


def _episode(
    source: Source, lines: Lines, *, at: str, kind: str, started: tuple[str, ...], ended: tuple[str, ...],
    outcome: tuple[str, ...], regimen: tuple[str, ...],
) -> None:  # fmt: skip
    _add(lines, EPISODE, source, at, {
        "kind": kind,
        "started_on": source.day(*started),
        "ended_on": source.day(*ended),
        "outcome_code": source.text(*outcome),
        "regimen_code": source.text(*regimen),
        "facts": {name: text for name, text in source.values.items() if text and name in _facts(source.table)},
    })  # fmt: skip


@cache
def _facts(table: str) -> frozenset[str]:
    """The codes, days and numbers that only this table has. Free text is no fact: only LabelledText may hold it."""
    fields = judged_by(table, ("130", "3176"))
    return frozenset(name for name, field in fields.items() if not field.sealed and name not in _ELSEWHERE)


def _results(
    source: Source, lines: Lines, named: Iterable[tuple[str, tuple[str, ...]]], *, at: str, category: str
) -> None:
    for name, days in named:
        if value := source.text(name):
            _add(lines, OBSERVATION, source, source.instant(*days) or at,
                 {"category": category, "code": name, "value_text": value})  # fmt: skip


def _regimen(source: Source, lines: Lines, *, at: str, name: str, days: str | None) -> None:
    """The regimen as an order for a medicine; its quantity is the days handed out, where the table says them."""
    if code := source.text(name):
        quantity = source.number(days) if days else None
        _add(lines, MEDICATION_REQUEST, source, at,
             {"code": code, "quantity": quantity, "unit": "ngày" if quantity is not None else ""})  # fmt: skip


def _pregnancy(source: Source, lines: Lines, *, at: str) -> None:
    """The outcome of the mother's pregnancy."""
    _add(lines, EPISODE, source, at, {
        "kind": "pregnancy",
        "ended_on": source.day("NGAY_SINH_CON"),
        "facts": {name: text for name in _BIRTH_FACTS if (text := source.text(name))},
    })  # fmt: skip


def _add(lines: Lines, table: str, source: Source, at: str, columns: Columns) -> None:
    columns |= {"at": at, "source_table": source.table_number, "source_line": source.line}
    lines.setdefault(table, []).append(columns)
