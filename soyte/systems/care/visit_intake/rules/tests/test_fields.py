"""Field rules generated from the specification."""

from datetime import date

import pytest

from soyte.systems.care.visit_intake.rules.tests.visits import drug, found, old_visit, only, service, visit


def test_a_good_visit_has_no_finding():
    assert found(visit()) == {}


@pytest.mark.parametrize(
    "field",
    ["MA_LK", "MA_CSKCB", "HO_TEN", "NGAY_SINH", "GIOI_TINH", "NGAY_VAO", "NGAY_RA", "MA_LOAI_KCB", "MA_BENH_CHINH"],
)
def test_a_visit_that_cannot_be_placed_is_refused(field):
    assert found(visit(**{field: ""}))[f"XML1.{field}.required"] == "error"


@pytest.mark.parametrize("field", ["DIA_CHI", "LY_DO_VV", "MA_HSBA", "CAN_NANG", "MA_BN"])
def test_other_empty_required_fields_only_warn(field):
    assert found(visit(**{field: ""})) == {f"XML1.{field}.required": "warning"}


@pytest.mark.parametrize("field", ["MA_LK", "MA_CSKCB", "HO_TEN"])
def test_an_identity_longer_than_the_specification_is_refused(field):
    assert found(visit(**{field: "A" * 256}))[f"XML1.{field}.length"] == "error"


def test_other_long_fields_only_warn_and_say_how_long():
    finding = only(visit(DIEN_THOAI="0" * 20), "XML1.DIEN_THOAI.length")
    assert finding.severity == "warning"
    assert "20 ký tự" in finding.message.what
    assert "15" in finding.message.mend


@pytest.mark.parametrize("text", ["7.000,00", "1e308", "NaN", "1,5", "９"])
@pytest.mark.parametrize("field", ["SO_LUONG", "DON_GIA", "THANH_TIEN_BV", "T_BHTT"])
def test_an_unreadable_number_of_a_sum_is_refused_and_never_guessed(field, text):
    findings = found(
        visit(drugs=[drug(**{field: text})], T_THUOC="10000", T_TONGCHI_BV="50000", T_BHTT="40000", T_BHTT_GDV="40000")
    )
    assert findings[f"XML2.{field}.kind"] == "error"
    assert not any(
        code.startswith("sum.") and severity == "error" and code != "sum.T_THUOC" for code, severity in findings.items()
    )


def test_an_unreadable_number_of_no_sum_only_warns():
    assert found(visit(CAN_NANG="năm lăm"))["XML1.CAN_NANG.kind"] == "warning"


def test_a_negative_amount_is_refused():
    line = drug(SO_LUONG="-10", THANH_TIEN_BV="-10000", THANH_TIEN_BH="-10000", T_BHTT="-8000", T_BNCCT="-2000")
    assert found(visit(drugs=[line]))["XML2.SO_LUONG.negative"] == "error"


@pytest.mark.parametrize("text", ["202613011000", "20260101", "202602300900", "hôm qua"])
def test_an_impossible_day_of_the_visit_is_refused_elsewhere_it_warns(text):
    assert found(visit(NGAY_VAO=text))["XML1.NGAY_VAO.kind"] == "error"
    assert found(visit(services=[service(NGAY_YL=text)]))["XML3.NGAY_YL.kind"] == "warning"


@pytest.mark.parametrize("birth", ["000000000000", "198500000000", "198505000000"])
def test_a_birth_date_known_in_part_or_not_at_all_is_good(birth):
    assert found(visit(NGAY_SINH=birth)) == {}


def test_the_message_names_the_field_shows_the_value_and_says_what_to_write():
    finding = only(visit(NGAY_RA="202613011000"), "XML1.NGAY_RA.kind")
    assert "NGAY_RA" in finding.message.what
    assert "202613011000" in finding.message.what
    assert "12 chữ số" in finding.message.mend


def test_codes_are_valid_by_the_list_of_the_day_of_discharge():
    days = {"NGAY_VAO": "202607310800", "NGAY_RA": "202607310930", "NGAY_TTOAN": "202607310930"}
    line = {"NGAY_YL": "202607310810", "NGAY_TH_YL": "202607310815"}
    july = visit(MA_LOAI_KCB="11", drugs=[drug(**line)], services=[service(**line, NGAY_KQ="202607310820")], **days)
    assert found(july) == {"XML1.MA_LOAI_KCB.expired": "error"}
    assert "XML1.MA_LOAI_KCB.expired" not in found(visit(MA_LOAI_KCB="11"))


@pytest.mark.parametrize("field", ["MA_LOAI_KCB", "GIOI_TINH", "MA_LOAI_RV"])
def test_a_code_that_decides_how_the_visit_counts_is_refused_when_unknown(field):
    findings = found(visit(**{field: "99" if field == "MA_LOAI_KCB" else "9"}))
    assert findings[f"XML1.{field}.list"] == "error"


def test_a_kind_without_its_leading_zero_is_refused():
    assert found(visit(MA_LOAI_KCB="1"))["XML1.MA_LOAI_KCB.format"] == "error"


def test_a_subject_of_an_older_list_is_good_in_its_day_and_flagged_after_its_end():
    days = {"NGAY_VAO": "202406010800", "NGAY_RA": "202406010930", "NGAY_TTOAN": "202406010930"}
    line = {"NGAY_YL": "202406010810", "NGAY_TH_YL": "202406010815"}
    cards = {"GT_THE_TU": "20240101", "GT_THE_DEN": "20241231", "MAHUYEN_CU_TRU": "689", "MATINH_CU_TRU": "70"}
    in_2024 = visit(
        MA_DOITUONG_KCB="3.5", drugs=[drug(**line)], services=[service(**line, NGAY_KQ="202406010820")], **days, **cards
    )
    assert "XML1.MA_DOITUONG_KCB.expired" not in found(in_2024)
    assert found(visit(MA_DOITUONG_KCB="3.5"))["XML1.MA_DOITUONG_KCB.expired"] == "warning"


def test_a_district_is_required_only_while_there_were_districts():
    findings = found(visit(NGAY_VAO="202506010800", NGAY_RA="202506010930"), on=date(2025, 6, 10))
    assert findings["XML1.MAHUYEN_CU_TRU.required"] == "warning"
    assert "XML1.MAHUYEN_CU_TRU.required" not in found(visit())


def test_what_only_one_group_of_lines_needs_is_asked_of_that_group():
    assert "XML3.MA_VAT_TU.required" in found(visit(services=[service(MA_NHOM="10", TT_THAU="a;b;c;2026")]))
    assert "XML3.MA_VAT_TU.required" not in found(visit())


def test_4210_is_judged_by_its_own_fields_and_kinds():
    assert found(old_visit(), on=date(2023, 6, 1)) == {}
    assert found(old_visit(MA_LOAI_KCB="3", NGAY_RA="202305141000"), on=date(2026, 1, 1)) == {}
    assert found(old_visit(MA_LOAI_KCB="4"), on=date(2023, 6, 1)) == {"XML1.MA_LOAI_KCB.list": "error"}
    assert found(old_visit(MA_BENH=""), on=date(2023, 6, 1)) == {"XML1.MA_BENH.required": "error"}


def test_4210_after_its_end_only_warns():
    late = old_visit(
        NGAY_VAO="202407010900",
        NGAY_RA="202407011000",
        NGAY_TTOAN="202407011000",
        SO_NGAY_DTRI="1",
        GT_THE_DEN="20241231",
    )
    late.tables["XML2"][0].values["NGAY_YL"] = "202407010930"
    assert found(late, on=date(2024, 7, 10)) == {"visit.format_4210_ended": "warning"}
