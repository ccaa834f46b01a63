"""Faults that were met in the field, each with the input that shows it."""

import base64
import gzip
import io

import pytest

from soyte.formats import visitfile
from soyte.formats.visitfile import write_file
from soyte.formats.visitfile.tests.files import (
    OLD_SUMMARY,
    codes,
    document,
    envelope,
    hoso,
    part,
    read,
    summary,
    survey,
    visit,
)

RESULT = "<MA_LK>L1</MA_LK><STT>{stt}</STT><MA_DICH_VU>23.0050</MA_DICH_VU><TEN_CHI_SO>{name}</TEN_CHI_SO>"


def one(*parts: str, **envelope_values):
    """The only visit of a file of one HOSO."""
    survey_, visits = read(envelope(hoso(*parts), **envelope_values))
    assert survey_.fatal is None, survey_.fatal
    (found,) = visits
    return found


# Special characters in texts: a raw "<" is the fault, not the character.


@pytest.mark.parametrize(
    "written",
    ["CRP &lt; 5 mg/L &amp; âm tính", "<![CDATA[CRP < 5 mg/L & âm tính]]>", "CRP <![CDATA[<]]> 5 mg/L &#38; âm tính"],
)
def test_a_less_than_sign_is_kept_as_text(written):
    found = one(part("XML1", summary()), part("XML4", document("XML4", RESULT.format(stt=1, name=written))))
    assert found.tables["XML4"][0].values["TEN_CHI_SO"] == "CRP < 5 mg/L & âm tính"
    assert found.findings == []


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        ("CRP < 5 mg/L", "lt"),
        ("CRP <5 mg/L", "lt"),
        ("R & D", "amp"),
        ("a &nbsp; b", "amp"),
        ("a\x0bb", "control"),
        ("<b>", "tag"),
    ],
)
def test_a_raw_sign_refuses_the_visit_with_its_line(raw, hint):
    lines = [RESULT.format(stt=1, name="Glucose") + "\n", RESULT.format(stt=2, name=raw)]
    faulty = hoso(part("XML1", summary()), part("XML4", document("XML4", *lines)))
    good = hoso(part("XML1", summary(MA_LK="L2")))
    survey_, (refused, taken) = read(envelope(faulty, good))
    assert survey_.fatal is None
    (finding,) = refused.findings
    assert (finding.code, finding.table, finding.line) == ("table.malformed", "XML4", 2)
    assert finding.params["hint"] == hint
    assert finding.params["text_line"] == "2"
    assert finding.field == "TEN_CHI_SO"
    assert not refused.readable and refused.code == "L1"
    assert taken.readable and taken.findings == []


def test_a_raw_sign_in_an_inline_table_refuses_the_file():
    inline = document("XML4", RESULT.format(stt=1, name="CRP < 5 mg/L")).decode()
    found = survey(envelope(hoso(part("XML1", summary()), part("XML4", inline))))
    assert (found.fatal.code, found.fatal.table, found.fatal.field) == ("file.malformed", "XML4", "TEN_CHI_SO")
    assert found.fatal.params["hint"] == "lt"
    assert found.fatal.params["visit"] == "1"
    assert found.pieces == ()


def test_a_diagnosis_with_every_special_character_is_kept():
    text = "\"Viêm\" 'ruột' & đau ≥ 3 ngày\ndòng hai ]]> hết"
    paper = {"MA_LK": "L1", "CHAN_DOAN_RV": text}
    content = write_file([visit(XML7=[paper])], facility_code="70001", made_on="20260930")
    assert b"]]]]><![CDATA[>" in base64.b64decode(content.split(b"<NOIDUNGFILE>")[2].split(b"<")[0])
    assert read(content)[1][0].tables["XML7"][0].values["CHAN_DOAN_RV"] == text


def test_a_list_that_repeats_a_drug_is_taken_as_written():
    letter = {"MA_LK": "L1", "TEN_THUOC": "A;A;A;B"}
    content = write_file([visit(XML13=[letter])], facility_code="70001", made_on="20260930")
    found = read(content)[1][0]
    assert found.tables["XML13"][0].values["TEN_THUOC"] == "A;A;A;B"
    assert found.findings == []


# What belongs together.


