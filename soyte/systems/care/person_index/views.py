"""The review list: pairs of persons who may be one, side by side, decided by a human, and undone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from soyte.kernel.access.policy import can, visible
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record_reads
from soyte.kernel.errors import DomainError
from soyte.kernel.people import services
from soyte.kernel.people.models import Identifier, Person, ReviewPair
from soyte.kernel.places import selectors as places
from soyte.kernel.text import format as words
from soyte.systems.care.person_index import selectors
from soyte.systems.care.person_index.comparing import Side, compare
from soyte.systems.care.person_index.forms import SAME, VIEWS, DecideForm, PairFilters, UndoForm
from soyte.ui.components import Chip, Link, Tab
from soyte.ui.paging import capped_count, page

State = ReviewPair.State
TONES = {State.OPEN: "info", State.SAME: "good", State.DIFFERENT: ""}
ICONS = {State.OPEN: "hourglass", State.SAME: "user-check", State.DIFFERENT: "users"}


@requires("pairs.read")
@require_GET
def pair_list(request: HouseRequest) -> HttpResponse:
    filters = PairFilters(request)
    state, reason = VIEWS[filters.tab], filters.reason
    found = selectors.pairs(request.actor, state=state, reason=reason)
    # Decided pairs by their decision: what one looks for there is the one just made.
    order = ["-id"] if state == State.OPEN else ["-decided_at", "-id"]
    shown = page(found, request, order)
    persons = [person for pair in shown for person in (pair.a, pair.b)]
    record_reads(request.actor, list({person.pk for person in persons}), "pairs", action="pairs.read")
    names = places.names_on({person.commune_code for person in persons}, timezone.localdate())
    return render(
        request,
        "person_index/pairs.html",
        {
            "filters": filters,
            "tabs": _tabs(request, filters),
            "state": state,
            "page": shown,
            "count": capped_count(found),
            "lines": [
                (pair, [(person, names.get(person.commune_code, "")) for person in (pair.a, pair.b)]) for pair in shown
            ],
            "carry": _carried(reason),
        },
    )


def _tabs(request: HouseRequest, filters: PairFilters) -> list[Tab]:
    numbers = selectors.counts(request.actor)
    return [Tab(str(state.label), f"?xem={view}", view == filters.tab, numbers[state]) for view, state in VIEWS.items()]


def _carried(reason: str) -> str:
    """What goes along from page to page, so that the next pair is of the reason that was filtered for."""
    return f"?{urlencode({'ly_do': reason})}" if reason else ""


def _asked_reason(request: HouseRequest) -> str:
    reason = request.GET.get("ly_do", "")
    return reason if reason in ReviewPair.Reason.values else ""


def _found(request: HouseRequest, pair_id: int) -> ReviewPair:
    found = ReviewPair.objects.select_related("a", "b", "decided_by", "keeps")
    return get_object_or_404(visible(request.actor, "pairs.read", found), pk=pair_id)


@requires("pairs.read")
@require_GET
def pair_page(request: HouseRequest, pair_id: int) -> HttpResponse:
    return _show(request, _found(request, pair_id))


def _show(request: HouseRequest, pair: ReviewPair, refused: DecideForm | UndoForm | None = None) -> HttpResponse:
    """The page of a pair; with a form that was refused, that form and its errors."""
    record_reads(request.actor, [pair.a_id, pair.b_id], "pair", action="pairs.read")
    reason = _asked_reason(request)
    own = DecideForm(None, pair=pair) if pair.state == State.OPEN else UndoForm()
    context = {
        "pair": pair,
        "chip": Chip(str(State(pair.state).label), TONES[State(pair.state)], ICONS[State(pair.state)]),
        "why": _why(pair),
        "facts": compare(*_sides(request, pair)),
        "others": selectors.other_pairs(request.actor, pair),
        "history": [(event, _outcome(event.details)) for event in selectors.history(pair)[:20]],
        "form": refused or own,
        "may_decide": can(request.actor, "pairs.decide", pair),
        "crumbs": [Link(_("Người nghi trùng"), reverse("person_index:pairs") + _carried(reason))],
        "carry": _carried(reason),
        "next": selectors.next_open(request.actor, pair, reason=reason),
    }
    return render(request, "person_index/pair.html", context, status=422 if refused else 200)


def _sides(request: HouseRequest, pair: ReviewPair) -> list[Side]:
    ids = [pair.a_id, pair.b_id]
    written = selectors.written(request.actor, ids)
    numbers, mothers = selectors.identifiers(request.actor, ids), selectors.mothers(ids)

    def side(person: Person) -> Side:
        return Side(person, written[person.pk], numbers[person.pk], mothers[person.pk])

    return [side(pair.a), side(pair.b)]


def _why(pair: ReviewPair) -> str:
    reason = str(pair.get_reason_display())
    kind = dict(Identifier.Kind.choices).get(Identifier.Kind(pair.detail)) if pair.detail else None
    return f"{reason} ({str(kind).lower()})" if kind else reason


def _outcome(details: dict[str, Any]) -> str:
    after = details.get("after", "")
    return _("Hoàn tác") if after == State.OPEN else str(State(after).label)


@requires("pairs.decide")
@require_POST
def decide(request: HouseRequest, pair_id: int) -> HttpResponse:
    pair = _found(request, pair_id)
    form = DecideForm(request.POST, pair=pair)
    if not form.is_valid():
        return _show(request, pair, form)
    note = form.cleaned_data["note"].strip()
    try:
        if form.cleaned_data["decision"] == SAME:
            services.decide_same(pair.pk, actor=request.actor, keep=form.cleaned_data["keep"], note=note)
        else:
            services.decide_different(pair.pk, actor=request.actor, note=note)
    except services.PairDecided:
        return _somebody_was_faster(request, pair_id)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _show(request, pair, form)
    return _on_to_the_next(request, pair_id)


def _somebody_was_faster(request: HouseRequest, pair_id: int) -> HttpResponse:
    pair = _found(request, pair_id)
    told = {"name": _decider(pair), "at": words.instant(pair.decided_at), "state": str(State(pair.state).label).lower()}
    messages.warning(
        request,
        _(
            "%(name)s đã quyết định cặp này trước, lúc %(at)s: %(state)s. Quyết định của bạn chưa được ghi; "
            "nếu không đồng ý, hãy hoàn tác rồi quyết định lại."
        )
        % told,
    )
    return redirect(_address(request, pair_id))


def _decider(pair: ReviewPair) -> str:
    return pair.decided_by.display_name if pair.decided_by else _("Người vận hành")


def _address(request: HouseRequest, pair_id: int) -> str:
    return reverse("person_index:pair", args=[pair_id]) + _carried(_asked_reason(request))


def _on_to_the_next(request: HouseRequest, pair_id: int) -> HttpResponse:
    decided = _found(request, pair_id)
    following = selectors.next_open(request.actor, decided, reason=_asked_reason(request))
    messages.success(request, _told(request, decided, last=following is None))
    if following is None:
        return redirect(reverse("person_index:pairs") + _carried(_asked_reason(request)))
    return redirect(_address(request, following.pk))


def _told(request: HouseRequest, decided: ReviewPair, *, last: bool) -> SafeString:
    state = str(State(decided.state).label).lower()
    says = _("Đã ghi cặp số %(number)s: %(state)s.") % {"number": decided.pk, "state": state}
    then = _("Không còn cặp nào chờ ở đây.") if last else _("Dưới đây là cặp kế tiếp.")
    return format_html(
        '{} {} <a href="{}">{}</a>', says, then, _address(request, decided.pk), _("Xem lại hoặc hoàn tác")
    )


@requires("pairs.decide")
@require_POST
def undo(request: HouseRequest, pair_id: int) -> HttpResponse:
    pair = _found(request, pair_id)
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _show(request, pair, form)
    try:
        services.undo(pair.pk, actor=request.actor, note=form.cleaned_data["note"].strip())
    except DomainError as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Đã hoàn tác. Hai hồ sơ trở lại như trước khi quyết định."))
    return redirect(_address(request, pair_id))
