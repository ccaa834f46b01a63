"""A wall screen's pages, for whoever has its link, and where links are made and taken back."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseForbidden
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from soyte.clinical.encounters.countables import NEW_MAP_FIRST_DAY
from soyte.kernel.access.web import PUBLIC, HouseRequest, requires
from soyte.kernel.audit.services import record
from soyte.kernel.live.answers import follow
from soyte.systems.steering.operations_centre import board, screens
from soyte.systems.steering.operations_centre.models import Screen
from soyte.systems.steering.operations_centre.onlookers import Onlooker
from soyte.ui.components import Link

TOPICS = ("figures", "alerts")
MOST_DIAGNOSES = 6


class ScreenForm(forms.Form):
    name = forms.CharField(label=_("Tên màn hình"), max_length=80, help_text=_("Ví dụ: Phòng họp tầng 2"))
    look = forms.ChoiceField(label=_("Giao diện"), choices=Screen.Look.choices)


@requires("screens.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HouseRequest) -> HttpResponse:
    """The screens; a new one's link is shown this once."""
    form, link, made = ScreenForm(request.POST if request.method == "POST" else None), "", None
    if request.method == "POST" and form.is_valid():
        try:
            made, token = screens.make(request.actor, **form.cleaned_data)
            link = request.build_absolute_uri(reverse("operations_centre:wall", args=[token]))
            form = ScreenForm()
        except screens.NameTaken as error:
            form.add_error("name", str(error))
    context = {
        "form": form,
        "link": link,
        "made": made,
        "screens": screens.screens(),
        "crumbs": [Link(_g("Trung tâm điều hành"), reverse("operations_centre:centre"))]
        if request.actor.holds("centre.read")
        else [],
    }
    return render(request, "operations_centre/screens.html", context, status=400 if form.errors else 200)


@requires("screens.manage")
@require_POST
def revoke(request: HouseRequest, screen_id: int) -> HttpResponse:
    get_object_or_404(Screen, pk=screen_id)
    screen = screens.revoke(request.actor, screen_id)
    messages.success(request, _g("Đã thu màn hình “%(name)s”. Đường dẫn cũ không mở được nữa.") % {"name": screen.name})
    return redirect("operations_centre:screens")


@requires(PUBLIC)
@never_cache
@require_GET
def wall(request: HouseRequest, screen_token: str) -> HttpResponse:
    """The screen's page. A link that was taken back says so."""
    screen = screens.of_token(screen_token)
    if screen is None:
        return render(request, "operations_centre/wall_gone.html", status=404)
    actor = screens.looks(screen, address=request.actor.address, request_id=request.request_id)
    record(actor, "centre.read", object_kind="screen", object_id=str(screen.pk))
    return render(request, "operations_centre/wall.html", _context(screen_token, screen, actor))


@requires(PUBLIC)
@never_cache
@require_GET
def wall_board(request: HouseRequest, screen_token: str) -> HttpResponse:
    """The board alone; where the link was taken back the page asks for itself and learns of it."""
    screen = screens.of_token(screen_token)
    if screen is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    actor = screens.looks(screen, address=request.actor.address, request_id=request.request_id)
    return render(request, "operations_centre/wall_board.html", _context(screen_token, screen, actor))


@requires(PUBLIC)
@require_GET
def wall_events(request: HouseRequest, screen_token: str) -> HttpResponse:
    if screens.of_token(screen_token) is None:
        return HttpResponseForbidden()
    return follow(request, TOPICS)


def _context(token: str, screen: Screen, actor: Onlooker) -> dict[str, object]:
    today = timezone.localdate()
    read = board.board(actor, today)
    return {
        "screen": screen,
        "board": read,
        "diagnoses": read.figures.tops["diagnoses"][:MOST_DIAGNOSES],
        "bars": board.money_bars(read),
        "map_day": max(today, NEW_MAP_FIRST_DAY),
        "board_url": reverse("operations_centre:wall_board", args=[token]),
        "events_url": reverse("operations_centre:wall_events", args=[token]),
    }
