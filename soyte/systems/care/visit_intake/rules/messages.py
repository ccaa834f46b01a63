"""The words of a finding: what is wrong and how to mend it."""

from __future__ import annotations

import re
from typing import NamedTuple

from soyte.formats.visitfile import GENERATIONS, Finding, field
from soyte.systems.care.visit_intake.rules import catalogue

LONGEST_VALUE = 60
MASK = "•••"
_SHOWN_NATURES = frozenset({"date", "amount", "number"})
_FIGURES = re.compile(r"[0-9.,:/ -]*")
_TELLING = ("code", "name", "repeated", "card", "found")


class Message(NamedTuple):
    """What is wrong, and how to mend it."""

    what: str
    mend: str

    @property
    def text(self) -> str:
        return f"{self.what} {self.mend}".strip()


def message(finding: Finding, *, masked: bool = False) -> Message:
    """The words of a finding in Vietnamese.

    `masked` hides names, codes and texts of the patient, for who may know that something is wrong with a protected
    visit but not what stands in it; dates, numbers, fields and MA_LK stay.
    """
    rule = catalogue.rule(finding.code, variant(finding))
    facts = _Facts(_facts(finding))
    if masked:
        _mask(facts, finding)
    return Message(rule.what.format_map(facts), rule.mend.format_map(facts))


def title(finding: Finding) -> str:
    """The short name of the finding's rule."""
    return catalogue.rule(finding.code, variant(finding)).title


def variant(finding: Finding) -> str:
    """Which wording of a rule fits: by kind of value, by guessed cause."""
    return (
        finding.params.get("hint") or finding.params.get("kind") or ("allowed" if finding.params.get("allowed") else "")
    )


def place(finding: Finding) -> str:
    """Where it is: `XML3, dòng 14`; the envelope is `đầu tệp`."""
    if finding.table is None:
        return "đầu tệp"
    return finding.table if finding.line is None else f"{finding.table}, dòng {finding.line}"


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _facts(finding: Finding) -> dict[str, str]:
    value = finding.value if len(finding.value) <= LONGEST_VALUE else f"{finding.value[:LONGEST_VALUE]}…"
    params = dict(finding.params)
    label = params.get("label", "")
    return params | {
        "table": finding.table or "",
        "field": finding.field or "",
        "value": value,
        "label_lower": label[:1].lower() + label[1:],
        "line_code": params.get("line", ""),
        "line": str(finding.line or ""),
    }


def _mask(facts: dict[str, str], finding: Finding) -> None:
    for name in _TELLING:
        if name in facts:
            facts[name] = MASK
    if finding.field and finding.field != "MA_LK" and not _is_shown(finding):
        for name in ("value", "other", "result", "leaving"):
            if name in facts:
                facts[name] = MASK


def _is_shown(finding: Finding) -> bool:
    if not _FIGURES.fullmatch(finding.value):
        return False  # a name that slipped into a field of numbers
    natures = {
        found.nature
        for generation in GENERATIONS
        if finding.table and (found := field(generation, finding.table, finding.field or "")) is not None
    }
    return not finding.table or natures <= _SHOWN_NATURES
