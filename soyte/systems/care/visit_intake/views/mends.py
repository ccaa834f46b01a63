"""Mending in the browser: a new value for one row or for all alike, checked again, downloaded as a copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.errors import DomainError
from soyte.systems.care.visit_intake import causes, mending, selectors, trials
from soyte.systems.care.visit_intake.check.reading import Line
from soyte.systems.care.visit_intake.forms import MendForm
from soyte.systems.care.visit_intake.mending import Copy, Mend, Mended
from soyte.systems.care.visit_intake.models import Finding, Receipt
from soyte.systems.care.visit_intake.rules import ERROR, WARNING
from soyte.systems.care.visit_intake.views.scopes import Scope, scope_of
from soyte.systems.care.visit_intake.views.showing import verdict_word
from soyte.ui.components import Chip

SHOWN_ROWS = 100
SHOWN_LINES = 3
SHOWN_CAUSES = 10


@dataclass(frozen=True, slots=True)
class MendedRow:
    copy: Copy
    mended: Mended
    before: str
    chip: Chip
    lines: list[Line]
    more: int


@dataclass(frozen=True, slots=True)
class Left:
    """An error that still stands in the copies: what it says, and in how many rows the same stands."""

    finding: Finding
    what: str
    rows: int


@requires(mending.ACTION)
@require_POST
def mend(request: HouseRequest, kind: str, **where: Any) -> HttpResponse:
    """What the rules say of the copies; nothing is taken, nothing is kept."""
    scope = scope_of(request, kind, **where)
    asked = MendForm.sent(request.POST)
    if not asked:
        messages.error(request, _("Giá trị này quá dài hoặc thiếu. Sửa trên phần mềm của bệnh viện."))
        return redirect(scope.url())
    try:
        mends, made = _made(request, scope, asked)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(_back(scope, asked))
    rows = [_row(copy, mended) for copy in made for mended in copy.visits]
    context = {
        "scope": scope,
        "changes": "; ".join(_told(one) for one in mends),
        "barred": max(one.barred for one in mends),
        "visits": len(rows),
        "copies": made,
        "rows": rows[:SHOWN_ROWS],
        "left_out": max(0, len(rows) - SHOWN_ROWS),
        "accepted": sum(row.mended.accepted for row in rows),
        "refused": sum(not row.mended.accepted for row in rows),
        "copy_url": scope.url("copy"),
        "asked": asked,
        "mend_url": scope.url("mend"),
        "left": [_left(request, scope, one) for one in mending.left_to_mend(made)[:SHOWN_CAUSES]],
        "back_url": _back(scope, asked),
    }
    return render(request, "visit_intake/mended.html", context)


@requires(mending.ACTION)
@require_POST
def copy(request: HouseRequest, kind: str, **where: Any) -> HttpResponse:
    """The copies as a file: one XML, or a ZIP of several."""
    scope = scope_of(request, kind, **where)
    asked = MendForm.sent(request.POST)
    if not asked:
        return redirect(scope.url())
    try:
        _mends, made = _made(request, scope, asked)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(_back(scope, asked))
    if len(made) == 1:
        return _download(made[0].content, made[0].filename, "application/xml")
    return _download(mending.packed(made), f"da-sua-{timezone.localdate()}.zip", "application/zip")


def _download(content: bytes, filename: str, media_type: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename) or ""
    return answer


def _back(scope: Scope, asked: Sequence[Mapping[str, Any]]) -> str:
    """Where the last mend was made."""
    return f"{scope.url(loi=asked[-1]['loi'])}#doan"


def _finding(scope: Scope, key: int) -> Finding:
    if not 0 < key < 2**63:
        raise Http404
    rows = Finding.objects.filter(receipt__in=scope.receipts.order_by().values("pk"), receipt__kind=Receipt.Kind.VISITS)
    return get_object_or_404(rows.select_related("receipt", "receipt_visit"), pk=key)


def _made(request: HouseRequest, scope: Scope, asked: Sequence[Mapping[str, Any]]) -> tuple[list[Mend], list[Copy]]:
    mends = [_mend(request, scope, one) for one in asked]
    by = trials.yardstick(request.actor, facility_code=mends[0].findings[0].receipt.sender_facility or None)
    return mends, mending.copies(request.actor, mends, by=by)


def _mend(request: HouseRequest, scope: Scope, asked: Mapping[str, Any]) -> Mend:
    finding = _finding(scope, asked["loi"])
    granted = request.actor.labels
    return mending.mend_of(finding, _alike(scope, finding), value=asked["value"], every=asked["every"], granted=granted)


def _alike(scope: Scope, finding: Finding) -> QuerySet[Finding]:
    return causes.of_cause(scope.receipts, code=finding.code, table=finding.table, field=finding.field)


def _told(mend: Mend) -> str:
    facts = {"field": mend.findings[0].field, "value": mend.value or _("(để trống)")}
    return _("%(field)s thành “%(value)s”") % facts


def _left(request: HouseRequest, scope: Scope, finding: Finding) -> Left:
    granted = request.actor.labels
    _visits, rows = mending.alike_of(finding, _alike(scope, finding), granted=granted)
    return Left(finding, selectors.words_of(finding, granted=granted).what, rows)


def _row(copy: Copy, mended: Mended) -> MendedRow:
    lines = list(mended.report.lines) if mended.report else []
    told = [line for line in lines if line.severity == ERROR] or [line for line in lines if line.severity == WARNING]
    return MendedRow(
        copy, mended, verdict_word(mended.visit), _chip(mended), told[:SHOWN_LINES], max(0, len(told) - SHOWN_LINES)
    )


def _chip(mended: Mended) -> Chip:
    if mended.report is None:
        return Chip(_("Không đọc được"), "bad")
    if not mended.accepted:
        return Chip(_("Còn lỗi"), "bad", "ban")
    warned = any(line.severity == WARNING for line in mended.report.lines)
    return Chip(_("Đạt, nên xem"), "warn", "eye") if warned else Chip(_("Đạt"), "good")
