"""What became of a set of files: figures, errors grouped by cause, the raw line of one, its visits, downloads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from soyte.formats.visitfile.deidentify import NotDeidentifiable
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record, record_read
from soyte.kernel.errors import DomainError
from soyte.kernel.text import format as words
from soyte.systems.care.visit_intake import causes as grouping
from soyte.systems.care.visit_intake import deidentified, mending, raw_lines, selectors
from soyte.systems.care.visit_intake.causes import Cause, Sums, taken_later
from soyte.systems.care.visit_intake.forms import VisitFilters
from soyte.systems.care.visit_intake.ingest.knowledge import database_lists
from soyte.systems.care.visit_intake.models import Finding, Receipt, ReceiptVisit
from soyte.systems.care.visit_intake.raw_lines import RawLines
from soyte.systems.care.visit_intake.rules import ERROR, NOTE, WARNING
from soyte.systems.care.visit_intake.suggestions import Suggestion, suggestion
from soyte.systems.care.visit_intake.views.scopes import Scope, scope_of
from soyte.systems.care.visit_intake.views.showing import (
    place,
    severity_chip,
    times_counted,
    verdict_chip,
    verdict_word,
    visits_counted,
)
from soyte.ui.components import Chip, Fact, Slice
from soyte.ui.paging import capped_count, page
from soyte.ui.xlsx import Column, download

READ = "visit_files.read"
REFUSED, ACCEPTED = ReceiptVisit.Verdict.REFUSED, ReceiptVisit.Verdict.ACCEPTED


@dataclass(frozen=True, slots=True)
class CauseRow:
    cause: Cause
    chip: Chip
    place: str
    others: int  # other values that the reader may see
    visits_url: str
    show_url: str
    mendable: bool


@requires(READ)
@require_GET
def report(request: HouseRequest, kind: str, **where: Any) -> HttpResponse:
    scope = scope_of(request, kind, **where)
    granted = request.actor.labels
    with_notes = request.GET.get("ghi_nhan") == "co"
    found = grouping.causes(scope.receipts, granted=granted, notes=with_notes)
    told = grouping.sums(scope.receipts)
    errors = [cause for cause in found if cause.severity == ERROR]
    record(request.actor, READ, object_kind=f"visit_intake.{kind}", object_id=next(iter(scope.where.values())))
    context = {
        "scope": scope,
        "sums": told,
        "slices": slices(told),
        "kinds": len({cause.code for cause in errors}),
        "causes": [_row(request, scope, cause) for cause in found],
        "freed": _freed(scope, told, errors),
        "shown": _shown(request, scope, found),
        "with_notes": with_notes,
        "facts": _facts(scope.receipt) if scope.receipt else None,
        "links": _links(scope),
    }
    return render(request, "visit_intake/report.html", context)


def slices(told: Sums) -> list[Slice]:
    return [
        Slice(_("đạt, đã vào hồ sơ"), told.clean, "good"),
        Slice(_("đạt, nên xem"), told.warned, "warn"),
        Slice(_("bị giữ"), told.refused, "bad"),
    ]


def _links(scope: Scope) -> dict[str, str]:
    return {
        "visits": scope.url("visits"),
        "refused": scope.url("visits", ket_qua="giu"),
        "warned": scope.url("visits", ket_qua="xem"),
        "left": scope.url("visits", ket_qua="con"),
        "export": scope.url("errors"),
        "masked": scope.url("masked") if scope.receipt else "",
        "notes": scope.url(ghi_nhan="co"),
        "no_notes": scope.url(),
    }


def _freed(scope: Scope, told: Sums, errors: list[Cause]) -> str:
    """What mending the first causes would free; nothing where nothing is refused."""
    freed = grouping.freed_by(scope.receipts, errors[:2]) if told.refused else 0
    if not freed:
        return ""
    facts = {"freed": words.number(freed), "refused": words.number(told.refused)}
    if len(errors) == 1:
        return _("sửa lỗi này là nhận được %(freed)s / %(refused)s lượt") % facts
    return _("sửa 2 lỗi đầu là nhận được %(freed)s / %(refused)s lượt") % facts


def _row(request: HouseRequest, scope: Scope, cause: Cause) -> CauseRow:
    example = cause.example
    return CauseRow(
        cause=cause,
        chip=severity_chip(cause.severity),
        place=place(cause.table, example.line),
        others=max(0, cause.values - 1) if cause.value else 0,
        visits_url=scope.url("cause", ma=cause.code, bang=cause.table, truong=cause.field),
        show_url=f"{scope.url(loi=example.pk)}#doan",
        mendable=_may_mend(request, example),
    )


def _may_mend(request: HouseRequest, found: Finding) -> bool:
    return (
        request.actor.holds(mending.ACTION)
        and mending.is_mendable(found)
        and grouping.may_read(found, request.actor.labels)
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding with its raw lines, and its place among those of its cause."""

    finding: Finding
    heading: str
    chip: Chip
    what: str
    mend: str
    title: str
    raw: RawLines
    position: int
    total: int
    alike: int  # visits in which the same stands, for mending all of them
    rows_alike: int  # and in how many rows of them
    previous_url: str
    next_url: str
    mend_url: str
    proposed: str
    suggested: str  # what the list calls the proposed value
    visit_url: str


