"""A corrected copy of a received file: single values replaced, every other byte as it was.

The original is never altered; the copy is for its sender to look at, to sign and to send. A signature of the original
would no longer fit, so the copy has none.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.parsers import expat
from xml.sax.saxutils import escape

from soyte.formats.visitfile import spec
from soyte.formats.visitfile.envelope import survey
from soyte.formats.visitfile.events import release
from soyte.formats.visitfile.model import Survey

_BLANKS = b" \t\r\n"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(rb"""<[^\s/>]+(?:[^>"']|"[^"]*"|'[^']*')*>""")
_MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


@dataclass(frozen=True, slots=True)
class Change:
    """A new text for one field of one row; `visit` and `line` count from 1."""

    visit: int
    table: str
    line: int
    field: str
    value: str


class NotCorrectable(ValueError):
    """The copy cannot be made: the file or the table cannot be read, or has no such row or field."""


def corrected(content: bytes, *, changes: Sequence[Change], made_on: str = "") -> bytes:
    """The file with the changes made and its signature taken out.

    `made_on` (yyyyMMdd) replaces NGAYLAP, so that the copy counts as the later version. Raises NotCorrectable.
    """
    found = survey(io.BytesIO(content))
    if found.fatal is not None or found.kind != "visits":
        raise NotCorrectable("the file cannot be read")
    pieces = [_utf8(content[start:end], found) for start, end in found.pieces]
    by_visit = {visit: list(group) for visit, group in groupby(sorted(changes, key=_place), lambda one: one.visit)}
    if not set(by_visit) <= set(range(1, len(pieces) - 1)):
        raise NotCorrectable("no such visit")
    for visit, wanted in by_visit.items():
        pieces[visit] = _corrected_visit(pieces[visit], wanted)
    pieces[0] = _with_day(pieces[0], made_on) if made_on else pieces[0]
    pieces[0], pieces[-1] = _without_signature(pieces[0]), _without_signature(pieces[-1])
    return b"".join(piece if found.encoding == "utf-8" else piece.decode().encode(found.encoding) for piece in pieces)


def _place(change: Change) -> tuple[int, str, int]:
    return change.visit, change.table, change.line


def _utf8(piece: bytes, found: Survey) -> bytes:
    return piece if found.encoding == "utf-8" else piece.decode(found.encoding).encode()


def _with_day(head: bytes, made_on: str) -> bytes:
    if not re.fullmatch("[0-9]{8}", made_on):
        raise NotCorrectable("no day")
    return re.sub(rb"(<NGAYLAP\s*>)[^<]*(</NGAYLAP\s*>)", lambda old: old[1] + made_on.encode() + old[2], head, count=1)


def _without_signature(piece: bytes) -> bytes:
    return re.sub(rb"<CHUKYDONVI[\s>].*</CHUKYDONVI\s*>", b"<CHUKYDONVI/>", piece, count=1, flags=re.DOTALL)


def _corrected_visit(piece: bytes, changes: list[Change]) -> bytes:
    """The HOSO with its changed tables in the form in which they were written."""
    wanted = {table: list(group) for table, group in groupby(changes, lambda one: one.table)}
    parts, at = [], 0
    for kind, start, end in list(_contents(piece)):
        if kind in wanted:
            parts += [piece[at:start], _corrected_content(piece[start:end], kind, wanted.pop(kind))]
            at = end
    if wanted:
        raise NotCorrectable(f"no table {', '.join(wanted)}")
    return b"".join([*parts, piece[at:]])


def _contents(piece: bytes) -> Iterator[tuple[str, int, int]]:
    """LOAIHOSO and the byte range of each NOIDUNGFILE that has a content."""
    kind = ""
    for path, start, end, text in _elements(b"<_>" + piece + b"</_>"):
        if path[-2:] == ("FILEHOSO", "LOAIHOSO") and len(path) == 4:
            kind = text.strip().upper()
        elif path[-2:] == ("FILEHOSO", "NOIDUNGFILE") and len(path) == 4 and end > start:
            yield kind, start - 3, end - 3


def _elements(document: bytes) -> Iterator[tuple[tuple[str, ...], int, int, str]]:
    """Each element at its end: its path, the byte range of its content (empty when it closes itself), its own text."""
    found: list[tuple[tuple[str, ...], int, int, str]] = []
    path: list[str] = []
    begun: list[tuple[int, list[str]]] = []
    parser = expat.ParserCreate("utf-8")

    def opened(name: str, _: dict[str, str]) -> None:
        path.append(name)
        begun.append((parser.CurrentByteIndex, []))

    def text(data: str) -> None:
        if begun:
            begun[-1][1].append(data)

    def closed(_: str) -> None:
        at, texts = begun.pop()
        start, end = _end_of_tag(document, at), parser.CurrentByteIndex
        found.append((tuple(path), start, max(start, end), "".join(texts)))
        path.pop()

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = opened, closed, text
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise NotCorrectable("the table cannot be read") from error
    finally:
        release(parser)
    yield from found


def _end_of_tag(document: bytes, at: int) -> int:
    """Where the tag that begins at `at` ends; a ">" in an attribute's value does not end it."""
    tag = _TAG.match(document, at)
    return tag.end() if tag is not None else at


def _corrected_content(content: bytes, table: str, changes: list[Change]) -> bytes:
    stripped = content.strip()
    if stripped.startswith(b"<![CDATA["):
        inner = re.sub(rb"<!\[CDATA\[(.*?)\]\]>", lambda section: section[1], stripped, flags=re.DOTALL)
        document = _corrected_table(inner, table, changes)
        return b"<![CDATA[" + document.replace(b"]]>", b"]]]]><![CDATA[>") + b"]]>"
    if stripped.startswith(b"<"):
        return _corrected_table(stripped, table, changes)
    if stripped.startswith(b"&lt;"):
        text = next(_elements(b"<_>" + stripped + b"</_>"))[3]
        return escape(_corrected_table(text.encode(), table, changes).decode(), {"\r": "&#13;"}).encode()
    try:
        document = binascii.a2b_base64(content.translate(None, _BLANKS), strict_mode=True)
    except ValueError as error:
        raise NotCorrectable("the table cannot be read") from error
    return _wrapped(base64.b64encode(_corrected_table(document, table, changes)), like=stripped)


def _wrapped(text: bytes, *, like: bytes) -> bytes:
    """Base64 in lines as long as the original's."""
    first, newline, _ = like.partition(b"\n")
    width = len(first.rstrip(b"\r"))
    if not newline:
        return text
    ending = b"\r\n" if first.endswith(b"\r") else b"\n"
    return ending.join(text[at : at + width] for at in range(0, len(text), width))


def _corrected_table(document: bytes, table: str, changes: list[Change]) -> bytes:
    mark = next((mark for mark in _MARKS.values() if document.startswith(mark)), None)
    if mark is not None:
        codec = next(name for name, known in _MARKS.items() if known == mark)
        utf8 = document[2:].decode(codec, errors="replace").encode()
        return mark + _corrected_table(utf8, table, changes).decode().encode(codec)
    edits = [_edit(document, table, change) for change in changes]
    for start, end, text in sorted(edits, reverse=True):
        document = document[:start] + text + document[end:]
    return document


def _edit(document: bytes, table: str, change: Change) -> tuple[int, int, bytes]:
    """The byte range to replace, and by what."""
    value = _NO_XML.search(change.value)
    if value is not None:
        raise NotCorrectable(f"character {ord(value[0]):#x} is not allowed in XML")
    text = escape(change.value, {"\r": "&#13;"}).encode()
    fields: dict[str, tuple[int, int]] = {}
    lines = 0
    names = {shape.row or shape.root for name in spec.GENERATIONS if (shape := spec.table(name, table)) is not None}
    for path, start, end, _ in _elements(document):
        if len(path) > 1 and path[-2] in names:
            fields.setdefault(path[-1], (start, end))
        elif path[-1] in names:
            lines += 1
            if lines == change.line:
                return _replacement(document, change.field, fields, end, text)
            fields = {}
    raise NotCorrectable(f"{table} has no row {change.line}")


def _replacement(
    document: bytes, field: str, fields: Mapping[str, tuple[int, int]], row_end: int, text: bytes
) -> tuple[int, int, bytes]:
    name = field.encode()
    if field not in fields:
        if field not in spec.element_names():
            raise NotCorrectable(f"no field {field}")
        return row_end, row_end, b"<%b>%b</%b>" % (name, text, name)
    start, end = fields[field]
    if not document[:start].endswith(b"/>") or end > start:
        return start, end, text
    opened = document.rindex(b"<", 0, start)
    return opened, start, b"<%b>%b</%b>" % (name, text, name)
