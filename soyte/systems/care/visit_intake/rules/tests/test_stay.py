"""Days, outcomes, cards."""

from datetime import date

import pytest

from soyte.systems.care.visit_intake.rules.tests.test_papers import DISCHARGE, RECORD
from soyte.systems.care.visit_intake.rules.tests.visits import drug, found, inpatient, only, service, visit


@pytest.mark.parametrize("kind", ["01", "07", "09"])
def test_an_examination_has_no_treatment_days(kind):
    assert found(visit(MA_LOAI_KCB=kind, SO_NGAY_DTRI="1"))["stay.SO_NGAY_DTRI.none"] == "warning"
    assert "stay.SO_NGAY_DTRI.none" not in found(visit(MA_LOAI_KCB=kind))


def test_a_stay_counts_its_first_and_its_last_day():
    papers = {"XML7": [DISCHARGE], "XML8": [RECORD]}
    assert found(visit(tables=papers, **inpatient(SO_NGAY_DTRI="3"))) == {"stay.SO_NGAY_DTRI.calendar": "warning"}
    assert found(visit(tables=papers, **inpatient(SO_NGAY_DTRI="4"))) == {}


@pytest.mark.parametrize("leaving", ["2", "3", "4", "5"])
def test_who_died_did_not_leave(leaving):
    assert "outcome.contradiction" in found(visit(KET_QUA_DTRI="5", MA_LOAI_RV=leaving))
    assert "outcome.contradiction" not in found(visit(KET_QUA_DTRI="5", MA_LOAI_RV="1"))


def test_an_uninsured_visit_of_a_commune_station_is_taken():
    free = {"THANH_TIEN_BH": "0", "T_BHTT": "0", "T_BNCCT": "0", "MUC_HUONG": "0"}
    uninsured = {"MA_DOITUONG_KCB": "9", "MA_THE_BHYT": "", "GT_THE_TU": "", "GT_THE_DEN": "", "MA_DKBD": ""}
    drugs = [drug(T_BNTT="10000", **free)]
    assert found(visit(drugs=drugs, services=[service(T_BNTT="40000", **free)], **uninsured)) == {}


TWO_CARDS = {
    "MA_THE_BHYT": "DN4757500000123;CK2757500000123",
    "MA_DKBD": "70001;70001",
    "GT_THE_TU": "20260101;20260902",
    "GT_THE_DEN": "20260901;20271231",
}


def test_each_line_is_judged_by_the_card_of_its_own_day():
    papers = {"XML7": [DISCHARGE], "XML8": [RECORD]}
    first = drug()
    later = drug(STT="2", NGAY_YL="202609030800", NGAY_TH_YL="202609030900")
    whole = later | {"MUC_HUONG": "100", "T_BHTT": "10000", "T_BNCCT": "0"}
    assert found(visit(drugs=[first, whole], tables=papers, **inpatient(**TWO_CARDS))) == {}
    finding = only(visit(drugs=[first, later], tables=papers, **inpatient(**TWO_CARDS)), "cards.level_of_day")
    assert (finding.severity, finding.line, finding.field) == ("warning", 2, "MUC_HUONG")


def test_a_line_of_a_day_without_any_card_warns():
    assert found(visit(GT_THE_DEN="20260831"))["cards.none_on_day"] == "warning"


def test_cards_and_their_days_are_equally_long():
    assert "cards.unequal" in found(visit(**(TWO_CARDS | {"GT_THE_TU": "20260101"})))


def test_a_card_ends_after_it_begins():
    assert "cards.ends_before_start" in found(visit(GT_THE_TU="20270101"))


def test_a_message_shows_only_the_end_of_a_card():
    assert "DN47575" not in only(visit(GT_THE_TU="20270101"), "cards.ends_before_start").message.text


def test_a_visit_received_before_its_day_of_receipt_still_reads_its_lists():
    assert found(visit(), on=date(2026, 9, 1)) == {}
