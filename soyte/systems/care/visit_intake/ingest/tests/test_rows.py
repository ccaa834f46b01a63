"""From the tables of a visit to the rows of the record; no database."""

import pytest

from soyte.systems.care.visit_intake.ingest.rows import DoesNotFitError, visit_rows
from soyte.systems.care.visit_intake.ingest.rows import tables as t
from soyte.systems.care.visit_intake.ingest.rows.reading import read_value
from soyte.systems.care.visit_intake.rules.tests.visits import drug, inpatient, old_visit, service, supply, visit


def lines(rows, label):
    return rows.lines.get(label, [])


def only(rows, label):
    (row,) = lines(rows, label)
    return row


def charge_of(rows, row):
    return rows.lines[t.CHARGE_ITEM][row["charge"]]


@pytest.mark.parametrize(
    ("group", "tables"),
    [
        ("1", {t.SERVICE_REQUEST, t.DIAGNOSTIC_REPORT}),
        ("02", {t.SERVICE_REQUEST, t.DIAGNOSTIC_REPORT}),
        ("3", {t.SERVICE_REQUEST, t.DIAGNOSTIC_REPORT}),
        ("8", {t.PROCEDURE}),
        ("18", {t.PROCEDURE}),
        ("10", {t.DEVICE_USE}),
        ("11", {t.DEVICE_USE}),
        ("14", {t.STAY}),
        ("15", {t.STAY}),
        ("16", {t.STAY}),
        ("9", set()),
        ("12", set()),
        ("13", set()),
        ("19", set()),
    ],
)
def test_a_service_becomes_what_its_group_says_and_always_a_charge(group, tables):
    rows = visit_rows(visit(drugs=[], services=[service(MA_NHOM=group)]))
    made = set(rows.lines) - {t.CHARGE_ITEM, t.COVERAGE, t.CONDITION, t.OBSERVATION}
    assert made == tables and len(lines(rows, t.CHARGE_ITEM)) == 1
    for label in tables:
        row = only(rows, label)
        assert charge_of(rows, row)["group_code"] == group and (row["source_table"], row["source_line"]) == (3, 1)


def test_every_line_of_money_has_one_charge_in_the_order_of_the_file():
    rows = visit_rows(visit(drugs=[drug(), drug(STT="2")], services=[service(), supply()]))
    charges = lines(rows, t.CHARGE_ITEM)
    assert [(c["source_table"], c["source_line"]) for c in charges] == [(2, 1), (2, 2), (3, 1), (3, 2)]
    assert charges[3]["name"] == "Giá đỡ mạch vành" and charges[3]["unit_price"] == "50000000"


def test_a_medicine_is_handed_to_an_outpatient_and_given_to_an_inpatient():
    assert lines(visit_rows(visit()), t.MEDICATION_DISPENSE) and not lines(
        visit_rows(visit()), t.MEDICATION_ADMINISTRATION
    )
    staying = visit_rows(visit(**inpatient()))
    assert only(staying, t.MEDICATION_ADMINISTRATION)["at"] == "2026-09-01T08:35+07:00"
    assert not lines(staying, t.MEDICATION_DISPENSE)


def test_blood_is_a_transfusion_too():
    transfusion = only(visit_rows(visit(drugs=[drug(MA_NHOM="7")])), t.PROCEDURE)
    assert transfusion["kind"] == "transfusion" and transfusion["quantity"] == "10"


def result(**values):
    return {"MA_LK": "LK001", "STT": "1", "MA_DICH_VU": "23.0075", "NGAY_KQ": "202609010900"} | values


def test_a_value_is_an_observation_and_words_are_the_report_of_their_service():
    found = [
        result(MA_CHI_SO="GLU", TEN_CHI_SO="Glucose", GIA_TRI="<5.2", DON_VI_DO="mmol/L"),
        result(KET_LUAN="Bình thường", MA_BS_DOC_KQ="000123/BP-CCHN"),
    ]
    rows = visit_rows(visit(services=[service(MA_NHOM="1", MA_DICH_VU="23.0075")], tables={"XML4": found}))
    value = next(row for row in lines(rows, t.OBSERVATION) if row["category"] == "laboratory")
    assert (value["comparator"], value["value_number"], value["value_text"]) == ("<", "5.2", "<5.2")
    report = only(rows, t.DIAGNOSTIC_REPORT)
    assert (report["conclusion"], report["source_table"], report["source_line"]) == ("Bình thường", 4, 2)
    assert charge_of(rows, value) is charge_of(rows, report) and charge_of(rows, report)["source_table"] == 3


def test_words_of_a_service_that_was_not_ordered_are_a_report_of_their_own():
    rows = visit_rows(visit(tables={"XML4": [result(MO_TA="Không có chỉ định")]}))
    assert only(rows, t.DIAGNOSTIC_REPORT)["charge"] is None


