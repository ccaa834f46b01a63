"""Visit files of people with dengue: a cluster in one commune, some in another, and a file that comes three months late."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from soyte.systems.care.visit_intake.ingest.tests import files

HERE, BESIDE = "25363", "25210"  # Phường Đồng Phú, where the demo's nurse works; Phường Đồng Xoài
NAMES_HERE = ("Lý Thị Sáu", "Đinh Văn Bảy", "Tạ Thị Tám", "Hồ Văn Chín", "Mai Thị Mười", "Cao Văn Út")
NAMES_BESIDE = ("Lưu Văn Hai", "Kiều Thị Ba")
LATE = "Vũ Thị Muộn"
LATE_DAYS = 90
BUILT_ON = "20260901"  # the day of the builder's visit


def write(folder: Path) -> Path:
    """One file a visit; the last of them is of this morning, the clocks of 24 and 48 hours run."""
    folder.mkdir()
    ill = [(name, HERE, 2 * place) for place, name in enumerate(NAMES_HERE)]
    ill += [(name, BESIDE, 3) for name in NAMES_BESIDE]
    for number, (name, commune, days) in enumerate([*ill, (LATE, HERE, LATE_DAYS)], start=1):
        (folder / f"sot-xuat-huyet-{number}.xml").write_bytes(_file(number, name, commune, days))
    return folder


def _file(number: int, name: str, commune: str, days: int) -> bytes:
    today = dt.date.today()  # noqa: DTZ011 - as the province
    day = today - dt.timedelta(days=days + 1)
    told = {
        "HO_TEN": name.upper(),
        "SO_CCCD": f"0700850009{number:02}",
        "NGAY_SINH": f"19{60 + 4 * number}05120000",
        "MA_THE_BHYT": f"DN47575009990{number:02}",
        "MA_BN": f"BN9{number:02}",
        "MA_HSBA": f"HS9{number:02}",
        "MAXA_CU_TRU": commune,
        "LY_DO_VV": "Sốt cao",
        "CHAN_DOAN_VAO": "Sốt",
        "CHAN_DOAN_RV": "Sốt xuất huyết Dengue",
        "MA_BENH_CHINH": "A97.0",
        "NAM_QT": f"{day:%Y}",
        "THANG_QT": f"{day:%m}",
    }
    visit = files.visit(f"SXH{number:03}", **told)
    for row in (row for rows in visit.values() for row in rows):
        row.update({name: value.replace(BUILT_ON, f"{day:%Y%m%d}") for name, value in row.items()})
    return files.file(visit, made_on=f"{today:%Y%m%d}")
