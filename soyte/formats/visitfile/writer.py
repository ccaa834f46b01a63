"""Writing visit files, in the habits of the many programs that write them.

`Style` holds what differs from vendor to vendor without changing what is said; reading gives back every value.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal, NamedTuple
from xml.sax.saxutils import escape

from soyte.formats.visitfile import spec
from soyte.formats.visitfile.values import read_decimal

# The tables of one visit: name ("XML1"...) to rows, a row being field name to text.
VisitTables = Mapping[str, Sequence[Mapping[str, str]]]

_BOM = b"\xef\xbb\xbf"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NEEDS_NO_CARE = re.compile("[^\x00-\x1f\ud800-\udfff\ufffe\uffff&<>]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_NAMESPACES = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'


@dataclass(frozen=True, slots=True)
class Style:
    """The habits of one program. The defaults are the form that the insurer's letters show."""

    content: Literal["base64", "inline", "cdata", "escaped"] = "base64"  # how NOIDUNGFILE holds a table
    wrap: int = 0  # characters in a line of base64; 0 = one line
    bom: bool = False
    newline: str = "\n"  # between elements of the envelope; "" = none
    declaration: bool = True  # an XML declaration in every document that may have one
    namespaces: bool = False  # the unused declarations that .NET writes at the root
    cdata_texts: bool = True  # names and texts in CDATA sections
    empty: Literal["self_closed", "paired", "omitted"] = "self_closed"
    decimals: Literal["as_given", "padded"] = "as_given"  # padded: quantities and prices 2.000, amounts 2.00
    swapped: tuple[tuple[str, str], ...] = ()  # pairs of fields that change places, as ("T_BNTT", "T_BHTT")
    empty_tables: tuple[str, ...] = ()  # absent tables that are written all the same, with empty content


def write_file(
    visits: Sequence[VisitTables],
    *,
    facility_code: str,
    made_on: str,
    generation: str = "130",
    style: Style | None = None,
    declared_count: int | None = None,
    signature: str = "",
) -> bytes:
    """A file of visits (GIAMDINHHS).

    `made_on` is NGAYLAP, yyyyMMdd; `declared_count` overrides SOLUONGHOSO; `signature` is the XML inside CHUKYDONVI.
    Fields come in the order of the specification, those that it lacks after them. Raises ValueError for a table that
    the generation lacks, a field that is no XML name, and a text with characters that XML forbids.
    """
    style = style or Style()
    count = len(visits) if declared_count is None else declared_count
    nl = style.newline
    parts = [
        _declaration(style),
        f"<GIAMDINHHS{_NAMESPACES if style.namespaces else ''}>{nl}",
        f"<THONGTINDONVI>{_element('MACSKCB', facility_code, style)}</THONGTINDONVI>{nl}<THONGTINHOSO>{nl}",
        f"{_element('NGAYLAP', made_on, style)}{nl}{_element('SOLUONGHOSO', str(count), style)}{nl}<DANHSACHHOSO>{nl}",
        *(_visit(tables, generation=generation, style=style) for tables in visits),
        f"</DANHSACHHOSO>{nl}</THONGTINHOSO>{nl}{_signed(signature)}{nl}</GIAMDINHHS>{nl}",
    ]
    return (_BOM if style.bom else b"") + "".join(parts).encode()


def write_check_in(
    rows: Sequence[Mapping[str, str]], *, generation: str = "130", style: Style | None = None, signature: str = ""
) -> bytes:
    """A check-in file: the table XML0 by itself."""
    return _sheet_file(rows, table="XML0", generation=generation, style=style or Style(), signature=signature)


def write_assessment(
    rows: Sequence[Mapping[str, str]], *, generation: str = "130", style: Style | None = None, signature: str = ""
) -> bytes:
    """A medical assessment file: the table XML12 by itself."""
    return _sheet_file(rows, table="XML12", generation=generation, style=style or Style(), signature=signature)


def _sheet_file(
    rows: Sequence[Mapping[str, str]], *, table: str, generation: str, style: Style, signature: str
) -> bytes:
    shape = _shape(table, generation)
    document = _declaration(style) + _table(rows, shape=shape, style=style, inside=_signed(signature))
    return (_BOM if style.bom else b"") + document.encode()


def _visit(tables: VisitTables, *, generation: str, style: Style) -> str:
    nl = style.newline
    absent = [(name, "") for name in style.empty_tables if name not in tables]
    contents = [(name, _content(rows, table=name, generation=generation, style=style)) for name, rows in tables.items()]
    files = (
        f"<FILEHOSO>{nl}<LOAIHOSO>{name}</LOAIHOSO>{nl}<NOIDUNGFILE>{content}</NOIDUNGFILE>{nl}</FILEHOSO>{nl}"
        for name, content in contents + absent
    )
    return f"<HOSO>{nl}{''.join(files)}</HOSO>{nl}"


def _content(rows: Sequence[Mapping[str, str]], *, table: str, generation: str, style: Style) -> str:
    """What stands in NOIDUNGFILE."""
    document = _table(rows, shape=_shape(table, generation), style=style)
    if style.content == "inline":
        return document
    if style.content == "escaped":
        return escape(document, {"\r": "&#13;"})
    if style.content == "cdata":  # a CDATA section cannot hold another: texts are escaped, so "]]>" never stands in it
        return f"<![CDATA[{document}]]>"
    text = base64.b64encode((_declaration(style) + document).encode()).decode("ascii")
    if not style.wrap:
        return text
    return "\n".join(text[at : at + style.wrap] for at in range(0, len(text), style.wrap))


