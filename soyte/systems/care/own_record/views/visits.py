"""Every visit, one visit with all that it brought, every result."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from soyte.clinical.encounters.models import Encounter
from soyte.clinical.encounters.moving import moves_of, told
from soyte.clinical.terminology import selectors as terminology
from soyte.kernel.access.policy import visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record_read
from soyte.systems.care.health_record import public as health_record
from soyte.systems.care.own_record.pages import visit as visit_words
from soyte.systems.care.own_record.pages import words
from soyte.systems.care.own_record.selectors import disputes, records
from soyte.systems.care.own_record.selectors.records import OwnRecord
from soyte.systems.care.own_record.views.opening import of_own, show
from soyte.ui.paging import page

SHOWN = 15


def found_visit(request: HouseRequest, record: OwnRecord, encounter_id: uuid.UUID) -> Encounter:
    """A visit in force of this record. 404 for one that may not be shown: its being there is a fact too."""
    rows = Encounter.objects.filter(person__in=record.people, in_force=True).select_related("unit")
    return get_object_or_404(visible(request.actor, records.ACTION, rows), pk=encounter_id)


@requires("own_record.read")
@require_GET
@of_own
def visit_list(request: HouseRequest, record: OwnRecord) -> HttpResponse:
    record_read(request.actor, record.person.pk, "visits", action=records.ACTION)
    seen, terms = record.seen(request.actor), terminology.terms()
    shown = page(seen.encounters(), request, ["-started_at", "-id"], size=SHOWN)
    return show(
        request,
        "own_record/visits.html",
        record,
        "visits",
        page=shown,
        visits=len(seen.visits),
        lines=[visit_words.line(request.actor, row, terms) for row in shown.rows if row.pk in seen.by_id],
        moves=[told(one, record.people) for one in moves_of(record.people, seen.granted, limit=10)],
    )


@requires("own_record.read")
@require_GET
@of_own
def visit(request: HouseRequest, record: OwnRecord, encounter_id: uuid.UUID) -> HttpResponse:
    """One visit: what its file says, and a way to say that it is wrong beside each entry."""
    shown = found_visit(request, record, encounter_id)
    actor = request.actor
    record_read(actor, record.person.pk, "visit", action=records.ACTION, details={"encounter": str(shown.pk)})
    terms = terminology.terms()
    said = disputes.said(actor, record.people)
    mine = said.filter(facility_code=shown.facility_code, visit_code=shown.visit_code)
    return show(
        request,
        "own_record/visit.html",
        record,
        "visits",
        visit=shown,
        head=visit_words.line(actor, shown, terms),
        facts=visit_words.facts(shown),
        entries=visit_words.entries(actor, shown, terms),
        papers=visit_words.papers(actor, shown),
        said=[visit_words.said_line(actor, one) for one in mine[:10]],
    )


@requires("own_record.read")
@require_GET
@of_own
def all_results(request: HouseRequest, record: OwnRecord) -> HttpResponse:
    record_read(request.actor, record.person.pk, "results", action=records.ACTION)
    found = health_record.results(
        request.actor, record.person, record.seen(request.actor), terminology.terms(), rows=health_record.ALL_ROWS
    )
    return show(
        request,
        "own_record/results.html",
        record,
        "home",
        results=words.plain_results(found),
        sources=sorted({_(row.range.source) for row in found if row.range}),
        today=timezone.localdate(),
    )
