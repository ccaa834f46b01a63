"""One visit, one paper, and the lines of the received file behind a fact."""

from __future__ import annotations

import uuid
from pathlib import PurePath

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from soyte.clinical.documents.models import Composition
from soyte.clinical.encounters.models import Encounter
from soyte.clinical.encounters.remarks import visit_remarks
from soyte.clinical.terminology import selectors as terminology
from soyte.kernel.access.policy import visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record_read
from soyte.kernel.codes.selectors import load_list
from soyte.systems.care.health_record.pages import addresses
from soyte.systems.care.health_record.pages import record as panels
from soyte.systems.care.health_record.pages import visit as visit_words
from soyte.systems.care.health_record.selectors import seen
from soyte.systems.care.health_record.views.opening import Record, identity, of_record
from soyte.systems.care.visit_intake import public as visit_intake

TABLES = range(1, 16)


def _visit(request: HouseRequest, record: Record, encounter_id: uuid.UUID | None) -> Encounter:
    """A visit of the record, in force or not. 404 for one that the actor may not see: its being there is a fact too."""
    rows = Encounter.objects.filter(person__in=record.people).select_related("unit")
    return get_object_or_404(visible(request.actor, "record.read", rows), pk=encounter_id)


@requires("record.read")
@require_GET
@of_record
def visit(request: HouseRequest, record: Record, encounter_id: uuid.UUID) -> HttpResponse:
    """One visit: all that its file brought, and its earlier versions."""
    shown = _visit(request, record, encounter_id)
    record_read(request.actor, record.person.pk, "visit", details={"encounter": str(shown.pk)})
    lines, terms, open_ = seen.lines_of(shown), terminology.terms(), visit_words.opener(request.actor)
    context = {
        **identity(record),
        "visit": shown,
        "chips": panels.chips(shown, visit_remarks(record.people)),
        "texts": visit_words.visit_texts(request.actor, shown),
        "facts": visit_words.visit_facts(shown),
        "kind": _(load_list("visit_kind").name_of(shown.kind, shown.ended_on)) or shown.kind,
        "conditions": [(row, visit_words.condition_name(row, shown, terms)) for row in lines.conditions],
        "medicines": [(row, panels.medicine(request.actor, record.person, row)) for row in lines.medicines],
        "results": [
            (
                row,
                open_(row.name) or visit_words.element_label(row, shown),
                panels.measured(open_(row.value_text)),
                open_(row.comment),
            )
            for row in lines.results
        ],
        "reports": [(row, open_(row.name), open_(row.description), open_(row.conclusion)) for row in lines.reports],
        "papers": [
            (paper, visit_words.paper_title(paper), visit_words.sections(request.actor, paper))
            for paper in lines.papers
        ],
        "versions": visit_intake.versions(shown),
        "source_url": addresses.source_url(record.person, shown.pk, 1, 1),
    }
    return render(request, "health_record/visit.html", context)


@requires("record.read")
@require_GET
@of_record
def source(request: HouseRequest, record: Record, encounter_id: uuid.UUID) -> HttpResponse:
    """The lines of the received file that a fact was read from."""
    shown = _visit(request, record, encounter_id)
    table, line = _place(request)
    record_read(
        request.actor, record.person.pk, "source", details={"encounter": str(shown.pk), "table": table, "line": line}
    )
    found = visit_intake.source_of(request.actor, shown, table=f"XML{table}", line=line)
    context = {
        **identity(record),
        "visit": shown,
        "facility": shown.facility_name,
        "source": found,
        # The command line and the folder keep the path as given: the page names the file alone.
        "filename": PurePath(found.filename).name,
        "table": f"XML{table}",
        "line": line,
    }
    return render(request, "health_record/source.html", context)


def _place(request: HouseRequest) -> tuple[int, int]:
    """(table, line) of the address. 404 for what no file can have."""
    try:
        table, line = int(request.GET.get("bang", "1")), int(request.GET.get("dong", "1"))
    except ValueError as error:
        raise Http404 from error
    if table not in TABLES or line < 1:
        raise Http404
    return table, line


@requires("record.read")
@require_GET
@of_record
def paper(request: HouseRequest, record: Record, composition_id: int) -> HttpResponse:
    found = get_object_or_404(Composition.objects.filter(person_id__in=record.people), pk=composition_id)
    of_visit = _visit(request, record, found.encounter_id)
    details = {"encounter": str(of_visit.pk), "composition": found.pk}
    record_read(request.actor, record.person.pk, "paper", details=details)
    context = {
        **identity(record),
        "paper": found,
        "facility": of_visit.facility_name,
        "title": visit_words.paper_title(found),
        "facts": visit_words.paper_facts(request.actor, found, of_visit),
        "sections": visit_words.sections(request.actor, found),
        "source_url": addresses.source_url(record.person, of_visit.pk, found.source_table, found.source_line),
    }
    return render(request, "health_record/paper.html", context)
