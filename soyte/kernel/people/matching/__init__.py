"""Whose visit is it? A batch of patients as files describe them -> persons, known or new, in a few statements."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from soyte.kernel.people.matching.candidates import (
    Candidate,
    Card,
    Match,
    Newborn,
    lock_keys,
    mother_of,
    newborn_places,
)
from soyte.kernel.people.matching.decide import match
from soyte.kernel.people.matching.register import load
from soyte.kernel.people.matching.write import write
from soyte.kernel.sql import SqlCursor, advisory_lock_many

__all__ = [
    "Candidate",
    "Card",
    "Match",
    "Newborn",
    "known_people",
    "lock_keys",
    "match_people",
    "mother_of",
    "newborn_places",
]


def match_people(cursor: SqlCursor, candidates: Sequence[Candidate], *, locked: bool = False) -> list[Match]:
    """The person of each candidate, in their order; persons, numbers and review pairs that are missing are made.

    Runs in the caller's transaction, which must be read committed: what others wrote while we waited for the locks has
    to be seen. `locked` says that the caller holds lock_keys(candidates) already, taken together with its own keys by
    one advisory_lock_many: two senders of one new person at once make one, and nobody deadlocks.
    """
    if not locked:
        advisory_lock_many(cursor, lock_keys(candidates))
    register = load(cursor, candidates)
    matches = [match(register, candidate) for candidate in candidates]
    fresh = write(cursor, register)
    return [replace(found, pairs=tuple(pair for pair in found.pairs if pair in fresh)) for found in matches]


def known_people(cursor: SqlCursor, candidates: Sequence[Candidate]) -> list[uuid.UUID | None]:
    """The person to whom match_people would give each candidate, None where it would make one. Writes nothing."""
    register = load(cursor, candidates)
    found = [match(register, candidate).person_id for candidate in candidates]
    return [None if register.by_id[person_id].is_new else person_id for person_id in found]
