"""Builders of visit files for the intake's tests: a good visit, of which a test states only what it is about."""

from __future__ import annotations

import io
from collections.abc import Sequence

from soyte.formats.visitfile.writer import write_check_in, write_file
from soyte.kernel.actors import Machine
from soyte.systems.care.visit_intake.ingest.held import Source
from soyte.systems.care.visit_intake.ingest.receipts import Outcome, Sender
from soyte.systems.care.visit_intake.ingest.receive import receive
from soyte.systems.care.visit_intake.models import Receipt
from soyte.systems.care.visit_intake.rules.tests import visits as builders

HOSPITAL = builders.HOSPITAL
Tables = dict[str, list[dict[str, str]]]


def visit(code: str = "LK001", *, tables: Tables | None = None, **summary: str) -> Tables:
    """A good outpatient visit; `tables` are further tables, their lines get the MA_LK of the visit."""
    built = builders.visit(tables=tables, **({"MA_LK": code} | summary))
    found = {name: [dict(row.values) for row in rows] for name, rows in built.tables.items()}
    for rows in found.values():
        for row in rows:
            row["MA_LK"] = code
    return found


def file(*visits: Tables, made_on: str = "20260930", facility: str = HOSPITAL) -> bytes:
    return write_file(visits, facility_code=facility, made_on=made_on)


def check_in(code: str = "LK001", **values: str) -> bytes:
    row = {
        "MA_LK": code, "STT": "1", "MA_BN": "BN001", "HO_TEN": "NGUYỄN VĂN MẪU", "SO_CCCD": "070085000123",
        "NGAY_SINH": "198505120000", "GIOI_TINH": "1", "MA_THE_BHYT": "DN4757500000123", "MA_DKBD": HOSPITAL,
        "GT_THE_TU": "20260101", "GT_THE_DEN": "20261231", "MA_DOITUONG_KCB": "1.1", "NGAY_VAO": "202609010800",
        "MA_LOAI_KCB": "01", "MA_CSKCB": HOSPITAL, "MA_DICH_VU": "02.1897", "TEN_DICH_VU": "Khám Nội",
        "NGAY_YL": "202609010805",
    } | values  # fmt: skip
    return write_check_in([row])


def sender(*, facility: str | None = None) -> Sender:
    return Sender(Machine("test"), Receipt.Channel.COMMAND, facility)


def send(*contents: bytes, names: Sequence[str] = (), by: Sender | None = None) -> list[Outcome]:
    """Receive these files one after the other in this process, in one call."""
    given = names or [f"{number}.xml" for number in range(len(contents))]
    sources = [
        Source(name, lambda content=content: io.BytesIO(content)) for name, content in zip(given, contents, strict=True)
    ]
    return list(receive(sources, by or sender()))


def send_one(content: bytes, *, by: Sender | None = None) -> Outcome:
    return send(content, by=by)[0]


def codes(outcome: Outcome, severity: str = "error") -> set[str]:
    """Everything that refused something of this file, or another severity's findings."""
    found = [*outcome.findings, *(each for one in outcome.visits for each in one.findings)]
    return {each.code for each in found if each.severity == severity}
