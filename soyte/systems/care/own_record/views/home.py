"""The first page of a record, and its summary on one sheet."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from soyte.clinical.allergies import selectors as allergies
from soyte.clinical.encounters import moving
from soyte.clinical.terminology import selectors as terminology
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record_read
from soyte.kernel.text import fold
from soyte.systems.care.health_record import public as health_record
from soyte.systems.care.own_record.pages import sheet, words
from soyte.systems.care.own_record.pages.allergies import allergy_lines, unanswered, unasked
from soyte.systems.care.own_record.pdf import compile_sheet
from soyte.systems.care.own_record.selectors import disputes, records
from soyte.systems.care.own_record.selectors.records import OwnRecord
from soyte.systems.care.own_record.views.looking import looks_at
from soyte.systems.care.own_record.views.opening import of_own, show

SHOWN_RESULTS = 3
READ_RESULTS = 40


@requires("own_record.read")
@require_GET
@of_own
def home(request: HouseRequest, record: OwnRecord) -> HttpResponse:
    """Identity, what comes next, medicines, the newest results, and the way to everything else."""
    actor, today = request.actor, timezone.localdate()
    record_read(actor, record.person.pk, "record", action=records.ACTION)
    seen = record.seen(actor)
    found = health_record.results(actor, record.person, seen, terminology.terms(), limit=READ_RESULTS)
    fresh = words.new_results(found)
    told = allergies.told(record.people)
    cards = records.insurance_cards(record)
    return show(
        request,
        "own_record/home.html",
        record,
        "home",
        others=records.others(actor, record),
        card=words.card_chip(cards[0].last_day if cards else None, today),
        allergies=allergy_lines(told),
        unasked=unasked(told),
        unanswered=unanswered(told),
        appointments=[(one.due_on, seen.facility(one.encounter_id)) for one in health_record.appointments(seen, today)],
        supply=words.last_supply(actor, seen, health_record.medicines(seen).rows, today),
        results=words.plain_results(fresh[:SHOWN_RESULTS]),
        more_results=max(0, len(found) - SHOWN_RESULTS),
        visits=len(seen.visits),
        last_visit=seen.visits[0] if seen.visits else None,
        looked=looks_at(request, record).count(),
        waiting=disputes.said(actor, record.people).filter(state=disputes.State.OPEN).count(),
        moves=[moving.told(one, record.people) for one in moving.moves_of(record.people, seen.granted, limit=3)],
    )


@requires("own_record.read")
@require_GET
@of_own
def summary(request: HouseRequest, record: OwnRecord) -> HttpResponse:
    """One A4 page as PDF."""
    record_read(request.actor, record.person.pk, "print", action=records.ACTION)
    content = compile_sheet(sheet.facts(request.actor, record, timezone.localtime(request.actor.now)))
    name = slugify(fold(record.person.full_name)) or "so-suc-khoe"
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="tom-tat-{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response
