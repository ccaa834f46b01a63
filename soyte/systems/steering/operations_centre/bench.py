"""`soyte bench centre`: server time of the operations centre's data and of its whole board, one director, warm.

Works on the visits of the home, topped up with copies to `--visits`, on the busiest of
the last thirty days. All of it stands in a transaction that is rolled back.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Count, Max
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from soyte.clinical.encounters.copies import top_up
from soyte.clinical.encounters.models import Encounter
from soyte.engines.indicators import rolling
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.models import Post
from soyte.kernel.accounts.models import Account
from soyte.kernel.organisations.models import Unit
from soyte.kernel.people.models import Person
from soyte.systems.steering.operations_centre import selectors

BACKEND = "soyte.kernel.accounts.backends.AccountBackend"
ACCOUNT = "soyte-bench-centre"
WARM = 5


def centre(argv: Sequence[str]) -> dict[str, object]:
    """Milliseconds. Exits with 2 where the home holds no visit."""
    parser = argparse.ArgumentParser(prog="soyte bench centre", description="Đo trung tâm điều hành.")
    parser.add_argument("--visits", type=int, default=0, help="thêm bản sao cho đủ số lượt này")
    parser.add_argument("--times", type=int, default=60, help="số lần hỏi (mặc định 60)")
    asked = parser.parse_args(argv)
    with transaction.atomic():
        top_up(asked.visits, bench="centre")
        for code in rolling.rolled():
            rolling.rebuild(code)
        with connection.cursor() as cursor:
            cursor.execute("analyze indicators_cell")
        measured = _measured(asked.times)
        transaction.set_rollback(True)
    return measured


def _measured(times: int) -> dict[str, object]:
    account, client = _director()
    actor, day = actor_for(account), _day()
    board = f"{reverse('operations_centre:board')}?ngay={day}"
    first = _took(lambda: client.get(board))
    data, data_cpu = _times(times, lambda: selectors.figures(actor, day, alarms={}))
    whole, whole_cpu = _times(times, lambda: client.get(board))
    with CaptureQueriesContext(connection) as queries:
        client.get(board)
    found = selectors.figures(actor, day, alarms={})
    return {
        "persons": Person.objects.count(),
        "visits": Encounter.objects.filter(in_force=True).count(),
        "visits_of_the_day": int(found.headlines["visits"].value),
        "board_queries": len(queries),
        "first_ms": round(first, 1),
        "data_ms_p50": _quantile(data, 50),
        "data_ms_p95": _quantile(data, 95),
        "data_python_ms_p50": _quantile(data_cpu, 50),
        "board_ms_p50": _quantile(whole, 50),
        "board_ms_p95": _quantile(whole, 95),
        "board_python_ms_p50": _quantile(whole_cpu, 50),
    }


def _director() -> tuple[Account, Client]:
    department = Unit.objects.filter(kind=Unit.Kind.DEPARTMENT).order_by("pk").first()
    assert department is not None
    account = Account.objects.create(username=ACCOUNT, display_name=ACCOUNT)
    Post.objects.create(account=account, role="director", unit=department, valid_from=timezone.localdate())
    client = Client(headers={"host": "localhost"})
    client.force_login(account, backend=BACKEND)
    return account, client


def _day() -> date:
    """The busiest of the last thirty days with visits."""
    visits = Encounter.objects.filter(in_force=True)
    last: date = visits.aggregate(last=Max("ended_on"))["last"]
    lately = visits.filter(ended_on__gt=last - timedelta(days=30)).order_by().values("ended_on")
    busiest: date = lately.annotate(number=Count("pk")).order_by("-number")[0]["ended_on"]
    return busiest


def _took(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def _times(times: int, ask: Callable[[], object]) -> tuple[list[float], list[float]]:
    """Milliseconds by the clock, and of this process's processor alone, which other programs disturb less."""
    for _n in range(WARM):
        ask()
    clock, processor = [], []
    for _n in range(times):
        began = time.process_time()
        clock.append(_took(ask))
        processor.append((time.process_time() - began) * 1000)
    return sorted(clock), sorted(processor)


def _quantile(ordered: Sequence[float], percent: int) -> float:
    """The value below which `percent` of all lie, by the nearest rank."""
    return round(ordered[max(0, -(-len(ordered) * percent // 100) - 1)], 1)


CASES = {"centre": centre}
