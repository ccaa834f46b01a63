"""`soyte bench record`: server time of a long record's page and of the search for a person, one client, warm.

Works on the data of the home: the person with most visits gets as many as a long record has, and a doctor of one of his
facilities looks at it. All of this, the audit rows too, stands in a transaction that is rolled back.
"""

from __future__ import annotations

import argparse
import copy
import datetime as dt
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import cycle, islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from soyte.clinical.conditions.models import Condition
from soyte.clinical.documents.models import Composition
from soyte.clinical.encounters.models import Encounter
from soyte.clinical.lines import VisitLine
from soyte.clinical.medications.models import MedicationRequest
from soyte.clinical.observations.models import Observation
from soyte.kernel.access.models import Post
from soyte.kernel.accounts.models import Account
from soyte.kernel.ids import uuid7
from soyte.kernel.people.models import Identifier, Person
from soyte.kernel.text import fold

VISITS = 200
WARM = 8
SAMPLE = 40
LINES: tuple[type[VisitLine] | type[Composition], ...] = (Condition, Observation, MedicationRequest, Composition)
BACKEND = "soyte.kernel.accounts.backends.AccountBackend"
ACCOUNT = "soyte-bench-record"


def record(argv: Sequence[str]) -> dict[str, object]:
    """Figures in milliseconds of server time. Exits with 2 where the home holds no visit."""
    parser = argparse.ArgumentParser(prog="soyte bench record", description="Đo trang hồ sơ và tìm người.")
    parser.add_argument("--times", type=int, default=100, help="số lần mở mỗi trang (mặc định 100)")
    times = parser.parse_args(argv).times
    with transaction.atomic():
        figures = _measured(times)
        transaction.set_rollback(True)
    return figures


def _measured(times: int) -> dict[str, object]:
    person = _heaviest()
    _top_up(person)
    client = _doctor(person)
    page = reverse("health_record:record", args=[person.pk])
    pages = _server_times(client, [page] * times)
    searches = _server_times(client, islice(cycle(_typed()), times), ask=_search_time)
    with CaptureQueriesContext(connection) as asked:
        client.get(page)
    return {
        "persons": Person.objects.count(),
        "visits": Encounter.objects.filter(in_force=True).count(),
        "page_visits": Encounter.objects.filter(person=person, in_force=True).count(),
        "page_queries": len(asked),
        "page_ms_p50": _quantile(pages, 50),
        "page_ms_p95": _quantile(pages, 95),
        "search_ms_p50": _quantile(searches, 50),
        "search_ms_p95": _quantile(searches, 95),
    }


def _heaviest() -> Person:
    most = Encounter.objects.filter(in_force=True, unit__isnull=False).values("person").annotate(visits=Count("pk"))
    found = most.order_by("-visits", "person").first()
    if found is None:
        print("soyte bench record: nơi này chưa có lượt khám nào. Nhận tệp bằng “soyte ingest” trước.", file=sys.stderr)  # noqa: T201
        raise SystemExit(2)
    return Person.objects.get(pk=found["person"])


def _top_up(person: Person) -> None:
    """Copies of the person's visits with their lines, each older than the last, until there are enough."""
    mine = list(Encounter.objects.filter(person=person, in_force=True).order_by("-started_at"))
    lines = {one.pk: [list(model._default_manager.filter(encounter=one)) for model in LINES] for one in mine}
    visits: list[Encounter] = []
    copies: list[list[Any]] = [[] for _ in LINES]
    for number, original in enumerate(islice(cycle(mine), max(0, VISITS - len(mine)))):
        back = dt.timedelta(days=7 * (number // len(mine) + 1))
        visit = _copied_visit(original, number, back)
        visits.append(visit)
        for copied, rows in zip(copies, lines[original.pk], strict=True):
            copied += [_copied_line(row, visit, back) for row in rows]
    Encounter.objects.bulk_create(visits)
    for model, copied in zip(LINES, copies, strict=True):
        model._default_manager.bulk_create(copied)


def _copied_visit(original: Encounter, number: int, back: dt.timedelta) -> Encounter:
    visit = copy.copy(original)
    visit.pk = uuid7()
    visit.visit_code = f"BENCH{number:04}"
    visit.started_at -= back
    visit.ended_at -= back
    visit.ended_on -= back
    return visit


def _copied_line(row: Any, visit: Encounter, back: dt.timedelta) -> Any:
    line = copy.copy(row)
    line.pk = None
    line.encounter_id = visit.pk
    line.at -= back
    return line


def _doctor(person: Person) -> Client:
    """The browser of a doctor at the facility where the person was last, to whom the record is open."""
    last = Encounter.objects.filter(person=person, in_force=True, unit__isnull=False).latest("ended_at")
    Encounter.objects.filter(pk=last.pk).update(ended_at=timezone.now(), labels=[])
    assert last.unit is not None
    account = Account.objects.create(username=ACCOUNT, display_name=ACCOUNT)
    Post.objects.create(account=account, role="doctor", unit=last.unit, valid_from=timezone.localdate())
    client = Client(headers={"host": "localhost"})
    client.force_login(account, backend=BACKEND)
    return client


def _typed() -> Iterator[str]:
    """What people type: a name without marks, its words turned round, one word and a birth year, a number; now and then
    a family name that hundreds bear."""
    step = max(1, Person.objects.count() // SAMPLE)
    for place, person in enumerate(Person.objects.order_by("pk")[::step][:SAMPLE]):
        words = fold(person.full_name).split()
        number = Identifier.objects.filter(person=person).exclude(kind=Identifier.Kind.PATIENT_NO).first()
        typed = (
            " ".join(words),
            " ".join(reversed(words)),
            f"{words[-1]} {person.birth_year or ''}",
            number.value if number else words[0],
            words[0],
        )[place % 5]
        yield typed.strip()


def _page_time(client: Client, address: str) -> float:
    return _said(client.get(address), 200)


def _search_time(client: Client, text: str) -> float:
    """The posted form and the page that it leads to, together."""
    answer = client.post(reverse("health_record:search"), {"q": text})
    return _said(answer, 302) + _page_time(client, answer["Location"])


def _server_times(
    client: Client, asked: Iterable[str], *, ask: Callable[[Client, str], float] = _page_time
) -> list[float]:
    """Milliseconds that the server says of each, after some that only warm it."""
    every = list(asked)
    for one in every[:WARM]:
        ask(client, one)
    return [ask(client, one) for one in every]


def _said(answer: Any, status: int) -> float:
    """Milliseconds of an answer of the test client, which has to have this status."""
    if answer.status_code != status:
        raise RuntimeError(f"{answer.request['PATH_INFO']} answered {answer.status_code}")
    return float(answer["Server-Timing"].rpartition("dur=")[2])


def _quantile(values: Sequence[float], percent: int) -> float:
    """The value below which `percent` of all lie, by the nearest rank."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * percent // 100) - 1))], 1)


CASES = {"record": record}
