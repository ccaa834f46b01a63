"""What waits for the administrator."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from soyte.kernel.access.actor import Actor
from soyte.kernel.access.policy import visible
from soyte.kernel.organisations.selectors import units_to_review
from soyte.systems.safety.identity.selectors import TO_NAME
from soyte.ui.components import Waiting


def waiting(actor: Actor) -> list[Waiting]:
    """Units that visit files named and no list knows."""
    if not actor.holds("units.manage"):
        return []
    count = visible(actor, "units.manage", units_to_review()).count()
    return [
        Waiting(
            _("Cơ sở chờ đặt tên"),
            count,
            f"{reverse('identity:units')}?xem={TO_NAME}",
            "building-hospital",
            "warn",
            [_("Tệp khám bệnh nhắc tới mã cơ sở mà danh mục chưa có")],
        )
    ]
