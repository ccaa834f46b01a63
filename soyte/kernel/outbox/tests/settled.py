"""For tests that consume events: the horizon is the whole server's, so another test run may hold it for a while."""

import time

from django.db import connection

from soyte.kernel.outbox.consumers import HORIZON

PATIENCE_SECONDS = 120


def settled():
    """Wait until every committed event may be read."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(f"select exists (select from outbox_event where not {HORIZON})")
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("a transaction of another run holds the horizon for too long")
