"""Units and accounts for the search box."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.kernel.access.actor import Actor
from soyte.kernel.access.policy import visible
from soyte.kernel.accounts import selectors as accounts
from soyte.kernel.organisations.models import Unit
from soyte.kernel.organisations.selectors import in_force
from soyte.systems.safety.identity.selectors import narrowed
from soyte.ui.components import Hit

MOST = 11  # one more than is shown, so that the page can say that there are others
SHORTEST = 2


def search(actor: Actor, query: str) -> list[Hit]:
    """Units by name or code, accounts by username, name or telephone number, as far as the actor may see them."""
    if len(query.strip()) < SHORTEST:
        return []
    return [*_units(actor, query), *_accounts(actor, query)]


def _units(actor: Actor, query: str) -> list[Hit]:
    if not actor.holds("units.read"):
        return []
    today = Unit.objects.filter(in_force(timezone.localdate()))
    found = visible(actor, "units.read", narrowed(today, text=query)).order_by("name_folded", "id")[:MOST]
    return [
        Hit(
            unit.name,
            " · ".join(filter(None, [unit.facility_code, str(unit.get_kind_display())])),
            reverse("identity:unit", args=[unit.pk]),
            _("Đơn vị"),
            "building-hospital",
        )
        for unit in found
    ]


def _accounts(actor: Actor, query: str) -> list[Hit]:
    if not actor.holds("accounts.read"):
        return []
    found = visible(actor, "accounts.read", accounts.accounts(text=query))[:MOST]
    return [
        Hit(
            account.display_name,
            account.username,
            reverse("identity:account", args=[account.pk]),
            _("Tài khoản"),
            "user",
        )
        for account in found
    ]
