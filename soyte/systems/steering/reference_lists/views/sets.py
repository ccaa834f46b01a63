"""Content sets: the list of them, one set with its rows, what a load would change."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.content.faults import ContentError, Fault
from soyte.kernel.content.manifest import FoundSet
from soyte.kernel.content.messages import sentence
from soyte.kernel.content.selectors import ContentSet, content_set, preview, uploads
from soyte.kernel.text.format import day, number
from soyte.systems.steering.reference_lists import selectors
from soyte.systems.steering.reference_lists.forms import RowFilters, SetFilters
from soyte.systems.steering.reference_lists.selectors import would_change
from soyte.systems.steering.reference_lists.views import tabs_of_content
from soyte.ui.components import Chip, Link
from soyte.ui.paging import capped_count, page


def found_set_or_404(set_code: str) -> FoundSet:
    found = selectors.found_or_none(set_code)
    if found is None:
        raise Http404(set_code)
    return found


def crumbs_of(found: FoundSet | None = None) -> list[Link]:
    above = [Link(_("Danh mục"), reverse("reference_lists:sets"))]
    return (
        above
        if found is None
        else [*above, Link(_(found.manifest.title), reverse("reference_lists:set", args=[found.code]))]
    )


def state_chip(one: ContentSet) -> Chip:
    if since := selectors.uploaded_since(one, timezone.localdate()):
        return Chip(_("Bản đã nạp, từ %(day)s") % {"day": day(since)}, "good")
    if one.state == "official":
        return Chip(_("Chính thức"), "good")
    if one.review_from:
        return Chip(_("Chờ rà soát từ %(day)s") % {"day": day(one.review_from)}, "warn")
    return Chip(_("Chờ rà soát"), "warn")


def change_words(counts: dict[str, int]) -> str:
    """ "3 mới, 1 đổi": the kinds that there are; empty if nothing changes."""
    titles = {"new": _("%(n)s mới"), "changed": _("%(n)s đổi"), "ended": _("%(n)s kết thúc")}
    return ", ".join(title % {"n": number(counts[kind])} for kind, title in titles.items() if counts[kind])


@requires("content.read")
@require_GET
def set_list(request: HouseRequest) -> HttpResponse:
    filters = SetFilters(request)
    asked = filters.values()
    try:
        found = selectors.sets(on=timezone.localdate(), text=asked.get("q", ""), state=asked.get("state", ""))
    except ContentError as error:
        return render(request, "reference_lists/broken.html", {"faults": told_faults(error.faults)}, status=500)
    return render(
        request,
        "reference_lists/sets.html",
        {
            "filters": filters,
            "tabs": tabs_of_content("sets"),
            "may_upload": request.actor.holds("content.upload"),
            "lines": [(one, state_chip(one), change_words(one.changes)) for one in found],
            "waiting": sum(1 for one in found if would_change(one)),
        },
    )


def told_faults(faults: tuple[Fault, ...] | list[Fault]) -> list[tuple[Fault, str, str]]:
    """Faults with what is wrong and how to mend it."""
    return [(fault, *sentence(fault)) for fault in faults]


@requires("content.read")
@require_GET
def set_page(request: HouseRequest, set_code: str) -> HttpResponse:
    found = found_set_or_404(set_code)
    one, rows, filters = content_set(set_code), selectors.held(found), RowFilters(request)
    asked = filters.values()
    listed = selectors.narrowed(rows, text=asked.get("q", ""), on=asked.get("on"), state=asked.get("state", ""))
    shown = page(listed, request, selectors.order(rows))
    return render(
        request,
        "reference_lists/set.html",
        {
            "set": one,
            "state": state_chip(one),
            "uploaded": selectors.uploaded_since(one, timezone.localdate()),
            "filters": filters,
            "page": shown,
            "count": capped_count(listed),
            "rows": selectors.shown_rows(found, rows, shown),
            "is_dated": rows.is_dated,
            "crumbs": crumbs_of(),
            "uploads": list(uploads(set_code)[:20]),
            "changes": change_words(one.changes),
            "faults": told_faults(list(one.faults[:20])),
            "may_upload": request.actor.holds("content.upload"),
            "today": timezone.localdate(),
        },
    )


@requires("content.read")
@require_GET
def changes_page(request: HouseRequest, set_code: str) -> HttpResponse:
    """What the next load of the shipped file would change of a set."""
    found = found_set_or_404(set_code)
    try:
        samples, faults = selectors.samples(found, preview(found)), []
    except ContentError as error:
        samples, faults = None, told_faults(list(error.faults[:200]))
    return render(
        request,
        "reference_lists/changes.html",
        {"found": found, "samples": samples, "faults": faults, "crumbs": crumbs_of(found), "size": selectors.SAMPLE},
    )
