"""Texts that people write into a report: sealed under the disease's labels, opened by the grant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from soyte.kernel.actors import Acting
from soyte.kernel.labels import joined, seal, unseal
from soyte.systems.prevention.infectious_disease.models import CaseReport


def kept(labels: Sequence[str], text: str) -> str:
    """As it is written down."""
    label = joined(labels)
    return seal(text, label) if label and text else text


def kept_all(labels: Sequence[str], texts: Mapping[str, str]) -> dict[str, str]:
    return {name: kept(labels, text) for name, text in texts.items() if text}


def told(actor: Acting, text: str) -> str:
    """As this actor may read it; nothing without the grant."""
    return unseal(text, actor.labels) or ""


def details_of(actor: Acting, case: CaseReport) -> dict[str, str]:
    return {name: told(actor, text) for name, text in case.details.items()}
