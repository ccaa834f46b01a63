"""The lines of a received table as a person reads them: one element a line, with the asked row marked."""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from soyte.formats.visitfile import spec
from soyte.formats.visitfile.visit import Part, read_parts

AROUND = 3
MOST_LINES = 400
_BETWEEN = re.compile(r">\s*<(?!/?!\[)")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """`lines` from number `start` (1-based) of the table's document; `hits` are the numbers of the asked row."""

    lines: Sequence[str]
    start: int
    hits: Sequence[int]


NOTHING = Excerpt((), 1, ())


def excerpt(piece: bytes, *, encoding: str, table: str, line: int | None) -> Excerpt:
    """Row `line` (1-based) of `table` with a few lines around it; the whole table, up to a limit, without a line.

    A table that is absent, empty or not base64 gives no lines. Raises nothing.
    """
    utf8 = piece if encoding == "utf-8" else piece.decode(encoding, errors="replace").encode()
    for part in read_parts(utf8):
        if part.kind == table:
            return _of(_document(part), table, line)
    return NOTHING


def _document(part: Part) -> str:
    content = part.content
    if not part.inline:
        try:
            content = binascii.a2b_base64(content.translate(None, b" \t\r\n"))
        except ValueError:
            return ""
    return content.decode("utf-8-sig", errors="replace").strip()


def _of(document: str, table: str, line: int | None) -> Excerpt:
    lines = _BETWEEN.sub(">\n<", document).splitlines()
    if line is None:
        return Excerpt(lines[:MOST_LINES], 1, ())
    first, last = _row(lines, table, line)
    if first is None:
        return Excerpt(lines[:MOST_LINES], 1, ())
    start = max(0, first - AROUND)
    shown = lines[start : min(last + AROUND + 1, start + MOST_LINES)]
    return Excerpt(shown, start + 1, tuple(range(first + 1, last + 2)))


def _row(lines: Sequence[str], table: str, line: int) -> tuple[int | None, int]:
    """Indexes of the first and last line of a row; a table of one row is that row."""
    shapes = [shape for name in spec.GENERATIONS if (shape := spec.table(name, table)) is not None]
    names = {shape.row or shape.root for shape in shapes}
    opened = 0
    first: int | None = None
    for index, text in enumerate(lines):
        bare = text.strip()
        if any(re.match(rf"<{name}[\s>/]", bare) for name in names):
            opened += 1
            if opened == line:
                first = index
        if first is not None and any(f"</{name}>" in bare for name in names):
            return first, index
    return first, len(lines) - 1
