"""`soyte bench ingest`: how fast files go into the record, beside the least that writing the same rows costs.

The files are a synthetic province's. The floor is COPY of the very rows that the intake made, into tables with the same
indexes and keys, by as many processes, with everything prepared before the clock starts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from multiprocessing import active_children, get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connection, connections

from soyte.kernel.actors import Machine
from soyte.systems.care.visit_intake.check.paths import VisitFile, open_regular, visit_files
from soyte.systems.care.visit_intake.ingest.batch import CLAIM, ENCOUNTER, FINDING, RECEIPT_VISIT, SOURCE_PIECE
from soyte.systems.care.visit_intake.ingest.held import Source
from soyte.systems.care.visit_intake.ingest.receipts import RECEIPT, Sender
from soyte.systems.care.visit_intake.ingest.receive import receive
from soyte.systems.care.visit_intake.ingest.rows.tables import LINE_TABLES
from soyte.systems.care.visit_intake.models import Receipt

PEOPLE, YEARS, SEED = 1_800, 1, 7  # some 3,000 visits
ROWS_IN_TRANSACTION = 25_000  # about a thousand visits
# In the order in which they point to each other.
TABLES = (
    "files.Blob", RECEIPT, "people.Person", "people.Identifier", "people.PersonRelation", "people.ReviewPair", ENCOUNTER,
    CLAIM, *LINE_TABLES, "encounters.CheckIn", RECEIPT_VISIT, SOURCE_PIECE, FINDING, "audit.AuditEvent", "outbox.Event",
)  # fmt: skip
FLOOR = "ingest_floor"


def ingest(argv: Sequence[str]) -> dict[str, object]:
    """Visits a second of the intake and of the floor, their ratio, and the most memory that one process took."""
    processes = settings.SOYTE_PROCESSES
    with tempfile.TemporaryDirectory() as folder:
        _province(Path(folder))
        with PeakMemory() as peak:
            started = time.monotonic()
            visits = _receive(folder, processes)
            seconds = time.monotonic() - started
    floor, rows = _floor(processes)
    return {
        "visits": visits,
        "rows": rows,
        "processes": processes,
        "seconds": round(seconds, 2),
        "visits_per_second": round(visits / seconds, 1),
        "floor_seconds": round(floor, 3),
        "floor_visits_per_second": round(visits / floor, 1),
        "ratio_to_floor": round(floor / seconds, 4),
        "peak_memory_mb": round(peak.megabytes, 1),
    }


def _province(folder: Path) -> None:
    command = [
        "province",
        "--people",
        PEOPLE,
        "--years",
        YEARS,
        "--until",
        "2026-10-31",
        "--seed",
        SEED,
        "--out",
        folder,
    ]
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "soyte.config", *map(str, command)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _receive(folder: str, processes: int) -> int:
    """Receive all files below a folder; how many visits they held."""
    sender = Sender(Machine("soyte bench"), Receipt.Channel.COMMAND, synthetic=True)
    entries = (entry for entry in visit_files([folder]) if isinstance(entry, VisitFile))
    sources = (Source(entry.shown, partial(open_regular, entry.path)) for entry in entries)
    return sum(len(outcome.visits) for outcome in receive(sources, sender, processes=processes))


class PeakMemory:
    """The most memory that this process or one of its workers held while the block ran, looked at five times a second."""

    def __init__(self) -> None:
        self.megabytes = 0.0
        self._stop = Event()
        self._watch = Thread(target=self._look, daemon=True)

    def __enter__(self) -> PeakMemory:
        Path("/proc/self/clear_refs").write_text("5")  # the peak of now, not that of what ran before
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._stop.wait(0.2):
            for process in (os.getpid(), *(child.pid for child in active_children())):
                self.megabytes = max(self.megabytes, _peak_of(process))


def _peak_of(process: int | None) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0  # ended meanwhile
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0.0)


def _floor(processes: int) -> tuple[float, int]:
    """Seconds that `processes` need to COPY the rows of the record into empty tables of the same shape; how many rows."""
    tables = [apps.get_model(label)._meta.db_table for label in TABLES]
    with connection.cursor() as cursor:
        _make_tables(cursor, tables)
        rows = {table: _rows(cursor, table) for table in tables}
    parameters = connection.get_connection_params()
    connections.close_all()
    context = get_context("fork")
    barrier = context.Barrier(processes + 1)
    workers = [
        context.Process(target=_copy_share, args=(parameters, rows, number, processes, barrier), daemon=True)
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    barrier.wait()
    started = time.monotonic()
    for _table in tables:
        barrier.wait()
    for worker in workers:
        worker.join()
    seconds = time.monotonic() - started
    with connection.cursor() as cursor:
        cursor.execute(f"drop schema {FLOOR} cascade")
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("the floor could not be measured: a copying process failed")
    return seconds, sum(map(len, rows.values()))


def _make_tables(cursor: Any, tables: Sequence[str]) -> None:
    cursor.execute(f"drop schema if exists {FLOOR} cascade")
    cursor.execute(f"create schema {FLOOR}")
    for table in tables:
        cursor.execute(f"create table {FLOOR}.{table} (like public.{table} including all)")
    cursor.execute(f"set search_path to {FLOOR}, public")  # so that keys point to the tables beside them
    for table in tables:
        cursor.execute(
            "select conname, pg_get_constraintdef(oid) from pg_constraint where contype = 'f' and conrelid = %s::regclass",
            [f"public.{table}"],
        )
        for name, definition in cursor.fetchall():
            cursor.execute(f'alter table {FLOOR}.{table} add constraint "{name}" {definition}')
    cursor.execute("reset search_path")


def _rows(cursor: Any, table: str) -> list[bytes]:
    """The rows of a table as lines of COPY."""
    with cursor.copy(f"copy {table} to stdout") as copy:
        return b"".join(copy).splitlines(keepends=True)


def _copy_share(
    parameters: dict[str, Any], rows: dict[str, list[bytes]], number: int, processes: int, barrier: Barrier
) -> None:
    """One process's share of every table, in transactions of about a thousand visits."""
    portions = {table: _portions(lines, number, processes) for table, lines in rows.items()}
    context = parameters.pop("context", None)
    parameters = {key: value for key, value in parameters.items() if key not in _OF_DJANGO}
    with psycopg.connect(**parameters, autocommit=True, context=context) as link:
        barrier.wait()
        for table, contents in portions.items():
            for content in contents:
                with link.transaction(), link.cursor().copy(f"copy {FLOOR}.{table} from stdin") as copy:
                    copy.write(content)
            barrier.wait()


_OF_DJANGO = frozenset({"cursor_factory", "prepare_threshold", "server_side_binding"})


def _portions(lines: list[bytes], number: int, processes: int) -> list[bytes]:
    start, end = (len(lines) * part // processes for part in (number, number + 1))
    cuts = range(start, end, ROWS_IN_TRANSACTION)
    return [b"".join(lines[cut : min(cut + ROWS_IN_TRANSACTION, end)]) for cut in cuts]


CASES = {"ingest": ingest}
