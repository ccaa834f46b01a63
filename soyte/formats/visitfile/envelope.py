"""First pass: proves a file well-formed to its end and cuts it into pieces, with memory that does not grow with it."""

from __future__ import annotations

from typing import BinaryIO
from unicodedata import normalize
from xml.parsers import expat

from soyte.formats.visitfile import faults
from soyte.formats.visitfile.events import release
from soyte.formats.visitfile.model import Finding, Survey
from soyte.formats.visitfile.outline import Outline
from soyte.formats.visitfile.plain import outline_plain
from soyte.formats.visitfile.visit import Part, visit_code

CHUNK = 1 << 20
_KINDS = {
    "GIAMDINHHS": "visits",
    "CHI_TIEU_TRANG_THAI_KCB": "check_in",
    "CHI_TIEU_GIAM_DINH_YKHOA": "assessment",
}
_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_WRAPPER = ["GIAMDINHHS", "THONGTINHOSO", "DANHSACHHOSO", "HOSO"]


def survey(stream: BinaryIO) -> Survey:
    """Read a file to its end once.

    The file is refused (`fatal`) when it is empty, compressed, not well-formed, has a DOCTYPE, is nested deeper than
    64, holds a text of more than 9 MB or a HOSO of more than 32 MB, is in an encoding other than UTF-8 (or UTF-16 with
    a byte order mark), or has another root or wrapper. Nothing is fetched, inflated or expanded. Raises only what the
    stream raises.
    """
    first = stream.read(CHUNK)
    refused = _refusal(first)
    if refused is not None:
        return Survey(kind=None, size=len(first), fatal=refused)
    chunk = stream.read(CHUNK)
    if not chunk and (outline := outline_plain(first)) is not None:
        return outline.survey(fatal=None)
    surveyor = _Surveyor(first)
    try:
        surveyor.feed(first)
        while chunk:
            surveyor.feed(chunk)
            chunk = stream.read(CHUNK)
        surveyor.close()
    except _Refused as refusal:
        return surveyor.outline.survey(fatal=refusal.finding)
    finally:
        release(surveyor.parser)
    return surveyor.outline.survey(fatal=None)


def _refusal(first: bytes) -> Finding | None:
    """Why the first bytes open no XML file."""
    compressed = faults.compression(first)
    if compressed is not None:
        return Finding("file.compressed", value=compressed)
    if _encoding(first) != "utf-8":
        return None
    text = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return Finding("file.empty")
    if not text.startswith(b"<"):
        return Finding("file.not_xml", value="pdf" if text.startswith(b"%PDF") else "")
    return None


def _encoding(first: bytes) -> str:
    return next((name for mark, name in _BOMS.items() if first.startswith(mark)), "utf-8")


