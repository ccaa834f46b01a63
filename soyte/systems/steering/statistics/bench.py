"""`soyte bench rollups`: figures of a year from the rows and from roll-ups, and their rebuild.

Works on the visits of the home, topped up with copies to `--visits`. All of it stands in a transaction that is rolled back.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from django.db import connection, transaction
from django.db.models import Max

from soyte.clinical.encounters.copies import top_up
from soyte.clinical.encounters.models import Encounter
from soyte.engines.indicators import figures, rolling
from soyte.engines.indicators import rollups as reading
from soyte.kernel.actors import Machine

ACTOR = Machine("soyte bench rollups")


def rollups(argv: Sequence[str]) -> dict[str, object]:
    """Milliseconds (median) and seconds. Exits with 2 where the home holds no visit."""
    parser = argparse.ArgumentParser(prog="soyte bench rollups", description="Đo bảng cộng sẵn.")
    parser.add_argument("--visits", type=int, default=0, help="thêm bản sao cho đủ số lượt này")
    parser.add_argument("--times", type=int, default=9, help="số lần hỏi mỗi câu (mặc định 9)")
    asked = parser.parse_args(argv)
    with transaction.atomic():
        top_up(asked.visits, bench="rollups")
        measured = _measured(asked.times)
        transaction.set_rollback(True)
    return measured


def _measured(times: int) -> dict[str, object]:
    began = time.perf_counter()
    cells = sum(rolling.rebuild(code) for code in rolling.rolled())
    rebuilt = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("analyze indicators_cell")
    last = Encounter.objects.filter(in_force=True).aggregate(last=Max("ended_on"))["last"]
    start, end = date(last.year - 1, 1, 1), date(last.year - 1, 12, 31)
    plain = partial(figures.figure, "visits", actor=ACTOR, start=start, end=end)
    rolled = partial(reading.figure, "visits", actor=ACTOR, start=start, end=end)
    told: dict[str, object] = {
        "visits": Encounter.objects.filter(in_force=True).count(),
        "visits_of_the_year": int(plain().total.value or 0),
        "cells": cells,
        "rebuild_s": round(rebuilt, 1),
    }
    for split in ("month", "facility", "commune", "icd_chapter", "disease"):
        told[f"year_by_{split}_plain_ms"] = _median(times, partial(plain, by=[split]))
        told[f"year_by_{split}_rolled_ms"] = _median(times, partial(rolled, by=[split]))
    told["series_by_day_rolled_ms"] = _median(
        times, partial(reading.series, "visits", actor=ACTOR, start=start, end=end)
    )
    return told


def _median(times: int, ask: Callable[[], object]) -> float:
    """Median time of a call in milliseconds, after one that warms."""
    ask()
    taken = []
    for _n in range(times):
        began = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - began)
    return round(statistics.median(taken) * 1000, 1)


CASES = {"rollups": rollups}
