"""Modules of the rooms found by name: search.py, start.py."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps


@cache
def modules(name: str) -> tuple[ModuleType, ...]:
    """The module of this name of every room that has one, in the order of the floors."""
    homes = (config.name for config in apps.get_app_configs() if config.name.startswith("soyte."))
    return tuple(import_module(f"{home}.{name}") for home in homes if find_spec(f"{home}.{name}"))
