"""Answers about allergies in words."""

from __future__ import annotations

from collections.abc import Mapping

from soyte.clinical.allergies.models import AllergyStatement
from soyte.clinical.allergies.words import line
from soyte.systems.care.own_record.services.allergies import Answer

Kind = AllergyStatement.Kind


def allergy_lines(told: Mapping[str, AllergyStatement]) -> list[tuple[str, str, str]]:
    """(question, answer, tone) of those that were answered with yes or no."""
    return [(str(Kind(kind).label), line(row), "bad" if row.answer == Answer.YES else "") for kind, row in told.items()
            if row.answer != Answer.UNKNOWN]  # fmt: skip


def unasked(told: Mapping[str, AllergyStatement]) -> list[str]:
    """Names of the questions that wait for a first answer: "tôi không biết" is one."""
    return [str(kind.label).lower() for kind in Kind if kind not in told]


def unanswered(told: Mapping[str, AllergyStatement]) -> list[str]:
    """Names of the questions to which nothing is known."""
    return [str(kind.label).lower() for kind in Kind if kind not in told or told[kind].answer == Answer.UNKNOWN]
