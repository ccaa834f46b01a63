"""One received visit with all its versions, its errors and raw lines; withdrawing it; the list of refused ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from soyte.formats.visitfile import TABLE_NAMES
from soyte.kernel.access.policy import can
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record, record_read
from soyte.kernel.errors import DomainError
from soyte.kernel.text import format as words
from soyte.systems.care.visit_intake import causes as grouping
from soyte.systems.care.visit_intake import raw_lines, selectors, services
from soyte.systems.care.visit_intake.calendar import bounds
from soyte.systems.care.visit_intake.causes import taken_later
from soyte.systems.care.visit_intake.forms import ReasonForm, RefusedFilters
from soyte.systems.care.visit_intake.models import Finding, ReceiptVisit
from soyte.systems.care.visit_intake.views.receipts import several_units, tabs
from soyte.systems.care.visit_intake.views.report import visit_rows
from soyte.systems.care.visit_intake.views.scopes import home
from soyte.systems.care.visit_intake.views.showing import place, severity_chip, verdict_chip, visits_counted
from soyte.ui.components import Chip, Fact, Link, Tab
from soyte.ui.paging import capped_count, page

READ = "visit_files.read"
MOST_VERSIONS = 50
MOST_FINDINGS = 200
MOST_COUNTED = 1_000  # each is looked up among later files: more is not worth the wait


@dataclass(frozen=True, slots=True)
class VersionRow:
    visit: ReceiptVisit
    chip: Chip
    current: bool


@dataclass(frozen=True, slots=True)
class FindingRow:
    finding: Finding
    chip: Chip
    place: str
    value: str
    what: str
    mend: str
    show_url: str


def _visit(request: HouseRequest, visit_id: int) -> ReceiptVisit:
    rows = selectors.received_visits(request.actor).select_related("receipt__unit", "encounter")
    return get_object_or_404(rows, pk=visit_id)


@requires(READ)
@require_GET
def visit(request: HouseRequest, visit_id: int) -> HttpResponse:
    return _page(request, _visit(request, visit_id), ReasonForm(), status=200)


def _page(request: HouseRequest, shown: ReceiptVisit, form: ReasonForm, *, status: int) -> HttpResponse:
    granted = request.actor.labels
    asked = request.GET.get("bang", "XML1")
    name = asked if asked in TABLE_NAMES else "XML1"
    encounter = shown.encounter
    details = {"receipt_visit": shown.pk, "table": name}
    if encounter is not None:
        record_read(request.actor, encounter.person_id, "source", action=READ, details=details)
    else:
        record(request.actor, READ, obj=shown, details=details)
    sent_again = ReceiptVisit.objects.filter(taken_later(), pk=shown.pk).exists()
    in_force = encounter if encounter is not None and encounter.in_force else None
    context = {
        "visit": shown,
        "receipt": shown.receipt,
        "receipt_url": reverse("visit_intake:receipt", args=[shown.receipt.number]),
        "crumbs": [home(), Link(shown.receipt.filename, reverse("visit_intake:receipt", args=[shown.receipt.number]))],
        "chip": verdict_chip(shown, sent_again=sent_again),
        "facts": _facts(shown),
        "versions": _versions(request, shown),
        "findings": _findings(shown, granted),
        "table": name,
        "raw": raw_lines.table_lines(shown, name, line=None, granted=granted),
        "tables": _tables(raw_lines.tables_of(shown), name),
        "barred": not all(label in granted for label in shown.labels),
        "form": form,
        "withdraw_url": reverse("visit_intake:withdraw", args=[shown.pk])
        if in_force and can(request.actor, "visit_files.withdraw", in_force)
        else "",
    }
    return render(request, "visit_intake/visit.html", context, status=status)


def _facts(shown: ReceiptVisit) -> list[Fact]:
    receipt = shown.receipt
    facts = [
        Fact(_("Cơ sở (MA_CSKCB)"), shown.facility_code),
        Fact(_("Ngày ra viện"), words.day(shown.ended_on)),
        Fact(_("Tổng chi"), words.money(shown.amount) if shown.amount is not None else None),
        Fact(_("Tệp"), receipt.filename, url=reverse("visit_intake:receipt", args=[receipt.number])),
        Fact(_("Nhận lúc"), words.instant(receipt.received_at), note=str(receipt.get_channel_display())),
    ]
    if shown.encounter is not None and shown.encounter.withdrawn_at:
        facts.append(
            Fact(_("Rút lúc"), words.instant(shown.encounter.withdrawn_at), note=shown.encounter.withdrawn_reason)
        )
    if shown.replayed_at:
        facts.append(Fact(_("Chạy lại lúc"), words.instant(shown.replayed_at)))
    return facts


def _versions(request: HouseRequest, shown: ReceiptVisit) -> list[VersionRow]:
    """All that was received of this visit, newest first; of one without MA_LK itself alone."""
    rows: Sequence[ReceiptVisit] = [shown]
    if shown.visit_code:
        found = selectors.versions_of(request.actor, facility_code=shown.facility_code, visit_code=shown.visit_code)
        rows = list(found.select_related("receipt", "encounter")[:MOST_VERSIONS])
    return [VersionRow(row, verdict_chip(row), row.pk == shown.pk) for row in rows]


def _findings(shown: ReceiptVisit, granted: Any) -> list[FindingRow]:
    rows = list(shown.findings.select_related("receipt", "receipt_visit").order_by("id")[:MOST_FINDINGS])
    weight = {severity: number for number, severity in enumerate(Finding.Severity.values)}
    rows.sort(key=lambda row: weight[row.severity])
    return [_finding_row(row, granted) for row in rows]


def _finding_row(found: Finding, granted: Any) -> FindingRow:
    told = selectors.words_of(found, granted=granted)
    receipt = reverse("visit_intake:receipt", args=[found.receipt.number])
    return FindingRow(
        found, severity_chip(found.severity), place(found.table, found.line), grouping.shown_value(found, granted),
        told.what, told.mend, f"{receipt}?loi={found.pk}#doan",
    )  # fmt: skip


def _tables(names: Sequence[str], current: str) -> list[Tab]:
    return [Tab(name, f"?bang={name}#doan", name == current) for name in names]


@requires("visit_files.withdraw")
@require_POST
def withdraw(request: HouseRequest, visit_id: int) -> HttpResponse:
    shown = _visit(request, visit_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    try:
        if shown.encounter is None:
            raise services.NotInForce(visit_code=shown.visit_code or "")
        services.withdraw(request.actor, shown.encounter, reason=form.cleaned_data["reason"])
    except services.NotInForce as refusal:
        messages.warning(request, str(refusal))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("Đã rút lượt khám %(code)s. Lượt này không còn trong hồ sơ và số liệu; gửi tệp mới thì lại được nhận.")
            % {"code": shown.visit_code},
        )
    return redirect("visit_intake:visit", visit_id)


def filtered_refused(rows: QuerySet[ReceiptVisit], asked: dict[str, Any]) -> QuerySet[ReceiptVisit]:
    rows = rows.filter(verdict=ReceiptVisit.Verdict.REFUSED)
    if asked.get("con") != "het":
        rows = rows.filter(~taken_later())
    if code := asked.get("q"):
        rows = rows.filter(visit_code=code)
    if first := asked.get("tu"):
        rows = rows.filter(receipt__received_at__gte=bounds(first, first)[0])
    if last := asked.get("den"):
        rows = rows.filter(receipt__received_at__lt=bounds(last, last)[1])
    if ended_on := asked.get("ra"):
        rows = rows.filter(ended_on=ended_on)
    return rows


@requires(READ)
@require_GET
def refused_list(request: HouseRequest) -> HttpResponse:
    """Visits that were not taken: by default those that no later file brought."""
    form = RefusedFilters(request)
    rows = filtered_refused(selectors.received_visits(request.actor), form.values())
    shown = page(rows.select_related("receipt__unit", "encounter"), request, ["-id"])
    context = {
        "filters": form,
        "page": shown,
        "rows": visit_rows(shown.rows),
        "shown": visits_counted(capped_count(rows, limit=MOST_COUNTED)),
        "tabs": tabs(request, "refused"),
        "with_units": several_units(request),
    }
    return render(request, "visit_intake/refused.html", context)
