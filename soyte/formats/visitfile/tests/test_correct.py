"""A corrected copy differs from the original in what was corrected and in nothing else."""

import pytest

from soyte.formats.visitfile import Style, write_file
from soyte.formats.visitfile.correct import Change, NotCorrectable, corrected
from soyte.formats.visitfile.tests.files import document, envelope, hoso, part, read, summary, visit

DRUGS = [{"MA_LK": "L1", "STT": "1", "TEN_THUOC": "A"}, {"MA_LK": "L1", "STT": "2", "TEN_THUOC": "B [x]"}]
STYLES = [
    Style(),
    Style(content="inline"),
    Style(content="cdata"),
    Style(content="escaped"),
    Style(wrap=64, bom=True, newline="\r\n"),
    Style(empty="paired", cdata_texts=False),
    Style(empty="omitted"),
]


def values(content):
    return [
        [(name, row.line, row.values) for name, rows in one.tables.items() for row in rows] for one in read(content)[1]
    ]


def filled(content):
    return [[(name, line, {k: v for k, v in row.items() if v}) for name, line, row in one] for one in values(content)]


@pytest.mark.parametrize("style", STYLES)
def test_only_what_was_corrected_changes(style):
    visits = [visit("L0"), visit("L1", XML2=DRUGS)]
    content = write_file(visits, facility_code="70001", made_on="20260930", style=style)
    changes = [
        Change(2, "XML2", 2, "TEN_THUOC", "C < 5 & ]]> d"),
        Change(2, "XML2", 2, "MA_NHOM", "4"),
        Change(2, "XML2", 1, "STT", ""),
        Change(2, "XML1", 1, "DIA_CHI", "Số 1 “Hùng”"),
    ]
    copy = corrected(content, changes=changes)
    expected = filled(content)
    expected[1][0][2]["DIA_CHI"] = "Số 1 “Hùng”"
    del expected[1][1][2]["STT"]
    expected[1][2][2].update(TEN_THUOC="C < 5 & ]]> d", MA_NHOM="4")
    assert filled(copy) == expected
    assert read(copy)[0].fatal is None
    # The visit that was not touched keeps its very bytes.
    survey, _ = read(content)
    start, end = survey.visits[0]
    assert copy[start:end] == content[start:end]


def test_without_changes_the_copy_is_the_file():
    content = write_file([visit()], facility_code="70001", made_on="20260930", style=Style(wrap=76, newline="\r\n"))
    assert corrected(content, changes=[]) == content


def test_the_copy_has_a_new_day_and_no_signature():
    content = envelope(hoso(part("XML1", summary())), signature="<Signature><A>x</A></Signature>")
    copy = corrected(content, changes=[], made_on="20261001")
    survey, _ = read(copy)
    assert (survey.made_on, survey.signed) == ("20261001", False)
    with pytest.raises(NotCorrectable, match="no day"):
        corrected(content, changes=[], made_on="1/10")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_file_in_utf16_stays_so(encoding):
    content = ("\ufeff" + write_file([visit()], facility_code="70001", made_on="20260930").decode()).encode(encoding)
    copy = corrected(content, changes=[Change(1, "XML1", 1, "HO_TEN", "Lê Thị Lan")])
    survey, (one,) = read(copy)
    assert (survey.encoding, one.summary.values["HO_TEN"]) == (encoding, "Lê Thị Lan")


def test_a_table_in_utf16_stays_so():
    content = envelope(hoso(part("XML1", ("\ufeff" + summary().decode()).encode("utf-16-le"))))
    (one,) = read(corrected(content, changes=[Change(1, "XML1", 1, "HO_TEN", "Lê Thị Lan")]))[1]
    assert one.summary.values["HO_TEN"] == "Lê Thị Lan"
    assert [finding.code for finding in one.findings] == ["table.encoding.utf16"]


def test_an_element_of_4210_is_found_by_its_row():
    drugs = document("XML2", "<MA_LK>L1</MA_LK><SO_LUONG>1,5</SO_LUONG>", generation="4210")
    content = envelope(hoso(part("XML1", summary()), part("XML2", drugs)))
    (one,) = read(corrected(content, changes=[Change(1, "XML2", 1, "SO_LUONG", "1.5")]))[1]
    assert one.tables["XML2"][0].values["SO_LUONG"] == "1.5"


@pytest.mark.parametrize(
    "change",
    [
        Change(2, "XML1", 1, "HO_TEN", "A"),
        Change(0, "XML1", 1, "HO_TEN", "A"),
        Change(1, "XML2", 1, "STT", "1"),
        Change(1, "XML1", 2, "HO_TEN", "A"),
        Change(1, "XML1", 1, "KHONG_CO", "A"),
        Change(1, "XML1", 1, "HO_TEN", "A\x00"),
    ],
)
def test_what_cannot_be_corrected_is_told(change):
    with pytest.raises(NotCorrectable):
        corrected(envelope(hoso(part("XML1", summary()))), changes=[change])


@pytest.mark.parametrize("content", [b"<TONG_HOP><HO_TEN>a < b</HO_TEN></TONG_HOP>", "no base64!"])
def test_a_table_that_cannot_be_read_cannot_be_corrected(content):
    with pytest.raises(NotCorrectable, match="cannot be read"):
        corrected(envelope(hoso(part("XML1", content))), changes=[Change(1, "XML1", 1, "HO_TEN", "A")])
    with pytest.raises(NotCorrectable, match="file cannot be read"):
        corrected(b"<a", changes=[])
