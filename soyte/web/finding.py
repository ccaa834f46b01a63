"""Search in the whole house: functions by their title, and what each room's search.py finds."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from soyte.kernel.access.actor import Actor
from soyte.kernel.systems import modules
from soyte.kernel.text import words
from soyte.ui.components import Hit
from soyte.web import starting

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind; `more` = there are others, which more words would bring up."""

    title: str
    hits: list[Hit]
    more: bool


def find(actor: Actor, query: str) -> list[Group]:
    """Hits by kind, in the order of the rooms. Each room decides what this actor may find, and audits it."""
    found: dict[str, list[Hit]] = {}
    for hit in [*_functions(actor, query), *(hit for room in modules("search") for hit in room.search(actor, query))]:
        found.setdefault(hit.kind, []).append(hit)
    return [Group(kind, hits[:SHOWN], len(hits) > SHOWN) for kind, hits in found.items()]


def _functions(actor: Actor, query: str) -> list[Hit]:
    """Entries of the menu whose title has each word of the query, with or without marks."""
    asked = words(query)
    return [
        Hit(link.title, chapter.title, link.url, _("Chức năng"), link.icon)
        for chapter in starting.chapters(actor)
        for link in chapter.links
        if asked and all(any(word.startswith(part) for word in words(link.title)) for part in asked)
    ]
