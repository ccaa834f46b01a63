"""The reference files, from bytes to rows, where the test data are present."""

import csv
import os
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from django.db.models import Sum

from soyte.clinical.coverage.models import ChargeItem
from soyte.clinical.encounters.models import CheckIn, Encounter
from soyte.systems.care.visit_intake.check.paths import open_regular
from soyte.systems.care.visit_intake.ingest.held import Source
from soyte.systems.care.visit_intake.ingest.receive import receive_one
from soyte.systems.care.visit_intake.ingest.tests.files import sender
from soyte.systems.care.visit_intake.models import ReceiptVisit

NAMED = os.environ.get("SOYTE_TEST_DATA", "")
DATA = Path(NAMED) / "xml130"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not NAMED, reason="SOYTE_TEST_DATA is not set: reference visit files are absent"),
]


def _rows():
    if not NAMED:
        return [{"file": "absent"}]  # skipped, with the reason above
    with (DATA / "EXPECTED.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("row", _rows(), ids=lambda row: Path(row["file"]).stem)
def test_a_reference_file_lands_as_expected(row, settings, tmp_path):
    settings.SOYTE_KEYS = tmp_path
    told = receive_one(Source(row["file"], partial(open_regular, str(DATA / row["file"]))), sender())
    taken, refused = int(row["accepted"]), int(row["refused"])
    assert (told.accepted, told.refused) == (taken, refused)
    assert Encounter.objects.filter(in_force=True).count() == taken
    assert ReceiptVisit.objects.filter(verdict="refused").count() == refused
    if row["kind"] == "checkin":
        assert CheckIn.objects.filter(in_force=True).count() == 1
    if not taken:
        assert not ChargeItem.objects.exists()
        return
    lines = dict(part.split(":") for part in row["lines"].split(";"))
    assert ChargeItem.objects.count() == int(lines.get("XML2", 0)) + int(lines.get("XML3", 0))
    sums = Encounter.objects.aggregate(total=Sum("total_amount"), insurer=Sum("insurer_amount"))
    assert sums == {"total": Decimal(row["t_tongchi_bv"]), "insurer": Decimal(row["t_bhtt"])}
