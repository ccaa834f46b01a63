"""What waits for the data officer."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from soyte.kernel.access.actor import Actor
from soyte.kernel.people.models import ReviewPair
from soyte.systems.care.person_index import selectors
from soyte.ui.components import Waiting


def waiting(actor: Actor) -> list[Waiting]:
    """Pairs that somebody has to decide."""
    if not actor.holds("pairs.decide"):
        return []
    number = selectors.counts(actor)[ReviewPair.State.OPEN]
    says = _("Hai hồ sơ có thể là của một người; máy không tự nhập")
    return [Waiting(_("Cặp người nghi trùng"), number, reverse("person_index:pairs"), "users-group", "", [says])]
