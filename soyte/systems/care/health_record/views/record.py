"""The record, all of its results, the summary on paper, and who read it."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from soyte.clinical.allergies import selectors as allergies
from soyte.clinical.allergies import words as allergy_words
from soyte.clinical.encounters import moving
from soyte.clinical.encounters.models import Encounter
from soyte.clinical.encounters.remarks import visit_remarks
from soyte.clinical.terminology import selectors as terminology
from soyte.clinical.terminology.terms import Terms
from soyte.kernel.access.actor import Actor
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record_read
from soyte.kernel.codes.selectors import load_list
from soyte.systems.care.health_record.pages import addresses
from soyte.systems.care.health_record.pages import people as people_words
from soyte.systems.care.health_record.pages import record as panels
from soyte.systems.care.health_record.pages import visit as visit_words
from soyte.systems.care.health_record.selectors import given, long_term, readers, results, seen, stated
from soyte.systems.care.health_record.views.opening import Record, identity, of_record
from soyte.ui.filters import FilterForm
from soyte.ui.paging import page

TIMELINE = 15
SHOWN_RESULTS = 8
SHOWN_MOVES = 5
FIELDS = {"loai": "kind", "co_so": "facility_code", "nam": "started_at__year"}
# What fits one sheet, each line at its longest.
PRINTED_CONDITIONS, PRINTED_RESULTS, PRINTED_MEDICINES, PRINTED_VISITS = 8, 8, 8, 6


class TimelineFilters(FilterForm):
    loai = forms.ChoiceField(label=gettext_lazy("Loại khám"))
    co_so = forms.ChoiceField(label=gettext_lazy("Cơ sở"))
    nam = forms.ChoiceField(label=gettext_lazy("Năm"))

    def __init__(self, request: HouseRequest, visits: seen.Seen) -> None:
        super().__init__(request)
        kinds, today = load_list("visit_kind"), timezone.localdate()
        codes = sorted({visit.kind for visit in visits})
        self.offer("loai", _("Mọi loại"), [(code, _(kinds.name_of(code, today)) or code) for code in codes])
        self.offer("co_so", _("Mọi cơ sở"), sorted({(visit.facility_code, visit.facility) for visit in visits}))
        zone = timezone.get_current_timezone()
        years = sorted({visit.started_at.astimezone(zone).year for visit in visits}, reverse=True)
        self.offer("nam", _("Mọi năm"), [(str(year), str(year)) for year in years])

    def kept(self, rows: QuerySet[Encounter]) -> QuerySet[Encounter]:
        """The visits that pass."""
        asked = self.values()
        given = {FIELDS[name]: int(value) if name == "nam" else value for name, value in asked.items()}
        return rows.filter(**given)


def _safety(actor: Actor, record: Record, terms: Terms) -> dict[str, object]:
    """What must be seen first, and where the files contradict each other."""
    person, visits = record.person, record.visits
    conditions = long_term.long_term(visits, terms)
    groups = panels.statements(person, stated.blood_groups(actor, visits))
    return {
        "safety": panels.safety_row(person, conditions, groups, allergy_words.summary(allergies.told(record.people))),
        "conditions": [
            (one, panels.seen_text(one), addresses.source_url(person, one.last_visit, 1, 1)) for one in conditions
        ],
        "more_conditions": len(conditions) > panels.SHOWN_CONDITIONS,
        "blood_groups": groups,
        "birth_dates": panels.statements(person, stated.birth_dates(visits)),
        "sexes": panels.statements(person, stated.sexes(visits), people_words.sex_of),
    }


def _foremost(actor: Actor, record: Record, terms: Terms, limit: int) -> list[results.Result]:
    return results.foremost(results.results(actor, record.person, record.visits, terms), limit)


@requires("record.read")
@require_GET
@of_record
def record_page(request: HouseRequest, record: Record) -> HttpResponse:
    actor, person, visits = request.actor, record.person, record.visits
    record_read(actor, person.pk, "record")
    terms = terminology.terms()
    filters = TimelineFilters(request, visits)
    shown = page(filters.kept(visits.encounters().only(*panels.EVENT)), request, ["-started_at", "-id"], size=TIMELINE)
    listed = [visit for visit in shown.rows if visit.pk in visits.by_id]
    papers, medicines = given.papers(visits), given.medicines(visits)
    context = {
        **identity(record),
        **_safety(actor, record, terms),
        "visits": len(visits.visits),
        "filters": filters,
        "page": shown,
        "years": panels.timeline(actor, person, listed, terms, visit_remarks(record.people)),
        "results": panels.result_lines(person, _foremost(actor, record, terms, SHOWN_RESULTS)),
        "supplies": panels.supplies(actor, person, visits, medicines.rows),
        "more_medicines": medicines.more,
        "papers": [(paper, visit_words.paper_title(paper), visits.facility(paper.encounter_id)) for paper in papers],
        "appointments": [
            (one.due_on, visits.facility(one.encounter_id)) for one in given.appointments(visits, timezone.localdate())
        ],
        "moves": [
            moving.told(one, record.people) for one in moving.moves_of(record.people, actor.labels, limit=SHOWN_MOVES)
        ],
        "readers": readers.readers(record.people, actor.labels),
        "most_readers": readers.SHOWN_READERS,
    }
    return render(request, "health_record/record.html", context)


@requires("record.read")
@require_GET
@of_record
def all_results(request: HouseRequest, record: Record) -> HttpResponse:
    person = record.person
    record_read(request.actor, person.pk, "results")
    found = results.results(request.actor, person, record.visits, terminology.terms(), rows=results.ALL_ROWS)
    sources = sorted({_(row.range.source) for row in found if row.range})
    return render(
        request,
        "health_record/results.html",
        {**identity(record), "results": panels.result_lines(person, found), "sources": sources},
    )


@requires("record.read")
@require_GET
@of_record
def print_summary(request: HouseRequest, record: Record) -> HttpResponse:
    """One A4 page: who, long-term conditions, latest results and medicines, last visits."""
    actor, person, visits = request.actor, record.person, record.visits
    record_read(actor, person.pk, "print")
    terms, kinds = terminology.terms(), load_list("visit_kind")
    keys = [visit.id for visit in visits.visits[:PRINTED_VISITS]]
    last = visits.encounters().filter(pk__in=keys).order_by("-started_at", "-id")
    medicines = given.medicines(visits, limit=PRINTED_MEDICINES)
    context = {
        **identity(record),
        **_safety(actor, record, terms),
        "results": panels.result_lines(person, _foremost(actor, record, terms, PRINTED_RESULTS)),
        "supplies": panels.supplies(actor, person, visits, medicines.rows),
        "more_medicines": medicines.more,
        "printed_at": timezone.now(),
        "printed_by": actor.account.display_name if actor.account else "",
        "visits": [
            (
                row,
                _(kinds.name_of(row.kind, row.ended_on)),
                terms.icd_name(row.main_icd, row.ended_on),
                row.facility_name,
            )
            for row in last
        ],
        "most_conditions": PRINTED_CONDITIONS,
        "back_url": reverse("health_record:record", args=[person.pk]),
    }
    return render(request, "health_record/print.html", context)


@requires("record.read")
@require_GET
@of_record
def who_read(request: HouseRequest, record: Record) -> HttpResponse:
    """Who read this record, when and why."""
    record_read(request.actor, record.person.pk, "looks")
    rows = page(readers.reads(record.people, request.actor.labels), request, ["-id"])
    context = {
        **identity(record),
        "page": rows,
        "reads": [(row, people_words.reader_name(row), people_words.what_was_read(row)) for row in rows],
        "openings": readers.openings(record.people),
    }
    return render(request, "health_record/readers.html", context)
