"""The words of a finding: what is wrong and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from soyte.formats.visitfile import GENERATIONS, Finding, field
from soyte.systems.care.visit_intake.rules import catalogue

LONGEST_VALUE = 60
MASK = "•••"
_SHOWN_NATURES = frozenset({"date", "amount", "number"})
_FIGURES = re.compile(r"[0-9.,:/ -]*")
_TELLING = ("code", "name", "repeated", "card", "found")
_WORDED = ("label", "other_label", "ages")  # facts that are words of content, not of the file
_FIELD_BEHIND = re.compile(r" \(\w+\)$")


class Message(NamedTuple):
    """What is wrong, and how to mend it."""

    what: str
    mend: str

    @property
    def text(self) -> str:
        return f"{self.what} {self.mend}".strip()


def message(finding: Finding, *, masked: bool = False, say: Callable[[str], str] = str) -> Message:
    """The words of a finding; `say` puts texts of content, which are Vietnamese, into the reader's language.

    `masked` hides names, codes and texts of the patient, for who may know that something is wrong with a protected
    visit but not what stands in it; dates, numbers, fields and MA_LK stay.
    """
    rule = catalogue.rule(finding.code, variant(finding))
    facts = _Facts(_facts(finding, say))
    if masked:
        _mask(facts, finding)
    return Message(say(rule.what).format_map(facts), say(rule.mend).format_map(facts))


def title(finding: Finding, *, say: Callable[[str], str] = str) -> str:
    """The short name of the finding's rule."""
    return say(catalogue.rule(finding.code, variant(finding)).title)


def variant(finding: Finding) -> str:
    """Which wording of a rule fits: by kind of value, by guessed cause."""
    return (
        finding.params.get("hint") or finding.params.get("kind") or ("allowed" if finding.params.get("allowed") else "")
    )


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def lowered(label: str) -> str:
    """A label within a sentence; ARV stays ARV."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _facts(finding: Finding, say: Callable[[str], str]) -> dict[str, str]:
    value = finding.value if len(finding.value) <= LONGEST_VALUE else f"{finding.value[:LONGEST_VALUE]}…"
    worded = {name: _said(finding.params[name], say) for name in _WORDED if finding.params.get(name)}
    params = dict(finding.params) | worded
    return params | {
        "table": finding.table or "",
        "field": finding.field or "",
        "value": value,
        "label_lower": lowered(params.get("label", "")),
        "line_code": params.get("line", ""),
        "line": str(finding.line or ""),
    }


def _said(text: str, say: Callable[[str], str]) -> str:
    """A text of content, with or without the name of its field behind it."""
    behind = _FIELD_BEHIND.search(text)
    told = say(text)
    return say(text[: behind.start()]) + behind[0] if behind and told == text else told


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
