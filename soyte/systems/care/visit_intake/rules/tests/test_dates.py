"""Orders of two moments."""

from datetime import date

import pytest

from soyte.systems.care.visit_intake.rules.tests.visits import drug, found, inpatient, only, service, visit


def test_leaving_before_coming_is_refused_and_names_the_later_standing_field():
    finding = only(visit(NGAY_RA="202608310800"), "dates.XML1.NGAY_RA.before_NGAY_VAO")
    assert (finding.severity, finding.table, finding.field) == ("error", "XML1", "NGAY_RA")
    assert "149" in finding.aliases
    assert "08:00 31/08/2026" in finding.message.what


def test_a_turned_visit_says_nothing_of_its_lines():
    assert not any(code.startswith("dates.XML2") for code in found(visit(NGAY_RA="202608310800")))


def test_leaving_the_day_after_receipt_is_taken_a_day_later_is_refused():
    assert "dates.XML1.NGAY_RA.after_receipt" not in found(visit(), on=date(2026, 8, 31))
    assert found(visit(), on=date(2026, 8, 30))["dates.XML1.NGAY_RA.after_receipt"] == "error"


def test_costs_after_discharge_warn_on_their_line():
    finding = only(
        visit(drugs=[drug(), drug(STT="2", NGAY_YL="202609020800", NGAY_TH_YL="")]), "dates.XML2.NGAY_YL.after_NGAY_RA"
    )
    assert (finding.severity, finding.table, finding.line, finding.field) == ("warning", "XML2", 2, "NGAY_YL")


def test_a_result_before_the_sample_warns_on_the_line():
    line = service(MA_NHOM="1", NGAY_TH_YL="202609010827", NGAY_KQ="202609010815", NGUOI_THUC_HIEN="000456/BP-CCHN")
    finding = only(visit(services=[service(), line]), "dates.XML3.NGAY_KQ.before_NGAY_TH_YL")
    assert (finding.severity, finding.line) == ("warning", 2)


@pytest.mark.parametrize("birth", ["202700000000", "202609020000"])
def test_nobody_comes_before_being_born(birth):
    assert "dates.XML1.NGAY_SINH.after_NGAY_VAO" in found(visit(NGAY_SINH=birth))


def test_a_birth_year_alone_is_compared_by_the_earliest_day_it_may_mean():
    assert found(visit(NGAY_SINH="202600000000", MA_BENH_CHINH="J02.9")) == {}


def test_papers_of_leave_are_counted_by_their_days():
    papers = {
        "XML7": [
            {
                "MA_LK": "LK001", "SO_LUU_TRU": "1", "MA_YTE": "BN001", "MA_KHOA_RV": "K03", "NGAY_VAO": "202609010800",
                "NGAY_RA": "202609041000", "CHAN_DOAN_RV": "x", "PP_DIEUTRI": "x", "MA_TTDV": "7000000001", "MA_BS": "1",
                "TEN_BS": "x", "NGAY_CT": "20260904", "SO_NGAY_NGHI": "5", "NGOAITRU_TUNGAY": "20260905",
                "NGOAITRU_DENNGAY": "20260907",
            }
        ]
    }  # fmt: skip
    assert "leave.XML7.days" in found(visit(tables=papers, **inpatient()))
    papers["XML7"][0]["SO_NGAY_NGHI"] = "3"
    assert "leave.XML7.days" not in found(visit(tables=papers, **inpatient()))