def test_a_code_with_a_prefix_in_the_lines_is_named_on_both_sides():
    drug = document("XML2", "<MA_LK>L1</MA_LK><STT>1</STT>", "<MA_LK>70001L1</MA_LK><STT>2</STT>")
    (finding,) = one(part("XML1", summary()), part("XML2", drug)).findings
    assert (finding.code, finding.table, finding.line, finding.value) == ("line.MA_LK.orphan", "XML2", 2, "70001L1")
    assert finding.params == {"XML1": "L1", "line": "70001L1", "hint": "prefix"}


def test_a_line_without_a_code_is_named():
    drug = document("XML2", "<MA_LK/><STT>1</STT>")
    (finding,) = one(part("XML1", summary()), part("XML2", drug)).findings
    assert (finding.code, finding.table, finding.line) == ("line.MA_LK.missing", "XML2", 1)


def test_one_code_at_two_visits_refuses_both():
    survey_, visits = read(envelope(*[hoso(part("XML1", summary(HO_TEN=name))) for name in ("Lan", "Mai")]))
    assert survey_.duplicates == {"L1"}
    assert [codes(found.findings) for found in visits] == [["visit.MA_LK.duplicate"]] * 2


def test_a_visit_without_summary_or_with_two_names_the_table():
    (finding,) = one(part("XML2", document("XML2", "<MA_LK>L1</MA_LK>"))).findings
    assert (finding.code, finding.table, finding.field) == ("visit.XML1.missing", "XML1", None)
    twice = one(part("XML1", summary()), part("XML1", summary()))
    assert codes(twice.findings) == ["visit.XML1.repeated"]
    assert twice.code is None and not twice.readable
    (empty,) = one(part("XML1", "")).findings
    assert (empty.code, empty.params) == ("visit.XML1.missing", {"hint": "empty"})


def test_an_unreadable_summary_is_told_once():
    found = one(part("XML1", "not base64!"), part("XML2", document("XML2", "<MA_LK>L1</MA_LK>")))
    assert codes(found.findings) == ["table.base64"]
    assert found.code is None and found.facility_code == ""


def test_another_sender_is_a_finding_of_the_envelope():
    (finding,) = one(part("XML1", summary()), sender="70002").findings
    assert (finding.code, finding.table, finding.field, finding.value) == ("envelope.MACSKCB", None, "MACSKCB", "70002")


def test_counts_and_days_of_the_envelope_are_compared():
    found = survey(envelope(hoso(part("XML1", summary())), count=2))
    (finding,) = found.findings
    assert (finding.code, finding.field, finding.value) == ("envelope.SOLUONGHOSO", "SOLUONGHOSO", "2")
    late = survey(envelope(hoso(part("XML1", summary()))).replace(b"20260930", b"30/09/2026"))
    assert codes(late.findings) == ["envelope.NGAYLAP"]


# How a table may be written.


def test_the_same_table_in_every_form():
    drug = document("XML2", "<MA_LK>L1</MA_LK><TEN_THUOC>Cồn 70° &lt; 1 l</TEN_THUOC>")
    escaped = drug.decode().replace("&", "&amp;").replace("<", "&lt;")
    wrapped = base64.encodebytes(drug).decode()
    for content in (drug, drug.decode(), f"<![CDATA[{drug.decode()}]]>", escaped, f"\n  {wrapped}  "):
        found = one(part("XML1", summary()), part("XML2", content))
        assert found.tables["XML2"][0].values["TEN_THUOC"] == "Cồn 70° < 1 l"
        assert found.readable


def test_inline_and_disordered_tables_are_notes():
    rows = "<STT>1</STT><MA_LK>L1</MA_LK>"
    found = one(part("XML1", summary()), part("XML2", document("XML2", rows).decode()))
    assert codes(found.findings) == ["table.order", "table.inline"]


def test_a_prefix_declared_by_the_envelope_holds_for_an_inline_table():
    table = document("XML2", '<MA_LK>L1</MA_LK><TEN_THUOC xsi:nil="true"/>').decode()
    content = envelope(hoso(part("XML1", summary()), part("XML2", table)))
    content = content.replace(b"<GIAMDINHHS>", b'<GIAMDINHHS xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">')
    assert read(content)[1][0].tables["XML2"][0].values["TEN_THUOC"] == ""


