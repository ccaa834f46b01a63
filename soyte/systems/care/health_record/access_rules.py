"""Who may find a person, and who may read a record.

A person is found by whoever may search: the hit shows no health fact and is audited. A record opens to whoever works at a
facility where the person was seen in the last twelve months, or at the station of the commune that a visit of these months
names as residence, or who gave a reason. Persons who were merged share one record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters.models import CheckIn, Encounter
from soyte.clinical.encounters.residence import residences
from soyte.kernel.access.models import BreakGlass
from soyte.kernel.access.rules import Clause, Rows, Rule, label_bar
from soyte.kernel.actors import Acting
from soyte.kernel.organisations.selectors import station_communes
from soyte.kernel.people.models import Person

TREATED_WITHIN = dt.timedelta(days=365)


def _everybody() -> Clause:
    return Clause("everybody", _("là một người trong danh bạ của tỉnh"), lambda actor: True)


def _family() -> QuerySet[Person]:
    """The persons who make one record with the person of the row outside: those merged, and the one who stands for them."""
    record = Coalesce(OuterRef("merged_into_id"), OuterRef("pk"))
    return Person.objects.filter(Q(pk=record) | Q(merged_into=record))


def _treated_here(actor: Acting) -> Q:
    """Members of a family seen here. A visit that the actor may not see opens nothing: an open record without a visit at
    his facility would tell of it."""
    units = actor.units("record.read")
    mine = {} if units is None else {"unit__in": sorted(units)}
    seen = {"person": OuterRef("pk"), "in_force": True, "labels__contained_by": sorted(actor.labels), **mine}
    since = actor.now - TREATED_WITHIN
    visits = Encounter.objects.filter(ended_at__gte=since, **seen)
    arrivals = CheckIn.objects.filter(started_at__gte=since, **seen)
    return Q(Exists(visits)) | Q(Exists(arrivals))


def _lives_here(actor: Acting) -> Q:
    """Members of a family whose residence, by a visit that the actor may see, is a commune of his stations."""
    communes = station_communes(actor.units("record.read") or ())
    if not communes:
        return Q(pk__in=())
    seen = Q(person=OuterRef("pk"), in_force=True, labels__contained_by=sorted(actor.labels))
    since = Q(started_at__gte=actor.now - TREATED_WITHIN)
    told = residences(timezone.localdate(actor.now)).written_in(communes)
    return Q(Exists(Encounter.objects.filter(seen & since & told)))


def _opened(actor: Acting) -> Q:
    opened = BreakGlass.objects.filter(account=actor.account_id, person_id=OuterRef("pk"), until__gt=actor.now)
    return Q(Exists(opened))


def _some_member(*ways: Callable[[Acting], Q]) -> Callable[[Acting], Rows]:
    """Persons of whose family somebody is taken by one of `ways`."""

    def rows(actor: Acting) -> Rows:
        taken = Q()
        for way in ways:
            taken |= way(actor)
        return Q(Exists(_family().filter(taken)))

    return rows


def _of_open_record(actor: Acting) -> Rows:
    """Visits of the persons whose record is open: asked once a person, not once a visit."""
    return Q(person__in=Person.objects.filter(_some_member(_treated_here, _lives_here, _opened)(actor)))


RULES = (
    Rule("record.search", Person, opens=(_everybody(),)),
    Rule(
        "record.read",
        Person,
        opens=(
            Clause(
                "treated_here", _("của người đã khám tại cơ sở của bạn trong 12 tháng"), _some_member(_treated_here)
            ),
            Clause("lives_here", _("của người cư trú ở xã của trạm bạn"), _some_member(_lives_here)),
            Clause("opened_with_reason", _("đã được bạn mở kèm lý do và còn thời hạn"), _some_member(_opened)),
        ),
    ),
    Rule(
        "record.read",
        Encounter,
        opens=(Clause("of_open_record", _("thuộc một hồ sơ đang mở cho bạn"), _of_open_record),),
        bars=(label_bar("labels"),),
    ),
)
