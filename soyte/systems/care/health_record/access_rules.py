"""Who may find a person, and who may read a record.

A person is found by whoever may search: the hit shows no health fact and is audited. A record opens to a doctor at whose
facility the person was seen in the last twelve months, or who gave a reason.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters.models import CheckIn, Encounter
from soyte.kernel.access.rules import Clause, Rows, Rule, label_bar, opened_with_reason
from soyte.kernel.actors import Acting
from soyte.kernel.people.models import Person

TREATED_WITHIN = dt.timedelta(days=365)


def _everybody() -> Clause:
    return Clause("everybody", _("là một người trong danh bạ của tỉnh"), lambda actor: True)


def _treated_here(person: str) -> Clause:
    """`person`: path from the row to the person's key."""

    def rows(actor: Acting) -> Rows:
        units = actor.units("record.read")
        since = actor.now - TREATED_WITHIN
        mine = {} if units is None else {"unit__in": sorted(units)}
        visits = Encounter.objects.filter(person=OuterRef(person), in_force=True, ended_at__gte=since, **mine)
        arrivals = CheckIn.objects.filter(person=OuterRef(person), in_force=True, started_at__gte=since, **mine)
        return Q(Exists(visits)) | Q(Exists(arrivals))

    return Clause("treated_here", _("của người đã khám tại cơ sở của bạn trong 12 tháng"), rows)


RULES = (
    Rule("record.search", Person, opens=(_everybody(),)),
    Rule("record.read", Person, opens=(_treated_here("pk"), opened_with_reason("pk"))),
    Rule(
        "record.read",
        Encounter,
        opens=(_treated_here("person_id"), opened_with_reason("person_id")),
        bars=(label_bar("labels"),),
    ),
)
