"""Menu entries that the rooms declare, as addresses; a check refuses one that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core import checks
from django.urls import NoReverseMatch, reverse

from soyte.kernel.access.actor import Actor
from soyte.kernel.systems import MenuEntry, menu
from soyte.ui import icons
from soyte.ui.components import Link


def allowed(actor: Actor, entries: Iterable[MenuEntry]) -> list[Link]:
    """The entries that the actor may open. One without an address is left out: a dead entry must not take the
    whole house down with it."""
    return [
        Link(str(entry.title), address, entry.icon)
        for entry in entries
        if actor.holds(entry.permission) and (address := _address(entry))
    ]


def _address(entry: MenuEntry) -> str:
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return ""


@checks.register("soyte")
def menu_entries_lead_somewhere(**_: Any) -> list[checks.CheckMessage]:
    faults = [(entry, f"leads nowhere: {entry.url_name}") for entry in menu() if not _address(entry)]
    faults += [
        (entry, f"has an icon that soyte/ui/assets/icons.txt lacks: {entry.icon}")
        for entry in menu()
        if entry.icon not in icons.names()
    ]
    return [checks.Error(f"menu entry “{entry.title}” {fault}", id="soyte.E020") for entry, fault in faults]
