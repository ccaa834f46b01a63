"""The quick reader never answers what a parser would not."""

from xml.parsers import expat

from hypothesis import example, given, settings
from hypothesis import strategies as st

from soyte.formats.visitfile import sheet, table, visit
from soyte.formats.visitfile.flat import read_flat
from soyte.formats.visitfile.tests.files import document, hoso, part

GOOD = document(
    "XML2",
    "<MA_LK>L1</MA_LK><STT/><TEN_THUOC><![CDATA[A [1] <b>]]></TEN_THUOC><LIEU_DUNG>2 viên [x]</LIEU_DUNG>",
    "<MA_LK>L1</MA_LK>\n<STT>2</STT> <TEN_THUOC></TEN_THUOC>",
)
SHAPE = table("130", "XML2")
PIECES = st.sampled_from(
    [
        *(
            "<",
            ">",
            "&",
            "]",
            "]]>",
            "<![CDATA[",
            "<STT/>",
            "<STT>",
            "</STT>",
            "&lt;",
            "<!--",
            "-->",
            "<?x?>",
            "\r\n",
            "\x01",
        ),
        *(
            "\x00",
            "\ufffe",
            "\u0301",
            "\u0338",
            "\u00a0",
            "<CHI_TIET_THUOC>",
            "</CHI_TIET_THUOC>",
            "<DSACH_CHI_TIET_THUOC/>",
        ),
        *('<A x="1">', "</A>", "<a/>", "a", "/", "<CHI_TIET_THUOC/>", "</CHI_TIET_THUOC><CHI_TIET_THUOC>", " "),
    ]
)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD.decode())), PIECES, st.integers(0, 12)), max_size=3))
@example([])
@example([(len("<CHITIEU_CHITIET_THUOC>"), "\u0338", 0)])
def test_where_it_answers_a_parser_answers_the_same(changes):
    text = GOOD.decode()
    for at, piece, cut in changes:
        text = text[:at] + piece + text[at + cut :]
    content = text.encode()
    quick = read_flat(content, SHAPE)
    if quick is not None:
        rows, root, findings = sheet._parsed_rows(content, table="XML2")
        assert (rows, root) == (quick, SHAPE.root)
        assert [found.code for found in findings if found.code != "table.element.unknown"] == []


def test_it_answers_for_an_ordinary_table():
    rows = read_flat(GOOD, SHAPE)
    assert [row["STT"] for row in rows] == ["", "2"]
    assert rows[0]["TEN_THUOC"] == "A [1] <b>"


def test_a_composing_mark_after_a_tag_belongs_to_the_text():
    # NFC of the whole document would melt ">" and U+0338 into one character and swallow the tag's end.
    rows = read_flat(GOOD.replace(b"<STT>2", b"<STT>\xcc\xb82"), SHAPE)
    assert rows[1]["STT"] == "\u03382"


def test_letters_of_a_base_and_a_mark_are_composed():
    rows = read_flat(GOOD.replace("viên".encode(), "vie\u0302n".encode()), SHAPE)
    assert rows[0]["LIEU_DUNG"] == "2 viên [x]"


def test_a_layout_that_was_met_before_is_read_as_the_first_time():
    first = read_flat(GOOD, SHAPE)
    assert all(read_flat(GOOD, SHAPE) == first for _ in range(4))


def test_a_declared_encoding_other_than_utf8_is_left_to_the_parser():
    assert read_flat(b'<?xml version="1.0" encoding="utf-8"?>' + GOOD, SHAPE) is not None
    assert read_flat(b'<?xml version="1.0" encoding="windows-1258"?>' + GOOD, SHAPE) is None


PIECE = hoso(part("XML1", b"<TONG_HOP/>"), part("XML2", b"<x/>"), part("XML4", "")).encode()
MARKS = st.sampled_from(
    [
        " ",
        "\n",
        "<!-- x -->",
        "<HOSO>",
        "</HOSO>",
        "<FILEHOSO/>",
        "<KHAC>1</KHAC>",
        "<TONG_HOP/>",
        "&lt;a&gt;",
        "<![CDATA[<a/>]]>",
        "A",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(PIECE)), MARKS, st.integers(0, 3)), max_size=3))
@example([])
def test_a_piece_is_cut_as_a_parser_cuts_it(changes):
    text = PIECE.decode()
    for at, mark, cut in changes:
        text = text[:at] + mark + text[at + cut :]
    try:
        parsed = visit._parse_parts(text.encode())
    except expat.ExpatError:
        return  # the survey lets no such piece through
    found = visit.read_parts(text.encode())
    assert [(one.kind, one.content.strip(), one.inline) for one in found] == [
        (one.kind, one.content.strip(), one.inline) for one in parsed
    ]
