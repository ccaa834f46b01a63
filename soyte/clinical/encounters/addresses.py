"""Where a visit can be opened: systems offer it in their `visit_addresses.py`; lists of visits ask here."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Mapping
from functools import cache
from uuid import UUID

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from soyte.kernel.actors import Acting

Finder = Callable[[Acting, Collection[UUID]], Mapping[UUID, str]]
"""(actor, keys of visits) -> address of the page of each visit that the actor may open; the others are left out."""


@cache
def _finders() -> list[Finder]:
    homes = [
        config.name
        for config in apps.get_app_configs()
        if config.module and config.name.startswith("soyte.") and module_has_submodule(config.module, "visit_addresses")
    ]
    return [importlib.import_module(f"{home}.visit_addresses").visit_addresses for home in homes]


def visit_addresses(actor: Acting, visits: Collection[UUID]) -> dict[UUID, str]:
    """The addresses of those of these visits that the actor may open."""
    return {visit: address for find in _finders() for visit, address in find(actor, visits).items()}
