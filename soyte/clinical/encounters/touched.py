"""The days on which an event about a visit may have changed figures: those of all its versions and check-ins.

A version keeps its row when it goes out of force, so where a re-send moved a visit from one month to another both are found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from django.db import connection

_ASKED = """
    with ids as (select unnest(%s::uuid[]) id), asked as (
      select e.facility_code, e.visit_code from encounters_encounter e join ids using (id)
      union select c.facility_code, c.visit_code from encounters_checkin c join ids using (id))"""
# Two halves of each table, because each of its partial indexes on (facility, code) knows only one of them.
_VERSIONS = """
    union select found.* from asked, lateral (
      select {day} from {table} e
      where e.facility_code = asked.facility_code and e.visit_code = asked.visit_code and {half} and {day} is not null
      offset 0) found"""
_HALVES = ("e.in_force", "not e.in_force")
_VISITS, _CHECK_INS = "encounters_encounter", "encounters_checkin"


def _find(object_ids: Sequence[str], *, day: str, tables: Sequence[str]) -> set[date]:
    halves = "".join(_VERSIONS.format(day=day, table=table, half=half) for table in tables for half in _HALVES)
    with connection.cursor() as cursor:
        cursor.execute(f"{_ASKED} select null::date where false {halves}", [list(object_ids)])
        return {row[0] for row in cursor.fetchall()}


_LOCAL_DAY = "(e.{} at time zone 'Asia/Ho_Chi_Minh')::date"
ended_days = partial(_find, day="e.ended_on", tables=[_VISITS])
started_days = partial(_find, day=_LOCAL_DAY.format("started_at"), tables=[_VISITS, _CHECK_INS])
admitted_days = partial(_find, day=_LOCAL_DAY.format("admitted_at"), tables=[_VISITS, _CHECK_INS])
