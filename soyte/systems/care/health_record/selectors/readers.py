"""Who read a record."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce

from soyte.kernel.access.actor import Actor
from soyte.kernel.access.models import BreakGlass
from soyte.kernel.access.policy import visible
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.people.models import Person
from soyte.kernel.sql import Condition, read

SHOWN_READERS = 4
RECENT = 6
LOOKED_BACK = 1000  # of an account's own events, so that the start page costs the same for the busiest doctor

# A reading of one labelled visit, or of its file, would tell of it.
_MAY_BE_TOLD = """
not exists (select from encounters_encounter v
             where v.person_id = any(%(people)s::uuid[]) and v.labels <> '{{}}' and not v.labels <@ %(granted)s::text[]
               and ({0}->>'encounter' = v.id::text or {0}->>'receipt_visit' = v.source_visit_id::text))
"""
_READERS = f"""
select a.account_id, coalesce(nullif(c.display_name, ''), a.actor_text), coalesce(u.name, ''), max(a.at), count(*)
  from audit_auditevent a
  left join accounts_account c on c.id = a.account_id
  left join organisations_unit u on u.id = a.unit_id
 where a.person_id = any(%(people)s::uuid[]) and a.action = 'record.read' and a.outcome = 'done'
   and {_MAY_BE_TOLD.format("a.details")}
 group by a.account_id, 2, a.unit_id, 3 order by 4 desc
"""


def _values(people: Sequence[uuid.UUID], granted: Iterable[str]) -> dict[str, object]:
    return {"people": list(people), "granted": sorted(granted)}


def told_to(rows: QuerySet[AuditEvent], people: Sequence[uuid.UUID], granted: Iterable[str]) -> QuerySet[AuditEvent]:
    """Of the readings of a record those that may be told to whoever has these labels."""
    return rows.filter(Condition(_MAY_BE_TOLD, ("details",), _values(people, granted)))


def reads(people: Sequence[uuid.UUID], granted: Iterable[str]) -> QuerySet[AuditEvent]:
    """Every reading of the record of `people` that may be told to whoever has these labels, newest first. Hits of a search
    show no health fact and are not among them."""
    rows = AuditEvent.objects.filter(person_id__in=people, action="record.read", outcome=AuditEvent.Outcome.DONE)
    return told_to(rows, people, granted).select_related("account", "unit").order_by("-id")


def openings(people: Sequence[uuid.UUID]) -> QuerySet[BreakGlass]:
    """Who opened the record with which reason, newest first."""
    rows = BreakGlass.objects.filter(person_id__in=people)
    return rows.select_related("account", "unit").order_by("-at", "-id")


class Reader(NamedTuple):
    account_id: int | None
    name: str
    unit: str
    last: dt.datetime
    times: int


def readers(people: Sequence[uuid.UUID], granted: Iterable[str]) -> list[Reader]:
    """Everybody who read the record, each once, the latest first; of readings those that may be told, as in `told_to`."""
    return read(Reader, _READERS, _values(people, granted))


def recently_opened(actor: Actor) -> list[tuple[Person, dt.datetime]]:
    """Persons whose record this account itself opened last, latest first, as far as it is still open to it."""
    own = AuditEvent.objects.filter(account=actor.account_id).order_by("-id").values("pk")[:LOOKED_BACK]
    opened = AuditEvent.objects.filter(pk__in=own, action="record.read", object_kind="record", outcome="done")
    last = dict(opened.order_by().values_list("person_id").annotate(last=Max("at")))
    stands = dict(Person.objects.filter(pk__in=last).values_list("pk", Coalesce("merged_into_id", "pk")))
    at: dict[uuid.UUID, dt.datetime] = {}
    for person_id, record_id in stands.items():
        at[record_id] = max(last[person_id], at.get(record_id, last[person_id]))
    latest = sorted(at, key=lambda record_id: at[record_id], reverse=True)[: 2 * RECENT]
    mine = visible(actor, "record.read", Person.objects.filter(pk__in=latest))
    known = {person.pk: person for person in mine}
    return [(known[record_id], at[record_id]) for record_id in latest if record_id in known][:RECENT]
