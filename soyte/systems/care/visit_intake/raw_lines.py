"""The raw lines behind a finding, with the fault marked; masked for who lacks the grant of the visit's label."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache

from soyte.formats.visitfile import GENERATIONS, TABLE_NAMES, spec
from soyte.formats.visitfile.deidentify import NotDeidentifiable, deidentify
from soyte.formats.visitfile.excerpt import excerpt
from soyte.formats.visitfile.visit import read_parts
from soyte.kernel.actors import EVERY_LABEL
from soyte.kernel.files.selectors import get
from soyte.systems.care.visit_intake.causes import shown_value
from soyte.systems.care.visit_intake.models import Finding, Receipt, ReceiptVisit, SourcePiece
from soyte.systems.care.visit_intake.rules.messages import MASK

AROUND = 3
LONGEST_LINE = 400
LONGEST_BROKEN = 1 << 20  # of a file that is no XML, the part in which lines are looked for
SHOWN_NATURES = frozenset({"date", "amount", "number"})
SHOWN_ALWAYS = frozenset({"MA_LK", "MA_CSKCB"})
_ELEMENT = re.compile(r"(\s*<([A-Za-z0-9_]+)\s*>)([^<]*)(</\2\s*>\s*)")
_TAG = re.compile(r"\s*</?([A-Za-z0-9_]+)\s*/?>\s*")
_FIGURES = re.compile(r"[0-9.,:/ -]*")  # a name that slipped into a field of numbers is not shown for a number
_OPENING = re.compile(r"(\s*<([A-Za-z0-9_]+)\s*>)(.*)", re.DOTALL)
_CLOSING = re.compile(r"(.*)(</([A-Za-z0-9_]+)\s*>\s*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class RawLines:
    """`lines` from number `start` of the table's document; `hits` are the numbers of the faulty ones, `mark` the
    faulty text in them. `masked` says that names, codes and texts are hidden."""

    lines: Sequence[str]
    start: int = 1
    hits: Sequence[int] = ()
    mark: str = ""
    masked: bool = False


NO_LINES = RawLines(())


def lines_of(found: Finding, granted: Set[str]) -> RawLines:
    """The lines of the received file that a finding is about. Raises what the keys and the store raise."""
    if found.receipt_visit is None or found.table is None:
        return _of_envelope(found)
    return table_lines(
        found.receipt_visit, found.table, line=found.line, field=found.field or "", granted=granted,
        mark=shown_value(found, granted),
    )  # fmt: skip


def table_lines(
    visit: ReceiptVisit, table: str, *, line: int | None, granted: Set[str], field: str = "", mark: str = ""
) -> RawLines:
    """A row of a table with some lines around it, or the table's beginning without a line."""
    barred = not all(label in granted for label in visit.labels)
    piece = get(bytes(visit.blob_id), EVERY_LABEL)
    assert piece is not None
    found = excerpt(piece, encoding=visit.receipt.encoding, table=table, line=line)
    lines = [text[:LONGEST_LINE] for text in found.lines]
    hits = _hits(lines, found.start, found.hits, field)
    shown = masked(lines, table) if barred else lines
    first, last = _window(found.start, len(lines), found.hits, hits)
    kept = shown[first - found.start : last - found.start + 1]
    return RawLines(kept, first, hits, "" if barred and mark == MASK else mark, barred)


def tables_of(visit: ReceiptVisit) -> list[str]:
    """The tables that the received piece of a visit has, in the order of the file."""
    piece = get(bytes(visit.blob_id), EVERY_LABEL) or b""
    encoding = visit.receipt.encoding
    utf8 = piece if encoding == "utf-8" else piece.decode(encoding, errors="replace").encode()
    return list(dict.fromkeys(part.kind for part in read_parts(utf8) if part.kind in TABLE_NAMES))


def _hits(lines: Sequence[str], start: int, row: Sequence[int], field: str) -> tuple[int, ...]:
    """The line of the field within its row; the row's first line where the field is absent."""
    if not row:
        return ()
    opened = re.compile(rf"\s*<{re.escape(field)}[\s>/]") if field else None
    for number in row:
        if opened and opened.match(lines[number - start]):
            return (number,)
    return (row[0],)


def _window(start: int, count: int, row: Sequence[int], hits: Sequence[int]) -> tuple[int, int]:
    """First and last line to show: the row's opening lines, or some around the fault of a long row."""
    last = start + count - 1
    if not hits or len(row) <= 4 * AROUND:
        return start, last
    return max(start, hits[0] - AROUND), min(last, hits[0] + AROUND)


def masked(lines: Sequence[str], table: str) -> list[str]:
    """Lines whose names, codes and texts are hidden. Elements, dates, numbers and MA_LK stay; any other text goes."""
    return [_masked(line, table) for line in lines]


def _masked(line: str, table: str) -> str:
    tag = _TAG.fullmatch(line)
    if tag:
        return line if tag[1] in _known() else MASK
    whole = _ELEMENT.fullmatch(line)
    if whole:
        if whole[2] not in _known():
            return MASK
        return line if not whole[3] or _is_shown(table, whole[2], whole[3]) else f"{whole[1]}{MASK}{whole[4]}"
    opening = _OPENING.fullmatch(line)
    if opening and opening[2] in _known():
        return opening[1] + MASK
    closing = _CLOSING.fullmatch(line)
    if closing and closing[3] in _known():
        return MASK + closing[2]
    return MASK if line.strip() else line


@cache
def _known() -> frozenset[str]:
    """Names that stand for no patient: every element of the specification."""
    shapes = [shape for name in GENERATIONS for shape in spec.tables(name).values()]
    return frozenset(spec.element_names()) | {part for s in shapes for part in (s.root, s.list, s.row) if part}


def _is_shown(table: str, field: str, value: str) -> bool:
    return field in SHOWN_ALWAYS or (_FIGURES.fullmatch(value) is not None and _is_figure(table, field))


@cache
def _is_figure(table: str, field: str) -> bool:
    known = [found for name in GENERATIONS if (found := spec.field(name, table, field)) is not None]
    return bool(known) and all(found.nature in SHOWN_NATURES and not found.identifies for found in known)


def _of_envelope(found: Finding) -> RawLines:
    """Lines of the envelope, or of a file that could not be read, with its people masked: what it holds is unknown."""
    receipt = found.receipt
    blob = SourcePiece.objects.filter(receipt=receipt, seq=0).values_list("blob_id", flat=True).first()
    content = get(bytes(blob), EVERY_LABEL) if blob else None
    if not content or len(content) > LONGEST_BROKEN:
        return NO_LINES
    try:
        text = deidentify(content, encoding=_encoding(receipt)).decode(receipt.encoding, errors="replace")
    except NotDeidentifiable:
        return NO_LINES
    lines = [line[:LONGEST_LINE] for line in text.lstrip("\ufeff").splitlines()]
    hit = _faulty_line(found, lines)
    first = max(1, hit - AROUND) if hit else 1
    last = hit + AROUND if hit else 2 * AROUND
    return RawLines(lines[first - 1 : last], first, (hit,) if hit else (), found.value, masked=True)


def _encoding(receipt: Receipt) -> str:
    return "" if receipt.encoding == "utf-8" else receipt.encoding


def _faulty_line(found: Finding, lines: Sequence[str]) -> int:
    """The line that the parser stopped at, else the one that opens the field; 0 where neither is known."""
    told = found.params.get("text_line", "")
    if told.isdigit():
        return min(int(told), len(lines))
    if not found.field:
        return 0
    return next((n for n, line in enumerate(lines, start=1) if f"<{found.field}" in line), 0)
