"""Questions asked of the units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from soyte.kernel.organisations.models import Unit, UnitName, UnitSuccession


@dataclass(frozen=True, slots=True)
class Reach:
    """Units that a post at one unit reaches.

    `own`: the unit and those that were wholly merged into it, so that rights follow a merger on its first day.
    `subtree`: also all below these.
    """

    own: frozenset[int]
    subtree: frozenset[int]


def in_force(on: dt.date) -> Q:
    """Units of this day."""
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gt=on))


def facility(code: str, on: dt.date) -> Unit | None:
    """The unit that bore this insurance code on this day."""
    return Unit.objects.filter(in_force(on), facility_code=code).first()


def facilities_by_code(codes: Iterable[str], on: dt.date | None = None) -> dict[str, Unit]:
    """The unit of each code on a day, else (or without a day) the latest that bore it; unknown codes are left out."""
    found: dict[str, Unit] = {}
    for unit in Unit.objects.filter(facility_code__in=list(codes)).order_by("facility_code", "valid_from"):
        known = found.get(str(unit.facility_code))
        if known is None or on is None or not is_in_force(known, on):
            found[str(unit.facility_code)] = unit
    return found


def is_in_force(unit: Unit, on: dt.date) -> bool:
    return unit.valid_from <= on and (unit.valid_to is None or unit.valid_to > on)


_TREATING = [Unit.Kind.HOSPITAL, Unit.Kind.HEALTH_CENTRE, Unit.Kind.STATION, Unit.Kind.CLINIC]


def open_facilities(start: dt.date, end: dt.date) -> QuerySet[Unit]:
    """Treating facilities with an insurance code on some day from `start` to `end`: those that should send files."""
    return Unit.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=start), valid_from__lte=end, facility_code__isnull=False, kind__in=_TREATING
    )


# UNION, not UNION ALL: a circle in the data ends the walk instead of running for ever.
_REACH = """
with recursive own(root, id) as (
    select id, id from organisations_unit where id = any(%(roots)s)
    union
    select own.root, s.old_id from own join organisations_unitsuccession s on s.new_id = own.id
     where s."on" <= %(on)s and s.relation = any(%(whole)s)
), tree(root, id) as (
    select root, id from own
    union
    select tree.root, u.id from tree join organisations_unit u on u.parent_id = tree.id
)
select tree.root, tree.id, own.id is not null from tree left join own on own.root = tree.root and own.id = tree.id
"""
_WHOLE = [UnitSuccession.Relation.MERGE.value, UnitSuccession.Relation.REPLACE.value]


def reach(unit_ids: Collection[int], *, on: dt.date) -> Mapping[int, Reach]:
    """What each unit reaches on a day, in one query. A part split off is not followed: its rest lies elsewhere."""
    own: dict[int, set[int]] = {}
    tree: dict[int, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_REACH, {"roots": list(unit_ids), "on": on, "whole": _WHOLE})
        for root, unit_id, is_own in cursor.fetchall():
            tree.setdefault(root, set()).add(unit_id)
            if is_own:
                own.setdefault(root, set()).add(unit_id)
    return {root: Reach(frozenset(own[root]), frozenset(units)) for root, units in tree.items()}


_DESCENDANTS = """
with recursive tree(id) as (
    select id from organisations_unit where id = any(%s)
    union
    select u.id from tree join organisations_unit u on u.parent_id = tree.id
)
select id from tree
"""


def descendants(unit_ids: Collection[int]) -> frozenset[int]:
    """The units and all below them, whatever their dates."""
    with connection.cursor() as cursor:
        cursor.execute(_DESCENDANTS, [list(unit_ids)])
        return frozenset(row[0] for row in cursor.fetchall())


_STATION_COMMUNES = """
select distinct commune_code from organisations_unit
 where id = any(%s) and kind = %s and commune_code is not null
"""


def station_communes(unit_ids: Collection[int]) -> frozenset[str]:
    """Codes of the communes in which those of the units stand that are commune stations."""
    if not unit_ids:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_STATION_COMMUNES, [list(unit_ids), Unit.Kind.STATION.value])
        return frozenset(row[0] for row in cursor.fetchall())


def units(*, on: dt.date, kind: str = "", text: str = "") -> QuerySet[Unit]:
    """Units of a day; `text` is a folded part of the name, or a facility code."""
    found = Unit.objects.filter(in_force(on)).select_related("parent")
    if kind:
        found = found.filter(kind=kind)
    if text:
        found = found.filter(Q(name_folded__contains=text) | Q(facility_code=text.upper()))
    return found


def units_to_review() -> QuerySet[Unit]:
    """Units that files named and no list knows: waiting for a name from the administrator."""
    return Unit.objects.filter(state=Unit.State.REVIEW, origin=Unit.Origin.VISITS).order_by("facility_code")


def name_on(unit: Unit, on: dt.date) -> str:
    """The name that the unit bore on a day; its present one where history is silent."""
    was = UnitName.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), unit=unit, valid_from__lte=on).first()
    return was.name if was else unit.name


def departments(on: dt.date) -> QuerySet[Unit]:
    """The department of health itself (one, while nobody loads a second)."""
    return Unit.objects.filter(in_force(on), kind=Unit.Kind.DEPARTMENT).order_by("id")
