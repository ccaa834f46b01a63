"""The measures that today's data can answer: record opened at the visit, telehealth, residents with a record, feeds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters.countables import in_force as encounters
from soyte.clinical.encounters.models import CheckIn, Encounter
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.organisations.models import Unit
from soyte.kernel.organisations.selectors import facilities_by_code, in_force, open_facilities
from soyte.systems.steering.plan_targets.measures import Beside, Measure, Measured, Share
from soyte.systems.steering.plan_targets.residence import Territory, territory

TELEHEALTH_KIND = "14"  # QĐ 1804/QĐ-BYT, from 2026-08-01
HOSPITALS = (Unit.Kind.HOSPITAL, Unit.Kind.HEALTH_CENTRE)
FEED_DAYS = 7
ROOT = Coalesce("person__merged_into_id", "person_id")


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def _visits(on: date, *, since: date | None = None) -> QuerySet[Encounter]:
    """Visits in force that ended after `since` (ever) and not after `on`."""
    found = encounters().filter(ended_on__lte=on)
    return found.filter(ended_on__gt=since) if since else found


def _of_residents(visits: QuerySet[Encounter], codes: Iterable[str]) -> QuerySet[Encounter]:
    lives = Coalesce("person__merged_into__commune_code", "person__commune_code")
    found: QuerySet[Encounter] = visits.annotate(root=ROOT, lives_in=lives).filter(lives_in__in=list(codes))
    return found


# ---- T4 ----------------------------------------------------------------------------------------------------------


def _year_of_residents(on: date) -> QuerySet[Encounter]:
    return _of_residents(_visits(on, since=_years_before(on, 1)), territory(on).home_of)


def _opened(visits: QuerySet[Encounter]) -> QuerySet[Encounter]:
    """Those whose person's record staff of the facility opened from the day before the visit to its last day."""
    opening = (
        AuditEvent.objects.filter(
            Q(unit_id=OuterRef("unit_id")) | Q(unit__parent_id=OuterRef("unit_id")),
            action="record.read",
            outcome=AuditEvent.Outcome.DONE,
            person_id=OuterRef("person_id"),
        )
        .exclude(object_kind="search")
        .annotate(day=TruncDate("at"))
        .filter(day__gte=OuterRef("from_day"), day__lte=OuterRef("ended_on"))
    )
    return visits.annotate(from_day=TruncDate(F("started_at") - timedelta(days=1))).filter(Exists(opening))


def _persons(visits: QuerySet[Encounter]) -> dict[str, int]:
    counted = visits.order_by().values("facility_code").annotate(number=Count("root", distinct=True))
    return dict(counted.values_list("facility_code", "number"))


def _all_persons(visits: QuerySet[Encounter]) -> int:
    return int(visits.order_by().aggregate(number=Count("root", distinct=True))["number"])


def _record_opened(on: date) -> Measured:
    visits = _year_of_residents(on)
    opened = _opened(visits)
    whole, part = _persons(visits), _persons(opened)
    names = {code: unit.name for code, unit in facilities_by_code(whole, on).items()}
    everyone = _all_persons(visits)
    expected = open_facilities(_years_before(on, 1) + timedelta(days=1), on)
    return Measured(
        Share(_all_persons(opened), everyone),
        tuple(Share(part.get(code, 0), number, code, names.get(code, code)) for code, number in whole.items()),
        (Beside(str(_("người có tệp khám bệnh trong 12 tháng")), everyone),),
        sent=expected.filter(facility_code__in=list(whole)).count(),
        expected=expected.count(),
    )


def _rows_opened(on: date, key: str, fulfilled: bool) -> QuerySet[Encounter]:
    visits = _year_of_residents(on)
    visits = visits.filter(facility_code=key) if key else visits
    return _opened(visits) if fulfilled else visits


# ---- T6a ---------------------------------------------------------------------------------------------------------


def _month_of_visits(on: date) -> QuerySet[Encounter]:
    return _visits(on, since=on - timedelta(days=30))


def _remote_visits(on: date) -> QuerySet[Encounter]:
    return _month_of_visits(on).filter(kind=TELEHEALTH_KIND)


def _telehealth(on: date) -> Measured:
    of_unit = Q(unit_id=OuterRef("pk"))
    units = Unit.objects.filter(in_force(on), kind__in=HOSPITALS, facility_code__isnull=False)
    told = units.annotate(
        sent=Exists(_month_of_visits(on).filter(of_unit)), remote=Exists(_remote_visits(on).filter(of_unit))
    )
    found = list(told.order_by("name_folded").values_list("facility_code", "name", "sent", "remote"))
    return Measured(
        Share(sum(remote for *_unit, remote in found), len(found)),
        tuple(Share(int(remote), 1, str(code), name) for code, name, _sent, remote in found),
        sent=sum(sent for _code, _name, sent, _remote in found),
        expected=len(found),
    )


