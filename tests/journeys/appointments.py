"""Visit files of people of one commune who are to come again, missed their day, or came home from a stay."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from soyte.systems.care.visit_intake.ingest.tests import files
from soyte.systems.care.visit_intake.rules.tests.visits import inpatient

HERE = "25363"  # Phường Đồng Phú, where the demo's nurse works
DUE, MISSED, HOME = "Châu Thị Hẹn", "Giang Văn Lỡ", "Kim Thị Về"
BUILT_ON, BUILT_UNTIL = "20260901", "20260904"  # the days of the builder's visit and stay


def write(folder: Path) -> Path:
    """One file a person: seen ten days ago and due in two days; due twelve days ago; home since yesterday."""
    folder.mkdir()
    told = (
        (DUE, 10, {"NGAY_TAI_KHAM": -2, "DIA_CHI": "Số 5, khu phố 2, phường Đồng Phú"}),
        (MISSED, 40, {"NGAY_TAI_KHAM": 12, "DIA_CHI": "Số 9, khu phố 7, phường Đồng Phú"}),
        (HOME, 4, {"DIA_CHI": "Số 1, khu phố 2, phường Đồng Phú", **inpatient(MA_LOAI_RV="3")}),
    )
    for number, (name, days, facts) in enumerate(told, start=1):
        (folder / f"hen-{number}.xml").write_bytes(_file(number, name, days, facts))
    return folder


def _day(ago: int) -> dt.date:
    return dt.date.today() - dt.timedelta(days=ago)  # noqa: DTZ011 - as the province


def _file(number: int, name: str, days: int, facts: dict[str, str | int]) -> bytes:
    told = {name: f"{_day(value):%Y%m%d}" if isinstance(value, int) else value for name, value in facts.items()}
    told |= {
        "HO_TEN": name.upper(),
        "GIOI_TINH": "2" if " Thị " in name else "1",
        "SO_CCCD": f"0700850008{number:02}",
        "NGAY_SINH": f"19{50 + 9 * number}05120000",
        "MA_THE_BHYT": f"DN47575009980{number:02}",
        "MA_BN": f"BN8{number:02}",
        "MA_HSBA": f"HS8{number:02}",
        "DIEN_THOAI": f"09000008{number:02}",
        "MAXA_CU_TRU": HERE,
        "NAM_QT": f"{_day(days):%Y}",
        "THANG_QT": f"{_day(days):%m}",
    }
    visit = files.visit(f"HEN{number:03}", **told)
    dates = {BUILT_ON: f"{_day(days):%Y%m%d}", BUILT_UNTIL: f"{_day(days - 3):%Y%m%d}"}
    for row in (row for rows in visit.values() for row in rows):
        for built, real in dates.items():
            row.update({column: value.replace(built, real) for column, value in row.items()})
    return files.file(visit, made_on=f"{_day(0):%Y%m%d}")
