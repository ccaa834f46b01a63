"""Second pass: one HOSO of a file, to the tables of a visit."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from soyte.formats.visitfile import spec
from soyte.formats.visitfile.events import release
from soyte.formats.visitfile.model import Finding, Row, Sheet, Survey, Visit
from soyte.formats.visitfile.sheet import read_sheet

# The common form is matched without a parser: survey has proved the piece well-formed, and where these expressions
# cover it from its first byte to its last there is nothing else in it.
_HEAD = re.compile(rb"\s*<HOSO>\s*")
_FILE_HEAD = re.compile(rb"<FILEHOSO>\s*<LOAIHOSO>\s*(XML[0-9]{1,2})\s*</LOAIHOSO>\s*<NOIDUNGFILE(?:\s*/()>|>)")
_FILE_TAIL = re.compile(rb"</NOIDUNGFILE>\s*</FILEHOSO>\s*")
_EMPTY_FILE_TAIL = re.compile(rb"\s*</FILEHOSO>\s*")
_TAIL = re.compile(rb"</HOSO>\s*")
_FIRST_FIELD = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*<TONG_HOP>\s*<MA_LK>\s*([!-%'-;=-~]++)\s*</MA_LK>"
)
_BLANKS = b" \t\r\n"


@dataclass(slots=True)
class Part:
    """One FILEHOSO: its kind and its content, either base64 or the XML itself."""

    kind: str  # LOAIHOSO, upper case
    content: bytes
    inline: bool  # the content is XML as it stands, not base64


def read_visit(piece: bytes, *, index: int, survey: Survey) -> Visit:
    """Read the HOSO `piece`, the `index`-th of its file (from 1).

    `survey` tells the encoding, the sender and which MA_LK stand twice. Raises nothing: what cannot be read is a
    finding, and `readable` is then False.
    """
    parts = read_parts(_utf8(piece, survey.encoding))
    reader = _Reader(Visit(index, None, "", "130", {}, {}, [], readable=True))
    for part in parts:
        reader.take(part)
    return reader.finish(survey)


def visit_code(part: Part) -> str | None:
    """MA_LK of an XML1, as `read_visit` would read it; None when the table cannot be read or has none.

    It is nearly always the first field, so that the first bytes tell it and the survey stays cheap.
    """
    first = _FIRST_FIELD.match(_opening(part))
    if first is not None:
        return first[1].decode("ascii")
    sheet = _sheet_of(part)
    return (sheet.rows[0].values.get("MA_LK") or None) if sheet is not None and sheet.readable and sheet.rows else None


def _opening(part: Part) -> bytes:
    if part.inline:
        return part.content[:600]
    try:
        return binascii.a2b_base64(part.content[:800].translate(None, _BLANKS)[:600], strict_mode=True)
    except ValueError:
        return b""


def read_parts(piece: bytes) -> list[Part]:
    """The FILEHOSO of a HOSO given as UTF-8 bytes that are known to be well-formed."""
    found = plain_parts(piece, 0)
    return found[0] if found is not None and found[1] == len(piece) else _parse_parts(piece)


def plain_parts(content: bytes, at: int) -> tuple[list[Part], int] | None:
    """The FILEHOSO of the HOSO that begins at `at`, and where the next tag after it begins; None where there is none or
    it has more in it than FILEHOSO with base64. That their contents are texts without an entity is for the caller to know.
    """
    opened = _HEAD.match(content, at)
    if opened is None:
        return None
    parts: list[Part] = []
    at = opened.end()
    while (opened := _FILE_HEAD.match(content, at)) is not None:
        start = opened.end()
        is_empty = opened[2] is not None
        end = start if is_empty else content.find(b"<", start)
        closed = (_EMPTY_FILE_TAIL if is_empty else _FILE_TAIL).match(content, end)
        text = content[start:end]
        if closed is None or b"&" in text:
            return None
        parts.append(Part(opened[1].decode("ascii"), text, inline=False))
        at = closed.end()
    closed = _TAIL.match(content, at)
    return (parts, closed.end()) if closed is not None else None


def _utf8(piece: bytes, encoding: str) -> bytes:
    return piece if encoding == "utf-8" else piece.decode(encoding, errors="replace").encode()


def _parse_parts(piece: bytes) -> list[Part]:
    return _PartParser(piece).parts


class _PartParser:
    """Reads the FILEHOSO of a piece with a parser: inline tables, CDATA, escaped text, comments, attributes."""

    def __init__(self, piece: bytes) -> None:
        self.parts: list[Part] = []
        self._kind = ""
        self._text: list[str] = []
        self._path: list[str] = []
        self._inline: tuple[int, int] | None = None  # start and end of the elements inside NOIDUNGFILE
        self._content = Part("", b"", inline=False)
        # A piece may be followed by blanks and comments, and prefixes are declared further out: one element around it.
        self._piece = b"<_>" + piece + b"</_>"
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._open
        self._parser.EndElementHandler = self._close
        self._parser.CharacterDataHandler = self._text.append
        try:
            self._parser.Parse(self._piece, True)
        finally:
            release(self._parser)

    def _open(self, name: str, _: dict[str, str]) -> None:
        self._path.append(name)
        depth = len(self._path)
        if depth == 3 and name == "FILEHOSO":
            self._kind, self._content = "", Part("", b"", inline=False)
        elif depth == 4:
            self._inline = None
        elif depth == 5 and self._path[3] == "NOIDUNGFILE" and self._inline is None:
            self._inline = (self._parser.CurrentByteIndex, 0)
        if depth <= 4:
            self._text.clear()

    def _close(self, name: str) -> None:
        depth = len(self._path)
        at = self._parser.CurrentByteIndex
        if depth == 4 and name == "LOAIHOSO":
            self._kind = "".join(self._text).strip().upper()
        elif depth == 4 and name == "NOIDUNGFILE":
            self._content = self._taken(at)
        elif depth == 3 and name == "FILEHOSO" and self._path[1] == "HOSO":
            self._content.kind = self._kind
            self.parts.append(self._content)
        self._path.pop()

    def _taken(self, end: int) -> Part:
        if self._inline is not None:
            return Part("", self._piece[self._inline[0] : end], inline=True)
        text = "".join(self._text).strip()
        return Part("", text.encode(), inline=text.startswith("<"))


class _Reader:
    """Gathers the parts of one visit."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._summaries = 0  # FILEHOSO of kind XML1
        self._empty_summary = False

    def take(self, part: Part) -> None:
        visit = self._visit
        kind = part.kind or _kind_by_root(part)
        self._summaries += kind == "XML1"
        if kind not in spec.TABLE_NAMES:
            visit.raw[kind] = part.content
            visit.findings.append(Finding("table.unknown", table=kind or None, value=kind))
            return
        part.kind = kind
        sheet = _sheet_of(part)
        if sheet is None:
            if kind != "XML1":
                visit.findings.append(Finding("table.empty", table=kind))
            else:
                self._summaries -= 1
                self._empty_summary = True
            return
        visit.findings += sheet.findings
        if part.inline:
            visit.findings.append(Finding("table.inline", table=kind))
        if not sheet.readable:
            visit.readable = False
            return
        self._add(sheet)

    def _add(self, sheet: Sheet) -> None:
        known = self._visit.tables.get(sheet.table)
        if known is None:
            self._visit.tables[sheet.table] = sheet.rows
            self._visit.generations[sheet.table] = sheet.generations
            return
        if sheet.table != "XML1":
            self._visit.findings.append(Finding("table.repeated", table=sheet.table))
        for row in sheet.rows:
            row.line += len(known)
        known += sheet.rows

    def finish(self, survey: Survey) -> Visit:
        visit = self._visit
        if self._summaries != 1:
            visit.readable = False
            code = "visit.XML1.repeated" if self._summaries else "visit.XML1.missing"
            hint = {"hint": "empty"} if self._empty_summary and not self._summaries else {}
            visit.findings.append(Finding(code, table="XML1", params=hint))
        visit.generation = _generation(visit)
        summary = visit.summary
        if summary is None:
            return visit
        visit.facility_code = summary.values.get("MA_CSKCB", "")
        if self._summaries > 1:
            return visit
        visit.code = summary.values.get("MA_LK") or None
        visit.findings += _about_code(visit, survey)
        return visit


