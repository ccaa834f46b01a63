"""What each rule is called, how heavy it weighs on which day, where it comes from, and its names elsewhere.

`catalogue.csv` names rules one by one or by pattern (`*.required` stands for a rule of every field), `severities.csv`
gives their weight by day, `gateway_coverage.csv` says which errors of the insurer's gateway they answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from functools import cache

from soyte.systems.care.visit_intake.rules.tabular import table

ERROR, WARNING, NOTE, OFF = "error", "warning", "note", "off"
SEVERITIES = (ERROR, WARNING, NOTE)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the catalogue. `what` and `mend` are templates over the facts of a finding."""

    pattern: str
    title: str
    what: str
    mend: str
    source: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """The severity of the rules of a pattern from one day to another (both included; None = open)."""

    pattern: str
    severity: str
    valid_from: date | None
    valid_to: date | None
    source: str

    def holds(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@cache
def rules() -> tuple[Rule, ...]:
    """The whole catalogue, in its own order."""
    return tuple(
        Rule(
            pattern=row["code"],
            title=row["title"],
            what=row["what"],
            mend=row["mend"],
            source=row["source"],
            aliases=tuple(row["aliases"].split()),
        )
        for row in table("catalogue")
    )


@cache
def periods() -> tuple[Period, ...]:
    """All severities with their days, in the order of the file."""
    return tuple(
        Period(row["pattern"], row["severity"], _day(row["valid_from"]), _day(row["valid_to"]), row["source"])
        for row in table("severities")
    )


@cache
def rule(code: str, variant: str = "") -> Rule:
    """The catalogue row of a code: its own, else the narrowest pattern, for a `variant` of it where one is named.

    Raises KeyError where the catalogue is silent: every rule has words.
    """
    keyed = f"{code}:{variant}" if variant else code
    found = [row for row in rules() if fnmatchcase(keyed, row.pattern) or fnmatchcase(code, row.pattern)]
    if not found:
        raise KeyError(code)
    return max(found, key=lambda row: _narrowness(row.pattern))


@cache
def severity(code: str, on: date) -> str:
    """ERROR, WARNING, NOTE or OFF: the weight of a rule on the day of the visit. The narrowest pattern decides."""
    for period in _weights(code):
        if period.holds(on):
            return period.severity
    return WARNING


@dataclass(frozen=True, slots=True)
class Weight:
    """The severity of one rule from one day to another (both included; None = open)."""

    severity: str
    valid_from: date | None
    valid_to: date | None


@cache
def weights(code: str) -> tuple[Weight, ...]:
    """The severities that a rule has had, has and will have, earliest first; neighbours that are the same are one."""
    edges = {period.valid_from for period in _weights(code)} | {
        period.valid_to + timedelta(days=1) for period in _weights(code) if period.valid_to
    }
    days = [date.min, *sorted(edge for edge in edges if edge)]
    starts = [
        day for number, day in enumerate(days) if number == 0 or severity(code, day) != severity(code, days[number - 1])
    ]
    ends = [day - timedelta(days=1) for day in starts[1:]]
    return tuple(
        Weight(severity(code, start), None if start == date.min else start, end)
        for start, end in zip(starts, [*ends, None], strict=True)
    )


@cache
def aliases(code: str, variant: str = "") -> tuple[str, ...]:
    """What others call this rule: our F numbers, then the gateway's error numbers. `variant` as for `rule`."""
    return tuple(dict.fromkeys([*rule(code, variant).aliases, *_gateway_numbers().get(code, ())]))


@cache
def coverage() -> tuple[Mapping[str, str], ...]:
    """Every error of the gateway's catalogue: number, table, class, the rules that answer it, why not."""
    return table("gateway_coverage")


@cache
def coverage_classes() -> Mapping[str, str]:
    """The classes of `coverage` with their Vietnamese names, in the order to show them."""
    return {row["class"]: row["title"] for row in table("coverage_classes")}


@cache
def _gateway_numbers() -> dict[str, list[str]]:
    numbers: dict[str, list[str]] = {}
    for row in coverage():
        for code in row["rules"].split():
            numbers.setdefault(code, []).append(row["number"])
    return numbers


@cache
def _weights(code: str) -> tuple[Period, ...]:
    fitting = [period for period in periods() if fnmatchcase(code, period.pattern)]
    return tuple(sorted(fitting, key=lambda period: _narrowness(period.pattern), reverse=True))


def _narrowness(pattern: str) -> tuple[bool, int]:
    """An exact code is narrower than a pattern, a pattern with more letters than one with fewer."""
    return ("*" not in pattern and "[" not in pattern, len(pattern.replace("*", "")))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
