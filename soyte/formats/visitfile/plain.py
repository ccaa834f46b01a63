"""The quick way to survey a file: nearly every small one has the elements of the decisions in their order, and nothing else.

As for a table (flat.py), expressions cover such a file from its first byte to its last and so prove it well-formed: all
bytes are printable ASCII, but for comments before the root, and no text holds an entity. Of anything else the answer is
None and a parser reads the file.
"""

from __future__ import annotations

import re
import string

from soyte.formats.visitfile.outline import Outline
from soyte.formats.visitfile.visit import plain_parts, visit_code

_BLANK = rb"[ \t\r\n]*+"
# A comment in any language, without the characters from U+F000 on, among which are the two that XML forbids.
_COMMENT = rb"<!--(?:[^\x00-\x08\x0b\x0c\x0e-\x1f\xef-]|-(?!-))*+-->"
_PROLOG = re.compile(
    rb"""(?:<\?xml version=["']1\.0["'](?: encoding=["'](?i:utf-8)["'])?[ \t\r\n]*\?>)?"""
    rb"(?:[ \t\r\n]|" + _COMMENT + rb")*+"
)
_VALUE = _BLANK + rb"([0-9A-Za-z]*+)" + _BLANK
_HEAD = re.compile(
    _BLANK.join([
        rb"<GIAMDINHHS>", rb"<THONGTINDONVI>", rb"<MACSKCB>" + _VALUE + rb"</MACSKCB>", rb"</THONGTINDONVI>",
        rb"<THONGTINHOSO>", rb"<NGAYLAP>" + _VALUE + rb"</NGAYLAP>", rb"<SOLUONGHOSO>" + _VALUE + rb"</SOLUONGHOSO>",
        rb"<DANHSACHHOSO>", rb"",
    ])
)  # fmt: skip
_TAIL = re.compile(
    _BLANK.join([
        rb"</DANHSACHHOSO>", rb"</THONGTINHOSO>", rb"(?:<CHUKYDONVI(?:/>|>" + _BLANK + rb"</CHUKYDONVI>))?",
        rb"</GIAMDINHHS>", rb"",
    ])
)  # fmt: skip
_PRINTABLE = string.printable.replace("\x0b", "").replace("\x0c", "").encode()


def outline_plain(content: bytes) -> Outline | None:
    """The outline of a whole file; None when it needs a parser."""
    prolog = _PROLOG.match(content)
    assert prolog is not None  # it may be empty
    head = _HEAD.match(content, prolog.end())
    if head is None or not _is_plain(prolog[0], content[prolog.end() :]):
        return None
    found = Outline(kind="visits", end=head.end(), size=len(content))
    found.envelope = dict(zip(found.envelope, (text.decode("ascii") for text in head.groups()), strict=True))
    while (visit := plain_parts(content, found.end)) is not None:
        found.starts.append(found.end)
        parts, found.end = visit
        summary = next((part for part in parts if part.kind == "XML1" and part.content.strip()), None)
        found.codes.append(visit_code(summary) if summary is not None else None)
    return found if found.starts and _TAIL.fullmatch(content, found.end) else None


def _is_plain(prolog: bytes, rest: bytes) -> bool:
    try:
        prolog.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"&" not in rest and b"]]>" not in rest and not rest.translate(None, _PRINTABLE)
