"""An administrator at the browser, an officer and a doctor beside."""

import pytest

from soyte.kernel.access.tests.people import account, post, unit

BACKEND = "soyte.kernel.accounts.backends.AccountBackend"


@pytest.fixture(autouse=True)
def _plain_static(plain_static):
    """Every test of this room draws pages."""


@pytest.fixture
def department(db):
    return unit("Sở Y tế", kind="department")


@pytest.fixture
def hospital(department):
    return unit("Bệnh viện Đồng Xoài", parent=department, facility_code="70001")


def somebody(role, at, username):
    holder = account(username, display_name=f"Người {username}")
    if role:
        post(holder, role, at)
    return holder


@pytest.fixture
def enter(client, department, hospital):
    """enter("doctor") signs a holder of the role in and gives its account; enter("") one without a post."""

    def go(role="administrator"):
        at = department if role in ("administrator", "data_officer") else hospital
        holder = somebody(role, at, f"{role or 'nobody'}.x".replace("_", "-"))
        client.force_login(holder, backend=BACKEND)
        return holder

    return go


@pytest.fixture
def admin(enter):
    return enter("administrator")
