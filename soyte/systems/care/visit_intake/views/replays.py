"""Refused visits of all facilities, and running them again after a rule or a list changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from soyte.kernel.access.policy import visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.jobs.services import enqueue
from soyte.kernel.text import format as words
from soyte.systems.care.visit_intake import services
from soyte.systems.care.visit_intake.jobs import count_quality_again
from soyte.systems.care.visit_intake.models import Finding, ReceiptVisit
from soyte.systems.care.visit_intake.rules import ERROR, title
from soyte.systems.care.visit_intake.services import Replayed
from soyte.systems.care.visit_intake.views.quality import tabs
from soyte.systems.care.visit_intake.views.report import visit_rows
from soyte.systems.care.visit_intake.views.showing import visits_counted
from soyte.systems.care.visit_intake.views.visits import MOST_COUNTED, filtered_refused
from soyte.ui.fields import DayField
from soyte.ui.filters import FilterForm
from soyte.ui.paging import capped_count, page

NEED = "visit_files.replay"
MOST_AT_ONCE = 500
SHOWN = 100


class ReplayFilters(FilterForm):
    """Refused visits of all facilities."""

    ma = forms.CharField(label=gettext_lazy("Mã quy tắc"), max_length=100)
    co_so = forms.CharField(label=gettext_lazy("Mã cơ sở"), max_length=5)
    tu = DayField(label=gettext_lazy("Nhận từ ngày"))
    den = DayField(label=gettext_lazy("Đến ngày"))


def _asked(request: HouseRequest, asked: dict[str, Any]) -> QuerySet[ReceiptVisit]:
    rows = filtered_refused(visible(request.actor, NEED, ReceiptVisit.objects.select_related("receipt")), asked)
    if code := asked.get("ma"):
        rows = rows.filter(Exists(Finding.objects.filter(receipt_visit=OuterRef("pk"), code=code, severity=ERROR)))
    if facility := asked.get("co_so"):
        rows = rows.filter(facility_code=facility.upper())
    return rows


@requires(NEED)
@require_GET
def refused(request: HouseRequest) -> HttpResponse:
    """Refused visits that no later file brought: by MA_LK and rule, without a value of the file."""
    form = ReplayFilters(request)
    rows = _asked(request, form.values())
    shown = page(rows.select_related("receipt__unit", "encounter"), request, ["-id"])
    context = {
        "filters": form,
        "page": shown,
        "rows": visit_rows(shown.rows),
        "shown": visits_counted(capped_count(rows, limit=MOST_COUNTED)),
        "tabs": tabs(request, "replays"),
        "preview_url": f"{reverse('visit_intake:replay_preview')}?{request.GET.urlencode()}",
        "most": MOST_AT_ONCE,
    }
    return render(request, "visit_intake/replays.html", context)


@requires(NEED)
@require_GET
def preview(request: HouseRequest) -> HttpResponse:
    """What running them again would take; nothing is written."""
    form = ReplayFilters(request)
    rows = _asked(request, form.values()).order_by("id")
    visits = list(rows.select_related("receipt__unit")[:MOST_AT_ONCE])
    again = services.preview_replay(request.actor, visits)
    taken = [each for each in again if each.accepted]
    context = {
        "taken": [(each, each.visit.receipt.unit) for each in taken[:SHOWN]],
        "taken_count": len(taken),
        "taken_left": max(0, len(taken) - SHOWN),
        "keys": ",".join(str(each.visit.pk) for each in taken),
        "tried": len(again),
        "still": _still_refused(again),
        "more": rows.count() > len(visits),
        "most": MOST_AT_ONCE,
        "back_url": f"{reverse('visit_intake:replays')}?{request.GET.urlencode()}",
        "tokens": form.tokens(),
    }
    return render(request, "visit_intake/replay_preview.html", context)


def _still_refused(again: Sequence[Replayed]) -> list[tuple[str, str, int]]:
    """What keeps the others out: rule, its name, in how many visits."""
    counted: Counter[tuple[str, str]] = Counter()
    for each in again:
        if not each.accepted:
            errors = [found for found in each.judged.findings if found.severity == ERROR]
            counted.update({(found.code, title(found.finding, say=_)) for found in errors})
    return [(code, name, visits) for (code, name), visits in counted.most_common(20)]


@requires(NEED)
@require_POST
def take(request: HouseRequest) -> HttpResponse:
    """Run the visits of the preview again, and take those that pass."""
    keys = [int(key) for key in request.POST.get("luot", "").split(",") if key.isdigit() and len(key) < 19]
    rows = visible(request.actor, NEED, ReceiptVisit.objects.select_related("receipt"))
    visits = list(rows.filter(pk__in=keys[:MOST_AT_ONCE], verdict=ReceiptVisit.Verdict.REFUSED).order_by("id"))
    stored = services.replay(request.actor, visits)
    if stored:
        enqueue(count_quality_again, receipts=sorted({visit.receipt_id for visit in visits}))
    taken = sum(each.judged.accepted for each in stored)
    if taken:
        messages.success(
            request,
            ngettext("Đã nhận %(count)s lượt vào hồ sơ.", "Đã nhận %(count)s lượt vào hồ sơ.", taken)
            % {"count": words.number(taken)},
        )
    else:
        messages.warning(request, _("Không lượt nào được nhận thêm: đã có người chạy lại, hoặc danh mục vừa đổi."))
    return redirect("visit_intake:replays")
