"""Who may see and tick a follow-up: the stations of the commune in which the person lives.

A visit that carries a label makes no follow-up; the bar holds also in the moment between a new version and the news of it.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from soyte.kernel.access.rules import Clause, Rows, Rule, label_bar
from soyte.kernel.actors import Acting
from soyte.kernel.organisations.selectors import station_communes
from soyte.systems.care.commune_station.models import FollowUp


def _of_commune(action: str) -> Clause:
    """Rows of the communes in which the actor's stations stand; all for who answers for the province."""

    def rows(actor: Acting) -> Rows:
        units = actor.units(action)
        if units is None:
            return True
        communes = station_communes(units)
        return Q(commune_code__in=sorted(communes)) if communes else False

    return Clause("of_commune", _("của người cư trú ở xã của trạm bạn"), rows)


def _in_force() -> Clause:
    return Clause(
        "in_force", _("theo một lượt khám còn hiệu lực"), lambda actor: Q(stands=True, encounter__in_force=True)
    )


RULES = tuple(
    Rule(action, FollowUp, opens=(_of_commune(action),), bars=(label_bar("encounter__labels"), _in_force()))
    for action in ("follow_ups.read", "follow_ups.tick")
)
