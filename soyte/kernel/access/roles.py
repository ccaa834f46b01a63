"""Roles as content: content/roles/*.yaml of every room.

The file with a `title` defines a role; files of the same `code` in other rooms add that room's actions, so that a
new system brings its own grants and edits nothing outside its folder:

    code: doctor
    actions: {visits.read: own}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import yaml
from django.apps import apps
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Scope = Literal["own", "subtree", "province"]
CITIZEN_ROLE = "citizen"  # what every citizen may do to his own record; held by the account itself, never by a post
WIDTH: Mapping[Scope, int] = {"own": 0, "subtree": 1, "province": 2}


class RoleFile(BaseModel):
    """Schema of a role's content file. `like` takes over the actions of another role."""

    model_config = ConfigDict(extra="forbid")

    code: str
    title: str = ""
    about: str = ""
    purpose: str = ""
    like: str = ""
    actions: dict[str, Scope] = {}
    labels: list[str] = []


@dataclass(frozen=True, slots=True)
class Role:
    code: str
    title: str | _StrPromise  # in the reader's language
    about: str | _StrPromise
    purpose: str
    actions: Mapping[str, Scope]
    labels: frozenset[str]


class RoleContentError(ValueError):
    """A role's content file cannot be used; the message names file and mend."""


def _files() -> list[Path]:
    folders = (
        Path(config.path) / "content" / "roles" for config in apps.get_app_configs() if config.name.startswith("soyte.")
    )
    return sorted(path for folder in folders for path in folder.glob("*.yaml"))


def _read(path: Path) -> RoleFile:
    try:
        return RoleFile.model_validate(yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader))
    except ValueError as error:
        raise RoleContentError(f"{path}: {error}") from error


def widest(grants: Iterable[tuple[str, Scope]]) -> dict[str, Scope]:
    """One scope per action: the widest of those granted."""
    actions: dict[str, Scope] = {}
    for action, scope in grants:
        if action not in actions or WIDTH[scope] > WIDTH[actions[action]]:
            actions[action] = scope
    return actions


def _assemble(files: list[RoleFile], definition: RoleFile) -> Role:
    codes = {definition.code, definition.like}
    parts = [file for file in files if file.code in codes]
    return Role(
        code=definition.code,
        title=gettext_lazy(definition.title),
        about=gettext_lazy(definition.about) if definition.about else "",
        purpose=definition.purpose,
        actions=widest(grant for part in parts for grant in part.actions.items()),
        labels=frozenset(label for part in parts for label in part.labels),
    )


def assemble(files: list[RoleFile]) -> dict[str, Role]:
    """Roles by code. Raises RoleContentError where a role is defined twice, or never."""
    definitions = [file for file in files if file.title]
    known = [file.code for file in definitions]
    if twice := sorted({code for code in known if known.count(code) > 1}):
        raise RoleContentError(f"role defined twice (give `title` in one file only): {', '.join(twice)}")
    if lost := sorted({code for file in files for code in (file.code, file.like) if code and code not in known}):
        raise RoleContentError(f"role never defined (no file gives it a `title`): {', '.join(lost)}")
    if blank := sorted(file.code for file in definitions if not file.purpose):
        raise RoleContentError(f"role without `purpose`: {', '.join(blank)}")
    return {definition.code: _assemble(files, definition) for definition in definitions}


@lru_cache(maxsize=1)
def roles() -> Mapping[str, Role]:
    return assemble([_read(path) for path in _files()])


@lru_cache(maxsize=1)
def purposes() -> Mapping[str, str | _StrPromise]:
    """Title of each purpose by its code."""
    path = Path(apps.get_app_config("access").path) / "content" / "purposes.yaml"
    titles: dict[str, str] = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)["purposes"]
    return {code: gettext_lazy(title) for code, title in titles.items()}