@pytest.mark.parametrize(
    ("text", "read"),
    [("6.4", ("", "6.4")), ("≥ 10", (">=", "10")), ("-1.5", ("", "-1.5")), ("5,6", ("", None)), ("Âm tính", ("", None)),
     ("1-2", ("", None)), ("９", ("", None)), ("", ("", None))],
)  # fmt: skip
def test_only_what_is_a_number_is_read_as_one(text, read):
    assert read_value(text) == read


def test_each_card_of_a_joined_list_is_a_coverage_of_its_own_days():
    rows = visit_rows(visit(MA_THE_BHYT="DN4757500000123;GD4757500000123", MA_DKBD="70001;70002",
                            GT_THE_TU="20260101;20260902", GT_THE_DEN="20260901;20261231"))  # fmt: skip
    found = [(c["card_number"][:2], c["registered_facility"], c["valid_from"]) for c in lines(rows, t.COVERAGE)]
    assert found == [("DN", "70001", "2026-01-01"), ("GD", "70002", "2026-09-02")]


def test_diagnoses_keep_their_role_and_place():
    rows = visit_rows(visit(MA_BENH_CHINH="I10", MA_BENH_KT="E11.9;E78.5", MA_BENH_YHCT="U50.1", MA_TAI_NAN="0"))
    assert [(c["role"], c["seq"], c["code"]) for c in lines(rows, t.CONDITION)] == [
        ("main", 1, "I10"), ("secondary", 1, "E11.9"), ("secondary", 2, "E78.5"), ("traditional", 1, "U50.1"),
    ]  # fmt: skip


def test_a_day_of_return_that_two_tables_name_is_one_appointment():
    paper = {"MA_LK": "LK001", "SO_GIAYHEN_KL": "7", "NGAY_HEN_KL": "202609150000"}
    rows = visit_rows(visit(NGAY_TAI_KHAM="20260915;20261001", tables={"XML14": [paper]}))
    assert [(a["due_on"], a.get("paper_no", "")) for a in lines(rows, t.APPOINTMENT)] == [
        ("2026-09-15", "7"), ("2026-10-01", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("to", ["MA_NOI_DEN", "MA_CSKCB_DEN"])
def test_a_transfer_letter_of_either_generation_refers_out(to):
    letter = {"MA_LK": "LK001", "SO_CHUYENTUYEN": "12", to: "79026", "MA_LYDO_CT": "1", "QT_BENHLY": "Sốt 3 ngày"}
    rows = visit_rows(visit(tables={"XML13": [letter]}))
    referral = only(rows, t.SERVICE_REQUEST)
    assert (referral["kind"], referral["to_facility"], referral["paper_no"]) == ("referral_out", "79026", "12")
    assert only(rows, t.COMPOSITION)["sections"] == {"history": "Sốt 3 ngày"}


def test_the_format_of_2017_fills_the_same_columns():
    rows = visit_rows(old_visit())
    assert (rows.encounter["kind"], rows.encounter["kind_written"], rows.encounter["main_icd"]) == ("03", "3", "J18.9")
    assert rows.claim["total_amount"] == rows.encounter["total_amount"] == "7000"
    assert only(rows, t.CHARGE_ITEM)["amount"] == "7000" and only(rows, t.MEDICATION_ADMINISTRATION)["code"] == "D.1"
    assert only(rows, t.COVERAGE)["card_number"] == "GD4700000000201"


def test_hiv_care_is_an_episode_with_results_and_a_regimen():
    care = {"MA_LK": "LK001", "BDDT_ARV": "20240320", "MA_PHAC_DO_DIEU_TRI": "NL.01", "SO_NGAY_CAP_THUOC_ARV": "90",
            "KQ_XNTL_VR": "1", "NGAY_KQ_XN_TLVR": "20260910", "DIA_CHI": "ấp Thử"}  # fmt: skip
    rows = visit_rows(visit(drugs=[], tables={"XML6": [care]}))
    episode = only(rows, t.EPISODE)
    assert (episode["kind"], episode["started_on"], episode["regimen_code"]) == ("hiv", "2024-03-20", "NL.01")
    assert "DIA_CHI" not in episode["facts"] and episode["facts"]["KQ_XNTL_VR"] == "1"
    assert only(rows, t.MEDICATION_REQUEST)["quantity"] == "90"
    viral = next(row for row in lines(rows, t.OBSERVATION) if row["category"] == "hiv")
    assert viral["at"] == "2026-09-10T00:00+07:00"


def test_what_cannot_be_read_is_left_empty_and_a_moment_before_all_years_is_refused():
    rows = visit_rows(visit(NGAY_TTOAN="20261332", drugs=[drug(DON_GIA="1,5", NGAY_YL="khi cần")]))
    assert rows.claim["settled_at"] is None and lines(rows, t.CHARGE_ITEM)[0]["unit_price"] is None
    assert lines(rows, t.CHARGE_ITEM)[0]["at"] == rows.encounter["started_at"]
    with pytest.raises(DoesNotFitError):
        visit_rows(visit(NGAY_VAO="000101010000"))
