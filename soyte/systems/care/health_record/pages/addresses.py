"""Addresses inside a record. A page writes dozens of them, so each pattern is asked of the resolver once."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from django.urls import reverse

from soyte.kernel.people.models import Person

_PERSON, _VISIT = UUID(int=1), UUID(int=2)


@cache
def _pattern(name: str) -> str:
    return reverse(f"health_record:{name}", args=[_PERSON, _VISIT])


def _filled(name: str, person_id: UUID, visit_id: UUID) -> str:
    return _pattern(name).replace(str(_PERSON), str(person_id)).replace(str(_VISIT), str(visit_id))


def visit_address(person_id: UUID, visit_id: UUID) -> str:
    return _filled("visit", person_id, visit_id)


def visit_url(person: Person, visit_id: UUID) -> str:
    return visit_address(person.pk, visit_id)


def source_url(person: Person, visit_id: UUID, table: int, line: int) -> str:
    """The lines of the received file: line `line` of table XML`table`."""
    return f"{_filled('source', person.pk, visit_id)}?bang={table}&dong={line}"
