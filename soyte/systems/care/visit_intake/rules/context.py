"""A visit as the rules see it: its tables, its days, what its numbers and times say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from soyte.formats.visitfile import Finding, Row, Visit, read_day, read_decimal, read_instant_or_day

if TYPE_CHECKING:
    from soyte.systems.care.visit_intake.rules.lists import Lists

ZERO = Decimal(0)
INPATIENT = frozenset({"03", "04", "06"})
SUPPLY_GROUPS = frozenset({"10", "11"})
NOT_INSURED = "9"


@lru_cache(maxsize=1 << 15)
def amount(text: str) -> Decimal | None:
    """A number of the file: 0 where nothing is written, None where it cannot be read."""
    try:
        return read_decimal(text) or ZERO
    except ValueError:
        return None


@lru_cache(maxsize=1 << 15)
def moment(text: str) -> str | None:
    """A day or minute that exists, as its own digits, which sort by time; None where there is none."""
    try:
        return text if read_instant_or_day(text) is not None else None
    except ValueError:
        return None


@lru_cache(maxsize=1 << 12)
def day(text: str) -> date | None:
    """The day of a moment (8 or 12 digits), or None."""
    if len(text) not in (8, 12) or moment(text) is None:
        return None
    return read_day(text[:8])


def digits(when: date) -> str:
    """A day as the files write it."""
    return when.strftime("%Y%m%d")


class Context:
    """One visit under judgement. Rules only read it."""

    __slots__ = (
        "ended_on", "generation", "insured", "kind", "lists", "old", "on", "received_on", "summary", "tables", "values",
        "visit",
    )  # fmt: skip

    def __init__(self, visit: Visit, *, lists: Lists, received_on: date) -> None:
        self.visit = visit
        self.tables = visit.tables
        self.lists = lists
        self.received_on = received_on
        self.generation = visit.generation
        self.old = visit.generation == "4210"
        self.summary: Row | None = visit.summary
        self.values: Mapping[str, str] = self.summary.values if self.summary else {}
        self.ended_on = day(self.values.get("NGAY_RA", ""))
        # A visit without a readable end is judged by the lists of the day it arrived.
        self.on = self.ended_on or received_on
        # MA_LOAI_KCB in two digits; 4210's 1, 2, 3 are exam, outpatient treatment and inpatient as well.
        self.kind = self.get("MA_LOAI_KCB").zfill(2) if self.get("MA_LOAI_KCB") else ""
        # Has the visit a card, and is it not declared as uninsured?
        self.insured = bool(self.get("MA_THE_BHYT") or self.get("MA_THE")) and (
            self.get("MA_DOITUONG_KCB") != NOT_INSURED
        )

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def get(self, field: str) -> str:
        """A value of XML1, "" where absent."""
        return self.values.get(field, "")

    def birth(self) -> date | None:
        """The birth date where it is known to the day."""
        text = self.get("NGAY_SINH")
        return day(text[:8]) if len(text) in (8, 12) else None

    def summary_finding(self, code: str, field: str | None, **params: str) -> Finding:
        value = self.get(field) if field else ""
        return Finding(code, "XML1", self.summary.line if self.summary else None, field, value, params)


def row_finding(code: str, table: str, row: Row, field: str, **params: str) -> Finding:
    return Finding(code, table, row.line, field, row.values.get(field, ""), params)


def shown_amount(value: Decimal) -> str:
    """An amount for a message: thousands by points, decimals by a comma, no idle zeros."""
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))


def shown_moment(text: str) -> str:
    """202601131000 as 10:00 13/01/2026, so that the reader need not count digits."""
    if moment(text) is None:
        return text
    shown = f"{text[6:8]}/{text[4:6]}/{text[:4]}"
    return shown if len(text) == 8 else f"{text[8:10]}:{text[10:]} {shown}"


def shown_day(when: date | datetime) -> str:
    return f"{when.day:02d}/{when.month:02d}/{when.year}"
