"""Reading one table: the bytes of a whole XML document, to rows of text values.

A flat document is read by `flat`; anything else by a parser, here. What a good file does not need (locating a fault,
unknown or nested elements) happens only when a cheap test says that it is there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from unicodedata import normalize
from xml.etree import ElementTree
from xml.parsers import expat

from soyte.formats.visitfile import faults, spec
from soyte.formats.visitfile.flat import read_flat
from soyte.formats.visitfile.model import Finding, Row, Sheet

_BOM = b"\xef\xbb\xbf"
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_ROOT = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>)?\s*<([A-Z_0-9]+)>")
_UNBOUND_PREFIX = 27  # XML_ERROR_UNBOUND_PREFIX
# A shape with more elements than any table has is judged anew each time, so that nobody can fill the cache with it.
_LARGEST_SHAPE = 100


# The rows (None: unreadable), the root element, the findings.
_Rows = tuple[list[dict[str, str]] | None, str, list[Finding]]


def read_sheet(content: bytes, *, table: str) -> Sheet:
    """The rows of the table `table` (`XML0`...`XML15`), with what is wrong with its shape.

    Raises nothing: a table that cannot be read answers `readable=False` and one finding that says why.
    """
    rows, root, findings = _flat_rows(content, table=table) or _parsed_rows(content, table=table)
    if rows is None:
        return Sheet(table, (), [], findings, readable=False)
    generations, read, shaped = _judge(rows, table=table, root=root)
    return Sheet(table, generations, read, findings + shaped, readable=True)


def read_check_in(content: bytes) -> Sheet:
    """A check-in file (XML0): the whole file is one table. A line without MA_LK or MA_CSKCB is the rules' matter."""
    return read_sheet(content, table="XML0")


def read_assessment(content: bytes) -> Sheet:
    """A medical assessment file (XML12): the whole file is one table."""
    return read_sheet(content, table="XML12")


def _flat_rows(content: bytes, *, table: str) -> _Rows | None:
    opened = _ROOT.match(content)
    shape = _shapes(table).get(opened[1]) if opened is not None else None
    rows = read_flat(content, shape) if shape is not None else None
    return (rows, shape.root, []) if rows is not None and shape is not None else None


def _parsed_rows(content: bytes, *, table: str) -> _Rows:
    content, findings = _as_utf8(content, table=table)
    refused = _refusal(content, table=table)
    if refused is not None:
        return None, "", [refused]
    try:
        root = _parse(content)
    except ElementTree.ParseError:
        return None, "", [_malformed(content, table=table)]
    rows, rooted, found = _tree_rows(root, table=table)
    return rows, rooted, findings + found


@cache
def _shapes(table: str) -> Mapping[bytes, spec.Table]:
    """The table as each of its root elements opens it: 4210 wrote the lists without the outer element."""
    found = [spec.table(name, table) for name in spec.GENERATIONS]
    return {shape.root.encode(): shape for shape in found if shape is not None}


def _as_utf8(content: bytes, *, table: str) -> tuple[bytes, list[Finding]]:
    """The document without byte order mark and leading blanks, as UTF-8, and a finding where it was another."""
    utf16 = _UTF16.get(content[:2])
    if utf16 is not None:
        text = content[2:].decode(utf16, errors="replace")
        return text.lstrip().encode(), [Finding("table.encoding.utf16", table=table, value=utf16)]
    content = content.removeprefix(_BOM).lstrip()
    declared = faults.declared_encoding(content)
    if declared is None:
        return content, []
    return content, [Finding("table.encoding.declared", table=table, value=declared)]


def _refusal(content: bytes, *, table: str) -> Finding | None:
    """Why the bytes are no document that may be parsed at all."""
    compressed = faults.compression(content)
    if compressed is not None:
        return Finding("table.compressed", table=table, value=compressed)
    if not content.startswith(b"<"):
        return Finding("table.not_xml", table=table)
    if b"\0" in content:
        return Finding("table.nul", table=table, params={"offset": str(content.index(b"\0"))})
    if faults.has_doctype(content):
        return Finding("table.dtd", table=table)
    return None


def _parse(content: bytes) -> ElementTree.Element:
    parser = ElementTree.XMLParser(encoding="utf-8")  # noqa: S314 - no DOCTYPE comes this far
    try:
        parser.feed(content)
        return parser.close()
    except ElementTree.ParseError as error:
        if error.code != _UNBOUND_PREFIX:
            raise
    return _parse_without_namespaces(content)


def _parse_without_namespaces(content: bytes) -> ElementTree.Element:
    """A tree whose prefixed names stay as written: an inline table may use a prefix that its file declares."""
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise ElementTree.ParseError(str(error)) from error
    return builder.close()


def _malformed(content: bytes, *, table: str) -> Finding:
    invalid = faults.invalid_utf8(content)
    if invalid is not None:
        line = content.count(b"\n", 0, invalid) + 1
        return Finding("table.encoding.invalid", table=table, params={"text_line": str(line), "offset": str(invalid)})
    row_element = next((found.row for name in spec.GENERATIONS if (found := spec.table(name, table)) is not None), "")
    place = faults.place_of_fault(content, row_element=row_element)
    params = {"text_line": str(place.line), "column": str(place.column), "hint": place.hint}
    return Finding("table.malformed", table=table, line=place.row, field=place.field, params=params)


