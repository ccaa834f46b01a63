"""What the start page, the account page and the sign-in page show; each room is asked for its own part."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.utils.translation import gettext as _

from soyte.kernel.access.actor import Actor, HeldPost
from soyte.kernel.systems import CHAPTERS, SystemConfig, modules, permissions, rooms
from soyte.ui.components import Finder, Link, PublicFigure, Waiting
from soyte.ui.shell import Bell
from soyte.web.navigation import allowed

FIGURES_SECONDS = 60
_figures: tuple[float, list[PublicFigure]] = (0.0, [])


def waiting(actor: Actor) -> list[Waiting]:
    """Work that waits for this actor, as the rooms' start.py say; the urgent first."""
    found = [
        item for room in modules("start") if hasattr(room, "waiting") for item in room.waiting(actor) if item.count
    ]
    urgency = {"bad": 0, "warn": 1}
    return sorted(found, key=lambda item: urgency.get(item.tone, 2))


def finder(actor: Actor) -> Finder | None:
    """The search with which this actor's day begins; None for those whose day begins with work that waits."""
    rooms_with_one = (room for room in modules("start") if hasattr(room, "finder"))
    return next((found for room in rooms_with_one if (found := room.finder(actor))), None)


def bell(actor: Actor) -> Bell | None:
    """The bell of the room that rings one for this actor; None for everybody else, without a question to the database."""
    ringing = (room for room in modules("start") if hasattr(room, "bell"))
    return next((found for room in ringing if (found := room.bell(actor))), None)


def public_figures() -> list[PublicFigure]:
    """Figures that anybody may see, got once a minute: the sign-in page must not be a way to load the database."""
    global _figures
    asked, figures = _figures
    if time.monotonic() - asked > FIGURES_SECONDS or not asked:
        figures = [
            figure for room in modules("start") if hasattr(room, "public_figures") for figure in room.public_figures()
        ]
        _figures = (time.monotonic(), figures)
    return figures


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    links: list[Link]


def chapters(actor: Actor) -> list[Chapter]:
    """All that the actor may open, by chapter of the plan; rooms that are no system come last."""
    grouped: dict[str, list[Link]] = {}
    for room in rooms():
        title = str(CHAPTERS[room.chapter]) if isinstance(room, SystemConfig) else _("Nền chung")
        grouped.setdefault(title, []).extend(allowed(actor, room.menu))
    order = [str(title) for title in CHAPTERS.values()]
    known = [Chapter(title, grouped[title]) for title in order if grouped.get(title)]
    return known + [Chapter(title, links) for title, links in grouped.items() if title not in order and links]


@dataclass(frozen=True, slots=True)
class Rights:
    """A post in words: what it may do, and over which units."""

    role: str
    about: str
    unit: str
    rights: list[tuple[str, str]]


def rights(actor: Actor) -> list[Rights]:
    return [Rights(str(post.role.title), str(post.role.about), post.unit_name, _rights(post)) for post in actor.posts]


def _rights(post: HeldPost) -> list[tuple[str, str]]:
    known = permissions()
    reach = {
        "own": _("trong đơn vị"),
        "subtree": _("trong đơn vị và các đơn vị trực thuộc"),
        "province": _("trong cả tỉnh"),
    }
    pairs = [
        (str(known[action].title), str(reach[scope])) for action, scope in post.role.actions.items() if action in known
    ]
    return sorted(pairs)
