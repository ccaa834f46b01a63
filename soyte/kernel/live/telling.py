"""Telling open pages that something has changed: a name alone, never what changed.

    changed("figures")

A page that follows the topic gets its part again, so that access is decided where it always is. Rooms declare their
topics in `live` of their apps.py.
"""

from __future__ import annotations

from django.db import connection

from soyte.kernel.systems import live_topics

CHANNEL = "soyte_live"


def changed(*topics: str) -> None:
    """Tell of topics when the current transaction is committed, so that whoever hears it sees the change.

    To be called where the change is visible: after roll-ups are counted, not when a file comes in. May be called as often
    as one likes: the web server tells a page of a topic once a second at most. Raises LookupError for a topic that no
    room declares.
    """
    if unknown := {*topics} - {*live_topics()}:
        raise LookupError(f"no room declares the live topics {sorted(unknown)}")
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, topic) from unnest(%s::text[]) topic", [CHANNEL, [*topics]])
