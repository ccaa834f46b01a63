"""Questions asked of the follow-ups, each answered for one actor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from soyte.kernel.access.policy import visible
from soyte.kernel.actors import Acting
from soyte.kernel.organisations.selectors import station_communes
from soyte.kernel.places import selectors as places
from soyte.systems.care.commune_station.lists import clock
from soyte.systems.care.commune_station.models import FollowUp, Tick

Kind = FollowUp.Kind
READ = "follow_ups.read"


@dataclass(frozen=True, slots=True)
class Tab:
    """A list of the page: which rows, and in which order."""

    rows: Q
    order: tuple[str, ...]


def tabs(today: dt.date) -> Mapping[str, Tab]:
    """The lists by their names in the address; the first is what a day begins with."""
    days = clock(today)

    def ago(number: int) -> dt.date:
        return today - dt.timedelta(days=number)

    waits = Q(kind=Kind.APPOINTMENT, is_closed=False, came_on=None, has_died=False)
    done = Q(kind=Kind.APPOINTMENT) & (Q(is_closed=True) | Q(came_on__isnull=False))
    last_in_time = ago(days.missed_after)
    # A tick shows as long as an appointment of its day would: whoever ticked by mistake finds it again.
    lately = Q(on_day__gte=ago(days.done_shown)) | Q(ticked_at__date__gte=ago(days.done_shown))
    return {
        "den-han": Tab(waits & Q(on_day__range=(last_in_time, ago(-days.ahead))), ("on_day", "id")),
        "lo-hen": Tab(waits & Q(on_day__lt=last_in_time, on_day__gte=ago(days.missed_shown)), ("-on_day", "-id")),
        "ra-vien": Tab(
            Q(kind=Kind.DISCHARGE, on_day__range=(ago(days.discharge_shown - 1), today)), ("-on_day", "-id")
        ),
        "da-xong": Tab(done & lately & Q(on_day__lte=ago(-days.ahead)), ("-on_day", "-id")),
    }


def follow_ups(actor: Acting, tab: str, *, hamlet: str = "") -> QuerySet[FollowUp]:
    """The rows of a list that the actor may see."""
    rows = FollowUp.objects.filter(tabs(timezone.localdate(actor.now))[tab].rows)
    if hamlet:
        rows = rows.filter(hamlet=hamlet)
    return visible(actor, READ, rows).select_related("person", "unit", "encounter", "ticked_by")


def counts(actor: Acting, *, hamlet: str = "") -> dict[str, int]:
    """How many rows each list holds, in one query."""
    lists = tabs(timezone.localdate(actor.now))
    told = {name.replace("-", "_"): Count("pk", filter=tab.rows) for name, tab in lists.items()}
    rows = FollowUp.objects.filter(hamlet=hamlet) if hamlet else FollowUp.objects.all()
    rows = rows.filter(on_day__gte=timezone.localdate(actor.now) - dt.timedelta(days=_longest(actor)))
    found = visible(actor, READ, rows).order_by().aggregate(**told)
    return {name: found[name.replace("-", "_")] for name in lists}


def _longest(actor: Acting) -> int:
    days = clock(timezone.localdate(actor.now))
    return max(days.missed_shown + days.done_shown, days.discharge_shown)


def hamlets(actor: Acting) -> list[str]:
    """Every hamlet of the people on the actor's lists, in the order of their names."""
    shown = Q()
    for tab in tabs(timezone.localdate(actor.now)).values():
        shown |= tab.rows
    rows = visible(actor, READ, FollowUp.objects.filter(shown).exclude(hamlet=""))
    return sorted(rows.order_by().values_list("hamlet", flat=True).distinct(), key=by_number)


def by_number(name: str) -> tuple[str, int, str]:
    """Ấp 2 before Ấp 10."""
    words, _space, last = name.rpartition(" ")
    return (words, int(last), "") if last.isdecimal() else (name, 0, "")


def ticks(follow_up: FollowUp) -> QuerySet[Tick]:
    """What was done, the latest first; what was taken back too."""
    return follow_up.ticks.select_related("account", "undone_by").order_by("-of_version")


def communes(actor: Acting) -> list[str]:
    """The names of the communes whose people the actor follows up; none for who answers for the whole province."""
    codes = station_communes(actor.units(READ) or ())
    return sorted(places.names_on(codes, timezone.localdate(actor.now)).values())
