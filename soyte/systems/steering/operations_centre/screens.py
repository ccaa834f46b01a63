"""Wall screens: made, shown, taken back."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.kernel.access.actor import Actor
from soyte.kernel.audit.services import record
from soyte.kernel.errors import DomainError
from soyte.kernel.live.telling import changed
from soyte.systems.steering.operations_centre.models import Screen
from soyte.systems.steering.operations_centre.onlookers import Onlooker

TOKEN_BYTES = 24  # 192 bits: nobody guesses an address
SEEN_EVERY = timedelta(seconds=50)


class NameTaken(DomainError):
    code = "screens.name_taken"
    message = _("Đã có màn hình mang tên “%(name)s”. Chọn tên khác, hoặc thu màn hình kia trước.")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make(actor: Actor, *, name: str, look: str) -> tuple[Screen, str]:
    """A screen and the secret of its link, which is said this once. Raises Refused, NameTaken."""
    actor.require("screens.manage")
    assert actor.account is not None  # who has no account holds nothing
    token = secrets.token_urlsafe(TOKEN_BYTES)
    try:
        with transaction.atomic():
            screen = Screen.objects.create(
                name=name, look=look, token_sha256=_hash(token), made_at=timezone.now(), made_by=actor.account
            )
    except IntegrityError as error:
        raise NameTaken(name=name) from error
    record(actor, "screens.manage", obj=screen, details={"act": "make", "name": name})
    return screen, token


@transaction.atomic
def revoke(actor: Actor, screen_id: int) -> Screen:
    """Take the link back: the screen goes dark at once. Done twice it is as done once. Raises Refused."""
    actor.require("screens.manage")
    screen = Screen.objects.select_for_update().get(pk=screen_id)
    if screen.revoked_at is None:
        screen.revoked_at, screen.revoked_by_id = timezone.now(), actor.account_id
        screen.save(update_fields=["revoked_at", "revoked_by"])
        record(actor, "screens.manage", obj=screen, details={"act": "revoke", "name": screen.name})
        changed("figures")
    return screen


def screens() -> QuerySet[Screen]:
    """Those in use first, then by name."""
    return Screen.objects.select_related("made_by", "revoked_by").order_by("-revoked_at", "name", "pk")


def of_token(token: str) -> Screen | None:
    """The screen of a link that was not taken back."""
    return Screen.objects.filter(token_sha256=_hash(token), revoked_at=None).first()


def looks(screen: Screen, *, address: str | None, request_id: str) -> Onlooker:
    """The actor that this screen is; that it was seen is kept to the minute."""
    now = timezone.now()
    late = Q(seen_at=None) | Q(seen_at__lt=now - SEEN_EVERY)
    Screen.objects.filter(late, pk=screen.pk).update(seen_at=now)
    return Onlooker(f"screen {screen.pk} {screen.name}"[:150], address, request_id, now)
