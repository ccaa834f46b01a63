"""Copies of the visits in force, for measurements of a home larger than one has. Only in a transaction that is rolled back."""

from __future__ import annotations

import sys

from django.db import connection

from soyte.clinical.encounters.models import Encounter

_SET_ASIDE = ("id", "visit_code")
_COPY = """
    insert into encounters_encounter ({columns}, id, visit_code)
    select {columns}, gen_random_uuid(), visit_code || '-' || copy
    from (select * from encounters_encounter where in_force) e, generate_series(1, %s) copy limit %s"""


def top_up(visits: int, *, bench: str) -> None:
    """Copy visits of the same days until there are `visits` in force. Ends `soyte bench BENCH` with 2 where there is none."""
    known = Encounter.objects.filter(in_force=True).count()
    if not known:
        told = "nơi này chưa có lượt khám nào. Nhận tệp bằng “soyte ingest” trước."
        print(f"soyte bench {bench}: {told}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2)
    with connection.cursor() as cursor:
        if visits > known:
            written = [f for f in Encounter._meta.concrete_fields if not f.generated]
            names = [str(f.column) for f in written if f.column not in _SET_ASIDE]
            cursor.execute(_COPY.format(columns=", ".join(names)), [visits // known + 1, visits - known])
        cursor.execute("analyze encounters_encounter")
