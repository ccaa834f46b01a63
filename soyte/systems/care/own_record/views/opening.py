"""Whose record a citizen's page shows, and what stands around it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.kernel.access.web import HouseRequest
from soyte.kernel.places import selectors as places
from soyte.kernel.text import initials
from soyte.systems.care.own_record.selectors import records
from soyte.systems.care.own_record.selectors.records import OwnRecord
from soyte.ui.shell import ShellLink

TABS = (
    ("record", "home", "home"),
    ("visits", "clipboard-heart", "visits"),
    ("looks", "shield-check", "looks"),
    ("said", "message-report", "said"),
)


def of_own(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of one record: the view gets the OwnRecord in place of `person_id`, his own without one. 404 for a record
    that is not open to him, whether there is such a person or not."""

    @wraps(view)
    def guarded(request: HouseRequest, person_id: uuid.UUID | None = None, **rest: Any) -> HttpResponse:
        record = records.open_record(request.actor, person_id)
        if record is None:
            raise Http404
        return view(request, record, **rest)

    return guarded


def show(request: HouseRequest, template: str, record: OwnRecord, tab: str = "", **context: Any) -> HttpResponse:
    """A page of this record with its tabs."""
    status = context.pop("status", 200)
    return render(request, template, {**_around(record, tab), **context}, status=status)


def _around(record: OwnRecord, tab: str) -> dict[str, Any]:
    person, today = record.person, timezone.localdate()
    titles = {"home": _("Trang chính"), "visits": _("Lần khám"), "looks": _("Ai đã xem"), "said": _("Phản ánh")}
    return {
        "person": person,
        "record": record,
        "age": person.age_text(today),
        "commune": places.names_on([person.commune_code], today).get(person.commune_code, ""),
        "initials": initials(person.full_name),
        "tab_links": [
            ShellLink(titles[key], reverse(f"own_record:{name}", args=[person.pk]), icon, current=key == tab)
            for name, icon, key in TABS
        ],
    }
