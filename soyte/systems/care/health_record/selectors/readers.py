"""Who read a record."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.access.actor import Actor
from soyte.kernel.access.models import BreakGlass
from soyte.kernel.access.policy import visible
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.people.models import Person

SHOWN_READERS = 4
RECENT = 6
LOOKED_BACK = 1000  # of an account's own events, so that the start page costs the same for the busiest doctor


def told_to(rows: QuerySet[AuditEvent], people: Sequence[uuid.UUID], granted: Iterable[str]) -> QuerySet[AuditEvent]:
    """Of the readings of a record those that may be told to whoever has these labels: where somebody read one labelled
    visit, or its file, would tell of it."""
    versions = Encounter.objects.filter(person__in=people).exclude(labels=[])
    barred = versions.exclude(labels__contained_by=sorted(granted)).values_list("pk", "source_visit_id")
    # Nearly every record has none: then its readings need not be searched for them.
    for name, keys in zip(("encounter", "receipt_visit"), zip(*barred, strict=True), strict=False):
        # "" where a reading names none: NOT IN would lose it.
        about = Coalesce(KeyTextTransform(name, "details"), Value(""), output_field=TextField())
        rows = rows.alias(**{name: about}).exclude(**{f"{name}__in": sorted(str(key) for key in keys if key)})
    return rows


def reads(people: Sequence[uuid.UUID], granted: Iterable[str]) -> QuerySet[AuditEvent]:
    """Every reading of the record of `people` that may be told to whoever has these labels, newest first. Hits of a search
    show no health fact and are not among them."""
    rows = AuditEvent.objects.filter(person_id__in=people, action="record.read", outcome=AuditEvent.Outcome.DONE)
    return told_to(rows, people, granted).select_related("account", "unit").order_by("-id")


def openings(people: Sequence[uuid.UUID]) -> QuerySet[BreakGlass]:
    """Who opened the record with which reason, newest first."""
    rows = BreakGlass.objects.filter(person_id__in=people)
    return rows.select_related("account", "unit").order_by("-at", "-id")


@dataclass(frozen=True, slots=True)
class Reader:
    account_id: int | None
    name: str
    unit: str
    last: dt.datetime
    times: int


def readers(people: Sequence[uuid.UUID], granted: Iterable[str]) -> list[Reader]:
    """Everybody who read the record, each once, the latest first."""
    columns = ("account_id", "account__display_name", "actor_text", "unit__name")
    rows = (
        reads(people, granted).order_by().values(*columns).annotate(last=Max("at"), times=Count("pk")).order_by("-last")
    )
    return [
        Reader(
            row["account_id"],
            row["account__display_name"] or row["actor_text"],
            row["unit__name"] or "",
            row["last"],
            row["times"],
        )
        for row in rows
    ]


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