def test_a_namespace_of_the_table_is_no_fault():
    drug = document("XML2", "<MA_LK>L1</MA_LK><STT>1</STT>").replace(b"_THUOC>", b'_THUOC xmlns="urn:x">', 1)
    found = one(part("XML1", summary()), part("XML2", drug))
    assert found.tables["XML2"][0].values == {"MA_LK": "L1", "STT": "1"}


def test_a_hoso_in_cdata_or_in_a_comment_is_text():
    inner = f"<![CDATA[{summary().decode()}<!-- <HOSO></HOSO> -->]]>"
    content = envelope("<!-- <HOSO/> -->" + hoso(part("XML1", inner)) + "<!-- </HOSO> -->", count=1)
    survey_, visits = read(content)
    assert len(visits) == 1 and survey_.fatal is None
    assert b"".join(content[start:end] for start, end in survey_.pieces) == content


def test_nested_repeated_and_unknown_elements_are_findings():
    row = "<MA_LK>L1</MA_LK><STT><b>1</b></STT><MA_NHOM/><MA_NHOM>4</MA_NHOM><GIA_MOI>1</GIA_MOI>"
    found = one(part("XML1", summary()), part("XML2", document("XML2", "<MA_LK>L1</MA_LK>", row)))
    assert sorted((finding.code, finding.line, finding.field) for finding in found.findings) == [
        ("table.element.nested", 2, "STT"),
        ("table.element.repeated", 2, "MA_NHOM"),
        ("table.element.unknown", 2, "GIA_MOI"),
    ]
    second = found.tables["XML2"][1]
    assert second.values["MA_NHOM"] == "4" and second.unknown == ("GIA_MOI",) and "GIA_MOI" not in second.values


def test_an_unknown_table_is_kept_raw_and_a_blank_kind_is_seen_by_its_root():
    drug = document("XML2", "<MA_LK>L1</MA_LK>")
    found = one(part("XML1", summary()), part("XML17", drug), part("", drug))
    assert codes(found.findings) == ["table.unknown"]
    assert base64.b64decode(found.raw["XML17"]) == drug
    assert len(found.tables["XML2"]) == 1


def test_a_table_under_another_name_is_not_read():
    (finding,) = one(part("XML1", summary()), part("XML3", document("XML2", "<MA_LK>L1</MA_LK>"))).findings
    assert (finding.code, finding.params["is"]) == ("table.root", "XML2")


def test_a_table_sent_in_two_parts_counts_on():
    drug = document("XML2", "<MA_LK>L1</MA_LK>")
    found = one(part("XML1", summary()), part("XML2", drug), part("XML2", drug))
    assert [row.line for row in found.tables["XML2"]] == [1, 2]
    assert codes(found.findings) == ["table.repeated"]


# Generations.


def test_a_table_is_judged_by_the_generation_whose_elements_it_has():
    old = document("XML1", "".join(f"<{k}>{v}</{k}>" for k, v in OLD_SUMMARY.items()), generation="4210")
    drug = document("XML2", "<MA_LK>L1</MA_LK><TYLE_TT>100</TYLE_TT>", generation="4210")
    found = one(part("XML1", old), part("XML2", drug))
    assert (found.generation, found.findings) == ("4210", [])
    letter = document("XML13", "<MA_LK>L1</MA_LK><MA_CSKCB_DEN>79013</MA_CSKCB_DEN>", generation="3176")
    new = one(part("XML1", summary()), part("XML13", letter))
    assert new.generation == "3176"
    assert new.generations == {"XML1": ("130", "3176"), "XML13": ("3176",)}


# What is refused whole, and where.


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"\xef\xbb\xbf \n", "file.empty"),
        (b"%PDF-1.7 ...", "file.not_xml"),
        (gzip.compress(b"<GIAMDINHHS/>", mtime=0), "file.compressed"),
        (b"<GIAMDINHHS>", "file.malformed"),
        (b"<html/>", "file.root"),
        (b"<GIAMDINHHS/>", "file.wrapper"),
        (b"<GIAMDINHHS><DANHSACHHOSO><HOSO/></DANHSACHHOSO></GIAMDINHHS>", "file.wrapper"),
        (b"<!DOCTYPE GIAMDINHHS><GIAMDINHHS/>", "file.dtd"),
        (b"<GIAMDINHHS>" + b"<a>" * 64, "file.depth"),
        (b"<GIAMDINHHS>\x00</GIAMDINHHS>", "file.nul"),
        (b"<GIAMDINHHS>\xd0\xe0</GIAMDINHHS>", "file.encoding.invalid"),
    ],
)
def test_a_file_is_refused_whole(content, code):
    found = survey(content)
    assert (found.fatal.code, found.pieces) == (code, ())