def _shown(request: HouseRequest, scope: Scope, found: list[Cause]) -> Shown | None:
    """The finding that the address asks for, else the first cause's example."""
    asked = request.GET.get("loi", "")
    finding: Finding | None = found[0].example if found else None
    if asked:
        finding = _finding(scope, asked)
    if finding is None:
        return None
    return shown_finding(request, scope, finding)


def _finding(scope: Scope, key: str) -> Finding:
    if not key.isdigit() or len(key) > 18:
        raise Http404
    rows = Finding.objects.filter(receipt__in=scope.receipts.order_by().values("pk"))
    return get_object_or_404(rows.select_related("receipt", "receipt_visit__encounter"), pk=int(key))


def shown_finding(request: HouseRequest, scope: Scope, finding: Finding) -> Shown:
    granted = request.actor.labels
    alike = grouping.of_cause(scope.receipts, code=finding.code, table=finding.table, field=finding.field)
    before, after = alike.filter(pk__lt=finding.pk).order_by("-pk"), alike.filter(pk__gt=finding.pk).order_by("pk")
    previous, following = before.first(), after.first()
    told = selectors.words_of(finding, granted=granted)
    mendable = _may_mend(request, finding)
    suggested = _suggested(finding) if mendable else None
    visits_alike, rows_alike = mending.alike_of(finding, alike, granted=granted) if mendable else (0, 0)
    visit = finding.receipt_visit
    if visit is not None:
        _record_source(request, finding)
    return Shown(
        finding=finding,
        heading=heading(finding),
        chip=severity_chip(finding.severity),
        what=told.what,
        mend=told.mend,
        title=selectors.title_of(finding),
        raw=raw_lines.lines_of(finding, granted),
        position=before.order_by().count() + 1,
        total=alike.order_by().count(),
        alike=visits_alike,
        rows_alike=rows_alike,
        previous_url=f"{scope.url(loi=previous.pk)}#doan" if previous else "",
        next_url=f"{scope.url(loi=following.pk)}#doan" if following else "",
        mend_url=scope.url("mend") if mendable else "",
        proposed=suggested.value if suggested else finding.value if mendable else "",
        suggested=_named(suggested),
        visit_url=_visit_url(visit),
    )


def heading(finding: Finding) -> str:
    name = PurePosixPath(finding.receipt.filename).name
    if finding.table is None:
        return _("Đầu tệp %(file)s") % {"file": name}
    told = {"table": finding.table, "line": finding.line, "file": name}
    if finding.line is None:
        return _("%(table)s của tệp %(file)s") % told
    return _("%(table)s, dòng %(line)s của tệp %(file)s") % told


def _record_source(request: HouseRequest, finding: Finding) -> None:
    visit = finding.receipt_visit
    assert visit is not None
    told = {"receipt_visit": visit.pk, "table": finding.table, "line": finding.line}
    if visit.encounter is not None:
        record_read(request.actor, visit.encounter.person_id, "source", action=READ, details=told)
    else:
        record(request.actor, READ, obj=visit, details=told)


def _suggested(finding: Finding) -> Suggestion | None:
    visit = finding.receipt_visit
    on = (visit.ended_on if visit else None) or timezone.localdate(finding.receipt.received_at)
    return suggestion(selectors.opened(finding), lists=database_lists(), on=on)


def _named(suggested: Suggestion | None) -> str:
    """What the list calls a suggested value, in the reader's language where the list speaks it."""
    if suggested is None:
        return ""
    return (suggested.name_en if get_language() == "en" else "") or suggested.name


