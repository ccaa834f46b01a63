"""The visits behind a figure, with the words for their codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext

from soyte.clinical.encounters.addresses import visit_addresses
from soyte.clinical.encounters.countables import OLD_MAP_LAST_DAY
from soyte.clinical.encounters.models import Arrival, Encounter
from soyte.clinical.lines import VisitLine
from soyte.clinical.terminology import selectors as terminology
from soyte.kernel.actors import Acting
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.places import selectors as places


@dataclass(frozen=True, slots=True)
class Row:
    visit: Encounter | Arrival
    facility: str
    kind: str
    disease: str
    commune: str
    url: str  # of the visit's page; "" for whoever may not open it


def in_words(rows: Sequence[Encounter | Arrival | VisitLine], actor: Acting) -> list[Row]:
    """Each visit with the names of its codes: those of its own day, of a commune also the old map's. A line of a visit stands
    for its visit."""
    visits = [row.encounter if isinstance(row, VisitLine) else row for row in rows]
    kinds, terms = load_list("visit_kind"), terminology.terms()
    codes = {visit.commune_code for visit in visits}
    addresses = visit_addresses(actor, [visit.pk for visit in visits])
    communes = {**places.names_on(codes, OLD_MAP_LAST_DAY), **places.names_on(codes, timezone.localdate())}
    return [
        Row(
            visit,
            visit.unit.name if visit.unit else visit.facility_code,
            gettext(kinds.name_of(visit.kind, visit.ended_on or timezone.localdate(visit.started_at))) or visit.kind,
            terms.icd_name(visit.main_icd, visit.ended_on) if visit.ended_on else "",
            communes.get(visit.commune_code, visit.commune_code),
            addresses.get(visit.pk, ""),
        )
        for visit in visits
    ]
