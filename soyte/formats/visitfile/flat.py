"""The quick way to read a table: nearly every one is a flat run of `<FIELD>text</FIELD>`.

One regular expression splits such a document into its fields. What lies between them must be exactly the tags of the
root, the list and the rows; where it is, the expression has proved the document well-formed by itself, and where
anything else is found (an entity, a comment, an attribute, a nested element, a fault) the answer is None and a real
parser reads the table. It is three times as quick as a tree, and the codec spends its time here.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from unicodedata import is_normalized

from soyte.formats.visitfile.spec import Table

# What XML forbids in a text, and what ends a text: left out of both, so that a match is also a proof.
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f"
_BLANK = r"[ \t\r\n]"  # what XML calls white space; \s is more
_FIELD = re.compile(
    r"<([A-Z][A-Z0-9_]*+)"
    rf"(?:/>|>(?:<!\[CDATA\[((?:[^\]{_CONTROLS}]++|\](?!\]>))*+)\]\]>|((?:[^<&\]{_CONTROLS}]++|\](?!\]>))*+))</\1>)"
    rf"{_BLANK}*+"
)
_GROUPS = 4  # of one field in the result of split: what stood before it, name, CDATA, plain text
_DECLARATION = (
    rf"""\ufeff?{_BLANK}*(?:<\?xml version=["']1\.0["'](?: encoding=["'](?i:utf-8)["'])?{_BLANK}*\?>)?{_BLANK}*"""
)
# U+FFFE and U+FFFF are no characters of XML; their neighbours are so rare that a parser may tell them apart.
_SUSPECT = b"\xef\xbf"


def read_flat(content: bytes, shape: Table) -> list[dict[str, str]] | None:
    """The rows of a flat document of this table, given as UTF-8; None when it needs a parser.

    Texts are stripped and in NFC. A row with the same field twice needs the parser, too.
    """
    if _SUSPECT in content:
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if not is_normalized("NFC", text):  # composing across a tag could change the tag
        return None
    if "\r" in text:  # what XML does with line ends
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _rows(_FIELD.split(text), shape)


def _rows(parts: list[str | None], shape: Table) -> list[dict[str, str]] | None:
    between = parts[::_GROUPS]
    names = parts[1::_GROUPS]
    texts = [(cdata or plain or "").strip() for cdata, plain in zip(parts[2::_GROUPS], parts[3::_GROUPS], strict=True)]
    head, tail, turn = _tags(shape)
    if not (names and head.fullmatch(between[0] or "") and tail.fullmatch(between[-1] or "")):
        return None
    bounds = [0, *(at for at, tags in enumerate(between[1:-1], start=1) if tags), len(names)]
    if any(not turn.fullmatch(between[at] or "") for at in bounds[1:-1]):
        return None
    rows = []
    for start, end in pairwise(bounds):
        row = dict(zip(names[start:end], texts[start:end], strict=True))
        if len(row) != end - start:
            return None
        rows.append(row)
    return rows  # type: ignore[return-value]  # a name is a group that always takes part


@cache
def _tags(shape: Table) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What stands before the first row, after the last one, and between two."""
    opening = [name for name in (shape.root, shape.list, shape.row) if name]
    head = _DECLARATION + "".join(rf"<{name}>{_BLANK}*" for name in opening)
    tail = "".join(rf"</{name}>{_BLANK}*" for name in reversed(opening))
    # A table that is one row has no turn from row to row: nothing may match.
    turn = rf"</{shape.row}>{_BLANK}*<{shape.row}>{_BLANK}*" if shape.row else r"(?!)"
    return re.compile(head), re.compile(tail), re.compile(turn)