def _tree_rows(root: ElementTree.Element, *, table: str) -> _Rows:
    rooted = _local(root.tag)
    shape = _shapes(table).get(rooted.encode())
    if shape is None:
        return None, "", [Finding("table.root", table=table, value=rooted, params={"is": spec.roots().get(rooted, "")})]
    holders, lines, strangers = _lines(root, shape)
    findings = [Finding("table.element.unknown", table=table, field=name) for name in strangers]
    if sum(1 for _ in root.iter()) != holders + len(lines) + sum(map(len, lines)) + len(strangers):
        if _depth(root) > faults.MAX_DEPTH:
            return None, "", [Finding("table.depth", table=table)]
        findings += _nested(lines, table=table)
    rows = [_values(line) for line in lines]
    return rows, rooted, findings + _repeated(lines, rows, table=table)


def _lines(root: ElementTree.Element, shape: spec.Table) -> tuple[int, list[ElementTree.Element], list[str]]:
    """How many elements surround the rows, the rows, and names of elements that stand where rows should."""
    if shape.single:
        return 0, [root], []
    holders, lines, strangers = 1, [], []
    for child in root:
        name = _local(child.tag)
        if name == shape.row:
            lines.append(child)
        elif name == shape.list:
            holders += 1
            lines += [line for line in child if _local(line.tag) == shape.row]
            strangers += [_local(line.tag) for line in child if _local(line.tag) != shape.row]
        elif name != "CHUKYDONVI":
            strangers.append(name)
        else:
            holders += sum(1 for _ in child.iter())
    return holders, lines, strangers


def _values(line: ElementTree.Element) -> dict[str, str]:
    return {_local(element.tag): _text(element) for element in line}


def _text(element: ElementTree.Element) -> str:
    return normalize("NFC", element.text or "").strip()


def _local(tag: str) -> str:
    return tag.rpartition("}")[2] if tag[:1] == "{" else tag


def _depth(root: ElementTree.Element) -> int:
    """Levels of elements, without recursion; stops one past the limit."""
    level, depth = [root], 0
    while level and depth <= faults.MAX_DEPTH:
        level = [child for element in level for child in element]
        depth += 1
    return depth


def _nested(lines: Iterable[ElementTree.Element], *, table: str) -> list[Finding]:
    """Fields that hold elements where text should be. They are never followed: an XInclude stays what it is."""
    return [
        Finding("table.element.nested", table=table, line=number, field=_local(field.tag), value=_local(field[0].tag))
        for number, line in enumerate(lines, start=1)
        for field in line
        if len(field)
    ]


def _repeated(lines: list[ElementTree.Element], rows: list[dict[str, str]], *, table: str) -> list[Finding]:
    """Fields that stand twice in one row; the first one that is filled counts."""
    findings = []
    for number, (line, values) in enumerate(zip(lines, rows, strict=True), start=1):
        if len(values) == len(line):
            continue
        for name in [name for name, count in Counter(_local(field.tag) for field in line).items() if count > 1]:
            texts = [_text(field) for field in line if _local(field.tag) == name]
            values[name] = next(filter(None, texts), "")
            findings.append(Finding("table.element.repeated", table=table, line=number, field=name, value=values[name]))
    return findings


def _judge(rows: list[dict[str, str]], *, table: str, root: str) -> tuple[tuple[str, ...], list[Row], list[Finding]]:
    """The generations that the rows fit, the rows, and findings about unknown elements and their order."""
    shapes = [tuple(values) for values in rows]
    distinct = tuple(dict.fromkeys(shapes))
    small = len(distinct) <= 4 and all(len(shape) <= _LARGEST_SHAPE for shape in distinct)
    generations, strangers, ordered = (_compare if small else _compare.__wrapped__)(table, root, distinct)
    findings = [] if ordered else [Finding("table.order", table=table)]
    if not strangers:
        return generations, [Row(values, number) for number, values in enumerate(rows, start=1)], findings
    read = []
    first_seen: dict[str, int] = {}
    for number, (shape, values) in enumerate(zip(shapes, rows, strict=True), start=1):
        unknown = tuple(name for name in shape if name in strangers)
        for name in unknown:
            del values[name]
            first_seen.setdefault(name, number)
        read.append(Row(values, number, unknown))
    findings += [Finding("table.element.unknown", table=table, line=at, field=name) for name, at in first_seen.items()]
    return generations, read, findings


@lru_cache(maxsize=512)
def _compare(
    table: str, root: str, shapes: tuple[tuple[str, ...], ...]
) -> tuple[tuple[str, ...], frozenset[str], bool]:
    """The generations that rows of these shapes fit, the elements that they lack, and whether the rest is in order."""
    names = {name for shape in shapes for name in shape}
    generations = spec.generations_of(table, root=root, names=names)
    known = spec.judged_by(table, generations)
    strangers = frozenset(names.difference(known))
    orders = [list(spec.tables(generation)[table].fields) for generation in generations]
    return generations, strangers, all(_in_order(shape, orders, strangers) for shape in shapes)


def _in_order(shape: tuple[str, ...], orders: list[list[str]], strangers: frozenset[str]) -> bool:
    own = [name for name in shape if name not in strangers]
    present = set(own)
    return any(own == [name for name in order if name in present] for order in orders)
