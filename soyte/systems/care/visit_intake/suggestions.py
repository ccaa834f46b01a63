"""A value that may be meant where a wrong one stands: a slip of the sending program, set right by the list in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from soyte.formats.visitfile import Finding
from soyte.systems.care.visit_intake.rules import Lists
from soyte.systems.care.visit_intake.rules.lists import VALID
from soyte.systems.care.visit_intake.rules.tabular import table

WIDEST = 5  # codes that lost leading zeros


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`name` is what the list calls the value; "" where the value comes from a sum."""

    value: str
    name: str = ""
    name_en: str = ""  # "" where the list has no English


def suggestion(found: Finding, *, lists: Lists, on: date) -> Suggestion | None:
    """The sum that the lines give, or the one code of the field's list that the written one is a slip of."""
    expected = found.params.get("expected", "")
    if expected and found.code.startswith(("sum.", "line.")):
        return Suggestion(expected.replace(".", "").replace(",", "."))
    name = _list_of(found)
    if not name or not found.value:
        return None
    for candidate in _candidates(found.value):
        if lists.state(name, candidate, on) == VALID:
            entry = lists.get(name, candidate, on)
            return Suggestion(candidate, entry.name, entry.name_en) if entry else Suggestion(candidate)
    return None


def _list_of(found: Finding) -> str:
    rows = (row for row in table("code_lists") if (row["table"], row["field"]) == (found.table, found.field))
    return next((row["list"] for row in rows if not row["several"]), "")


def _candidates(value: str) -> Iterator[str]:
    """Spellings of the same code: without blanks, in capitals, with lost zeros, without a suffix."""
    bare = "".join(value.split()).upper()
    known = {value}
    for candidate in (bare, *(bare.zfill(width) for width in range(len(bare) + 1, WIDEST + 1)), bare.partition(".")[0]):
        if candidate and candidate not in known:
            known.add(candidate)
            yield candidate
