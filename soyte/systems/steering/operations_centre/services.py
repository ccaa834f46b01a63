"""Freezing the page of the day: from then on it stands as it was."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction
from django.utils import timezone, translation

from soyte.kernel.access.actor import Actor
from soyte.kernel.actors import Acting, Machine
from soyte.kernel.audit.services import record
from soyte.kernel.digests import digest
from soyte.kernel.sql import advisory_lock_many
from soyte.systems.steering.operations_centre.board import board
from soyte.systems.steering.operations_centre.day_content import content_of
from soyte.systems.steering.operations_centre.models import DayPage
from soyte.systems.steering.operations_centre.onlookers import Onlooker

WORKER = Machine("operations_centre.freeze_day")


@transaction.atomic
def freeze_by_hand(actor: Actor) -> DayPage:
    """Keep the board of now. Raises Refused."""
    actor.require("day_pages.freeze")
    return _freeze(timezone.localdate(), actor)


@transaction.atomic
def freeze_at_the_hour(day: date) -> DayPage | None:
    """The worker's page of a day, once; None where it is there, or the day is over and its board is no longer to be had."""
    with connection.cursor() as cursor:
        advisory_lock_many(cursor, ["operations_centre.day_page"])
    if day != timezone.localdate() or DayPage.objects.filter(day=day, frozen_by=None).exists():
        return None
    return _freeze(day, WORKER)


def _freeze(day: date, by: Acting) -> DayPage:
    """Everybody's page is what somebody without any grant sees, so that it can be handed on."""
    onlooker = Onlooker("page of the day")
    with translation.override("vi"):
        content = content_of(board(onlooker, day), onlooker)
    page = DayPage.objects.create(
        day=day, content=content, sha256=digest(content), frozen_at=timezone.now(), frozen_by_id=by.account_id
    )
    record(by, "day_pages.freeze", obj=page, details={"day": day.isoformat(), "sha256": page.sha256})
    return page
