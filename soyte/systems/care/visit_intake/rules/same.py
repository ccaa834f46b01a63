"""Values that other tables repeat from XML1. Which, is `same_as_xml1.csv`; an empty repetition is none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from unicodedata import normalize

from soyte.formats.visitfile import Finding, field, split_list
from soyte.systems.care.visit_intake.rules.context import Context, row_finding
from soyte.systems.care.visit_intake.rules.tabular import table


def same_findings(context: Context) -> Iterator[Finding]:
    """Repeated values that differ from XML1."""
    for name, pairs in _pairs().items():
        for row in context.tables.get(name, ()):
            for own, other, compare in pairs:
                text = row.values.get(own, "")
                known = context.get(other)
                # Where XML1 itself is silent there is nothing to differ from; its own rule speaks.
                if text and known and text != known and not _alike(text, known, compare):
                    label = field(context.generation, name, own)
                    yield row_finding(
                        f"same.{name}.{own}", name, row, own, label=label.label if label else own, other=known
                    )


def same_rules() -> list[str]:
    """The codes of the repetitions that are compared."""
    return [f"same.{name}.{own}" for name, pairs in _pairs().items() for own, _, _ in pairs]


def _alike(text: str, known: str, compare: str) -> bool:
    if compare == "text":
        return _folded(text) == _folded(known)
    if compare == "list":
        return split_list(text) == split_list(known)
    # Days are repeated with and without their hour.
    return text == known or (
        text.isdigit() and known.isdigit() and len({len(text), len(known)}) == 2 and _days(text, known)
    )


def _days(text: str, known: str) -> bool:
    return min(len(text), len(known)) == 8 and text[:8] == known[:8]


def _folded(text: str) -> str:
    return " ".join(normalize("NFC", text).casefold().split())


@cache
def _pairs() -> dict[str, tuple[tuple[str, str, str], ...]]:
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in table("same_as_xml1"):
        found.setdefault(row["table"], []).append((row["field"], row["xml1_field"], row["compare"]))
    return {name: tuple(pairs) for name, pairs in found.items()}
