"""What is known of allergies."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from soyte.clinical.allergies.models import AllergyStatement


def told(people: Collection[uuid.UUID]) -> dict[str, AllergyStatement]:
    """The latest answer to each question of a record (all rows of persons that make it), by kind; unasked ones are absent."""
    rows = AllergyStatement.objects.filter(person__in=people).order_by("kind", "-id").distinct("kind")
    found = {row.kind: row for row in rows}
    return {kind: found[kind] for kind in AllergyStatement.Kind.values if kind in found}
