"""What a room of the house says of itself to the shell: pure data in its apps.py, read by menu, checks and pages.

    class VisitIntake(SystemConfig):
        name, label, chapter = "soyte.systems.care.visit_intake", "visit_intake", "care"
        title = _("Tệp khám bệnh")
        permissions = (Permission("visits.read", _("Xem tệp khám bệnh")),)
        menu = (MenuEntry(_("Tệp khám bệnh"), "visit_intake:receipts", "visits.read", icon="file-type-xml"),)

Which role has which action, and over which scope, is content: content/roles/*.yaml of any room (kernel/access/roles.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

CHAPTERS: dict[str, str | _StrPromise] = {
    "care": _("Khám bệnh, chữa bệnh"),
    "prevention": _("Phòng bệnh"),
    "drugs": _("Dược"),
    "office": _("Văn phòng"),
    "services": _("Dịch vụ công"),
    "steering": _("Chỉ đạo, điều hành"),
    "safety": _("An toàn và quản trị"),
}


@dataclass(frozen=True, slots=True)
class Permission:
    """An action that a role may be given: `code` is dotted lower case, `title` an act in Vietnamese."""

    code: str
    title: str | _StrPromise


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the menu; shown to whoever holds `permission`. `icon` is a name of the icon sprite (Tabler)."""

    title: str | _StrPromise
    url_name: str
    permission: str
    icon: str
    order: int = 50


@dataclass(frozen=True, slots=True)
class LiveTopic:
    """Something that open pages may follow, by whoever holds `permission` (soyte/kernel/live)."""

    name: str
    permission: str


class RoomConfig(AppConfig):
    """An app of ours that declares permissions: kernel and clinical rooms; systems by the subclass below.

    An apps.py that imports this class holds two AppConfigs, and Django would silently take neither; so the base is
    never a default and each declared room always is.
    """

    default = False
    title: ClassVar[str | _StrPromise] = ""
    permissions: ClassVar[tuple[Permission, ...]] = ()
    menu: ClassVar[tuple[MenuEntry, ...]] = ()
    live: ClassVar[tuple[LiveTopic, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.default = "name" in cls.__dict__


class SystemConfig(RoomConfig):
    """One of the plan's systems. Subclasses only declare."""

    chapter: ClassVar[str]
    plan_rows: ClassVar[tuple[int, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()  # other systems it calls through their public.py


def rooms() -> list[RoomConfig]:
    return [config for config in apps.get_app_configs() if isinstance(config, RoomConfig)]


def systems() -> list[SystemConfig]:
    return [config for config in rooms() if isinstance(config, SystemConfig)]


@cache
def modules(name: str) -> tuple[ModuleType, ...]:
    """The module of this name of every room that has one (search.py, countables.py), in the order of the floors."""
    homes = (config.name for config in apps.get_app_configs() if config.name.startswith("soyte."))
    return tuple(import_module(f"{home}.{name}") for home in homes if find_spec(f"{home}.{name}"))


def permissions() -> dict[str, Permission]:
    """Every declared permission by its code."""
    return {permission.code: permission for room in rooms() for permission in room.permissions}


def menu() -> list[MenuEntry]:
    """Every declared menu entry, in the order of the menu."""
    return sorted((entry for room in rooms() for entry in room.menu), key=lambda entry: entry.order)


def live_topics() -> dict[str, LiveTopic]:
    """Every declared topic of live pages by its name."""
    return {topic.name: topic for room in rooms() for topic in room.live}
