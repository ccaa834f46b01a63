"""Sums and lines: what refuses, what warns, what is not judged."""

import pytest

from soyte.systems.care.visit_intake.rules.tests.visits import drug, found, old_visit, only, service, supply, visit

TOTALS = [
    "T_THUOC",
    "T_VTYT",
    "T_TONGCHI_BV",
    "T_TONGCHI_BH",
    "T_BNTT",
    "T_BNCCT",
    "T_BHTT",
    "T_NGUONKHAC",
    "T_BHTT_GDV",
]


@pytest.mark.parametrize("total", TOTALS)
def test_a_total_off_its_lines_is_refused_one_dong_is_allowed(total):
    right = int(float(visit().tables["XML1"][0].values[total]))
    assert f"sum.{total}" not in found(visit(**{total: str(right + 1)}))
    finding = only(visit(**{total: str(right + 2)}), f"sum.{total}")
    assert (finding.severity, finding.table, finding.field) == ("error", "XML1", total)
    assert "lệch 2 đồng" in finding.message.what


def test_the_payers_must_make_up_the_whole():
    assert found(visit(T_BNTT="500"))["parts.T_TONGCHI_BV"] == "error"


def test_4210_has_the_same_sums_under_its_own_names():
    assert found(old_visit(T_TONGCHI="9000"))["sum.T_TONGCHI"] == "error"
    assert "line.THANH_TIEN_BV" not in found(old_visit())


def test_a_line_off_quantity_by_price_is_refused_with_the_expected_figure():
    finding = only(visit(drugs=[drug(THANH_TIEN_BV="12000")]), "line.THANH_TIEN_BV")
    assert (finding.severity, finding.line) == ("error", 1)
    assert "10.000" in finding.message.mend
    assert "F23" in finding.aliases


def test_a_drug_paid_by_rate_is_computed_to_the_dong():
    line = drug(
        TYLE_TT_BH="50", SO_LUONG="3", DON_GIA="4479.999", THANH_TIEN_BV="13440.00", THANH_TIEN_BH="6720.00",
        T_BHTT="5376.00", T_BNCCT="1344.00", T_BNTT="6720.00",
    )  # fmt: skip
    assert found(visit(drugs=[line])) == {}
    wrong = found(visit(drugs=[line | {"THANH_TIEN_BH": "13440.00"}]))
    assert wrong["line.THANH_TIEN_BH"] == "warning"
    assert found(visit(drugs=[line | {"T_BHTT": "6720.00", "T_BNCCT": "0"}]))["line.T_BHTT"] == "warning"


@pytest.mark.parametrize(
    ("group", "rate", "whole", "insured"),
    [
        ("13", "30", "12000", "12000"),  # second examination
        ("13", "10", "4000", "4000"),  # fifth
        ("15", "50", "20000", "20000"),  # bed shared by two
        ("15", "33", "13200", "13200"),  # by three
        ("8", "50", "20000", "40000"),  # second operation: the insured part may keep its price
        ("8", "50", "20000", "20000"),
    ],
)
def test_service_rates_other_than_100(group, rate, whole, insured):
    first = service()
    share = int(insured) * 80 // 100
    second = service(
        STT="2", MA_NHOM=group, TYLE_TT_DV=rate, THANH_TIEN_BV=whole, THANH_TIEN_BH=insured, T_BHTT=str(share),
        T_BNCCT=str(int(insured) - share), T_BNTT=str(int(whole) - int(insured)), MA_GIUONG="H001", PP_VO_CAM="1",
        NGUOI_THUC_HIEN="000456/BP-CCHN",
    )  # fmt: skip
    assert not {code for code in found(visit(services=[first, second])) if code.startswith("line.")}


def test_a_service_rate_left_out_of_the_whole_is_refused():
    second = service(STT="2", TYLE_TT_DV="30")
    assert found(visit(services=[service(), second]))["line.THANH_TIEN_BV"] == "error"