def _rows_remote(on: date, key: str, fulfilled: bool) -> QuerySet[Encounter]:
    visits = _remote_visits(on)
    return visits.filter(facility_code=key) if key else visits


# ---- T8, T22 -----------------------------------------------------------------------------------------------------

# Each person once, at the commune where she lives now, with the kinds of facility that her visits came from.
_RESIDENTS = """
with seen as (
    select coalesce(p.merged_into_id, p.id) as root,
           bool_or(u.kind is distinct from 'station') as hospital, bool_or(u.kind = 'station') as station
      from encounters_encounter e
      join people_person p on p.id = e.person_id
      left join organisations_unit u on u.id = e.unit_id
     where e.in_force and e.ended_on <= %(on)s and e.ended_on > %(since)s
     group by 1
), home as (select * from unnest(%(written)s::text[], %(communes)s::text[]) as h(written, commune))
select home.commune, count(*), count(*) filter (where hospital), count(*) filter (where station),
       count(*) filter (where hospital and station)
  from seen join people_person r on r.id = seen.root join home on home.written = r.commune_code
 group by home.commune
"""


def _residents(on: date, since: date, land: Territory) -> dict[str, tuple[int, int, int, int]]:
    written = list(land.home_of)
    given: dict[str, Any] = {
        "on": on,
        "since": since,
        "written": written,
        "communes": [land.home_of[code] for code in written],
    }
    with connection.cursor() as cursor:
        cursor.execute(_RESIDENTS, given)
        return {commune: (every, hospital, station, both) for commune, every, hospital, station, both in cursor}


def _with_record(on: date, since: date) -> Measured:
    land = territory(on)
    found = _residents(on, since, land)
    sums = [sum(counts) for counts in zip(*found.values(), strict=True)] or [0, 0, 0, 0]
    expected = open_facilities(on, on)
    sent = expected.filter(pk__in=_visits(on, since=since).values("unit_id"))
    return Measured(
        Share(sums[0], sum(land.people.values())),
        tuple(Share(found.get(code, (0,))[0], people, code, land.names[code]) for code, people in land.people.items()),
        (
            Beside(str(_("có lượt từ phần mềm bệnh viện")), sums[1]),
            Beside(str(_("có lượt từ phần mềm trạm y tế")), sums[2]),
            Beside(str(_("có cả hai")), sums[3]),
        ),
        sent=sent.count(),
        expected=expected.count(),
    )


def _residents_with_record(on: date) -> Measured:
    return _with_record(on, date.min)


def _residents_seen(on: date) -> Measured:
    return _with_record(on, _years_before(on, 2))


def _rows_of_residents(visits: QuerySet[Encounter], on: date, key: str) -> QuerySet[Encounter]:
    land = territory(on)
    return _of_residents(visits, [code for code, home in land.home_of.items() if key in ("", home)])


def _rows_with_record(on: date, key: str, fulfilled: bool) -> QuerySet[Encounter]:
    return _rows_of_residents(_visits(on), on, key)


def _rows_seen(on: date, key: str, fulfilled: bool) -> QuerySet[Encounter]:
    return _rows_of_residents(_visits(on, since=_years_before(on, 2)), on, key)


# ---- T12 ---------------------------------------------------------------------------------------------------------


def _live_feeds(on: date) -> Measured:
    """Facilities from which a visit or a check-in came in the last seven days."""
    until = datetime.combine(on + timedelta(days=1), time.min, timezone.get_current_timezone())
    lately: dict[str, Any] = {"received_at__gte": until - timedelta(days=FEED_DAYS), "received_at__lt": until}
    sent = [rows.objects.filter(**lately).values_list("unit_id", flat=True).distinct() for rows in (Encounter, CheckIn)]
    live = {*sent[0], *sent[1]}  # asked once, not once a facility
    facilities = list(open_facilities(on, on).order_by("name_folded").values_list("pk", "facility_code", "name"))
    return Measured(
        Share(sum(unit in live for unit, _code, _name in facilities), len(facilities)),
        tuple(Share(int(unit in live), 1, str(code), name) for unit, code, name in facilities),
    )


MEASURES = (
    Measure("record_opened_at_visit", _("Cơ sở"), _record_opened, rows=_rows_opened, whole_has_rows=True),
    Measure("telehealth_units", _("Cơ sở"), _telehealth, rows=_rows_remote),
    Measure("residents_with_record", _("Xã, phường"), _residents_with_record, rows=_rows_with_record),
    Measure("residents_seen_in_24_months", _("Xã, phường"), _residents_seen, rows=_rows_seen),
    Measure("live_feeds", _("Cơ sở"), _live_feeds),
)
