"""What a person sees of a received row."""

import pytest

from soyte.formats.visitfile import Style, write_file
from soyte.formats.visitfile.excerpt import NOTHING, excerpt
from soyte.formats.visitfile.tests.files import hoso, part, read, visit

DRUGS = [{"MA_LK": "L1", "STT": str(number), "TEN_THUOC": f"Thuốc <{number}>"} for number in (1, 2, 3)]


@pytest.mark.parametrize("style", [Style(), Style(content="inline"), Style(content="cdata"), Style(wrap=64)])
def test_the_row_stands_out_among_its_neighbours(style):
    content = write_file([visit(XML2=DRUGS)], facility_code="70001", made_on="20260930", style=style)
    start, end = read(content)[0].visits[0]
    shown = excerpt(content[start:end], encoding="utf-8", table="XML2", line=2)
    marked = [shown.lines[number - shown.start] for number in shown.hits]
    assert marked[0] == "<CHI_TIET_THUOC>" and marked[-1].startswith("</CHI_TIET_THUOC>")
    assert [text for text in marked if "STT" in text] == ["<STT>2</STT>"]


def test_an_absent_or_unreadable_table_shows_nothing():
    piece = hoso(part("XML1", "?")).encode()
    assert excerpt(piece, encoding="utf-8", table="XML2", line=1) == NOTHING
    assert list(excerpt(piece, encoding="utf-8", table="XML1", line=1).lines) == []
