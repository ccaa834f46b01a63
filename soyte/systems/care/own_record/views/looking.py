"""Who has looked at a record, when and why."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.audit.services import record_read
from soyte.systems.care.health_record import public as health_record
from soyte.systems.care.own_record.pages import words
from soyte.systems.care.own_record.selectors import looks, records
from soyte.systems.care.own_record.selectors.records import OwnRecord
from soyte.systems.care.own_record.views.opening import of_own, show
from soyte.ui.paging import page


def looks_at(request: HouseRequest, record: OwnRecord) -> QuerySet[AuditEvent]:
    """Readings by others than the account that asks."""
    return looks.looks(
        record.people,
        by_others_than=request.actor.account_id,
        labelled=record.shows_labelled(request.actor),
    )


@requires("own_record.read")
@require_GET
@of_own
def look_list(request: HouseRequest, record: OwnRecord) -> HttpResponse:
    record_read(request.actor, record.person.pk, "looks", action=records.ACTION)
    shown = page(looks_at(request, record), request, ["-id"])
    openings = list(health_record.openings(record.people)[:50])
    return show(
        request,
        "own_record/looks.html",
        record,
        "looks",
        page=shown,
        looks=words.plain_looks(shown.rows, openings),
        openings=openings,
    )
