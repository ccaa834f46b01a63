"""The reference expectations, where the test data are present."""

import csv
import io
import os
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from soyte.formats.visitfile import read_visit, survey
from soyte.systems.care.visit_intake.rules import check_envelope, check_visit, verdict
from soyte.systems.care.visit_intake.rules.context import amount
from soyte.systems.care.visit_intake.rules.tests.visits import LISTS

DATA = Path(os.environ.get("SOYTE_TEST_DATA", "")) / "xml130"
RECEIVED = date(2026, 11, 20)
pytestmark = pytest.mark.skipif(
    not os.environ.get("SOYTE_TEST_DATA"), reason="SOYTE_TEST_DATA is not set: reference visit files are absent"
)
TOTALS = {
    "t_tongchi_bv": ("T_TONGCHI_BV", "T_TONGCHI"), "t_tongchi_bh": ("T_TONGCHI_BH",), "t_bhtt": ("T_BHTT",),
    "t_bncct": ("T_BNCCT",), "t_bntt": ("T_BNTT",),
}  # fmt: skip


def _rows():
    path = DATA / "EXPECTED.csv"
    if not os.environ.get("SOYTE_TEST_DATA"):
        return [{"file": "absent", "verdict": "accept"}]  # skipped, with the reason above
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


class Outcome:
    """A file of the reference set, read and judged."""

    def __init__(self, path: Path) -> None:
        content = path.read_bytes()
        found = survey(io.BytesIO(content))
        # The samples are unsigned on purpose; the expectations leave the signature out.
        self.judged = [
            each for each in check_envelope(found, received_on=RECEIVED) if each.code != "envelope.CHUKYDONVI.empty"
        ]
        self.verdicts = []
        self.visits = []
        if found.fatal is None and found.kind == "visits":
            for index, (start, end) in enumerate(found.visits, 1):
                visit = read_visit(content[start:end], index=index, survey=found)
                judged = check_visit(visit, survey=found, lists=LISTS, received_on=RECEIVED)
                self.verdicts.append(verdict(judged))
                self.visits.append(visit)
                self.judged += judged

    @property
    def verdict(self) -> str:
        severities = {each.severity for each in self.judged}
        return "refuse" if "error" in severities else "warn" if "warning" in severities else "accept"

    @property
    def names(self) -> set[str]:
        return {name for each in self.judged if each.severity != "note" for name in each.aliases}

    def lines(self) -> Counter[str]:
        counted: Counter[str] = Counter()
        for visit in self.visits:
            counted.update({name: len(rows) for name, rows in visit.tables.items()})
        return counted

    def total(self, fields) -> Decimal | None:
        values = []
        for visit in self.visits:
            summary = visit.summary.values if visit.summary else {}
            text = next((summary[field] for field in fields if field in summary), None)
            values.append(amount(text) if text is not None else None)
        return sum(values, Decimal(0)) if values and None not in values else None


@pytest.mark.parametrize("expected", _rows(), ids=lambda row: row["file"])
def test_a_reference_file_gives_what_is_expected_of_it(expected):
    outcome = Outcome(DATA / expected["file"])
    assert outcome.verdict == expected["verdict"]
    assert outcome.verdicts.count("accepted") == int(expected["accepted"])
    assert outcome.verdicts.count("refused") == int(expected["refused"])
    assert set(expected["codes"].split()) <= outcome.names
    if expected["lines"] and expected["kind"] == "visit":
        assert outcome.lines() == Counter(
            {name: int(count) for name, count in (part.split(":") for part in expected["lines"].split(";"))}
        )
    for column, fields in TOTALS.items():
        if expected[column] and expected["kind"] == "visit":
            assert outcome.total(fields) == Decimal(expected[column]), column


@pytest.mark.parametrize(
    "expected", [row for row in _rows() if row["verdict"] == "accept"], ids=lambda row: row["file"]
)
def test_a_good_reference_file_has_nothing_but_notes(expected):
    outcome = Outcome(DATA / expected["file"])
    assert [each.code for each in outcome.judged if each.severity != "note"] == []