def _shape(table: str, generation: str) -> spec.Table:
    shape = spec.table(generation, table)
    if shape is None:
        raise ValueError(f"generation {generation} has no table {table}")
    return shape


def _table(rows: Sequence[Mapping[str, str]], *, shape: spec.Table, style: Style, inside: str = "") -> str:
    """The document of a table, without declaration; `inside` stands last in its root."""
    if shape.single:
        if len(rows) != 1:
            raise ValueError(f"{shape.name} holds exactly one row")
        return f"<{shape.root}>{_fields(rows[0], shape=shape, style=style)}{inside}</{shape.root}>"
    lines = "".join(f"<{shape.row}>{_fields(row, shape=shape, style=style)}</{shape.row}>" for row in rows)
    held = f"<{shape.list}>{lines}</{shape.list}>" if shape.list else lines
    return f"<{shape.root}>{held}{inside}</{shape.root}>"


class _Place(NamedTuple):
    """A field of a row as a style writes it."""

    name: str
    start: str  # before a value that needs no escaping
    end: str
    empty: str  # instead of an empty value
    as_given: bool  # its value is written as it is, apart from escaping


@cache
def _places(generation: str, table: str, style: Style) -> tuple[_Place, ...]:
    shape = _shape(table, generation)
    places = []
    for name in _order(shape, style):
        known = shape.fields[name]
        cdata = _in_cdata(known, style)
        places.append(
            _Place(
                name,
                start=f"<{name}>{'<![CDATA[' if cdata else ''}",
                end=f"{']]>' if cdata else ''}</{name}>",
                empty=_element(name, "", style),
                as_given=style.decimals == "as_given" or (known.nature != "amount" and name != "SO_LUONG"),
            )
        )
    return tuple(places)


def _fields(row: Mapping[str, str], *, shape: spec.Table, style: Style) -> str:
    places = _places(shape.generation, shape.name, style)
    known = row.keys() <= shape.fields.keys()
    if known and style.decimals == "as_given" and _NEEDS_NO_CARE.fullmatch("".join(row.values())):
        # Nearly every row: asking once for all its values, not one by one, is what makes writing fast.
        return "".join(
            [f"{start}{value}{end}" if (value := row.get(name)) else empty for name, start, end, empty, _ in places]
        )
    parts = [_placed(place, row.get(place.name, ""), shape, style) for place in places]
    if not known:
        parts.extend(_field(name, row[name], shape, style) for name in row if name not in shape.fields)
    return "".join(parts)


def _placed(place: _Place, value: str, shape: spec.Table, style: Style) -> str:
    if not value:
        return place.empty
    if place.as_given and _NEEDS_NO_CARE.fullmatch(value):
        return f"{place.start}{value}{place.end}"
    return _field(place.name, value, shape, style)


def _order(shape: spec.Table, style: Style) -> Iterator[str]:
    other = {**dict(style.swapped), **{late: early for early, late in style.swapped}}
    for name in shape.fields:
        swapped = other.get(name, name)
        yield swapped if swapped in shape.fields else name


def _field(name: str, value: str, shape: spec.Table, style: Style) -> str:
    known = shape.fields.get(name)
    if known is None and not _NAME.fullmatch(name):
        raise ValueError(f"no element name: {name!r}")
    if known is not None and style.decimals == "padded":
        value = _padded(value, nature=known.nature, name=name)
    return _element(name, value, style, cdata=known is not None and _in_cdata(known, style))


def _in_cdata(field: spec.Field, style: Style) -> bool:
    return style.cdata_texts and style.content != "cdata" and field.nature in ("name", "free_text")


def _padded(value: str, *, nature: str, name: str) -> str:
    """The number with the zeros that some programs write; a text that is no number as it stands."""
    places = 3 if name == "SO_LUONG" or name.startswith("DON_GIA") else 2
    if nature != "amount" and name != "SO_LUONG":
        return value
    try:
        number = read_decimal(value)
    except ValueError:
        return value
    exponent = number.as_tuple().exponent if number is not None else 0
    if number is None or not isinstance(exponent, int) or -exponent > places:
        return value
    return str(number.quantize(Decimal(1).scaleb(-places)))


def _element(name: str, value: str, style: Style, *, cdata: bool = False) -> str:
    if not value:
        return {"self_closed": f"<{name}/>", "paired": f"<{name}></{name}>", "omitted": ""}[style.empty]
    forbidden = _NO_XML.search(value)
    if forbidden is not None:
        raise ValueError(f"{name}: character {ord(forbidden[0]):#x} is not allowed in XML")
    # A carriage return is a line end to XML unless it is written as a reference, which CDATA cannot hold.
    if not cdata or "\r" in value:
        return f"<{name}>{escape(value, {chr(13): '&#13;'})}</{name}>"
    return f"<{name}><![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"


def _declaration(style: Style) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?>{style.newline}' if style.declaration else ""


def _signed(signature: str) -> str:
    return f"<CHUKYDONVI>{signature}</CHUKYDONVI>" if signature else "<CHUKYDONVI/>"
