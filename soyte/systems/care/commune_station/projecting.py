"""From visits to follow-ups: what the files say now is written down beside what stands, set by set.

Hearing of the same visit twice, in whatever order, changes nothing the second time: what counts is the version in force.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from soyte.clinical.documents.models import Appointment
from soyte.clinical.encounters.countables import DIED
from soyte.clinical.encounters.models import INPATIENT_KINDS, Encounter, VisitMove
from soyte.clinical.encounters.residence import Basis, Residences, residences
from soyte.kernel.sql import advisory_lock_many
from soyte.systems.care.commune_station.hamlets import hamlet_of
from soyte.systems.care.commune_station.lists import clock
from soyte.systems.care.commune_station.models import FollowUp

VisitKey = tuple[str, str]  # facility code, visit code
Kind = FollowUp.Kind
LONGEST_AHEAD = dt.timedelta(days=366)  # an appointment later than that after its visit is a slip of the pen
AT_ONCE = 1000
_READ = ("id", "person_id", "unit_id", "facility_code", "visit_code", "kind", "started_at", "ended_on", "commune_code",
         "address")  # fmt: skip
_MADE_AGAIN = ("encounter", "unit", "ended_on", "commune_code", "basis", "hamlet", "stands")
_ONCE = ("facility_code", "visit_code", "kind", "file_day", "person")


@transaction.atomic
def follow(keys: Collection[VisitKey]) -> None:
    """Bring the follow-ups of these visits to what the visits say now, and look whether their people came."""
    with connection.cursor() as cursor:
        advisory_lock_many(cursor, ["commune_station.projecting"])  # the consumer and the nightly run, one at a time
    standing = FollowUp.objects.extra(**_of(FollowUp, keys))
    old = set(standing.filter(stands=True).values_list("pk", flat=True))
    people = set(standing.values_list("person_id", flat=True))
    visits = _recent(Encounter.objects.extra(**_of(Encounter, keys)))
    made = list(_follow_ups(visits.filter(in_force=True, labels=[])))
    FollowUp.objects.bulk_create(
        made, update_conflicts=True, unique_fields=_ONCE, update_fields=_MADE_AGAIN, batch_size=AT_ONCE
    )
    said = {(one.facility_code, one.visit_code, one.kind, one.file_day, one.person_id) for one in made}
    rows = standing.filter(pk__in=old).values_list("pk", *_ONCE)
    FollowUp.objects.filter(pk__in=[pk for pk, *key in rows if tuple(key) not in said]).update(stands=False)
    moves = VisitMove.objects.extra(**_of(VisitMove, keys)).values_list("from_person", "to_person")
    people |= {person for move in moves for person in move}
    people |= set(visits.values_list("person_id", flat=True))
    look_who_came(people)


def _of(model: type[Model], keys: Collection[VisitKey]) -> dict[str, Any]:
    """The rows of `model` that belong to these visits, for extra()."""
    table = model._meta.db_table
    where = f"({table}.facility_code, {table}.visit_code) in (select * from unnest(%s::text[], %s::text[]))"
    return {"where": [where], "params": [[key[0] for key in keys], [key[1] for key in keys]]}


def _oldest(today: dt.date) -> dt.date:
    return today - dt.timedelta(days=clock(today).kept)


def _recent(visits: QuerySet[Encounter]) -> QuerySet[Encounter]:
    """Visits whose appointments or discharge can still be on a list."""
    return visits.filter(ended_on__gte=_oldest(timezone.localdate()) - LONGEST_AHEAD)


def _follow_ups(visits: QuerySet[Encounter]) -> Iterator[FollowUp]:
    today = timezone.localdate()
    oldest, homes = _oldest(today), residences(today)
    found = {visit.pk: visit for visit in visits.only(*_READ)}
    for visit in found.values():
        if visit.kind in INPATIENT_KINDS and visit.ended_on >= oldest:
            yield from _row(visit, Kind.DISCHARGE, visit.ended_on, homes)
    named = Appointment.objects.filter(encounter__in=found, due_on__gte=oldest)
    for visit_id, day in named.values_list("encounter_id", "due_on").distinct():
        visit = found[visit_id]
        if visit.ended_on < day <= visit.ended_on + LONGEST_AHEAD:
            yield from _row(visit, Kind.APPOINTMENT, day, homes)


def _row(visit: Encounter, kind: str, day: dt.date, homes: Residences) -> Iterator[FollowUp]:
    """Nothing of somebody who lives elsewhere, or nobody knows where: no station can visit him."""
    home = homes.home(visit.commune_code, timezone.localdate(visit.started_at), facility_commune="")
    if home.basis in (Basis.RESIDENCE, Basis.SPLIT):
        yield FollowUp(
            kind=kind,
            person_id=visit.person_id,
            encounter_id=visit.pk,
            unit_id=visit.unit_id,
            facility_code=visit.facility_code,
            visit_code=visit.visit_code,
            file_day=day,
            on_day=day,
            ended_on=visit.ended_on,
            commune_code=home.commune_code,
            basis=home.basis,
            hamlet=hamlet_of(visit.address),
            stands=True,
        )


# The persons of one record with the person of a row, merged ones among them.
_FAMILY = """array(
    select q.id from people_person p
      join people_person q on coalesce(p.merged_into_id, p.id) in (q.id, q.merged_into_id)
     where p.id = f.person_id)"""
# A labelled visit keeps no appointment here: that somebody came would tell of it.
_LOOK = f"""
with seen as (
  select f.id,
    case when f.kind = 'appointment' then (
      select min(a.started_on) from encounters_arrival a
       where a.person_id = any({_FAMILY}) and a.labels = '{{}}'
         and a.started_at >= greatest(f.ended_on + 1, f.file_day - %(early)s)::timestamp at time zone %(zone)s) end as came_on,
    exists (
      select from encounters_encounter e
       where e.person_id = any({_FAMILY}) and e.in_force and e.result_code = any(%(died)s)) as has_died
    from commune_station_followup f
   where f.stands and f.person_id = any(%(people)s) and f.file_day >= %(oldest)s)
