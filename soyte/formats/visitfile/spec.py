"""The field specification of the visit files: which tables and fields each generation has.

Facts live in `spec/*.csv` (source and dates in `spec/README.md`); this module gives access to them.
Generations: "4210" (QĐ 4210, until 2024-06-30), "130" (QĐ 130 as amended by 4750), "3176" (QĐ 3176 and 1931).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from sys import intern
from types import MappingProxyType

from soyte.formats.visitfile.values import split_list

GENERATIONS = ("4210", "130", "3176")
ENVELOPE = frozenset(
    [
        "GIAMDINHHS",
        "THONGTINDONVI",
        "MACSKCB",
        "THONGTINHOSO",
        "NGAYLAP",
        "SOLUONGHOSO",
        "DANHSACHHOSO",
        "HOSO",
        "FILEHOSO",
        "LOAIHOSO",
        "NOIDUNGFILE",
        "CHUKYDONVI",
    ]
)
TABLE_NAMES = tuple(f"XML{number}" for number in range(16))


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one table in one generation."""

    generation: str
    table: str
    seq: int  # place in the row, from 1
    name: str
    kind: str  # text | code | number | instant | day | instant_or_day | partial (birth date)
    max_length: int | None  # characters; None = no limit
    required: str  # always | when | ""
    required_when: str  # `FIELD filled|empty|in a,b|not in a,b`, joined by " and "
    required_until: date | None  # last day on which it was required
    nature: str  # code | date | amount | number | name | free_text
    identifies: str  # whom or what it points at: person, staff, citizen, card, phone, address, text ...; "" = nobody
    separator: str  # of joined values; "" = single
    label: str  # our Vietnamese name of it

    @property
    def sealed(self) -> bool:
        """Is its text encrypted in a labelled visit? Codes, dates and amounts stay readable for statistics."""
        return self.nature in ("name", "free_text")

    def is_required(self, values: Mapping[str, str], *, on: date) -> bool:
        """Must the field be filled in a row with these values, on the day of the visit?"""
        if not self.required or (self.required_until is not None and on > self.required_until):
            return False
        return all(_holds(condition, values) for condition in _conditions(self.required_when))

    def hangs_on(self) -> list[tuple[str, bool]]:
        """The fields that decide whether this one is required, each with whether its value counts, not only that it is
        filled."""
        return [(name, test in ("in", "not in")) for name, test, _codes in _conditions(self.required_when)]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One table: its elements and its fields in their order."""

    generation: str
    name: str
    root: str
    list: str  # element around the rows; "" = rows stand in the root
    row: str  # element of a row; "" = the root itself is the only row
    label: str
    fields: Mapping[str, Field]

    @property
    def single(self) -> bool:
        """Does the table hold exactly one row?"""
        return not self.row


@cache
def tables(generation: str) -> Mapping[str, Table]:
    """All tables of a generation by name (`XML1`...). Raises ValueError for an unknown generation."""
    if generation not in GENERATIONS:
        raise ValueError(f"unknown generation {generation!r}")
    fields = _fields(generation)
    return MappingProxyType(
        {
            row["table"]: Table(
                generation=generation,
                name=row["table"],
                root=row["root"],
                list=row["list"],
                row=row["row"],
                label=row["label"],
                fields=MappingProxyType(fields[row["table"]]),
            )
            for row in _rows("tables.csv")
            if row["generation"] == generation
        }
    )


def table(generation: str, name: str) -> Table | None:
    """One table, or None where the generation has none of this name."""
    return tables(generation).get(name)


def field(generation: str, table_name: str, name: str) -> Field | None:
    """One field, or None where the generation's table has none of this name."""
    found = tables(generation).get(table_name)
    return found.fields.get(name) if found else None


@cache
def judged_by(table_name: str, generations: tuple[str, ...]) -> Mapping[str, Field]:
    """The fields by which a row is judged whose elements fit all of `generations`.

    Where 130 and 3176 share a table's elements, nothing in the file says which of them its writer meant: a value is
    then good if it suits either, so each field has the wider length and the looser kind. Field order is the later's.
    """
    merged = dict(tables(generations[-1])[table_name].fields)
    for generation in generations[:-1]:
        for name, other in tables(generation)[table_name].fields.items():
            merged[name] = _looser(merged[name], other) if name in merged else other
    return MappingProxyType(merged)


