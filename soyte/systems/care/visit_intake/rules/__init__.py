"""Rules over visit files: what is wrong, how heavy it weighs, how to mend it. Pure Python, no Django.

`check_visit` and `check_envelope` judge, `verdict` decides, `message` words. Facts (pairs of dates, sums, formats,
severities, titles) are tables under `data/`.
"""

from soyte.systems.care.visit_intake.rules.catalogue import (
    ERROR,
    NOTE,
    OFF,
    SEVERITIES,
    WARNING,
    Period,
    Rule,
    Weight,
    aliases,
    coverage,
    coverage_classes,
    periods,
    rule,
    rules,
    severity,
    weights,
)
from soyte.systems.care.visit_intake.rules.envelope import version_day
from soyte.systems.care.visit_intake.rules.inventory import RuleEntry, inventory
from soyte.systems.care.visit_intake.rules.judging import (
    ACCEPTED,
    REFUSED,
    Judged,
    check_envelope,
    check_sheet,
    check_signature,
    check_visit,
    verdict,
    weighed,
)
from soyte.systems.care.visit_intake.rules.lists import CodeList, Entry, Lists
from soyte.systems.care.visit_intake.rules.messages import Message, message, title

__all__ = [
    "ACCEPTED",
    "ERROR",
    "NOTE",
    "OFF",
    "REFUSED",
    "SEVERITIES",
    "WARNING",
    "CodeList",
    "Entry",
    "Judged",
    "Lists",
    "Message",
    "Period",
    "Rule",
    "RuleEntry",
    "Weight",
    "aliases",
    "check_envelope",
    "check_sheet",
    "check_signature",
    "check_visit",
    "coverage",
    "coverage_classes",
    "inventory",
    "message",
    "periods",
    "rule",
    "rules",
    "severity",
    "title",
    "verdict",
    "version_day",
    "weighed",
    "weights",
]
