"""Pages of the day: the list, freezing by hand, and one page for print."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record
from soyte.kernel.digests import digest
from soyte.systems.steering.operations_centre import services
from soyte.systems.steering.operations_centre.models import DayPage
from soyte.ui.components import Link
from soyte.ui.paging import page

ORDERS = {"frozen": ("-frozen_at", "-id")}


def _crumbs(*more: Link) -> list[Link]:
    return [Link(_("Trung tâm điều hành"), reverse("operations_centre:centre")), *more]


@requires("centre.read")
@require_safe
def pages(request: HouseRequest) -> HttpResponse:
    """Pages of past days, newest first."""
    shown = page(DayPage.objects.select_related("frozen_by").defer("content"), request, ORDERS)
    context = {"page": shown, "crumbs": _crumbs(), "freezes": request.actor.holds("day_pages.freeze")}
    return render(request, "operations_centre/day_pages.html", context)


@requires("day_pages.freeze")
@require_POST
def freeze(request: HouseRequest) -> HttpResponse:
    """Freeze the board of now."""
    made = services.freeze_by_hand(request.actor)
    messages.success(request, _("Đã chốt trang tình hình ngày."))
    return redirect("operations_centre:day_page", made.pk)


@requires("centre.read")
@require_safe
def day_page(request: HouseRequest, day_page_id: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(DayPage.objects.select_related("frozen_by"), pk=day_page_id)
    record(request.actor, "centre.read", obj=found)
    context = {
        "day_page": found,
        "is_whole": digest(found.content) == found.sha256,
        **_shown(found.content),
        "crumbs": _crumbs(Link(_("Trang tình hình ngày"), reverse("operations_centre:day_pages"))),
    }
    return render(request, "operations_centre/day_page.html", context)


def _shown(content: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the content as what a template can format."""
    titles = {
        "visits": _("Lượt khám trong ngày"),
        "arrivals": _("Đã đến trong ngày"),
        "admissions": _("Vào nội trú"),
        "notifiable_visits": _("Lượt có bệnh phải báo"),
    }
    headlines = [(titles[code], *map(_number, content["headlines"][code])) for code in titles]
    if beds := content["beds"]:
        headlines.append((_("Đang nằm viện"), Decimal(beds["people"]), Decimal(beds["before"])))
    clocks = content["clocks"]
    return {
        "content": content,
        "before_day": date.fromisoformat(content["before_day"]),
        "as_of": datetime.fromisoformat(content["as_of"]),
        "headlines": headlines,
        "money": [_number(value) for value in content["month_money"]],
        "tops": [
            (title, [(name, _number(value), _number(before)) for name, value, before in content["tops"][code]])
            for code, title in (("facilities", _("Lượt khám theo cơ sở")), ("diagnoses", _("Chẩn đoán nhiều nhất")))
        ],
        "clocks": [(*told, datetime.fromisoformat(due)) for *told, due in clocks["first"]] if clocks else [],
        # Pages of before the outbreaks stood on the board have none.
        "outbreaks": [(*told, date.fromisoformat(since)) for *told, since in content.get("outbreaks", [])],
        "late": [(name, datetime.fromisoformat(last)) for name, last in content["late"]],
        "log": [(datetime.fromisoformat(at), *rest) for at, *rest in content["log"]],
    }


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
