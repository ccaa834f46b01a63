"""Who stands at the browser; a home of one's own for the files of dry runs."""

import pytest

from soyte.kernel.access.tests.people import account, post, unit
from soyte.kernel.content.manifest import found_set

BACKEND = "soyte.kernel.accounts.backends.AccountBackend"


@pytest.fixture(autouse=True)
def _own_home(settings, tmp_path):
    settings.SOYTE_HOME = tmp_path
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


@pytest.fixture(autouse=True)
def _few_sets(monkeypatch):
    """The list of sets shows some of them: planning all of the map and of ICD-10 takes seconds while nothing is loaded."""
    few = {code: found_set(code) for code in ("department", "sex", "visit_kind", "facilities")}
    monkeypatch.setattr("soyte.kernel.content.selectors.found_sets", lambda: few)


@pytest.fixture
def department(db):
    return unit("Sở Y tế", kind="department")


@pytest.fixture
def enter(client, department):
    """enter("doctor") signs a holder of the role in and gives its account; enter("") one without a post."""

    def go(role="administrator"):
        holder = account(f"{role.replace('_', '-') or 'nobody'}-{account().pk}")
        if role:
            post(holder, role, department)
        client.force_login(holder, backend=BACKEND)
        return holder

    return go


@pytest.fixture
def admin(enter):
    return enter("administrator")
