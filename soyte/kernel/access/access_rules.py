"""Who may see and change units, accounts, posts and the audit. The rooms below access cannot declare it themselves."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from soyte.kernel.access.models import Post
from soyte.kernel.access.rules import Clause, Rows, Rule, by_post
from soyte.kernel.accounts.models import Account
from soyte.kernel.actors import Acting
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.organisations.models import Unit
from soyte.kernel.people.models import Person


def _holder_in_reach(action: str) -> Clause:
    """Accounts that hold, or ever held, a post at a unit in reach."""

    def rows(actor: Acting) -> Rows:
        units = actor.units(action)
        if units is None:
            return True
        return Q(Exists(Post.objects.filter(account=OuterRef("pk"), unit__in=sorted(units)))) if units else False

    return Clause("holder_in_reach", _("là tài khoản có chức danh tại đơn vị trong phạm vi của bạn"), rows)


RULES = (
    # Anybody may come to any desk. What opens a person there is the card: citizens.py compares its number at each act.
    Rule(
        "citizens.admit",
        Person,
        opens=(Clause("whoever_comes", _("là của một người đến quầy của bạn"), lambda actor: True),),
    ),
    Rule("units.read", Unit, opens=(by_post("units.read", "pk"),)),
    Rule("units.manage", Unit, opens=(by_post("units.manage", "pk"),)),
    Rule("accounts.read", Account, opens=(_holder_in_reach("accounts.read"),)),
    Rule("accounts.manage", Account, opens=(_holder_in_reach("accounts.manage"),)),
    Rule("posts.read", Post, opens=(by_post("posts.read", "unit"),)),
    Rule("posts.manage", Post, opens=(by_post("posts.manage", "unit"),)),
    Rule("posts.manage", Unit, opens=(by_post("posts.manage", "pk"),)),
    Rule("audit.read", AuditEvent, opens=(by_post("audit.read", "unit"),)),
)
