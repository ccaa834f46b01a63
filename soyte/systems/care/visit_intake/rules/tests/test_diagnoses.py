"""Diagnoses against the list, the sex and the age."""

import pytest

from soyte.systems.care.visit_intake.rules.tests.visits import found, only, visit


@pytest.mark.parametrize("code", ["J18.9", "J189"])
def test_an_unknown_code_only_warns(code):
    findings = found(visit(MA_BENH_CHINH=code))
    assert set(findings.values()) <= {"warning"}


def test_a_code_of_no_list_warns_with_its_value():
    finding = only(visit(MA_BENH_KT="J18.9;X00.X"), "diagnosis.unknown")
    assert (finding.severity, finding.field, finding.value) == ("warning", "MA_BENH_KT", "X00.X")


def test_a_delivery_of_a_man_warns_of_sex_and_age_group():
    findings = found(visit(MA_BENH_CHINH="O80.0"))
    assert findings["diagnosis.women_only"] == "warning"
    assert findings["diagnosis.age.3.8"] == "warning"


def test_an_asterisk_code_is_not_a_main_diagnosis():
    assert found(visit(MA_BENH_CHINH="G01"))["diagnosis.not_main"] == "warning"
    assert "diagnosis.not_main" not in found(visit(MA_BENH_KT="G01"))


def test_a_disease_of_the_newborn_in_a_grown_man_warns():
    assert any(code.startswith("diagnosis.age.") for code in found(visit(MA_BENH_CHINH="P22.0")))
    newborn = visit(MA_BENH_CHINH="P22.0", NGAY_SINH="202608300000")
    assert not any(code.startswith("diagnosis.age.") for code in found(newborn))


def test_whose_birth_date_is_unknown_suits_every_age():
    assert not any(
        code.startswith("diagnosis.age.") for code in found(visit(MA_BENH_CHINH="P22.0", NGAY_SINH="000000000000"))
    )


def test_more_than_twelve_other_diagnoses_warn():
    codes = ";".join(f"J{number}.9" for number in range(10, 23))
    assert "diagnosis.too_many" in found(visit(MA_BENH_KT=codes))


def test_a_traditional_diagnosis_must_stand_at_a_service():
    finding = only(visit(MA_BENH_YHCT="U50.001"), "diagnosis.YHCT_missing")
    assert (finding.table, finding.field) == ("XML3", "MA_BENH_YHCT")
