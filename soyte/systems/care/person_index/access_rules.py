"""Who may see and decide the pairs of the review list. The two persons may live anywhere in the province, so a pair
belongs to no unit: only who answers for the whole province sees one."""

from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.access.rules import Clause, Rule, label_bar
from soyte.kernel.people.models import ReviewPair


def _whole_province(action: str) -> Clause:
    text = _("thuộc danh sách chung của tỉnh, mở cho chức danh có phạm vi cả tỉnh")
    return Clause("whole_province", text, lambda actor: actor.units(action) is None)


RULES = (
    Rule("pairs.read", ReviewPair, opens=(_whole_province("pairs.read"),)),
    Rule("pairs.decide", ReviewPair, opens=(_whole_province("pairs.decide"),)),
    # What a pair's page tells of visits: who the patient is and where he was. Where he was may say why, so visits with a
    # label are neither told nor counted.
    Rule("pairs.read", Encounter, opens=(_whole_province("pairs.read"),), bars=(label_bar("labels"),)),
)