def test_the_place_of_a_fault_is_told():
    content = envelope(hoso(part("XML1", summary()))).replace(b"</SOLUONGHOSO>", b"\n</SOLUONG>")
    fatal = survey(content).fatal
    assert (fatal.params["text_line"], fatal.params["hint"]) == ("2", "tag")
    cut = survey(envelope(hoso(part("XML1", summary())))[:-30]).fatal
    assert cut.params["hint"] == "truncated"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<!DOCTYPE a><TONG_HOP/>", "table.dtd"),
        (gzip.compress(b"<TONG_HOP/>", mtime=0), "table.compressed"),
        (b"MA_LK=1", "table.not_xml"),
        (b"<TONG_HOP><HO_TEN>a\x00</HO_TEN></TONG_HOP>", "table.nul"),
        (b"<TONG_HOP><HO_TEN>\xd0\xe0</HO_TEN></TONG_HOP>", "table.encoding.invalid"),
        (b"<TONG_HOP>" + b"<a>" * 64 + b"</a>" * 64 + b"</TONG_HOP>", "table.depth"),
        (b"<TONG_HOP><MA_LK>L1</MA_LK>", "table.malformed"),
        (b"<KHAC/>", "table.root"),
    ],
)
def test_a_table_that_cannot_be_read_refuses_its_visit_only(content, code):
    survey_, (refused, taken) = read(envelope(hoso(part("XML1", content)), hoso(part("XML1", summary(MA_LK="L2")))))
    assert survey_.fatal is None and survey_.codes[1] == "L2"
    assert codes(refused.findings) == [code] and not refused.readable
    assert taken.readable and taken.findings == []


def test_doctype_in_a_text_is_text():
    found = one(part("XML1", summary(HO_TEN="<![CDATA[<!DOCTYPE a>]]>")))
    assert found.summary.values["HO_TEN"] == "<!DOCTYPE a>"


@pytest.mark.parametrize(
    ("content", "hint"),
    [("PD94-_", "urlsafe"), ("PD94!bWw=", "character"), ("PD94b", "length"), ("PD9=4bWw", "length")],
)
def test_only_strict_base64_is_read(content, hint):
    (finding,) = one(part("XML1", summary()), part("XML2", content)).findings
    assert (finding.code, finding.table, finding.params["hint"]) == ("table.base64", "XML2", hint)


def test_another_declared_encoding_is_told_and_read_as_utf8():
    content = b'<?xml version="1.0" encoding="windows-1258"?>' + envelope(hoso(part("XML1", summary())))
    survey_, (found,) = read(content)
    assert codes(survey_.findings) == ["file.encoding.declared"]
    assert found.summary.values["HO_TEN"] == "Nguyễn Thị Thử"
    inner = one(part("XML1", b'<?xml version="1.0" encoding="latin1"?>' + summary()))
    assert codes(inner.findings) == ["table.encoding.declared"]
    assert inner.summary.values["HO_TEN"] == "Nguyễn Thị Thử"


def test_an_inner_table_in_utf16_is_read_with_a_finding():
    found = one(part("XML1", ("\ufeff" + summary().decode()).encode("utf-16-le")))
    assert codes(found.findings) == ["table.encoding.utf16"]
    assert found.summary.values["HO_TEN"] == "Nguyễn Thị Thử"


def test_decomposed_letters_are_composed():
    found = one(part("XML1", summary(HO_TEN="Nguye\u0302\u0303n")))
    assert found.summary.values["HO_TEN"] == "Nguyễn"


def test_a_signature_that_is_present_is_seen():
    visits = hoso(part("XML1", summary()))
    assert not survey(envelope(visits)).signed
    assert not survey(envelope(visits, signature=" \n ")).signed
    assert survey(envelope(visits, signature="<Signature/>")).signed
    assert survey(envelope(visits, signature="MIIC...")).signed


def test_a_stream_that_answers_in_small_pieces_is_read_the_same():
    class Slow(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 7))

    content = envelope(hoso(part("XML1", summary())), "<HOSO />")
    assert visitfile.survey(Slow(content)) == survey(content)
