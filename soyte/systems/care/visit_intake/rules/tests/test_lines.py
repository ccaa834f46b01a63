"""Lines against each other."""

import pytest

from soyte.systems.care.visit_intake.rules.tests.visits import drug, found, only, service, visit

PROGRESS = {
    "MA_LK": "LK001",
    "STT": "1",
    "DIEN_BIEN_LS": "Đỡ",
    "THOI_DIEM_DBLS": "202609010830",
    "NGUOI_THUC_HIEN": "1",
}


def test_a_number_that_stands_twice_warns_at_the_second_line():
    finding = only(visit(tables={"XML5": [PROGRESS, PROGRESS | {"STT": "2"}, PROGRESS]}), "lines.STT.duplicate")
    assert (finding.severity, finding.table, finding.line, finding.field) == ("warning", "XML5", 3, "STT")
    assert "dòng 1" in finding.message.what


@pytest.mark.parametrize("staff", ["000456/BP-CCHN;000456/BP-CCHN", "000456/BP-CCHN000456/BP-CCHN"])
def test_a_doctor_written_twice_warns(staff):
    assert found(visit(services=[service(NGUOI_THUC_HIEN=staff)])) == {"line.NGUOI_THUC_HIEN.doubled": "warning"}


@pytest.mark.parametrize("staff", ["000456/BP-CCHN;000789/BP-CCHN", "1212", "7012345678"])
def test_two_doctors_and_short_numbers_are_no_doubling(staff):
    assert found(visit(services=[service(NGUOI_THUC_HIEN=staff)])) == {}


def test_a_weight_of_nothing_warns():
    assert found(visit(CAN_NANG="0")) == {"visit.CAN_NANG.zero": "warning"}


def test_two_lines_alike_are_not_judged_here():
    assert found(visit(drugs=[drug(), drug(STT="2")])) == {}
