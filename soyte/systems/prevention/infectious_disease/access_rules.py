"""Who may see a report: the stations of its commune, and the CDC for the whole province.

A labelled disease is seen at the CDC alone, by whoever holds the label's grant and the right for such cases there; the
label bar by itself would let in a doctor of the disease who also works at a station.
"""

from __future__ import annotations

from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from soyte.kernel.access.rules import Clause, Rows, Rule, label_bar
from soyte.kernel.actors import Acting
from soyte.kernel.organisations.models import Unit
from soyte.systems.prevention.infectious_disease.models import CaseReport, HandOver, Outbreak


def _of_commune(action: str, *columns: str) -> Clause:
    """Rows of the communes in which the actor's units stand; all for who answers for the province. `columns`: those that
    name a commune, `commune_code` if none is given."""

    def rows(actor: Acting) -> Rows:
        units = actor.units(action)
        if units is None:
            return True
        mine = Unit.objects.filter(pk__in=sorted(units), commune_code__isnull=False).values("commune_code")
        if not units:
            return False
        taken = Q()
        for column in columns or ("commune_code",):
            taken |= Q(**{f"{column}__in": mine})
        return taken

    return Clause("of_commune", _("thuộc xã của đơn vị bạn, hoặc bạn phụ trách cả tỉnh"), rows)


def _labelled_at_the_cdc() -> Clause:
    def rows(actor: Acting) -> Rows:
        units = actor.units("cases.labelled")
        at_cdc = Unit.objects.filter(kind=Unit.Kind.CDC)
        if units is not None:
            at_cdc = at_cdc.filter(pk__in=sorted(units))
        return Q(labels=[]) | Q(Exists(at_cdc)) if actor.holds("cases.labelled") else Q(labels=[])

    return Clause("labelled_at_the_cdc", _("bệnh mang nhãn nhạy cảm chỉ mở tại CDC"), rows)


def _case(action: str) -> Rule:
    return Rule(action, CaseReport, opens=(_of_commune(action),), bars=(label_bar("labels"), _labelled_at_the_cdc()))


RULES = (
    _case("cases.read"),
    _case("cases.write"),
    Rule(
        "cases.read",
        HandOver,
        opens=(_of_commune("cases.read", "from_commune", "to_commune"),),
        bars=(label_bar("case__labels"),),
    ),
    Rule("outbreaks.read", Outbreak, opens=(_of_commune("outbreaks.read"),)),
    Rule("outbreaks.note", Outbreak, opens=(_of_commune("outbreaks.note"),)),
    Rule("outbreaks.manage", Outbreak, opens=(_of_commune("outbreaks.manage"),)),
)
