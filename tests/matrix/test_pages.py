"""Every address, every role, the own and a foreign facility: a page answers as its permission says, and writes nothing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from soyte.kernel.access.roles import roles
from soyte.kernel.access.web import PUBLIC, SIGNED_IN
from tests.matrix import examples
from tests.matrix.asking import ROUTES, client_of, rows_written

pytestmark = pytest.mark.django_db
PAGES = sorted(ROUTES)
WHO = (examples.NOBODY, *examples.ROLES)


def arguments(name):
    """Names of the arguments that the address takes from its text."""
    return list(ROUTES[name].pattern.converters)


def address(name, world, side):
    values = {one: examples.ARGUMENTS[one](world, side) for one in arguments(name)}
    return reverse(name, kwargs={**values, **ROUTES[name].default_args})


def permission(name):
    return ROUTES[name].callback.permission


def opens(role, name):
    return all(holds(role, need) for need in ROUTES[name].callback.permissions)


def holds(role, need):
    return need in {PUBLIC} or (bool(role) and (need == SIGNED_IN or need in roles()[role].actions))


def is_kept_out(name, role, code):
    """A right over the own facility does not reach an object of a foreign one."""
    need = permission(name)
    narrow = role and roles()[role].actions.get(need) in ("own", "subtree")
    named = set(arguments(name)) & examples.OF_A_FACILITY
    return bool(code == examples.FOREIGN and narrow and named and need not in examples.MEANT_FOR_FOREIGN)


def test_every_argument_has_its_example():
    unknown = {one for name in PAGES for one in arguments(name)} - set(examples.ARGUMENTS)
    assert not unknown, f"no example in tests/matrix/examples.py: {sorted(unknown)}"


def test_every_address_has_a_name_of_its_own():
    assert [name for name in PAGES if not name.rpartition(":")[2]] == []


def test_every_act_without_fields_is_an_address():
    assert set(PAGES) >= examples.ACTS


def check(answer, name, role, code):
    place = f"{name} for {role or 'nobody'} at {code}: {answer.status_code}"
    assert answer.status_code < 500 or name == "web:readyz", place
    if not opens(role, name):
        to_sign_in = answer.status_code == 302 and answer.url.startswith(reverse("web:sign_in"))
        assert to_sign_in if not role else answer.status_code == 403, place
    elif is_kept_out(name, role, code):
        assert answer.status_code in (302, 403, 404, 405), place
    elif permission(name) != PUBLIC:
        assert answer.status_code not in (401, 403), place


@pytest.mark.parametrize("name", PAGES)
def test_a_page_answers_each_role_as_declared(world, undone, name):
    for role in WHO:
        client = client_of(world, role)
        for code, side in world.sides.items():
            with undone():
                before = rows_written()
                answer = client.get(address(name, world, side))
                check(answer, name, role, code)
                assert rows_written() == before, f"{name}: reading wrote rows"


@pytest.mark.parametrize("name", PAGES)
def test_an_empty_form_is_refused_kindly_and_writes_nothing(world, undone, name):
    for role in WHO:
        if name in examples.ACTS and opens(role, name):
            continue
        for code, side in world.sides.items():
            client = client_of(world, role)
            with undone():
                before = rows_written()
                answer = client.post(address(name, world, side), {})
                if answer.status_code != 405:
                    check(answer, name, role, code)
                assert rows_written() == before, f"{name} for {role or 'nobody'}: an empty form wrote rows"
                if answer.status_code == 200 and "html" in answer["Content-Type"]:
                    assert b"<form" in answer.content, f"{name} took an empty form without a word"
