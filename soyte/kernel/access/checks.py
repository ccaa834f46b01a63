"""Start-up checks: what the house relies on and no type checker sees. `soyte manage check` runs them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.urls import URLPattern, URLResolver, get_resolver

import soyte
from soyte.kernel.access.roles import RoleContentError, purposes, roles
from soyte.kernel.access.rules import rules
from soyte.kernel.access.web import PUBLIC, SIGNED_IN
from soyte.kernel.systems import permissions, systems

FLOORS = ("formats", "kernel", "ui", "engines", "clinical", "systems", "web", "demo")


def pages(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route of the house with its pattern."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from pages(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern), pattern


@checks.register("soyte")
def every_page_names_its_permission(**_: Any) -> list[checks.CheckMessage]:
    if not getattr(settings, "ROOT_URLCONF", ""):
        return []
    known = {*permissions(), PUBLIC, SIGNED_IN}
    errors: list[checks.CheckMessage] = []
    for route, pattern in pages():
        needs = getattr(pattern.callback, "permissions", ())
        if not needs:
            errors.append(checks.Error(f"/{route} has no @requires(...)", obj=pattern.callback, id="soyte.E001"))
        errors.extend(
            checks.Error(f"/{route} requires {need!r}, which no room declares", id="soyte.E002")
            for need in needs
            if need not in known
        )
    return errors


def _floor(config: AppConfig) -> int | None:
    """Height of an app's floor; None for apps that are not ours."""
    parts = config.name.split(".")
    return FLOORS.index(parts[1]) if parts[0] == "soyte" and parts[1] in FLOORS else None


def points_up(home: AppConfig, target: AppConfig) -> bool:
    """A key from `home` to `target` breaks the order of the floors, or enters another system."""
    here, there = _floor(home), _floor(target)
    if here is None or there is None or home is target:
        return False
    return there > here or (there == here == FLOORS.index("systems"))


@checks.register("soyte")
def keys_point_down_or_stay_at_home(**_: Any) -> list[checks.CheckMessage]:
    """A foreign key is an import that the import linter cannot see."""
    return [
        checks.Error(
            f"{model._meta.label}.{field.name} points up or into another system, {field.related_model._meta.label}",
            id="soyte.E003",
        )
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete
        and field.related_model is not None
        and points_up(model._meta.app_config, field.related_model._meta.app_config)
    ]


@checks.register("soyte")
def every_system_is_installed(**_: Any) -> list[checks.CheckMessage]:
    """Django drops to a plain AppConfig in silence where an apps.py is ambiguous: the folder is then no system."""
    house = Path(soyte.__path__[0])
    installed = {Path(system.path) for system in systems()}
    return [
        checks.Error(f"{manifest} declares no SystemConfig that Django took", id="soyte.E004")
        for manifest in sorted(house.glob("systems/*/*/apps.py"))
        if manifest.parent not in installed
    ]


@checks.register("soyte")
def every_room_with_tables_has_migrations(**_: Any) -> list[checks.CheckMessage]:
    """Without the package makemigrations passes an app by in silence."""
    return [
        checks.Error(f"{config.label} has tables and no migrations/__init__.py", id="soyte.E005")
        for config in apps.get_app_configs()
        if config.name.startswith("soyte.")
        and any(config.get_models())
        and not (Path(config.path) / "migrations" / "__init__.py").exists()
    ]


@checks.register("soyte")
def labels_are_the_folder_names(**_: Any) -> list[checks.CheckMessage]:
    return [
        checks.Error(f"label of {config.name} must be its folder's name, not {config.label!r}", id="soyte.E006")
        for config in apps.get_app_configs()
        if config.name.startswith("soyte.") and config.label != config.name.rsplit(".", 1)[1]
    ]


@checks.register("soyte")
def roles_and_rules_name_declared_permissions(**_: Any) -> list[checks.CheckMessage]:
    known = set(permissions())
    try:
        declared = roles()
    except RoleContentError as error:
        return [checks.Error(str(error), id="soyte.E007")]
    wrong = [
        f"role {role.code}: {action!r}" for role in declared.values() for action in role.actions if action not in known
    ]
    wrong += [
        f"role {role.code}: purpose {role.purpose!r}" for role in declared.values() if role.purpose not in purposes()
    ]
    wrong += [f"rule on {model._meta.label}: {action!r}" for action, model in rules() if action not in known]
    return [checks.Error(f"{what} is not declared", id="soyte.E008") for what in wrong]
