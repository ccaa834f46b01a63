"""Every rule has words, a weight and a source; the gateway's catalogue is answered number by number."""

import re
from datetime import date
from string import Formatter

import pytest

from soyte.formats.visitfile import SHORT_CODES, Finding
from soyte.systems.care.visit_intake.rules import (
    SEVERITIES,
    aliases,
    coverage,
    inventory,
    message,
    periods,
    rules,
    severity,
    weights,
)
from soyte.systems.care.visit_intake.rules.inventory import title_of
from soyte.systems.care.visit_intake.rules.tabular import table

FACTS = {
    "table", "field", "value", "label", "label_lower", "line", "line_code", "length", "limit", "kind", "example", "allowed",
    "on", "list", "shown", "other", "other_label", "received", "expected", "difference", "of", "ceiling", "text_line",
    "column", "visit", "found", "own", "XML1", "start", "end", "minutes", "cards", "count", "card", "result", "leaving",
    "name", "ages", "first", "repeated",
}  # fmt: skip


def test_every_rule_has_a_title_words_a_mend_and_a_source():
    for each in rules():
        assert each.title and each.what and each.mend and each.source, each.pattern
        assert {name for _, name, _, _ in Formatter().parse(each.what + each.mend) if name} <= FACTS, each.pattern


def test_no_rule_stands_twice():
    patterns = [each.pattern for each in rules()]
    assert len(patterns) == len(set(patterns))


def test_every_code_of_the_codec_has_words_and_its_short_code():
    for code, short in SHORT_CODES.items():
        assert message(Finding(code, "XML2", 1, "X", "v")).what
        assert short in aliases(code), code


def test_periods_of_one_pattern_do_not_overlap_and_use_known_words():
    seen = {}
    for period in periods():
        assert period.severity in (*SEVERITIES, "off")
        for other in seen.get(period.pattern, []):
            assert period.valid_from and other.valid_to and other.valid_to < period.valid_from, period.pattern
        seen.setdefault(period.pattern, []).append(period)


def test_the_narrowest_pattern_decides():
    day = date(2026, 9, 1)
    assert severity("XML1.HO_TEN.required", day) == "error"
    assert severity("XML1.DIA_CHI.required", day) == "warning"
    assert severity("sum.T_BHTT", day) == "error"
    assert severity("parts.T_BHTT", day) == "warning"
    assert severity("line.MA_LK.orphan", day) == "error"
    assert severity("line.T_BHTT", day) == "warning"


def test_severity_is_dated():
    assert severity("envelope.CHUKYDONVI.empty", date(2025, 12, 31)) == "note"
    assert severity("envelope.CHUKYDONVI.empty", date(2026, 1, 1)) == "warning"


def test_every_gateway_number_is_answered_once():
    numbers = [row["number"] for row in coverage()]
    assert len(numbers) == len(set(numbers)) == 745
    classes = {row["class"] for row in table("coverage_classes")}
    for row in coverage():
        assert row["class"] in classes
        assert bool(row["rules"]) == (row["class"] == "covered"), row["number"]
        assert row["rules"] or row["note"], row["number"]


def test_a_gateway_number_is_answered_only_by_rules_that_exist():
    known = {entry.code for entry in inventory(date(2026, 9, 1))}
    named = {code for row in coverage() for code in row["rules"].split()}
    assert named - known == set()


def test_the_inventory_lists_every_rule_once_with_words_and_weight():
    entries = inventory(date(2026, 9, 1))
    assert len({entry.code for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.title and entry.source and entry.severity in (*SEVERITIES, "off"), entry.code


def test_the_inventory_words_a_rule_without_a_finding():
    entry = next(entry for entry in inventory(date(2026, 9, 1)) if entry.code == "XML1.DIA_CHI.required")
    assert entry.what.endswith("(DIA_CHI) để trống.") and entry.mend == "Ghi địa chỉ nơi ở."
    assert all("{" not in entry.what + entry.mend for entry in inventory(date(2026, 9, 1)))


def test_weights_tell_the_whole_history_of_a_rule():
    before, after = weights("envelope.CHUKYDONVI.empty")
    assert (before.severity, before.valid_from, before.valid_to) == ("note", None, date(2025, 12, 31))
    assert (after.severity, after.valid_from, after.valid_to) == ("warning", date(2026, 1, 1), None)
    for entry in inventory(date(2026, 9, 1)):
        assert weights(entry.code)[-1].valid_to is None
        assert entry.severity == severity(entry.code, date(2026, 9, 1))


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("XML1.MA_BENH_CHINH.required", "37"), ("dates.XML1.NGAY_RA.before_NGAY_VAO", "149"), ("sum.T_THUOC", "2179"),
        ("sum.T_BHTT", "220"), ("attached.XML7.missing", "2191"), ("attached.XML14.missing", "2348"),
        ("diagnosis.women_only", "1635"), ("diagnosis.men_only", "1600"), ("diagnosis.not_main", "2343"),
        ("outcome.contradiction", "F22"), ("line.THANH_TIEN_BV", "F23"),
    ],
)  # fmt: skip
def test_rules_carry_the_numbers_by_which_others_know_them(code, number):
    assert number in aliases(code)


def test_a_protected_value_is_masked_and_the_rest_stays():
    finding = Finding(
        "XML1.MA_BENH_CHINH.format", "XML1", 1, "MA_BENH_CHINH", "B20", {"label": "Mã bệnh chính", "example": "J18.9"}
    )
    assert "B20" in message(finding).what
    assert "B20" not in message(finding, masked=True).what
    money = Finding("sum.T_THUOC", "XML1", 1, "T_THUOC", "5", {"label": "Tiền thuốc", "received": "5", "expected": "7"})
    assert "7" in message(money, masked=True).what


def test_words_are_short_and_do_not_beg():
    for each in rules():
        assert not re.search(r"[Vv]ui lòng|!|\bOK\b", each.what + each.mend), each.pattern


def test_every_rule_has_a_title_without_a_finding():
    for entry in inventory(date(2026, 9, 1)):
        assert title_of(entry.code)
    assert (title_of("XML2.THANH_TIEN_BV.kind"), title_of("XML1.NGAY_VAO.kind")) == (
        "Không phải số",
        "Không phải ngày giờ",
    )
