"""What must accompany what, and what papers repeat of XML1."""

import pytest

from soyte.systems.care.visit_intake.rules.tests.visits import found, inpatient, only, visit

DISCHARGE = {
    "MA_LK": "LK001", "SO_LUU_TRU": "1", "MA_YTE": "BN001", "MA_KHOA_RV": "K03", "NGAY_VAO": "202609010800",
    "NGAY_RA": "202609041000", "CHAN_DOAN_RV": "Viêm họng", "PP_DIEUTRI": "Nội khoa", "MA_TTDV": "7000000001",
    "MA_BS": "000123/BP-CCHN", "TEN_BS": "BS MẪU", "NGAY_CT": "20260904",
}  # fmt: skip
RECORD = {
    "MA_LK": "LK001", "MA_LOAI_KCB": "03", "NGAY_VAO": "202609010800", "NGAY_RA": "202609041000", "CHAN_DOAN_VAO": "x",
    "CHAN_DOAN_RV": "x", "QT_BENHLY": "x", "TOMTAT_KQ": "x", "PP_DIEUTRI": "x", "KET_QUA_DTRI": "1",
    "MA_TTDV": "7000000001", "NGAY_CT": "20260904",
}  # fmt: skip
LETTER = {
    "MA_LK": "LK001", "SO_HOSO": "1", "SO_CHUYENTUYEN": "1", "GIAY_CHUYEN_TUYEN": "CT1", "HO_TEN": "NGUYỄN VĂN MẪU",
    "DAU_HIEU_LS": "x", "QT_BENHLY": "x", "TOMTAT_KQ": "x", "TEN_DICH_VU": "x", "MA_LYDO_CT": "1", "HUONG_DIEU_TRI": "x",
    "PHUONGTIEN_VC": "x", "MA_BAC_SI": "1", "MA_TTDV": "7000000001", "MA_NOI_DEN": "79013",
}  # fmt: skip
APPOINTMENT = {
    "MA_LK": "LK001", "SO_GIAYHEN_KL": "1", "MA_CSKCB": "70001", "HO_TEN": "NGUYỄN VĂN MẪU",
    "NGAY_HEN_KL": "202609150800", "MA_BAC_SI": "1", "MA_TTDV": "7000000001", "NGAY_CT": "20260901",
}  # fmt: skip
TRANSFER = {"MA_LOAI_RV": "2", "MA_NOI_DEN": "79013", "GIAY_CHUYEN_TUYEN": "CT1", "KET_QUA_DTRI": "4"}


@pytest.mark.parametrize("kind", ["03", "04", "06"])
def test_a_stay_without_its_discharge_paper_is_refused(kind):
    finding = only(
        visit(tables={"XML8": [RECORD | {"MA_LOAI_KCB": kind}]}, **inpatient(MA_LOAI_KCB=kind)), "attached.XML7.missing"
    )
    assert (finding.severity, finding.table, finding.field) == ("error", "XML7", None)
    assert "2191" in finding.aliases


@pytest.mark.parametrize("summary", [{"KET_QUA_DTRI": "5"}, {"MA_LOAI_RV": "3"}])
def test_who_died_or_ran_away_gets_no_discharge_paper(summary):
    findings = found(
        visit(tables={"XML8": [RECORD | {"KET_QUA_DTRI": summary.get("KET_QUA_DTRI", "1")}]}, **inpatient(**summary))
    )
    assert findings == {}


def test_a_stay_with_its_papers_is_good_and_without_the_record_summary_warns():
    assert found(visit(tables={"XML7": [DISCHARGE], "XML8": [RECORD]}, **inpatient())) == {}
    assert found(visit(tables={"XML7": [DISCHARGE]}, **inpatient())) == {"attached.XML8.missing": "warning"}


@pytest.mark.parametrize("leaving", ["2", "5"])
def test_a_transfer_needs_its_letter(leaving):
    assert found(visit(**(TRANSFER | {"MA_LOAI_RV": leaving}))) == {"attached.XML13.missing": "warning"}
    assert found(visit(tables={"XML13": [LETTER]}, **(TRANSFER | {"MA_LOAI_RV": leaving}))) == {}


def test_a_transfer_says_where_to():
    findings = found(visit(tables={"XML13": [LETTER | {"MA_NOI_DEN": ""}]}, **(TRANSFER | {"MA_NOI_DEN": ""})))
    assert findings == {"XML1.MA_NOI_DEN.required": "warning"}


def test_a_date_of_return_needs_its_paper_and_the_paper_the_same_date():
    assert found(visit(NGAY_TAI_KHAM="20260915")) == {"attached.XML14.missing": "warning"}
    assert found(visit(NGAY_TAI_KHAM="20260915", tables={"XML14": [APPOINTMENT]})) == {}
    assert found(visit(tables={"XML14": [APPOINTMENT]})) == {"attached.XML14.no_date": "warning"}
    assert found(visit(NGAY_TAI_KHAM="20260916", tables={"XML14": [APPOINTMENT]})) == {
        "attached.XML14.other_date": "warning"
    }


def test_a_paper_that_says_otherwise_than_xml1_warns():
    finding = only(
        visit(NGAY_TAI_KHAM="20260915", tables={"XML14": [APPOINTMENT | {"HO_TEN": "TRẦN VĂN KHÁC"}]}),
        "same.XML14.HO_TEN",
    )
    assert (finding.severity, finding.table, finding.field) == ("warning", "XML14", "HO_TEN")
    assert "NGUYỄN VĂN MẪU" in finding.message.what


def test_a_name_in_other_letters_is_the_same_name():
    letters = APPOINTMENT | {"HO_TEN": "Nguyễn  Văn Mẫu"}
    assert found(visit(NGAY_TAI_KHAM="20260915", tables={"XML14": [letters]})) == {}


def test_drug_names_repeated_in_a_transfer_letter_are_taken_as_written():
    notes = found(visit(tables={"XML13": [LETTER | {"TEN_THUOC": "A;A;A;B"}]}, **TRANSFER), notes=True)
    assert notes["XML13.TEN_THUOC.repeated"] == "note"
    assert "error" not in notes.values()
