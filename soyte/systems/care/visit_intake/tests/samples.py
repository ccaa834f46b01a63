"""Small real files for tests of the doors: a good outpatient visit, of which a test states only what it is about."""

from __future__ import annotations

from soyte.formats.visitfile import write_check_in, write_file
from soyte.systems.care.visit_intake.rules.tests import visits as built


def visit_file(*visits: dict[str, str], made_on: str = "20260930", facility_code: str = "70001", **one: str) -> bytes:
    """A file of visits of one facility. Each visit is its `code` (MA_LK) and the fields of XML1 that differ."""
    told = visits or (one,)
    return write_file(
        [_tables(facility_code=facility_code, **visit) for visit in told], facility_code=facility_code, made_on=made_on
    )


def _tables(*, facility_code: str, code: str = "LK001", **summary: str) -> dict[str, list[dict[str, str]]]:
    good = built.visit(MA_CSKCB=facility_code, **summary)
    return {name: [{**row.values, "MA_LK": code} for row in rows] for name, rows in good.tables.items()}


def check_in_file(code: str = "LK001", **values: str) -> bytes:
    """Somebody came at eight and is still there."""
    summary = {name: built.SUMMARY[name] for name in ("STT", "MA_BN", "HO_TEN", "SO_CCCD", "NGAY_SINH", "GIOI_TINH",
               "MA_THE_BHYT", "MA_DKBD", "GT_THE_TU", "GT_THE_DEN", "MA_DOITUONG_KCB", "NGAY_VAO", "MA_LOAI_KCB", "MA_CSKCB")}  # fmt: skip
    return write_check_in([summary | {"MA_LK": code} | values])
