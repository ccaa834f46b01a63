"""Long-term conditions: codes of the content list that two visits or one stay state."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass

from django.utils import timezone

from soyte.clinical.conditions.models import Condition
from soyte.clinical.encounters.countables import INPATIENT_KINDS
from soyte.clinical.terminology.terms import Terms
from soyte.systems.care.health_record.selectors.seen import Seen

ROLES = (Condition.Role.MAIN, Condition.Role.SECONDARY)
LEAST_VISITS = 2


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
    """Long-term conditions, the latest seen first; of one day the main diagnosis first."""
    stated: dict[str, list[tuple[dt.datetime, str, uuid.UUID]]] = defaultdict(list)
    rows = seen.lines(Condition.objects.filter(role__in=ROLES))
    for code, at, visit_id in rows.order_by("-at", "role", "seq", "id").values_list("code", "at", "encounter_id"):
        entry = terms.long_term(code, timezone.localdate(at))
        if entry is not None:
            stated[entry.code].append((at, code, visit_id))
    found = [_told(rows, terms) for rows in stated.values() if _lasts(seen, {row[2] for row in rows})]
    return sorted(found, key=lambda one: one.last_seen, reverse=True)


def _lasts(seen: Seen, visits: set[uuid.UUID]) -> bool:
    return len(visits) >= LEAST_VISITS or any(seen.by_id[visit].kind in INPATIENT_KINDS for visit in visits)


def _told(rows: list[tuple[dt.datetime, str, uuid.UUID]], terms: Terms) -> LongTerm:
    last, code, visit = rows[0]
    name = terms.icd_name(code, timezone.localdate(last)) or code
    return LongTerm(code, name, rows[-1][0], last, len({row[2] for row in rows}), visit)
