"""The world of the matrix, made once for a module in a transaction that is never committed."""

from __future__ import annotations

import contextlib
from unittest import mock

import pytest
from django.db import connection, transaction
from django.test import override_settings

from soyte.kernel.audit import services as audit
from soyte.kernel.content.manifest import found_set

PLAIN = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
FEW_SETS = ("department", "sex", "visit_kind", "facilities")


@contextlib.contextmanager
def _undone():
    """What happens inside is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    from tests.matrix import examples

    home = tmp_path_factory.mktemp("home")
    few = {code: found_set(code) for code in FEW_SETS}
    with contextlib.ExitStack() as stack:
        stack.enter_context(override_settings(SOYTE_HOME=home, SOYTE_KEYS=home / "keys", STORAGES=PLAIN))
        stack.enter_context(mock.patch("soyte.kernel.content.selectors.found_sets", lambda: few))
        stack.enter_context(django_db_blocker.unblock())
        with _undone():
            yield examples.make()


@pytest.fixture(autouse=True)
def _refusals_in_our_transaction(monkeypatch):
    """Refused attempts are written by a connection of their own, which cannot see a world that is not committed."""

    def write(actor, row):
        with connection.cursor() as cursor:
            audit.batch(cursor, actor, [row])

    monkeypatch.setattr(audit, "on_own_connection", write)


@pytest.fixture
def undone():
    return _undone
