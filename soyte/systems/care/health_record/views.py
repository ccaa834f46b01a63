"""Find a person, read the record, open it with a reason, go to a fact's source, print."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from soyte.clinical.documents.models import Composition
from soyte.clinical.encounters.models import Encounter
from soyte.clinical.terminology import selectors as terminology
from soyte.kernel.access.policy import can, visible
from soyte.kernel.access.selectors import openings
from soyte.kernel.access.services import open_with_reason
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.selectors import who_read
from soyte.kernel.audit.services import record_read, record_reads
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.errors import DomainError
from soyte.kernel.people.models import Person
from soyte.kernel.people.selectors import search as search_people
from soyte.kernel.places import selectors as places
from soyte.systems.care.health_record import selectors, showing
from soyte.systems.care.visit_intake import public as visit_intake
from soyte.ui.filters import FilterForm
from soyte.ui.paging import page

MOST_HITS = 50
TIMELINE = 25


class TimelineFilters(FilterForm):
    loai = forms.ChoiceField(label=gettext_lazy("Loại khám"), required=False)
    co_so = forms.ChoiceField(label=gettext_lazy("Cơ sở"), required=False)
    nam = forms.ChoiceField(label=gettext_lazy("Năm"), required=False)

    def __init__(self, request: HouseRequest, visits: QuerySet[Encounter]) -> None:
        super().__init__(request)
        kinds = load_list("visit_kind")
        facts = list(
            visits.order_by().values_list("kind", "facility_code", "unit__name", "started_at__year").distinct()
        )
        today = timezone.localdate()
        self._offer("loai", _("Mọi loại"), [(k, kinds.name_of(k, today) or k) for k in sorted({f[0] for f in facts})])
        self._offer("co_so", _("Mọi cơ sở"), sorted({(f[1], f[2] or f[1]) for f in facts}))
        self._offer("nam", _("Mọi năm"), [(str(y), str(y)) for y in sorted({f[3] for f in facts}, reverse=True)])

    def _offer(self, name: str, every: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", every), *choices]


def _person(request: HouseRequest, person_id: uuid.UUID) -> Person:
    """The person whose record the actor may read; of a merged one the person that stands for it. 404 for nobody."""
    person = get_object_or_404(Person.objects.select_related("merged_into"), pk=person_id)
    return person.merged_into or person


def _closed(request: HouseRequest, person: Person) -> HttpResponse | None:
    """The way to give a reason, where the record is closed to the actor."""
    if can(request.actor, "record.read", person):
        return None
    return redirect("health_record:reason", person_id=person.pk)


@requires("record.search")
@require_GET
def search(request: HouseRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    people = visible(request.actor, "record.search", Person.objects.all())
    hits = search_people(query, people=people, limit=MOST_HITS + 1)
    shown = hits[:MOST_HITS]
    prefetch_related_objects(shown, "identifiers")
    if shown:
        record_reads(request.actor, [person.pk for person in shown], "search", action="record.search")
    today = timezone.localdate()
    names = places.names_on({person.commune_code for person in shown if person.commune_code}, today)
    rows = [
        (person, names.get(person.commune_code, person.commune_code), showing.told_apart(person)) for person in shown
    ]
    context = {"query": query, "rows": rows, "too_many": len(hits) > MOST_HITS, "most": MOST_HITS}
    return render(request, "health_record/search.html", context)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Vì sao bạn cần xem hồ sơ này"),
        help_text=gettext_lazy("Ví dụ: “Cấp cứu, người bệnh hôn mê”. Người dân sẽ đọc được lý do này."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Thiếu lý do. Ghi một câu nói rõ vì sao phải xem.")},
    )


@requires("record.open_with_reason")
@require_http_methods(["GET", "POST"])
def give_reason(request: HouseRequest, person_id: uuid.UUID) -> HttpResponse:
    person = _person(request, person_id)
    if can(request.actor, "record.read", person):
        return redirect("health_record:record", person_id=person.pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            open_with_reason(request.actor, person.pk, form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error("reason", str(error))
        else:
            messages.success(
                request, _("Đã mở hồ sơ trong 12 giờ. Lý do của bạn nằm trong nhật ký mà người dân xem được.")
            )
            return redirect("health_record:record", person_id=person.pk)
    return render(
        request,
        "health_record/reason.html",
        {"person": person, "sex": showing.sex(person), "form": form},
        status=400 if form.errors else 200,
    )


def _identity(request: HouseRequest, person: Person) -> dict[str, object]:
    today = timezone.localdate()
    commune = places.names_on([person.commune_code], today).get(person.commune_code, "") if person.commune_code else ""
    return {
        "person": person,
        "sex": showing.sex(person),
        "age": person.age_on(today),
        "commune": commune,
        "initials": showing.initials(person.full_name),
        "numbers": showing.numbers(person.identifiers.all(), today),
        "mother": next((relation.other for relation in person.relations.select_related("other")), None),
    }


def _safety(request: HouseRequest, person: Person, seen: QuerySet[Encounter]) -> dict[str, object]:
    return {
        "conditions": selectors.long_term(seen),
        "blood_groups": selectors.blood_groups(request.actor, person, seen),
        "birth_dates": selectors.birth_dates(seen),
    }


@requires("record.read")
@require_GET
def record_page(request: HouseRequest, person_id: uuid.UUID) -> HttpResponse:
    person = _person(request, person_id)
    if closed := _closed(request, person):
        return closed
    record_read(request.actor, person.pk, "record")
    seen = selectors.visits(request.actor, person)
    filters = TimelineFilters(request, seen)
    asked = filters.values()
    listed = seen.select_related("unit")
    if kind := asked.get("loai"):
        listed = listed.filter(kind=kind)
    if facility := asked.get("co_so"):
        listed = listed.filter(facility_code=facility)
    if year := asked.get("nam"):
        listed = listed.filter(started_at__year=int(year))
    shown = page(listed, request, ["-started_at", "-id"], size=TIMELINE)
    terms = terminology.terms()
    context = {
        **_identity(request, person),
        **_safety(request, person, seen),
        "filters": filters,
        "page": shown,
        "years": showing.timeline(request.actor, person, shown.rows, terms),
        "results": selectors.results(request.actor, person, seen),
        "medicines": showing.medicines(request.actor, person, selectors.medicines(person, seen)),
        "papers": [(paper, showing.paper_title(paper)) for paper in selectors.papers(person, seen)],
        "appointments": selectors.appointments(person, seen, timezone.localdate())[:5],
        "readers": who_read(person.pk)[:4],
        "openings": openings(person.pk)[:3],
    }
    return render(request, "health_record/record.html", context)


@requires("record.read")
@require_GET
def all_results(request: HouseRequest, person_id: uuid.UUID) -> HttpResponse:
    person = _person(request, person_id)
    if closed := _closed(request, person):
        return closed
    record_read(request.actor, person.pk, "results")
    seen = selectors.visits(request.actor, person)
    found = selectors.results(request.actor, person, seen, limit=200)
    return render(request, "health_record/results.html", {**_identity(request, person), "results": found})


def _visit(request: HouseRequest, person: Person, encounter_id: uuid.UUID | None) -> Encounter:
    rows = Encounter.objects.filter(person_id__in=selectors.people_of(person)).select_related("unit", "claim")
    return get_object_or_404(visible(request.actor, "record.read", rows), pk=encounter_id)


@requires("record.read")
@require_GET
def visit(request: HouseRequest, person_id: uuid.UUID, encounter_id: uuid.UUID) -> HttpResponse:
    """One visit: all that its file brought, and its earlier versions."""
    person = _person(request, person_id)
    if closed := _closed(request, person):
        return closed
    shown = _visit(request, person, encounter_id)
    record_read(request.actor, person.pk, "visit", details={"encounter": str(shown.pk)})
    lines = selectors.lines_of(shown)
    terms = terminology.terms()
    open_ = showing.opener(request.actor)
    context = {
        **_identity(request, person),
        "visit": shown,
        "texts": showing.visit_texts(request.actor, shown),
        "facts": showing.visit_facts(shown),
        "kind": load_list("visit_kind").name_of(shown.kind, shown.ended_on) or shown.kind,
        "conditions": [(row, terms.icd_name(row.code, shown.ended_on)) for row in lines.conditions],
        "medicines": [(row, open_(row.name), open_(row.dose)) for row in lines.medicines],
        "results": [
            (row, open_(row.name) or row.code, open_(row.value_text), open_(row.comment)) for row in lines.results
        ],
        "reports": [(row, open_(row.name), open_(row.description), open_(row.conclusion)) for row in lines.reports],
        "papers": [
            (paper, showing.paper_title(paper), showing.sections(request.actor, paper)) for paper in lines.papers
        ],
        "versions": visit_intake.versions(shown),
        "source_url": showing.source_url(person, shown.pk, 1, 1),
    }
    return render(request, "health_record/visit.html", context)


@requires("record.read")
@require_GET
def source(request: HouseRequest, person_id: uuid.UUID, encounter_id: uuid.UUID) -> HttpResponse:
    """The lines of the received file that a fact was read from."""
    person = _person(request, person_id)
    if closed := _closed(request, person):
        return closed
    shown = _visit(request, person, encounter_id)
    try:
        table, line = int(request.GET.get("bang", "1")), int(request.GET.get("dong", "1"))
    except ValueError as error:
        raise Http404 from error
    record_read(request.actor, person.pk, "source", details={"encounter": str(shown.pk), "table": table, "line": line})
    context = {
        **_identity(request, person),
        "visit": shown,
        "source": visit_intake.source_of(request.actor, shown, table=f"XML{table}", line=line),
        "table": f"XML{table}",
        "line": line,
    }
    return render(request, "health_record/source.html", context)


@requires("record.read")
@require_GET
def paper(request: HouseRequest, person_id: uuid.UUID, composition_id: int) -> HttpResponse:
    person = _person(request, person_id)
    if closed := _closed(request, person):
        return closed
    found = get_object_or_404(Composition.objects.select_related("encounter__unit"), pk=composition_id)
    _visit(request, person, found.encounter_id)
    record_read(request.actor, person.pk, "paper", details={"composition": found.pk})
    context = {
        **_identity(request, person),
        "paper": found,
        "title": showing.paper_title(found),
        "sections": showing.sections(request.actor, found),
        "source_url": showing.source_url(person, found.encounter_id, found.source_table, found.source_line),
    }
    return render(request, "health_record/paper.html", context)


@requires("record.read")
@require_GET
def print_summary(request: HouseRequest, person_id: uuid.UUID) -> HttpResponse:
    """One A4 page: who, long-term conditions, latest results and medicines, last visits."""
    person = _person(request, person_id)
    if closed := _closed(request, person):
        return closed
    record_read(request.actor, person.pk, "print")
    seen = selectors.visits(request.actor, person)
    terms = terminology.terms()
    last = list(seen.select_related("unit")[:8])
    kinds = load_list("visit_kind")
    context = {
        **_identity(request, person),
        **_safety(request, person, seen),
        "results": selectors.results(request.actor, person, seen, limit=10),
        "medicines": showing.medicines(request.actor, person, selectors.medicines(person, seen, limit=10)),
        "visits": [
            (row, kinds.name_of(row.kind, row.ended_on), terms.icd_name(row.main_icd, row.ended_on)) for row in last
        ],
        "printed_at": timezone.now(),
        "back_url": reverse("health_record:record", args=[person.pk]),
    }
    return render(request, "health_record/print.html", context)


@requires("record.read")
@require_GET
def readers(request: HouseRequest, person_id: uuid.UUID) -> HttpResponse:
    """Who read this record, when and why."""
    person = _person(request, person_id)
    if closed := _closed(request, person):
        return closed
    rows = page(who_read(person.pk), request, ["-id"])
    return render(
        request,
        "health_record/readers.html",
        {**_identity(request, person), "page": rows, "openings": openings(person.pk)},
    )
