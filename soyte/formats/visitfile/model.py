"""What reading a visit file gives: the survey of the file, its visits, their rows and the findings."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or worth saying, about a file, a visit, a table or a field.

    `code` names the rule; severity and wording are dated data of whoever reports it. `table` is None for the
    envelope, `line` the 1-based row in the table, `value` what was received, `params` facts for the message.
    """

    code: str
    table: str | None = None
    line: int | None = None
    field: str | None = None
    value: str = ""
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(slots=True)
class Row:
    """One row of a table."""

    values: dict[str, str]  # known fields; NFC, stripped, "" where the element is empty
    line: int  # 1-based in the table
    unknown: tuple[str, ...] = ()  # elements that the specification lacks


@dataclass(slots=True)
class Visit:
    """One HOSO: the tables of one visit, as far as they could be read."""

    index: int  # 1-based in the file
    code: str | None  # MA_LK of XML1
    facility_code: str  # MA_CSKCB of XML1, "" when unknown
    generation: str  # 4210 | 130 | 3176: the oldest that all its tables fit
    tables: dict[str, list[Row]]
    generations: dict[str, tuple[str, ...]]  # by table: the generations whose elements it has
    findings: list[Finding]
    readable: bool  # XML1 and every other table could be read; else the findings say why not
    raw: dict[str, bytes] = dataclasses.field(default_factory=dict)  # unknown LOAIHOSO, as written

    @property
    def summary(self) -> Row | None:
        """The row of XML1."""
        rows = self.tables.get("XML1")
        return rows[0] if rows else None


@dataclass(slots=True)
class Sheet:
    """A file that is one table by itself: a check-in (XML0) or a medical assessment (XML12)."""

    table: str
    generations: tuple[str, ...]
    rows: list[Row]
    findings: list[Finding]
    readable: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first pass over a file tells.

    `pieces` are byte ranges whose joining gives the file: the envelope's head, one range per HOSO, the tail; a file
    that is one table is one piece; a file with a fatal finding has none.
    """

    kind: str | None  # visits | check_in | assessment; None when the root is none of these
    encoding: str = "utf-8"  # utf-8 | utf-16-le | utf-16-be
    facility_code: str = ""  # MACSKCB
    made_on: str = ""  # NGAYLAP as written, yyyyMMdd
    declared_count: str = ""  # SOLUONGHOSO as written
    signed: bool = False  # is CHUKYDONVI filled?
    size: int = 0  # bytes
    pieces: tuple[tuple[int, int], ...] = ()
    codes: tuple[str | None, ...] = ()  # MA_LK of each HOSO, None where XML1 cannot be read
    fatal: Finding | None = None
    findings: tuple[Finding, ...] = ()
    duplicates: frozenset[str] = frozenset()  # MA_LK that stand at two HOSO of the file

    @property
    def visits(self) -> tuple[tuple[int, int], ...]:
        """The byte ranges of the HOSO."""
        return self.pieces[1:-1] if self.kind == "visits" else ()
