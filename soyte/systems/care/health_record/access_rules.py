"""Who may find a person, and who may read a record.

A person is found by whoever may search: the hit shows no health fact and is audited. A record opens to whoever works at a
facility where the person was seen in the last twelve months, or at the station of the commune that a visit of these months
names as residence, or who gave a reason. Persons who were merged share one record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters.models import Encounter
from soyte.clinical.encounters.residence import residences
from soyte.kernel.access.rules import Clause, Rows, Rule, label_bar
from soyte.kernel.actors import Acting
from soyte.kernel.organisations.selectors import station_communes
from soyte.kernel.people.models import Person
from soyte.kernel.sql import Condition, columns

TREATED_WITHIN = dt.timedelta(days=365)


def _everybody() -> Clause:
    return Clause("everybody", _("là một người trong danh bạ của tỉnh"), lambda actor: True)


# The persons who make one record with that of the row, those merged and the one who stands for them, are its family: `m`.
_FAMILY = ("merged_into_id", "pk")
_SOME_MEMBER = """
exists (select from people_person m
         where (m.id = coalesce({{0}}, {{1}}) or m.merged_into_id = coalesce({{0}}, {{1}})) and ({ways}))
"""
# A visit that the actor may not see opens nothing: an open record without a visit at his facility would tell of it.
_SEEN = "v.person_id = m.id and v.in_force and v.labels <@ %(labels)s"
_AT_UNITS = "(%(units)s::bigint[] is null or v.unit_id = any(%(units)s))"


@dataclass(frozen=True, slots=True)
class _Way:
    """What opens a record: a condition on a member `m` of the family, and the actor's values in it."""

    statement: str
    values: Callable[[Acting], dict[str, object]]


def _seen_values(actor: Acting) -> dict[str, object]:
    return {"labels": sorted(actor.labels), "since": actor.now - TREATED_WITHIN}


def _treated_values(actor: Acting) -> dict[str, object]:
    units = actor.units("record.read")
    return {**_seen_values(actor), "units": None if units is None else sorted(units)}


def _home_values(actor: Acting) -> dict[str, object]:
    stations = station_communes(actor.units("record.read") or ())
    homes = residences(timezone.localdate(actor.now)).written_in(stations) if stations else []
    return {**_seen_values(actor), **dict(zip(("codes", "firsts", "ends"), columns(homes, 3), strict=True))}


_TREATED_HERE = _Way(
    f"""
exists (select from encounters_encounter v where {_SEEN} and v.ended_at >= %(since)s and {_AT_UNITS})
or exists (select from encounters_checkin v where {_SEEN} and v.started_at >= %(since)s and {_AT_UNITS})
""",
    _treated_values,
)
_LIVES_HERE = _Way(
    f"""
exists (select from encounters_encounter v
          join unnest(%(codes)s::text[], %(firsts)s::timestamptz[], %(ends)s::timestamptz[]) c(code, since, until)
            on v.commune_code = c.code
           and (c.since is null or v.started_at >= c.since) and (c.until is null or v.started_at < c.until)
         where {_SEEN} and v.started_at >= %(since)s)
""",
    _home_values,
)
_OPENED = _Way(
    """
exists (select from access_breakglass b
         where b.person_id = m.id and b.account_id = %(account)s and b.until > %(now)s)
""",
    lambda actor: {"account": actor.account_id, "now": actor.now},
)


def _some_member(*ways: _Way) -> Callable[[Acting], Rows]:
    """Persons of whose family somebody is taken by one of `ways`."""
    statement = _SOME_MEMBER.format(ways=" or ".join(way.statement for way in ways))

    def rows(actor: Acting) -> Rows:
        values = {name: value for way in ways for name, value in way.values(actor).items()}
        return Q(Condition(statement, _FAMILY, values))

    return rows


def _of_open_record(actor: Acting) -> Rows:
    """Visits of the persons whose record is open: asked once a person, not once a visit."""
    opened = _some_member(_TREATED_HERE, _LIVES_HERE, _OPENED)(actor)
    return Q(person__in=Person.objects.filter(opened))


RULES = (
    Rule("record.search", Person, opens=(_everybody(),)),
    Rule(
        "record.read",
        Person,
        opens=(
            Clause(
                "treated_here", _("của người đã khám tại cơ sở của bạn trong 12 tháng"), _some_member(_TREATED_HERE)
            ),
            Clause("lives_here", _("của người cư trú ở xã của trạm bạn"), _some_member(_LIVES_HERE)),
            Clause("opened_with_reason", _("đã được bạn mở kèm lý do và còn thời hạn"), _some_member(_OPENED)),
        ),
    ),
    Rule(
        "record.read",
        Encounter,
        opens=(Clause("of_open_record", _("thuộc một hồ sơ đang mở cho bạn"), _of_open_record),),
        bars=(label_bar("labels"),),
    ),
)
