"""Which unit a facility code means on the day of a visit; a unit to be named by the administrator where nobody knows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from soyte.kernel.actors import Acting
from soyte.kernel.organisations.services import ensure_facilities

Asked = tuple[str, date | None]


def units_of(cursor: Any, asked: Iterable[Asked], *, actor: Acting) -> dict[Asked, int]:
    """Unit keys by (facility code, day). A code that has not the form of one gets no unit and is left out."""
    wanted = set(asked)
    found = known_units(cursor, wanted)
    missing = defaultdict(set)
    for code, on in wanted - found.keys():
        if code and on is not None:
            missing[on].add(code)
    for on, codes in sorted(missing.items()):
        made = ensure_facilities(codes, on, actor=actor, cursor=cursor)
        found |= {(code, on): unit for code, unit in made.items()}
    return found


def known_units(cursor: Any, asked: Iterable[Asked]) -> dict[Asked, int]:
    """Unit keys by (facility code, day), of the codes that a unit bears on that day."""
    wanted = {(code, on) for code, on in asked if code and on is not None}
    if not wanted:
        return {}
    cursor.execute(
        "select facility_code, id, valid_from, coalesce(valid_to, '9999-12-31'::date) from organisations_unit "
        "where facility_code = any(%s)",
        [sorted({code for code, _on in wanted})],
    )
    periods = defaultdict(list)
    for code, unit, start, end in cursor.fetchall():
        periods[code].append((start, end, unit))
    return {(code, on): unit for code, on in wanted for start, end, unit in periods[code] if start <= on < end}
