from datetime import date

import pytest

from soyte.formats.visitfile import GENERATIONS, field, judged_by, spec, tables

KINDS = {"text", "code", "number", "instant", "day", "instant_or_day", "partial"}
NATURES = {"code", "date", "amount", "number", "name", "free_text"}


def test_each_generation_has_its_fields():
    sizes = {name: {table: len(found.fields) for table, found in tables(name).items()} for name in GENERATIONS}
    assert sizes["4210"] == {"XML1": 40, "XML2": 27, "XML3": 29, "XML4": 10, "XML5": 6}
    assert sum(sizes["130"].values()) == 481
    assert {
        name: sizes["3176"][name] - count for name, count in sizes["130"].items() if sizes["3176"][name] != count
    } == {"XML13": -2}


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_field_says_what_it_is(generation):
    for table in tables(generation).values():
        assert [found.seq for found in table.fields.values()] == list(range(1, len(table.fields) + 1))
        for found in table.fields.values():
            assert found.kind in KINDS, found
            assert found.nature in NATURES, found
            assert found.label, found
            assert (found.nature == "date") == (found.kind in ("instant", "day", "instant_or_day", "partial")), found
            if found.required == "when":
                assert {name for name, _, _ in spec._conditions(found.required_when)} <= set(table.fields), found


def test_a_condition_is_read_from_the_row():
    performer = field("130", "XML3", "NGUOI_THUC_HIEN")
    assert performer.is_required({"MA_NHOM": "8"}, on=date(2026, 9, 1))
    assert not performer.is_required({"MA_NHOM": "13"}, on=date(2026, 9, 1))
    tender = field("130", "XML2", "TT_THAU")
    assert tender.is_required({"MA_NHOM": "4"}, on=date(2026, 9, 1))
    assert not tender.is_required({"MA_NHOM": "17"}, on=date(2026, 9, 1))
    drug = field("130", "XML0", "MA_THUOC")
    assert drug.is_required({}, on=date(2026, 9, 1))
    assert not drug.is_required({"MA_DICH_VU": "02.1897"}, on=date(2026, 9, 1))
    # A joined code holds the condition as soon as one of its members does.
    assert field("130", "XML6", "NGAY_BAT_DAU_XU_TRI").is_required({"MA_XU_TRI": "2;1"}, on=date(2026, 9, 1))


def test_districts_were_required_until_they_ended():
    district = field("130", "XML1", "MAHUYEN_CU_TRU")
    assert district.is_required({}, on=date(2025, 6, 30))
    assert not district.is_required({}, on=date(2025, 7, 1))


def test_what_3176_changed():
    assert field("130", "XML13", "MA_NOI_DEN") and not field("3176", "XML13", "MA_NOI_DEN")
    assert field("3176", "XML13", "MA_CSKCB_DEN").seq == 7
    assert (field("130", "XML1", "SO_CCCD").max_length, field("3176", "XML1", "SO_CCCD").max_length) == (15, None)
    assert (field("130", "XML14", "NGAY_HEN_KL").kind, field("3176", "XML14", "NGAY_HEN_KL").kind) == ("instant", "day")


def test_a_row_that_fits_two_generations_may_suit_either():
    both = judged_by("XML14", ("130", "3176"))
    assert both["NGAY_HEN_KL"].kind == "instant_or_day"
    assert both["MA_TTDV"].max_length == 255
    assert judged_by("XML1", ("130", "3176"))["MA_NGHE_NGHIEP"].max_length == 5
    assert judged_by("XML1", ("130", "3176"))["SO_CCCD"].max_length is None


def test_names_and_texts_are_sealed_and_codes_are_not():
    sealed = {found.name for found in tables("130")["XML1"].fields.values() if found.sealed}
    assert {"HO_TEN", "DIA_CHI", "CHAN_DOAN_RV", "GHI_CHU"} <= sealed
    assert not sealed & {"MA_BENH_CHINH", "NGAY_VAO", "T_BHTT", "MA_LOAI_KCB", "GIOI_TINH"}