update commune_station_followup f set came_on = seen.came_on, has_died = seen.has_died
  from seen
 where seen.id = f.id and (f.came_on, f.has_died) is distinct from (seen.came_on, seen.has_died)"""
_KIN = """
    select q.id from people_person p
      join people_person q on coalesce(p.merged_into_id, p.id) in (q.id, q.merged_into_id)
     where p.id = any(%s)"""


def look_who_came(people: Iterable[uuid.UUID]) -> None:
    """Say of each follow-up of these people, and of those merged with them, on which day somebody came, and whether he died."""
    asked, today = list(people), timezone.localdate()
    if not asked:
        return
    with connection.cursor() as cursor:
        cursor.execute(_KIN, [asked])
        kin = [row[0] for row in cursor.fetchall()]
        told: dict[str, Any] = {
            "people": kin,
            "zone": settings.TIME_ZONE,
            "early": clock(today).early,
            "died": list(DIED),
        }
        cursor.execute(_LOOK, told | {"oldest": _oldest(today)})


def rebuild() -> int:
    """Everything anew from the visits: after merged persons, another map, another list of labels. Returns how many stand."""
    oldest = _oldest(timezone.localdate())
    told = _recent(Encounter.objects.filter(in_force=True))
    with_day = Appointment.objects.filter(due_on__gte=oldest, encounter__in_force=True).values("encounter")
    told = told.filter(Q(pk__in=with_day) | Q(kind__in=INPATIENT_KINDS, ended_on__gte=oldest))
    keys = set(told.values_list("facility_code", "visit_code").iterator(chunk_size=5000))
    known = FollowUp.objects.filter(stands=True, file_day__gte=oldest).values_list("facility_code", "visit_code")
    every = sorted(keys | set(known))
    for start in range(0, len(every), AT_ONCE):
        follow(every[start : start + AT_ONCE])
    return FollowUp.objects.filter(stands=True).count()
