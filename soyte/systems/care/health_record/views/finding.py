"""Find a person; open a closed record with a reason."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from soyte.kernel.access.policy import can, visible
from soyte.kernel.access.services import open_with_reason
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record_reads
from soyte.kernel.errors import DomainError
from soyte.kernel.people.models import Person
from soyte.kernel.people.selectors import search as search_people
from soyte.systems.care.health_record.pages import people as people_words
from soyte.systems.care.health_record.views.opening import person_of
from soyte.ui import searches

MOST_HITS = 50


@requires("record.search")
@require_http_methods(["GET", "POST"])
def search(request: HouseRequest) -> HttpResponse:
    if request.method == "POST":
        return searches.keep(request)
    query = searches.typed(request)
    people = visible(request.actor, "record.search", Person.objects.all())
    hits = search_people(query, people=people, limit=MOST_HITS + 1)
    shown = hits[:MOST_HITS]
    if shown:
        record_reads(request.actor, [person.pk for person in shown], "search", action="record.search")
    names = people_words.commune_names((person.commune_code for person in shown), timezone.localdate())
    digits = people_words.told_apart(shown)
    rows = [
        (
            person,
            people_words.sex(person),
            names.get(person.commune_code, person.commune_code),
            digits[person.pk],
        )
        for person in shown
    ]
    context = {
        "query": query,
        "forgotten": searches.is_forgotten(request),
        "rows": rows,
        "too_many": len(hits) > MOST_HITS,
        "most": MOST_HITS,
    }
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
    person = person_of(person_id)
    if can(request.actor, "record.read", person):
        return redirect("health_record:record", person_id=person.pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and _opened(request, person, form):
        return redirect("health_record:record", person_id=person.pk)
    context = {"person": person, "sex": people_words.sex(person), "form": form}
    return render(request, "health_record/reason.html", context, status=422 if form.errors else 200)


def _opened(request: HouseRequest, person: Person, form: ReasonForm) -> bool:
    if not form.is_valid():
        return False
    try:
        open_with_reason(request.actor, person.pk, form.cleaned_data["reason"])
    except DomainError as error:
        form.add_error("reason", str(error))
        return False
    messages.success(request, _("Đã mở hồ sơ trong 12 giờ. Lý do của bạn nằm trong nhật ký mà người dân xem được."))
    return True
