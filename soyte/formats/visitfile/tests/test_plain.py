"""The quick way to survey a file says what a parser says, or leaves the file to it."""

import io

import pytest

from soyte.formats.visitfile import envelope as first_pass
from soyte.formats.visitfile import survey
from soyte.formats.visitfile.plain import outline_plain
from soyte.formats.visitfile.tests.files import envelope, hoso, part, summary

PLAIN = envelope(hoso(part("XML1", summary())), hoso(part("XML1", summary(MA_LK="L2")), part("XML2", "")))


def by_parser(content, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(first_pass, "outline_plain", lambda _content: None)
        return survey(io.BytesIO(content))


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace(b"<GIAMDINHHS>", "<!-- dữ liệu - thử -->\n<GIAMDINHHS>".encode()),
        PLAIN.replace(b"<CHUKYDONVI></CHUKYDONVI>", b"<CHUKYDONVI/>\n"),
        PLAIN.replace(b"</HOSO>", b"\r\n</HOSO>\r\n\t"),
        PLAIN.replace(b"<SOLUONGHOSO>", b"<SOLUONGHOSO> 1"),
    ],
)
def test_a_plain_file_is_surveyed_without_a_parser(content, monkeypatch):
    found = outline_plain(content)
    assert found is not None
    assert found.survey(fatal=None) == survey(io.BytesIO(content)) == by_parser(content, monkeypatch)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</HOSO>", b""),
        (b"</NOIDUNGFILE>", b""),
        (b"</NOIDUNGFILE>", b"\x01</NOIDUNGFILE>"),
        (b"</NOIDUNGFILE>", b"\xff</NOIDUNGFILE>"),
        (b"</NOIDUNGFILE>", b"&x;</NOIDUNGFILE>"),
        (b"</NOIDUNGFILE>", b"]]></NOIDUNGFILE>"),
        (b"<NOIDUNGFILE>", b"<NOIDUNGFILE/>"),
        (b"<HOSO>", b"<HOSO><!-- -- -->"),
        (b"<GIAMDINHHS>", b"<!-- \xff --><GIAMDINHHS>"),
        (b"<GIAMDINHHS>", b"<!-- \xef\xbf\xbf --><GIAMDINHHS>"),
        (b"<GIAMDINHHS>", b"<!DOCTYPE a><GIAMDINHHS>"),
        (b"</GIAMDINHHS>", b"</GIAMDINHHS>x"),
        (b"<GIAMDINHHS>", b"<GIAMDINHHS a='1' a='2'>"),
        (b"</MACSKCB>", b"</MACSKCB><MACSKCB/>"),
        (b"</HOSO>", b"<FILEHOSO/></HOSO>"),
    ],
)
def test_anything_else_is_left_to_the_parser(old, new):
    assert old in PLAIN
    assert outline_plain(PLAIN.replace(old, new, 1)) is None
