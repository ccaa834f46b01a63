"""The door for other systems: what a record holds, read under their own action, and the words for it.

Every function asks only for rows of the visits in `Seen`, which the rule of the caller's action lets through.
"""

from __future__ import annotations

from soyte.systems.care.health_record.pages.people import numbers, sex_of
from soyte.systems.care.health_record.pages.record import days_stated, measured, seen_text, trend_in_words
from soyte.systems.care.health_record.pages.visit import (
    Section,
    condition_name,
    element_label,
    paper_facts,
    paper_title,
    sections,
)
from soyte.systems.care.health_record.selectors.given import Given, appointments, medicines, papers
from soyte.systems.care.health_record.selectors.long_term import LongTerm, long_term
from soyte.systems.care.health_record.selectors.readers import openings, told_to
from soyte.systems.care.health_record.selectors.results import ALL_ROWS, Result, foremost, results
from soyte.systems.care.health_record.selectors.seen import Seen, VisitFacts, lines_of, people_of, seen_under
from soyte.systems.care.health_record.selectors.stated import blood_groups

__all__ = [
    "ALL_ROWS",
    "Given",
    "LongTerm",
    "Result",
    "Section",
    "Seen",
    "VisitFacts",
    "appointments",
    "blood_groups",
    "condition_name",
    "days_stated",
    "element_label",
    "foremost",
    "lines_of",
    "long_term",
    "measured",
    "medicines",
    "numbers",
    "openings",
    "paper_facts",
    "paper_title",
    "papers",
    "people_of",
    "results",
    "sections",
    "seen_text",
    "seen_under",
    "sex_of",
    "told_to",
    "trend_in_words",
]
