"""The work list of reports, and the same as a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record_reads
from soyte.kernel.text import format as words
from soyte.systems.prevention.infectious_disease import selectors, services
from soyte.systems.prevention.infectious_disease.forms import CaseFilters
from soyte.systems.prevention.infectious_disease.models import CaseReport, CaseVisit
from soyte.systems.prevention.infectious_disease.pages import listing, sheet
from soyte.ui.components import Tab
from soyte.ui.paging import capped_count, page
from soyte.ui.xlsx import download

BY_DEADLINE, NEWEST = ["due_at", "id"], ["-seen_at", "-id"]
MOST_SHEETS = 2_000


def read_cases(request: HouseRequest, cases: Sequence[CaseReport]) -> None:
    """Whoever sees a report has read of a person's health."""
    purpose = request.actor.purpose_for("cases.read")
    record_reads(request.actor, list({case.person_id for case in cases}), "case_report", purpose)


@requires("cases.read")
@require_GET
def case_list(request: HouseRequest) -> HttpResponse:
    filters = CaseFilters(request)
    found = selectors.cases(request.actor, **filters.asked())
    shown = page(found, request, BY_DEADLINE if filters.tab == "cho" else NEWEST)
    read_cases(request, shown.rows)
    given = list(selectors.hand_overs(request.actor)[:20])
    opened = selectors.seen_of(request.actor, {one.case_id for one in given})
    names = selectors.commune_names(
        {case.commune_code for case in shown} | {code for one in given for code in (one.from_commune, one.to_commune)}
    )
    context = {
        "filters": filters,
        "tabs": _tabs(request, filters),
        "tab": filters.tab,
        "page": shown,
        "count": capped_count(found),
        "groups": listing.groups(shown.rows, names=names, now=request.actor.now),
        "hand_overs": [
            (one, names.get(one.from_commune, ""), names.get(one.to_commune, ""), one.case_id in opened)
            for one in given
        ],
        "export": f"?{request.GET.urlencode()}",
    }
    return render(request, "infectious_disease/cases.html", context)


def _tabs(request: HouseRequest, filters: CaseFilters) -> list[Tab]:
    numbers = selectors.counts(request.actor)
    titles = {"cho": _("Chờ xử lý"), "xem-lai": _("Cần xem lại"), "da-bao": _("Đã báo cáo"), "da-bo": _("Đã bỏ"),
              "nap-bu": _("Nạp bù")}  # fmt: skip
    return [Tab(title, f"?xem={tab}", tab == filters.tab, numbers[tab]) for tab, title in titles.items()]


@requires("cases.read")
@require_GET
@transaction.atomic
def export(request: HouseRequest) -> HttpResponseBase:
    """The reports of the list as it is filtered, for typing or loading into the national system."""
    filters = CaseFilters(request)
    found = selectors.cases(request.actor, **filters.asked()).prefetch_related("person__identifiers")
    return sheets(request, list(found.order_by("due_at", "id")[:MOST_SHEETS]), "ca-benh")


def sheets(request: HouseRequest, cases: Sequence[CaseReport], name: str) -> HttpResponseBase:
    visits: dict[Any, list[CaseVisit]] = defaultdict(list)
    links = CaseVisit.objects.filter(case__in=cases).select_related("encounter__unit", "encounter__person")
    for link in sorted(links, key=lambda one: (one.encounter.started_at, one.pk)):
        visits[link.case_id].append(link)
    names = selectors.commune_names({case.commune_code for case in cases})
    read_cases(request, cases)
    services.exported(request.actor, cases)
    now = words.instant(timezone.now())
    return download(
        f"{name}-{timezone.localdate():%Y%m%d}.xlsx",
        title=_("Phiếu ca bệnh phải báo cáo"),
        columns=sheet.columns(),
        rows=sheet.rows(request.actor, cases, visits=visits, names=names),
        notes=[_("Lập lúc %(now)s. Số liệu theo tệp khám bệnh và điều cán bộ đã ghi.") % {"now": now}],
    )
