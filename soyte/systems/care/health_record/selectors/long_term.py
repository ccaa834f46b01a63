"""Long-term conditions: codes of the content list that two visits or one stay state."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from soyte.clinical.conditions.models import Condition
from soyte.clinical.encounters.models import INPATIENT_KINDS
from soyte.clinical.terminology.terms import Terms
from soyte.systems.care.health_record.selectors.seen import Seen, VisitFacts

ROLES = [Condition.Role.MAIN, Condition.Role.SECONDARY]
LEAST_VISITS = 2


class _Stated(NamedTuple):
    encounter_id: uuid.UUID
    code: str


@dataclass(frozen=True, slots=True)
class LongTerm:
    """Not "đang mắc": files say when it was seen, no more. Code and name are those stated last."""

    code: str
    name: str
    first_seen: dt.datetime
    last_seen: dt.datetime
    visits: int
    last_visit: uuid.UUID


def long_term(seen: Seen, terms: Terms) -> list[LongTerm]:
    """Long-term conditions, the latest seen first; of one visit the main diagnosis first."""
    codes = _codes_by_visit(seen)
    stated: dict[str, list[tuple[VisitFacts, str]]] = defaultdict(list)
    for visit in seen:
        for code in codes.get(visit.id, ()):
            entry = terms.long_term(code, visit.ended_on)
            if entry is not None:
                stated[entry.code].append((visit, code))
    return [_told(rows, terms) for rows in stated.values() if _lasts([visit for visit, _ in rows])]


def _codes_by_visit(seen: Seen) -> dict[uuid.UUID, list[str]]:
    """Codes of each visit, the main one first."""
    codes: dict[uuid.UUID, list[str]] = defaultdict(list)
    for row in seen.lines(_Stated, Condition, "l.role = any(%(roles)s)", "l.role, l.seq, l.id", roles=ROLES):
        codes[row.encounter_id].append(row.code)
    return codes


def _lasts(visits: list[VisitFacts]) -> bool:
    return len({visit.id for visit in visits}) >= LEAST_VISITS or any(v.kind in INPATIENT_KINDS for v in visits)


def _told(rows: list[tuple[VisitFacts, str]], terms: Terms) -> LongTerm:
    """`rows`: the visits that state it, newest first."""
    (last, code), (first, _) = rows[0], rows[-1]
    visits = len({visit.id for visit, _ in rows})
    name = terms.icd_name(code, last.ended_on) or code
    return LongTerm(code, name, first.started_at, last.started_at, visits, last.id)
