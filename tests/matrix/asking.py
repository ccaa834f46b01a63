"""How the tests of the matrix ask: every address by name, a browser of each role, and what a request wrote."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

BACKEND = "soyte.kernel.accounts.backends.AccountBackend"
# What any request may leave behind: that it was asked, who is signed in, when a wall screen was last seen.
TRACES = ("audit_auditevent", "accounts_session", "accounts_signinattempt", "operations_centre_screen")


def routes(resolver=None, names=()):
    """(name, pattern) of every address; name as reverse() takes it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, (*names, *filter(None, [pattern.namespace])))
        elif isinstance(pattern, URLPattern):
            yield ":".join((*names, pattern.name or "")), pattern


ROUTES = dict(routes())


def client_of(world, role):
    """The browser of somebody of this role; of nobody for ""."""
    client = Client()
    if role:
        client.force_login(world.accounts[role], backend=BACKEND)
    return client


def rows_written():
    """How many rows this transaction has written so far, traces of reading aside."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) from pg_stat_xact_user_tables"
            " where relname <> all(%s)",
            [list(TRACES)],
        )
        return cursor.fetchone()[0]
