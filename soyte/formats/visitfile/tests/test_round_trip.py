"""read(write(x)) keeps every value, whatever the habits of the writer."""

from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soyte.formats.visitfile import (
    GENERATIONS,
    Style,
    read_assessment,
    read_check_in,
    tables,
    write_assessment,
    write_check_in,
    write_file,
)
from soyte.formats.visitfile.tests.files import SUMMARY, codes, read, visit

LETTERS = st.one_of(
    st.characters(exclude_categories=("Cs", "Cc", "Cn")),
    st.sampled_from("\n\t<>&\"'];ếỆđĐ≥ "),
    st.sampled_from("\r"),
)
TEXTS = st.text(LETTERS, max_size=24).map(lambda text: normalize("NFC", text).strip())
CODES = st.text("ABCDEFGHIJ0123456789_.-/", min_size=1, max_size=20)
STYLES = st.builds(
    Style,
    content=st.sampled_from(["base64", "inline", "cdata", "escaped"]),
    wrap=st.sampled_from([0, 64, 76]),
    bom=st.booleans(),
    newline=st.sampled_from(["", "\n", "\r\n"]),
    declaration=st.booleans(),
    namespaces=st.booleans(),
    cdata_texts=st.booleans(),
    empty=st.sampled_from(["self_closed", "paired", "omitted"]),
    swapped=st.sampled_from([(), (("T_BNTT", "T_BHTT"),), (("MA_BN", "HO_TEN"), ("STT", "MA_THUOC"))]),
)


@st.composite
def visit_tables(draw, generation, code):
    shapes = tables(generation)
    names = draw(st.sets(st.sampled_from([name for name in shapes if name not in ("XML0", "XML1", "XML12")])))
    visits = {}
    for name in ["XML1", *sorted(names)]:
        values = st.dictionaries(st.sampled_from(list(shapes[name].fields)), TEXTS, max_size=8)
        rows = draw(st.lists(values, min_size=1, max_size=1 if shapes[name].single else 3))
        visits[name] = [{**row, "MA_LK": code} for row in rows]
    return visits


@st.composite
def written(draw):
    generation = draw(st.sampled_from(GENERATIONS))
    visit_codes = draw(st.lists(CODES, min_size=1, max_size=3, unique=True))
    visits = [draw(visit_tables(generation, code)) for code in visit_codes]
    return visits, generation, draw(STYLES)


def filled(rows):
    return [{name: value for name, value in row.items() if value} for row in rows]


@settings(max_examples=150, deadline=None)
@given(written())
def test_every_value_comes_back(case):
    visits, generation, style = case
    content = write_file(visits, facility_code="70001", made_on="20260930", generation=generation, style=style)
    survey, found = read(content)
    assert survey.fatal is None
    assert b"".join(content[start:end] for start, end in survey.pieces) == content
    assert list(survey.codes) == [given["XML1"][0]["MA_LK"] for given in visits]
    for given_tables, one in zip(visits, found, strict=True):
        assert one.readable
        assert {name: filled(row.values for row in rows) for name, rows in one.tables.items()} == {
            name: filled(rows) for name, rows in given_tables.items()
        }


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(list(tables("130")["XML0"].fields)), TEXTS), min_size=1, max_size=3),
    STYLES,
)
def test_check_ins_come_back(rows, style):
    found = read_check_in(write_check_in(rows, style=style))
    assert found.readable
    assert filled(row.values for row in found.rows) == filled(rows)


def test_an_assessment_comes_back():
    rows = [{"HO_TEN": "Lê Văn Thử", "SO_BIEN_BAN": "12/BB", "KET_QUA_KHAM": "a < b"}]
    assert filled(row.values for row in read_assessment(write_assessment(rows)).rows) == rows


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_file_in_utf16_is_cut_at_its_own_bytes(encoding):
    text = write_file([visit("L1"), visit("L2")], facility_code="70001", made_on="20260930").decode()
    content = ("\ufeff" + text).encode(encoding)
    survey, found = read(content)
    assert b"".join(content[start:end] for start, end in survey.pieces) == content
    assert [one.summary.values["HO_TEN"] for one in found] == [SUMMARY["HO_TEN"]] * 2
    assert codes(survey.findings) == ["file.encoding.utf16"]


def test_padded_decimals_change_the_writing_and_not_the_value():
    row = {
        "MA_LK": "L1",
        "SO_LUONG": "2",
        "DON_GIA": "4479.999",
        "THANH_TIEN_BV": "8960",
        "TYLE_TT_BH": "100",
        "T_BHTT": "x",
    }
    style = Style(decimals="padded")
    content = write_file([visit(XML2=[row])], facility_code="70001", made_on="20260930", style=style)
    values = read(content)[1][0].tables["XML2"][0].values
    assert {name: values[name] for name in row} == {**row, "SO_LUONG": "2.000", "THANH_TIEN_BV": "8960.00"}


def test_the_writer_refuses_what_cannot_be_read_back():
    with pytest.raises(ValueError, match="not allowed in XML"):
        write_file([{"XML1": [{"HO_TEN": "a\x00b"}]}], facility_code="70001", made_on="20260930")
    with pytest.raises(ValueError, match="no table XML6"):
        write_file([visit(XML6=[{}])], facility_code="70001", made_on="20260930", generation="4210")
    with pytest.raises(ValueError, match="exactly one row"):
        write_file([{"XML1": [{}, {}]}], facility_code="70001", made_on="20260930")
    with pytest.raises(ValueError, match="no element name"):
        write_file([{"XML1": [{"A B": "1"}]}], facility_code="70001", made_on="20260930")
