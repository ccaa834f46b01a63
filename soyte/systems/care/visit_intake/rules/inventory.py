"""Every rule there is, one by one, for the page that lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from soyte.formats.visitfile import GENERATIONS, tables
from soyte.systems.care.visit_intake.rules import catalogue
from soyte.systems.care.visit_intake.rules.dates import date_rules
from soyte.systems.care.visit_intake.rules.fields import field_rules
from soyte.systems.care.visit_intake.rules.messages import lowered
from soyte.systems.care.visit_intake.rules.same import same_rules
from soyte.systems.care.visit_intake.rules.stay import LEAVES
from soyte.systems.care.visit_intake.rules.sums import sum_rules

AGE_MARKS = tuple(f"3.{number}" for number in range(1, 11))


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One rule on one day. `subject` says which field it is about, "" for a rule over several. `what` and `mend` have
    "…" where a finding names its own facts."""

    code: str
    title: str
    what: str
    mend: str
    subject: str
    severity: str  # error | warning | note | off
    source: str
    aliases: tuple[str, ...]
    generations: tuple[str, ...]


def inventory(on: date, *, say: Callable[[str], str] = str) -> list[RuleEntry]:
    """All rules with their severity of the day: those over files and visits, then those of single fields.

    `say` puts texts of content into the reader's language.
    """
    return [_entry(*known, on, say) for known in _codes()]


def title_of(code: str, *, say: Callable[[str], str] = str) -> str:
    """The short name of a rule where no finding tells which wording fits: that of its field's kind of value."""
    return say(catalogue.rule(code, _variants().get(code, "")).title)


@cache
def _variants() -> dict[str, str]:
    return {code: variant for code, _, variant, _ in _codes()}


def _entry(
    code: str, label: str, variant: str, generations: tuple[str, ...], on: date, say: Callable[[str], str]
) -> RuleEntry:
    rule = catalogue.rule(code, variant)
    facts = _facts(code, say(label) if label else "")
    return RuleEntry(
        code=code,
        title=say(rule.title),
        what=say(rule.what).format_map(facts),
        mend=say(rule.mend).format_map(facts),
        subject="{table} · {label} ({field})".format_map(facts) if label else "",
        severity=catalogue.severity(code, on),
        source=say(rule.source),
        aliases=catalogue.aliases(code, variant),
        generations=generations,
    )


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _facts(code: str, label: str) -> _Facts:
    """The table and the field that a rule's code names, and the field's label."""
    parts = code.split(".")
    at = next((number for number, part in enumerate(parts) if part.startswith("XML")), None)
    named = _Facts() if at is None else _Facts(zip(("table", "field"), parts[at : at + 2], strict=False))
    if label:
        named |= {"label": label, "label_lower": lowered(label)}
    return named


@cache
def _codes() -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
    return (*_general(), *_of_fields())


def _general() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Rules named one by one in the catalogue, then those of the tables of pairs."""
    for rule in catalogue.rules():
        named = "*" not in rule.pattern and ":" not in rule.pattern
        if named and not rule.pattern.startswith(("dates.", "sum.", "parts.")) and not _is_of_field(rule.pattern):
            yield rule.pattern, "", "", GENERATIONS
    for mark in AGE_MARKS:
        yield f"diagnosis.age.{mark}", "", "", GENERATIONS
    for name, *_ in LEAVES:
        yield f"leave.{name}.days", "", "", ("130", "3176")
    seen: dict[str, list[str]] = {}
    for generation in GENERATIONS:
        same = same_rules() if generation != "4210" else []
        for code in dict.fromkeys([*date_rules(generation), *sum_rules(generation), *same]):
            seen.setdefault(code, []).append(generation)
    for code, generations in seen.items():
        yield code, "", "", tuple(generations)


def _of_fields() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Rules of single fields: code, the field's label, its kind of value, generations."""
    seen: dict[str, tuple[str, str, list[str]]] = {}
    for generation in GENERATIONS:
        for name in tables(generation):
            for code, field in field_rules(name, generation):
                seen.setdefault(code, (field.label, field.kind, []))[2].append(generation)
    for code, (label, kind, generations) in seen.items():
        yield code, label, kind, tuple(generations)


def _is_of_field(pattern: str) -> bool:
    return pattern.startswith("XML") and pattern.rpartition(".")[2] in {
        "required", "length", "kind", "negative", "format", "list", "expired",
    }  # fmt: skip
