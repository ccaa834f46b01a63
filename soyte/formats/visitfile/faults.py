"""What can be wrong with the shape of a file or a table, and where in the bytes it is.

The names here are the rule codes of findings; SHORT_CODES gives the short codes under which the same faults are
listed in the reference expectations (F01...), so that a report can carry both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from soyte.formats.visitfile import spec

MAX_DEPTH: Final = 64
# libxml2 and the tools built on it stop at ten million bytes in one text node; 9 MiB of base64 are 6.75 MiB of table.
MAX_TEXT: Final = 9 * 1024 * 1024
# A HOSO is read whole. A stay of 1,300 lines takes some 2 MB; this bounds the memory of whoever reads one.
MAX_VISIT: Final = 32 << 20

SHORT_CODES: Final = {
    "file.empty": "F01",
    "file.not_xml": "F01",
    "file.visit_size": "F06",
    "file.malformed": "F01",
    "table.malformed": "F01",
    "file.dtd": "F02",
    "table.dtd": "F02",
    "file.encoding.invalid": "F03",
    "file.encoding.declared": "F03",
    "file.encoding.utf16": "F03",
    "table.encoding.invalid": "F03",
    "table.encoding.declared": "F03",
    "table.encoding.utf16": "F03",
    "table.base64": "F04",
    "file.compressed": "F05",
    "table.compressed": "F05",
    "table.not_xml": "F05",
    "table.root": "F05",
    "file.depth": "F06",
    "file.text_size": "F06",
    "table.depth": "F06",
    "visit.XML1.missing": "F07",
    "table.unknown": "F08",
    "table.empty": "F09",
    "line.MA_LK.missing": "F10",
    "line.MA_LK.orphan": "F10",
    "visit.MA_LK.duplicate": "F11",
    "file.root": "F13",
    "file.wrapper": "F13",
    "envelope.SOLUONGHOSO": "F14",
    "file.nul": "F15",
    "table.nul": "F15",
    "file.bom": "F16",
    "envelope.MACSKCB": "F17",
    "visit.XML1.repeated": "F18",
    "table.element.nested": "F19",
}

_COMPRESSED: Final = ((b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"))
_DOCTYPE: Final = b"<!DOCTYPE"
_ENCODING: Final = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ENTITY: Final = re.compile(rb"&(?:#[0-9]+|#x[0-9A-Fa-f]+|lt|gt|amp|quot|apos);")


def compression(content: bytes) -> str | None:
    """The name of the compression whose signature opens the bytes. Nothing is ever inflated here."""
    return next((name for magic, name in _COMPRESSED if content.startswith(magic)), None)


def declared_encoding(content: bytes) -> str | None:
    """The encoding that the XML declaration names, when it is another than UTF-8."""
    found = _ENCODING.match(content[:200].removeprefix(b"\xef\xbb\xbf"))
    name = found[1].decode("ascii") if found else ""
    return name if name and name.lower() not in ("utf-8", "utf8") else None


def invalid_utf8(content: bytes) -> int | None:
    """Offset of the first byte that is no UTF-8, None when all is."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def known_element(path: list[str]) -> str | None:
    """The innermost element that visit files have. Another name may be a person's, met after a stray "<"."""
    return next((name for name in reversed(path) if name in spec.element_names()), None)


class _Found(Exception):
    """Ends a parse whose question is answered."""


def has_doctype(content: bytes) -> bool:
    """Does the document open with a DOCTYPE? One quoted in CDATA or in a comment is none."""
    if _DOCTYPE not in content:
        return False

    def found(*_: object) -> None:
        raise _Found("doctype")

    def opened(*_: object) -> None:
        raise _Found("element")  # a DOCTYPE can only stand before the first element

    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = found
    parser.StartElementHandler = opened
    try:
        parser.Parse(content, True)
    except _Found as answer:
        return bool(answer.args[0] == "doctype")
    except expat.ExpatError:
        return True  # not even the prolog can be read: then the mention is enough
    return False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stops being well-formed."""

    line: int  # of the text, from 1
    column: int  # characters, from 1
    hint: str  # lt | amp | tag | truncated | control | xml: what most probably went wrong
    row: int | None = None  # row of the table, from 1
    field: str | None = None  # element in which it stands


def hint_of(code: int, around: bytes, at: int) -> str:
    """What most probably went wrong, from expat's error code and the bytes; `at` = offset of the fault in `around`."""
    errors = expat.errors.codes
    before = around[max(0, at - 200) : at + 1]
    if code == errors[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
        return "amp"
    if code in (
        errors[expat.errors.XML_ERROR_NO_ELEMENTS],
        errors[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        errors[expat.errors.XML_ERROR_PARTIAL_CHAR],
        errors[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    ):
        return "truncated"
    if code == errors[expat.errors.XML_ERROR_TAG_MISMATCH]:
        return "tag"
    if code != errors[expat.errors.XML_ERROR_INVALID_TOKEN]:
        return "xml"
    if around[at : at + 1] < b" " and around[at : at + 1] not in (b"", b"\t", b"\n", b"\r"):
        return "control"
    opened = max(before.rfind(b"<"), before.rfind(b"&"))
    if opened >= 0 and before[opened : opened + 1] == b"&" and not _ENTITY.match(around, max(0, at - 200) + opened):
        return "amp"
    return "lt" if opened >= 0 and b">" not in before[opened:-1] else "xml"


def place_of_fault(content: bytes, *, row_element: str) -> Place:
    """Where a table that does not parse breaks, and in which row and field.

    `row_element` is the element of a row ("" where the table is a single row).
    """
    rows, path = 0, [""]

    def opened(name: str, _: dict[str, str]) -> None:
        nonlocal rows
        rows += name == row_element
        path.append(name)

    def closed(_: str) -> None:
        path.pop()

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        hint = hint_of(error.code, content, parser.ErrorByteIndex)
        return Place(
            line=error.lineno,
            column=error.offset + 1,
            hint=hint,
            row=(rows or None) if row_element else 1,
            field=known_element(path),
        )
    return Place(line=1, column=1, hint="xml")