def _visit_url(visit: ReceiptVisit | None) -> str:
    return reverse("visit_intake:visit", args=[visit.pk]) if visit else ""


def _facts(receipt: Receipt) -> list[Fact]:
    signature = str(receipt.get_signature_display())
    return [
        Fact(_("Số biên nhận"), receipt.number),
        Fact(_("Loại tệp"), str(receipt.get_kind_display())),
        Fact(_("Người gửi"), receipt.sender),
        Fact(_("Cơ sở ghi ở đầu tệp (MACSKCB)"), receipt.facility_code),
        Fact(_("Ngày lập (NGAYLAP)"), receipt.made_on_written),
        Fact(_("Số hồ sơ ghi ở đầu tệp"), receipt.declared_count),
        Fact(_("Chữ ký"), signature, note=receipt.signer),
        Fact(_("Dung lượng"), _("%(size)s KB") % {"size": words.number(max(1, receipt.size // 1024))}),
        Fact("SHA-256", f"{bytes(receipt.sha256).hex()[:16]}…"),
    ]


@requires(READ)
@require_GET
def visits(request: HouseRequest, kind: str, **where: Any) -> HttpResponse:
    """The visits in a set of files."""
    scope = scope_of(request, kind, **where)
    form = VisitFilters(request)
    rows = _filtered(scope, form.values())
    shown = page(rows.select_related("receipt", "encounter"), request, ["-id"])
    context = {
        "scope": scope,
        "filters": form,
        "page": shown,
        "rows": visit_rows(shown.rows),
        "shown": visits_counted(capped_count(rows)),
    }
    return render(request, "visit_intake/visits.html", context)


def _filtered(scope: Scope, asked: dict[str, Any]) -> QuerySet[ReceiptVisit]:
    rows = ReceiptVisit.objects.filter(receipt__in=scope.receipts.order_by().values("pk"))
    if code := asked.get("q"):
        rows = rows.filter(visit_code=code)
    fate = asked.get("ket_qua")
    if fate in ("giu", "con"):
        rows = rows.filter(verdict=REFUSED)
    if fate == "con":
        rows = rows.filter(~taken_later())
    if fate in ("dat", "xem"):
        rows = rows.filter(verdict=ACCEPTED)
    if fate == "xem":
        rows = rows.filter(Exists(Finding.objects.filter(receipt_visit=OuterRef("pk"), severity=WARNING)))
    return rows


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A received visit in a list: its verdict and the names of what is wrong, never a value."""

    visit: ReceiptVisit
    chip: Chip
    faults: list[str]
    more: int


SHOWN_FAULTS = 2


def visit_rows(shown: list[ReceiptVisit]) -> list[VisitRow]:
    """Rows of a list of visits; two queries whatever their number."""
    keys = [visit.pk for visit in shown]
    findings = Finding.objects.filter(receipt_visit__in=keys).exclude(severity=NOTE).order_by("id")
    by_visit: dict[int | None, dict[str, list[str]]] = {}
    for found in findings:
        told = by_visit.setdefault(found.receipt_visit_id, {ERROR: [], WARNING: []})
        name = selectors.title_of(found)
        if name not in told[found.severity]:
            told[found.severity].append(name)
    again = set(ReceiptVisit.objects.filter(taken_later(), pk__in=keys).values_list("pk", flat=True))
    return [_visit_row(visit, by_visit.get(visit.pk, {}), visit.pk in again) for visit in shown]


def _visit_row(visit: ReceiptVisit, faults: dict[str, list[str]], sent_again: bool) -> VisitRow:
    names = faults.get(ERROR, []) or faults.get(WARNING, [])
    return VisitRow(
        visit, verdict_chip(visit, sent_again=sent_again), names[:SHOWN_FAULTS], max(0, len(names) - SHOWN_FAULTS)
    )


@requires(READ)
@require_GET
def cause(request: HouseRequest, kind: str, **where: Any) -> HttpResponse:
    """The visits of one cause, with the values met most often."""
    scope = scope_of(request, kind, **where)
    granted = request.actor.labels
    code, table, field = (request.GET.get(name) or None for name in ("ma", "bang", "truong"))
    alike = grouping.of_cause(scope.receipts, code=code or "", table=table, field=field)
    example = alike.order_by("id").first()
    if example is None:
        raise Http404
    value = request.GET.get("gia_tri")
    rows = (
        alike.filter(value=value, receipt_visit__labels__contained_by=sorted(granted)) if value is not None else alike
    )
    shown = page(rows, request, ["id"])
    record(request.actor, READ, object_kind="visit_intake.cause", object_id=code or "", details=scope.where)
    context = {
        "scope": scope,
        "code": code,
        "title": selectors.title_of(example),
        "chip": severity_chip(example.severity),
        "table": table,
        "field": field,
        "page": shown,
        "rows": [_finding_row(scope, found, granted) for found in shown],
        "shown": times_counted(capped_count(rows)),
        "value": value,
        "values": [
            (text, times, scope.url("cause", ma=code, bang=table, truong=field, gia_tri=text))
            for text, times in grouping.values_of(alike, granted)
            if text
        ],
        "all_url": scope.url("cause", ma=code, bang=table, truong=field),
    }
    return render(request, "visit_intake/cause.html", context)


@dataclass(frozen=True, slots=True)
class FindingRow:
    finding: Finding
    place: str
    value: str
    what: str
    show_url: str
    visit_url: str


def _finding_row(scope: Scope, found: Finding, granted: Any) -> FindingRow:
    return FindingRow(
        found,
        place(found.table, found.line),
        grouping.shown_value(found, granted),
        selectors.words_of(found, granted=granted).what,
        f"{scope.url(loi=found.pk)}#doan",
        _visit_url(found.receipt_visit),
    )


@requires(READ)
@require_GET
def errors(request: HouseRequest, kind: str, **where: Any) -> FileResponse:
    """Every finding of a set of files, as a sheet; what stands in labelled visits is masked."""
    scope = scope_of(request, kind, **where)
    rows = Finding.objects.filter(receipt__in=scope.receipts.order_by().values("pk")).exclude(severity=NOTE)
    record(request.actor, READ, object_kind="visit_intake.errors", object_id=next(iter(scope.where.values())))
    return download(
        f"soyte-loi-{next(iter(scope.where.values()))}.xlsx",
        title=_("Lỗi của tệp khám bệnh: %(what)s") % {"what": scope.title},
        notes=[scope.sub, _("Lập lúc %(at)s") % {"at": words.instant(timezone.now())}],
        columns=[
            Column(_("Biên nhận"), width=24),
            Column(_("Tên tệp"), width=40),
            Column(_("Mã lượt khám (MA_LK)"), width=24),
            Column(_("Kết quả"), width=12),
            Column(_("Mức"), width=12),
            Column(_("Bảng"), width=9),
            Column(_("Dòng"), kind="number", width=8),
            Column(_("Trường"), width=22),
            Column(_("Giá trị nhận được"), width=26),
            Column(_("Sai gì"), width=60),
            Column(_("Sửa thế nào"), width=60),
            Column(_("Mã quy tắc"), width=30),
        ],
        rows=_error_rows(rows, request.actor.labels),
    )


def _error_rows(findings: QuerySet[Finding], granted: Any) -> Iterator[tuple[object, ...]]:
    for found in findings.select_related("receipt", "receipt_visit").order_by("id").iterator(chunk_size=1000):
        visit = found.receipt_visit
        told = selectors.words_of(found, granted=granted)
        yield (
            found.receipt.number, found.receipt.filename, visit.visit_code if visit else "",
            verdict_word(visit) if visit else "", found.get_severity_display(), found.table or "", found.line,
            found.field or "", grouping.shown_value(found, granted), told.what, told.mend, found.code,
        )  # fmt: skip


@requires(READ)
@require_GET
def masked_copy(request: HouseRequest, number: str) -> HttpResponse:
    """The received file with its people masked, to be shown to whoever is to mend the program that wrote it."""
    scope = scope_of(request, "receipt", number=number)
    assert scope.receipt is not None
    try:
        content = deidentified.masked_file(scope.receipt, granted=request.actor.labels)
    except (DomainError, NotDeidentifiable) as refusal:
        text = (
            str(refusal)
            if isinstance(refusal, DomainError)
            else _("Tệp này không phải văn bản nên không ẩn danh được.")
        )
        messages.error(request, text)
        return redirect(scope.url())
    record(request.actor, READ, obj=scope.receipt, details={"what": "deidentified"})
    answer = HttpResponse(content, content_type="application/xml")
    answer.headers["Content-Disposition"] = f'attachment; filename="an-danh-{scope.receipt.number}.xml"'
    return answer
