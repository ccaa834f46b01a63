"""Which unit a facility code means on the day of a visit; a unit to be named by the administrator where nobody knows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from soyte.kernel.actors import Acting
from soyte.kernel.organisations.services import ensure_facilities

Asked = tuple[str, date | None]
Period = tuple[date, date, int]  # first day, first day no more, unit


def units_of(cursor: Any, asked: Iterable[Asked], *, actor: Acting) -> dict[Asked, int]:
    """Unit keys by (facility code, day). A code that has not the form of one gets no unit and is left out."""
    wanted = {(code, on) for code, on in asked if code and on is not None}
    found = known_units(cursor, wanted)
    missing = {code for code, _on in wanted} - {code for code, _on in found}
    if missing:
        made = ensure_facilities(missing, timezone.localdate(), actor=actor, cursor=cursor)
        found |= {(code, on): made[code] for code, on in wanted if code in made}
    return found


def known_units(cursor: Any, asked: Iterable[Asked]) -> dict[Asked, int]:
    """Unit keys by (facility code, day): the unit that bore the code on that day, else nearest to it.

    One query for all days of a batch; the choice is that of `ensure_facilities` (docs/decisions/0016).
    """
    wanted = {(code, on) for code, on in asked if code and on is not None}
    if not wanted:
        return {}
    cursor.execute(
        "select facility_code, valid_from, coalesce(valid_to, '9999-12-31'::date), id from organisations_unit "
        "where facility_code = any(%s)",
        [sorted({code for code, _on in wanted})],
    )
    periods: defaultdict[str, list[Period]] = defaultdict(list)
    for code, *period in cursor.fetchall():
        periods[code].append(tuple(period))
    return {(code, on): _nearest(periods[code], on) for code, on in wanted if code in periods and on is not None}


def _nearest(periods: Iterable[Period], on: date) -> int:
    def distance(period: Period) -> tuple[int, int]:
        start, end, _unit = period
        days = (start - on).days if start > on else max(0, (on - end).days + 1)
        return days, -start.toordinal()

    return min(periods, key=distance)[2]
