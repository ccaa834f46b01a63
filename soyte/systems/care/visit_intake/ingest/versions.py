"""Which version of a visit counts: the later NGAYLAP, on the same day the later received.

Decided from what is written and not from the order of writing, so that files may be worked on side by side and the
outcome is that of one after the other. A withdrawn visit comes back only by bytes received after the withdrawal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from soyte.clinical.encounters.locks import Key

# Two halves, because each of the two partial indexes knows only one of them. OFFSET 0 keeps each look-up an index's,
# also while the table fills and has no statistics.
_READ = " union all ".join(
    f"""
    select found.* from unnest(%(facilities)s::text[], %(codes)s::text[]) asked(facility_code, visit_code), lateral (
      select e.facility_code, e.visit_code, e.id, e.person_id, e.version_day, e.received_order, e.in_force, e.withdrawn_at
      from encounters_encounter e
      where e.facility_code = asked.facility_code and e.visit_code = asked.visit_code and {condition} offset 0) found"""
    for condition in ("e.in_force", "not e.in_force")
)


@dataclass(slots=True)
class History:
    """The versions of one visit, as far as they decide. `rank` orders versions; `current` is the one in force."""

    current: UUID | None = None
    rank: tuple[date, int] | None = None
    withdrawn_at: datetime | None = None
    person_id: UUID | None = None  # of the version in force, else of a withdrawn one
    known: bool = False


@dataclass(slots=True)
class Decisions:
    """Histories of the visits of a batch, changed by each version that is added."""

    histories: dict[Key, History] = field(default_factory=dict)
    ended: set[UUID] = field(default_factory=set)  # versions that are in force no more

    def history(self, key: Key) -> History:
        return self.histories.setdefault(key, History())

    def add(
        self, key: Key, encounter_id: UUID, *, day: date, order: int, received_at: datetime, person_id: UUID
    ) -> bool:
        """Add a version; whether an earlier one of the visit was known."""
        history = self.history(key)
        known, history.known = history.known, True
        rank = (day, order)
        revoked = history.withdrawn_at is not None and received_at <= history.withdrawn_at
        if revoked or (history.rank is not None and rank <= history.rank):
            self.ended.add(encounter_id)
            return known
        if history.current is not None:
            self.ended.add(history.current)
        history.current, history.rank, history.person_id = encounter_id, rank, person_id
        return known


def read(cursor: Any, keys: Iterable[Key]) -> Decisions:
    """The histories of these visits as the database holds them; the caller holds their locks."""
    decisions = Decisions()
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return decisions
    cursor.execute(_READ, {"facilities": [key[0] for key in wanted], "codes": [key[1] for key in wanted]})
    for facility, code, encounter_id, person_id, day, order, in_force, withdrawn_at in cursor.fetchall():
        history = decisions.history((facility, code))
        history.known = True
        if in_force:
            history.current, history.rank, history.person_id = encounter_id, (day, order), person_id
        elif withdrawn_at is not None:
            history.withdrawn_at = max(withdrawn_at, history.withdrawn_at or withdrawn_at)
            history.person_id = history.person_id or person_id
    return decisions


# OFFSET 0 as above.
_DECIDED = """
    select found.* from unnest(%s::text[], %s::text[]) asked(facility_code, visit_code), lateral (
      select m.facility_code, m.visit_code, m.to_person_id from encounters_visitmove m
      where m.facility_code = asked.facility_code and m.visit_code = asked.visit_code and m.undone_at is null offset 0) found"""


def decided_persons(cursor: Any, keys: Iterable[Key]) -> dict[Key, UUID]:
    """Of those visits that somebody has moved: whose they are. The caller holds their locks."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return {}
    cursor.execute(_DECIDED, [[key[0] for key in wanted], [key[1] for key in wanted]])
    return {(facility, code): person for facility, code, person in cursor.fetchall()}
