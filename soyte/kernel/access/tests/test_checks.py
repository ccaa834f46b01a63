"""The guards, tried by breaking what they guard."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.urls import path

from soyte.kernel.access import checks
from soyte.kernel.access.roles import RoleContentError
from soyte.kernel.access.web import requires
from soyte.kernel.systems import RoomConfig, SystemConfig, permissions, rooms


def view(request):
    return None


def ids(found):
    return [message.id for message in found]


def test_the_house_as_it_stands_is_sound():
    assert checks.keys_point_down_or_stay_at_home() == []
    assert checks.every_room_with_tables_has_migrations() == []
    assert checks.labels_are_the_folder_names() == []


@pytest.mark.parametrize(
    "guarded, expected",
    [
        (view, ["soyte.E001"]),
        (requires("no.such_permission")(view), ["soyte.E002"]),
        (requires("units.read")(view), []),
        (requires("public")(view), []),
    ],
)
def test_every_page_names_a_declared_permission(monkeypatch, guarded, expected):
    monkeypatch.setattr(checks, "pages", lambda: [("x/", path("x/", guarded))])
    assert ids(checks.every_page_names_its_permission()) == expected


def app(name):
    return SimpleNamespace(name=name)


@pytest.mark.parametrize(
    "home, target, refused",
    [
        ("soyte.kernel.audit", "soyte.kernel.access", False),
        ("soyte.kernel.audit", "soyte.clinical.encounters", True),
        ("soyte.systems.care.visit_intake", "soyte.clinical.encounters", False),
        ("soyte.systems.care.visit_intake", "soyte.systems.steering.statistics", True),
        ("soyte.kernel.access", "django.contrib.auth", False),
    ],
)
def test_a_key_points_down_or_stays_at_home(home, target, refused):
    assert checks.points_up(app(home), app(target)) == refused


def test_a_folder_whose_manifest_django_did_not_take_is_named(monkeypatch):
    monkeypatch.setattr(checks, "systems", list)
    assert set(ids(checks.every_system_is_installed())) == {"soyte.E004"}


def test_roles_name_what_is_declared(monkeypatch):
    monkeypatch.setattr(checks, "permissions", dict)
    assert "soyte.E008" in ids(checks.roles_and_rules_name_declared_permissions())

    def broken():
        raise RoleContentError("x")

    monkeypatch.setattr(checks, "roles", broken)
    assert ids(checks.roles_and_rules_name_declared_permissions()) == ["soyte.E007"]


def test_a_declared_room_is_a_default_app_and_its_base_is_not():
    class Room(RoomConfig):
        name = "soyte.kernel.text"

    assert (RoomConfig.default, SystemConfig.default, Room.default) == (False, False, True)
    assert apps.get_app_config("access") in rooms()
    assert "posts.manage" in permissions()