def generations_of(table_name: str, *, root: str, names: Iterable[str]) -> tuple[str, ...]:
    """The generations whose element names the table has, oldest first; () when the root belongs to no table.

    `names` are the elements of its rows. A table is judged by the generation whose elements it has: the one that
    leaves the fewest of them unknown, and all that do so equally well.
    """
    seen = set(names)
    unknown = {
        generation: len(seen.difference(candidate.fields))
        for generation in GENERATIONS
        if (candidate := table(generation, table_name)) is not None and candidate.root == root
    }
    best = min(unknown.values(), default=0)
    return tuple(generation for generation, count in unknown.items() if count == best)


@cache
def roots() -> Mapping[str, str]:
    """Which table a root element opens: `TONG_HOP` -> `XML1`."""
    return MappingProxyType({found.root: found.name for name in GENERATIONS for found in tables(name).values()})


@cache
def element_names() -> frozenset[str]:
    """Every element name that a visit file may have, of any generation: envelope, tables and fields."""
    found = {name for generation in GENERATIONS for shape in tables(generation).values() for name in shape.fields}
    for generation in GENERATIONS:
        for shape in tables(generation).values():
            found |= {shape.root, shape.list, shape.row}
    return frozenset(found - {""}) | ENVELOPE


def _rows(name: str) -> Iterator[dict[str, str]]:
    with files(__package__).joinpath("spec", name).open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def _fields(generation: str) -> dict[str, dict[str, Field]]:
    """Fields by table. 3176 is written as what it changed: a row without a place amends that of 130, a table whose
    rows have places replaces it whole."""
    own: dict[str, dict[str, Field]] = {}
    if generation != "3176":
        for row in _rows(f"fields_{generation}.csv"):
            own.setdefault(row["table"], {})[row["field"]] = _field(generation, row, seq=int(row["seq"]))
        return own
    for name, base in _fields("130").items():
        own[name] = {key: replace(value, generation=generation) for key, value in base.items()}
    changes = list(_rows("fields_3176.csv"))
    for name in {row["table"] for row in changes if row["seq"]}:
        own[name] = {}
    for row in changes:
        place = int(row["seq"]) if row["seq"] else own[row["table"]][row["field"]].seq
        own[row["table"]][row["field"]] = _field(generation, row, seq=place)
    return own


def _field(generation: str, row: dict[str, str], *, seq: int) -> Field:
    until = row["required_until"]
    return Field(
        generation=generation,
        table=row["table"],
        seq=seq,
        name=intern(row["field"]),  # so that asking a row by a name of our own compares no letters
        kind=row["kind"],
        max_length=int(row["max_length"]) if row["max_length"] else None,
        required=row["required"],
        required_when=row["required_when"],
        required_until=date.fromisoformat(until) if until else None,
        nature=row["nature"],
        identifies=row["identifies"],
        separator=row["separator"],
        label=row["label"],
    )


def _looser(one: Field, other: Field) -> Field:
    lengths = (one.max_length, other.max_length)
    kind = one.kind if one.kind == other.kind else "instant_or_day"
    return replace(one, kind=kind, max_length=None if None in lengths else max(filter(None, lengths)))


@cache
def _conditions(text: str) -> tuple[tuple[str, str, frozenset[str]], ...]:
    """`MA_NHOM in 1,2 and GIA_TRI filled` as (field, test, codes)."""
    parsed = []
    for part in filter(None, text.split(" and ")):
        name, _, test = part.partition(" ")
        word, _, codes = test.rpartition(" ")
        parsed.append((name, word or codes, frozenset(codes.split(",")) if word else frozenset()))
    return tuple(parsed)


def _holds(condition: tuple[str, str, frozenset[str]], values: Mapping[str, str]) -> bool:
    name, test, codes = condition
    value = values.get(name, "")
    if test == "filled":
        return bool(value)
    if test == "empty":
        return not value
    inside = value in codes if ";" not in value else not codes.isdisjoint(split_list(value))
    return inside if test == "in" else not inside