def _about_code(visit: Visit, survey: Survey) -> Iterator[Finding]:
    """What the MA_LK of the visit and of its lines, and the sender's code, say against each other."""
    if visit.code is not None:
        if visit.code in survey.duplicates:
            yield Finding("visit.MA_LK.duplicate", table="XML1", line=1, field="MA_LK", value=visit.code)
        for table, rows in visit.tables.items():
            if table not in ("XML1", "XML12"):  # XML12 has no MA_LK
                yield from _orphans(rows, table=table, code=visit.code)
    if survey.facility_code and visit.facility_code and survey.facility_code != visit.facility_code:
        params = {"visit": visit.facility_code}
        yield Finding("envelope.MACSKCB", field="MACSKCB", value=survey.facility_code, params=params)


def _orphans(rows: list[Row], *, table: str, code: str) -> Iterator[Finding]:
    for row in rows:
        own = row.values.get("MA_LK", "")
        if own == code:
            continue
        if not own:
            yield Finding("line.MA_LK.missing", table=table, line=row.line, field="MA_LK", params={"XML1": code})
            continue
        # A facility code put before one of the two is the most usual cause, and easily mended.
        prefixed = own.endswith(code) or code.endswith(own)
        params = {"XML1": code, "line": own, "hint": "prefix" if prefixed else "other"}
        yield Finding("line.MA_LK.orphan", table=table, line=row.line, field="MA_LK", value=own, params=params)


def _sheet_of(part: Part) -> Sheet | None:
    """The table of a part; None when its content is empty."""
    if part.inline:
        return read_sheet(part.content, table=part.kind)
    try:
        content = binascii.a2b_base64(part.content, strict_mode=True)
    except ValueError:
        try:  # lines and blanks around or inside are allowed, and nothing else
            content = binascii.a2b_base64(part.content.translate(None, _BLANKS), strict_mode=True)
        except ValueError:
            return Sheet(part.kind, (), [], [_not_base64(part)], readable=False)
    return read_sheet(content, table=part.kind) if content.strip() else None


def _not_base64(part: Part) -> Finding:
    strange = re.search(rb"[^A-Za-z0-9+/=\s]", part.content)
    hint = "urlsafe" if strange and strange[0] in b"-_" else ("character" if strange else "length")
    return Finding("table.base64", table=part.kind, params={"hint": hint})


def _kind_by_root(part: Part) -> str:
    """The table of a FILEHOSO without LOAIHOSO, by the root element of its content."""
    content = part.content
    if not part.inline:
        try:
            content = binascii.a2b_base64(content.translate(None, _BLANKS), strict_mode=True)
        except ValueError:
            return ""
    root = re.search(rb"<([A-Za-z_][\w.-]*)", content)
    return spec.roots().get(root[1].decode(), "") if root else ""


def _generation(visit: Visit) -> str:
    """The oldest generation that all tables fit; where none does, that of XML1."""
    fitting = [set(generations) for generations in visit.generations.values() if generations]
    common = set.intersection(*fitting) if fitting else set()
    first = visit.generations.get("XML1") or ("130",)
    return next((name for name in spec.GENERATIONS if name in common), first[0])
