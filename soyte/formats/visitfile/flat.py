"""The quick way to read a table: nearly every one is a flat run of `<FIELD>text</FIELD>`.

One regular expression splits such a document into its fields. What lies between them must be exactly the tags of the
root, the list and the rows; where it is, the expression has proved the document well-formed by itself, and where
anything else is found (an entity, a comment, an attribute, a nested element, a fault) the answer is None and a real
parser reads the table.

A hospital's system writes the same fields in the same order in every row. Once such a layout has been met twice it gets an
expression of its own that takes a row at once, which is three times as quick. The codec spends its time here.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from unicodedata import is_normalized, normalize

from soyte.formats.visitfile.spec import Table

# What XML forbids in a text, and what ends a text: left out of it, so that a match is also a proof.
_TEXT = r"[^<&\x01-\x08\x0b\x0c\x0e-\x1f]*+"
_BLANK = r"[ \t\r\n]"  # what XML calls white space; \s is more
_FIELD = re.compile(rf"<([A-Z][A-Z0-9_]*+)(?:/>|>({_TEXT})</\1>){_BLANK}*+")
_GROUPS = 3  # of one field in the result of split: what stood before it, name, text
_DECLARATION = (
    rf"""\ufeff?{_BLANK}*(?:<\?xml version=["']1\.0["'](?: encoding=["'](?i:utf-8)["'])?{_BLANK}*\?>)?{_BLANK}*"""
)
# CDATA sections are set aside while the tags are looked at; a character that no document may have holds their place.
_SECTION = re.compile(r"<!\[CDATA\[((?:[^\]\x00-\x08\x0b\x0c\x0e-\x1f]++|\](?!\]>))*+)\]\]>")
_ASIDE = "\0"
# U+FFFE and U+FFFF are no characters of XML; their neighbours are so rare that a parser may tell them apart.
_SUSPECT = b"\xef\xbf"

_MOST_LAYOUTS = 8  # of one table: what some more vendors write is read a little slower
_MOST_MET = 1_000

_Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class _Layout:
    """The fields of a row in the order in which somebody writes them, and the expression that takes such a row."""

    names: tuple[str, ...]
    row: re.Pattern[str]


def read_flat(content: bytes, shape: Table) -> _Rows | None:
    """The rows of a flat document of this table, given as UTF-8; None when it needs a parser.

    Texts are stripped and in NFC. A row with the same field twice needs the parser, too.
    """
    if _SUSPECT in content:
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if _ASIDE in text:
        return None
    composed = is_normalized("NFC", text)
    if "\r" in text:  # what XML does with line ends
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    sections: list[str] = []
    if "]]>" in text:
        parts = _SECTION.split(text)
        text, sections = _ASIDE.join(parts[::2]), parts[1::2]
        if "]]>" in text:
            return None
    rows = _rows_as_before(text, shape) or _rows(text, shape)
    if rows and sections:
        rows = _with_sections(rows, sections)
    if rows and not composed:  # each text by itself: composing across a tag could change the tag
        rows = [{name: normalize("NFC", text).strip() for name, text in row.items()} for row in rows]
    return rows


def _rows_as_before(text: str, shape: Table) -> _Rows | None:
    """The rows, where all of them have a layout that was met before."""
    head, tail, _turn = _tags(shape)
    opened = head.match(text)
    if opened is None:
        return None
    for layout in _layouts(shape):
        rows: _Rows = []
        at, turned = opened.end(), "first row"
        while turned and (found := layout.row.match(text, at)) is not None:
            *texts, turned = found.groups("")
            rows.append(dict(zip(layout.names, map(str.strip, texts), strict=True)))
            at = found.end()
        if rows and not turned and tail.fullmatch(text, at):
            return rows
    return None


def _rows(text: str, shape: Table) -> _Rows | None:
    parts: list[str | None] = _FIELD.split(text)
    between = parts[::_GROUPS]
    names = parts[1::_GROUPS]
    texts = [(found or "").strip() for found in parts[2::_GROUPS]]
    head, tail, turn = _tags(shape)
    if not (names and head.fullmatch(between[0] or "") and tail.fullmatch(between[-1] or "")):
        return None
    bounds = [0, *(at for at, tags in enumerate(between[1:-1], start=1) if tags), len(names)]
    if any(not turn.fullmatch(between[at] or "") for at in bounds[1:-1]):
        return None
    rows: list[dict[str | None, str]] = []
    for start, end in pairwise(bounds):
        row = dict(zip(names[start:end], texts[start:end], strict=True))
        if len(row) != end - start:
            return None
        rows.append(row)
    read: _Rows = rows  # type: ignore[assignment]  # a name is a group that always takes part
    _remember(tuple(read[0]), shape)
    return read


def _with_sections(rows: _Rows, sections: list[str]) -> _Rows | None:
    """The rows with their CDATA in its places; None where one stands beside other text."""
    left = iter(sections)
    filled = [{name: next(left).strip() if text == _ASIDE else text for name, text in row.items()} for row in rows]
    return filled if next(left, None) is None else None


_met: Counter[tuple[Table, tuple[str, ...]]] = Counter()


@cache
def _layouts(shape: Table) -> list[_Layout]:
    return []


def _remember(names: tuple[str, ...], shape: Table) -> None:
    """Give a layout its expression when it is met again. Names that the table lacks are the sender's, not a layout."""
    known = _layouts(shape)
    if len(known) >= _MOST_LAYOUTS or len(_met) >= _MOST_MET or not shape.fields.keys() >= set(names):
        return
    _met[shape, names] += 1
    if _met[shape, names] == 2:
        _head, _tail, turn = _tags(shape)
        fields = "".join(rf"<{name}(?:/>|>({_TEXT})</{name}>){_BLANK}*+" for name in names)
        known.append(
            _Layout(tuple(shape.fields[name].name for name in names), re.compile(f"{fields}({turn.pattern})?"))
        )


@cache
def _tags(shape: Table) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What stands before the first row, after the last one, and between two."""
    opening = [name for name in (shape.root, shape.list, shape.row) if name]
    head = _DECLARATION + "".join(rf"<{name}>{_BLANK}*" for name in opening)
    tail = "".join(rf"</{name}>{_BLANK}*" for name in reversed(opening))
    # A table that is one row has no turn from row to row: nothing may match.
    turn = rf"</{shape.row}>{_BLANK}*<{shape.row}>{_BLANK}*" if shape.row else r"(?!)"
    return re.compile(head), re.compile(tail), re.compile(turn)
