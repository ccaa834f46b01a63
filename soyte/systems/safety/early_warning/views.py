"""The list of alerts and one alert's page."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from soyte.kernel.access.policy import Refused
from soyte.kernel.access.web import HouseRequest, NoRight, requires
from soyte.systems.safety.early_warning import selectors, services
from soyte.systems.safety.early_warning.content import kinds
from soyte.systems.safety.early_warning.models import Alert
from soyte.ui.clocks import clock
from soyte.ui.components import Clock, Link, Tab
from soyte.ui.paging import page

ORDERS = {"opened": ("-opened_at", "-id")}
ALL = "tat-ca"


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Đã làm gì"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    is_answer = forms.BooleanField(label=_("Đã xử lý xong cảnh báo này"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


def _clock(alert: Alert) -> Clock | None:
    """Runs until somebody has dealt with it or it is over."""
    if alert.answered_at or alert.closed_at:
        return None
    return clock(alert.due_at, now=timezone.now(), started=alert.opened_at)


@requires("alerts.read")
@require_safe
def alerts(request: HouseRequest) -> HttpResponse:
    is_all = request.GET.get("xem") == ALL
    shown = page(selectors.alerts(request.actor, open_only=not is_all), request, ORDERS)
    tabs = [Tab(_g("Đang diễn ra"), reverse("early_warning:alerts"), current=not is_all)]
    tabs.append(Tab(_g("Tất cả"), f"{reverse('early_warning:alerts')}?xem={ALL}", current=is_all))
    lines = [(row, selectors.title(row), selectors.because(row), _clock(row)) for row in shown.rows]
    return render(request, "early_warning/alerts.html", {"page": shown, "lines": lines, "tabs": tabs})


@requires("alerts.read")
@require_http_methods(["GET", "HEAD", "POST"])
def alert(request: HouseRequest, alert_id: int) -> HttpResponse:
    found = get_object_or_404(selectors.alerts(request.actor, open_only=False), pk=alert_id)
    form = NoteForm(initial={"version": found.version})
    if request.method == "POST":
        form = NoteForm(request.POST)
        if form.is_valid() and _noted(request, found, form):
            return redirect("early_warning:alert", alert_id)
    kind = kinds().get(found.kind)
    shown = {
        "alert": found,
        "title": selectors.title(found),
        "because": selectors.because(found),
        "kind": kind,
        "steps": selectors.steps(found),
        "told": selectors.told(found),
        "clock": _clock(found),
        "notes": found.notes.select_related("account").order_by("-of_version"),
        "form": form if request.actor.holds("alerts.note") else None,
        "crumbs": [Link(_g("Cảnh báo"), reverse("early_warning:alerts"))],
    }
    return render(request, "early_warning/alert.html", shown, status=400 if form.errors else 200)


def _noted(request: HouseRequest, found: Alert, form: NoteForm) -> bool:
    """Whether the note was kept; what somebody else wrote meanwhile is said above the form, which is then up to date."""
    try:
        services.note(request.actor, found.pk, **form.cleaned_data)
    except services.NotedMeanwhile as error:
        found.refresh_from_db()
        form.data = {**request.POST.dict(), "version": str(found.version)}
        form.add_error(None, str(error))
        return False
    except Refused as error:
        raise NoRight(str(error)) from error
    messages.success(request, _g("Đã ghi."))
    return True