def test_a_single_examination_is_paid_whole():
    line = service(TYLE_TT_DV="30", THANH_TIEN_BV="12000", THANH_TIEN_BH="12000", T_BHTT="9600", T_BNCCT="2400")
    assert found(visit(services=[line])) == {"line.single_examination_rate": "warning"}


def test_a_supply_is_paid_on_its_ceiling():
    capped = supply(
        T_TRANTT="36000000", THANH_TIEN_BH="36000000", T_BHTT="28800000", T_BNCCT="7200000", T_BNTT="14000000"
    )
    assert found(visit(services=[service(), capped])) == {}
    finding = only(visit(services=[service(), supply(T_TRANTT="36000000")]), "line.THANH_TIEN_BH.ceiling")
    assert "36.000.000" in finding.message.what
    assert finding.severity == "warning"


def test_outside_aid_to_the_facility_is_taken_off_first():
    # 10 million less 3 million of aid, rate 50 %, benefit 80 %: 2.8 + 0.7 + 3.5 million.
    line = service(
        STT="2", MA_NHOM="8", DON_GIA_BV="10000000", DON_GIA_BH="10000000", THANH_TIEN_BV="10000000", TYLE_TT_BH="50",
        THANH_TIEN_BH="3500000", T_NGUONKHAC="3000000", T_NGUONKHAC_VTNN="3000000", T_BHTT="2800000", T_BNCCT="700000",
        T_BNTT="3500000", PP_VO_CAM="1", NGUOI_THUC_HIEN="000456/BP-CCHN",
    )  # fmt: skip
    assert found(visit(services=[service(), line])) == {}
    assert found(visit(services=[service(), line], T_NGUONKHAC="0"))["sum.T_NGUONKHAC"] == "error"
    assert found(visit(services=[service(), line | {"T_NGUONKHAC_VTNN": "0"}]))["line.T_NGUONKHAC"] == "warning"


def test_arv_paid_by_another_source_leaves_the_patient_nothing():
    line = drug(T_NGUONKHAC="2000", T_NGUONKHAC_NSNN="2000", T_BNCCT="0")
    assert found(visit(drugs=[line])) == {}


@pytest.mark.parametrize("insured", ["0", "40000"])
@pytest.mark.parametrize(
    "summary", [{"MA_DOITUONG_KCB": "9", "MA_THE_BHYT": "", "GT_THE_TU": "", "GT_THE_DEN": "", "MA_DKBD": ""}, {}]
)
def test_the_insured_part_of_an_uninsured_line_may_be_written_either_way(insured, summary):
    scope = {} if summary else {"PHAM_VI": "2"}
    line = service(THANH_TIEN_BH=insured, T_BHTT="0", T_BNCCT="0", T_BNTT="40000", MUC_HUONG="0", **scope)
    drugs = [drug(THANH_TIEN_BH="0", T_BHTT="0", T_BNCCT="0", T_BNTT="10000", MUC_HUONG="0", **scope)]
    assert found(visit(drugs=drugs, services=[line], **summary)) == {}


def test_an_uninsured_visit_of_which_the_insurer_should_pay_warns():
    findings = found(visit(MA_DOITUONG_KCB="9"))
    assert findings["subject.uninsured_paid"] == "warning"


def test_a_visit_without_any_cost_is_a_visit():
    nothing = {"DON_GIA": "0", "THANH_TIEN_BV": "0", "THANH_TIEN_BH": "0", "T_BHTT": "0", "T_BNCCT": "0"}
    assert found(visit(drugs=[drug(**nothing)], services=[])) == {}
    assert found(visit(drugs=[drug(**nothing)], services=[]), notes=True)["visit.zero_cost"] == "note"
    assert found(visit(drugs=[drug(**nothing), drug(STT="2")]), notes=True)["line.zero_cost"] == "note"


def test_a_missing_share_of_a_supply_is_said():
    assert found(visit(services=[service(), supply(T_BNTT="")]))["XML3.T_BNTT.required"] == "warning"
    assert found(visit(services=[service(), supply()], T_VTYT="0"))["sum.T_VTYT"] == "error"