class _Refused(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


class _Surveyor:
    """Follows the events of one file. Only the few texts that the survey needs are ever collected."""

    def __init__(self, first: bytes) -> None:
        self.outline = Outline(_encoding(first))
        self._path: list[str] = []
        self._mark = 0  # where the last tag began: what lies between is text
        self._chunk = b""
        self._text: list[str] = []
        self._part: Part | None = None  # content of the XML1 of this HOSO
        self._loai = ""
        self._inline_code: str | None = None
        self._between = False  # after a HOSO, before the next tag
        self.parser = self._new_parser(first)

    def _new_parser(self, first: bytes) -> expat.XMLParserType:
        # Bytes that are valid UTF-8 are read as UTF-8 whatever the file declares.
        parser = expat.ParserCreate("utf-8" if self.outline.encoding == "utf-8" else "utf-16")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        if first.startswith(b"\xef\xbb\xbf"):
            self.outline.findings.append(Finding("file.bom"))
        if self.outline.encoding != "utf-8":
            self.outline.findings.append(Finding("file.encoding.utf16", value=self.outline.encoding))
        elif (declared := faults.declared_encoding(first)) is not None:
            self.outline.findings.append(Finding("file.encoding.declared", value=declared))
        return parser

    def feed(self, chunk: bytes) -> None:
        self._chunk = chunk
        try:
            self.parser.Parse(chunk, False)
        except expat.ExpatError as error:
            raise _Refused(self._malformed(error)) from error
        self.outline.size += len(chunk)
        # Not only texts: an endless comment or tag would make the parser buffer all of it.
        if self.outline.size - self._mark > faults.MAX_TEXT + CHUNK:
            raise _Refused(self._too_long())

    def close(self) -> None:
        try:
            self.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise _Refused(self._malformed(error)) from error
        if self.outline.kind == "visits" and not self.outline.starts:
            raise _Refused(Finding("file.wrapper", value="/".join(_WRAPPER)))

    def _malformed(self, error: expat.ExpatError) -> Finding:
        outline = self.outline
        at = self.parser.ErrorByteIndex - outline.size  # in the chunk; negative when it began in an earlier one
        params = {"text_line": str(error.lineno), "column": str(error.offset + 1), "visit": str(len(outline.starts))}
        if outline.encoding == "utf-8" and b"\0" in self._chunk:
            return Finding("file.nul", params=params)
        if outline.encoding == "utf-8" and _broken_utf8(self._chunk):
            declared = faults.declared_encoding(self._chunk) or ""
            field = faults.known_element(self._path)
            return Finding("file.encoding.invalid", field=field, value=declared, params=params)
        inside = 0 <= at < len(self._chunk)
        params["hint"] = faults.hint_of(error.code, self._chunk if inside else b"", max(at, 0))
        field = faults.known_element(self._path)
        table = self._loai if len(self._path) > 5 and self._loai else None
        return Finding("file.malformed", table=table, field=field, params=params)

    def _too_long(self) -> Finding:
        params = {"text_line": str(self.parser.CurrentLineNumber), "visit": str(len(self.outline.starts))}
        return Finding("file.text_size", field=faults.known_element(self._path), params=params)

    def _doctype(self, *_: object) -> None:
        raise _Refused(Finding("file.dtd", params={"text_line": str(self.parser.CurrentLineNumber)}))

    def _open(self, name: str, _: dict[str, str]) -> None:
        at = self.parser.CurrentByteIndex
        if at - self._mark > faults.MAX_TEXT:
            raise _Refused(self._too_long())
        self._mark = at
        self._settle(at)
        path = self._path
        path.append(name)
        depth = len(path)
        if depth > faults.MAX_DEPTH:
            raise _Refused(Finding("file.depth", params={"text_line": str(self.parser.CurrentLineNumber)}))
        if depth == 1:
            self._open_root(name)
        elif depth <= 8:
            self._open_inside(depth, name, at)

    def _settle(self, at: int) -> None:
        """The first tag after a HOSO ends its piece: blanks and comments between two HOSO go with the former."""
        if self._between:
            self.outline.end = at
            self._between = False

    def _open_root(self, name: str) -> None:
        self.outline.kind = _KINDS.get(name)
        if self.outline.kind is None:
            raise _Refused(Finding("file.root", value=name))

    def _open_inside(self, depth: int, name: str, at: int) -> None:
        path = self._path
        if depth == 2 or path[1] == "CHUKYDONVI":
            self.outline.signed = self.outline.signed or depth > 2
            self._collect(name == "CHUKYDONVI")
        elif self.outline.kind != "visits":
            return
        elif depth < 6 and name == "HOSO":
            self._open_visit(at)
        elif depth == 3:
            self._collect(name in self.outline.envelope)
        elif path[3] != "HOSO":
            return
        elif depth == 5:
            self._loai = ""
        elif depth == 6:
            self._collect(name == "LOAIHOSO" or (name == "NOIDUNGFILE" and self._loai in ("", "XML1")))
        elif depth == 8:
            self._collect(name == "MA_LK" and path[6] == "TONG_HOP" and self._inline_code is None)

    def _open_visit(self, at: int) -> None:
        if self._path != _WRAPPER:
            raise _Refused(Finding("file.wrapper", value="/".join(self._path)))
        self.outline.starts.append(at)
        self._part = None
        self._inline_code = None

    def _collect(self, wanted: bool) -> None:
        if wanted:
            self._text = []
            self.parser.CharacterDataHandler = self._text.append

    def _close(self, name: str) -> None:
        at = self.parser.CurrentByteIndex
        if at - self._mark > faults.MAX_TEXT:
            raise _Refused(self._too_long())
        self._mark = at
        self._settle(at)
        depth = len(self._path)
        if depth <= 8:
            self._close_inside(depth, name)
        self._path.pop()

    def _close_inside(self, depth: int, name: str) -> None:
        path = self._path
        if depth == 2 and name == "CHUKYDONVI":
            self.outline.signed = self.outline.signed or bool("".join(self._text).strip())
        elif depth == 3 and name in self.outline.envelope:
            self.outline.envelope[name] = "".join(self._text).strip()
        elif depth > 3 and path[3] == "HOSO":
            self._close_in_visit(depth, name)
        self.parser.CharacterDataHandler = None

    def _close_in_visit(self, depth: int, name: str) -> None:
        if depth == 4:
            if self._mark - self.outline.starts[-1] > faults.MAX_VISIT:
                params = {"visit": str(len(self.outline.starts)), "limit": str(faults.MAX_VISIT >> 20)}
                raise _Refused(Finding("file.visit_size", params=params))
            self._between = True
            self.outline.codes.append(self._inline_code or (visit_code(self._part) if self._part is not None else None))
        elif depth == 6 and name == "LOAIHOSO":
            self._loai = "".join(self._text).strip().upper()
        elif depth == 6 and name == "NOIDUNGFILE":
            self._close_content()
        elif depth == 8 and name == "MA_LK" and self._path[6] == "TONG_HOP" and self._inline_code is None:
            self._inline_code = normalize("NFC", "".join(self._text)).strip()

    def _close_content(self) -> None:
        text = "".join(self._text).strip()
        if text and self._part is None and self._loai in ("", "XML1"):
            self._part = Part("XML1", text.encode(), inline=text.startswith("<"))
        self._text = []


def _broken_utf8(chunk: bytes) -> bool:
    """Does the chunk hold bytes that are no UTF-8, apart from a character cut at either end?"""
    start = 0
    while start < min(3, len(chunk)) and chunk[start] & 0xC0 == 0x80:
        start += 1
    try:
        chunk[start:].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason != "unexpected end of data"
    return False
