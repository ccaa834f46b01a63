"""Who reads a citizen's own record, and who answers what he says of it.

He sees his own labelled visits only after he asked for it at the desk; a guardian never sees a child's. The facility's
officers see that something was said of one of their visits; what a labelled visit is about, only who has the grant.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.access.rules import Clause, Rows, Rule, by_post, in_care, label_bar, own_person
from soyte.kernel.actors import EVERY_LABEL, Acting
from soyte.kernel.people.models import Person
from soyte.systems.care.own_record.models import Dispute


def _own_row(actor: Acting) -> Rows:
    if not actor.own_people:
        return False
    mine = Q(person__in=sorted(actor.own_people))
    return mine if actor.labels is EVERY_LABEL else mine & Q(labels=[])


def _row_of_child(actor: Acting) -> Rows:
    return Q(person__in=sorted(actor.ward_people), labels=[]) if actor.ward_people else False


OWN_ROWS = (
    Clause("own_row", _("của chính bạn, và bạn được xem mọi phần của nó"), _own_row),
    Clause("row_of_child", _("của con do bạn giám hộ, không mang nhãn nhạy cảm"), _row_of_child),
)
PEOPLE = (own_person(), in_care())

RULES = (
    Rule("own_record.read", Person, opens=PEOPLE),
    Rule("own_record.tell", Person, opens=PEOPLE),
    Rule("own_record.read", Encounter, opens=OWN_ROWS),
    Rule("own_record.read", Dispute, opens=OWN_ROWS),
    Rule("own_record.tell", Dispute, opens=OWN_ROWS),
    Rule("disputes.read", Dispute, opens=(by_post("disputes.read", "unit"),)),
    Rule("disputes.answer", Dispute, opens=(by_post("disputes.answer", "unit"),), bars=(label_bar("labels"),)),
)
