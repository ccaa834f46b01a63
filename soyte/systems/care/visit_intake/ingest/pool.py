"""Worker processes for batches: each parses, checks and writes with a connection of its own, one for each core.

They are forked, so that modules and lists are shared, and end when their parent does: a killed command leaves nobody
writing behind.
"""

from __future__ import annotations

import gc
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from queue import Queue
from threading import Thread
from typing import Any, Protocol

import structlog
from django.db import connections

from soyte.systems.care.visit_intake.ingest.faults import WorkerDiedError, WorkerFaultError, words_of

log = structlog.get_logger(__name__)

# A visit makes thousands of objects that end with it; looking for circles among them took a fifth of the time.
_SELDOM = (100_000, 20, 20)
QUEUED = 2  # batches that may wait for each process: enough to keep it busy, little enough to keep memory flat


class Runner(Protocol):
    """Runs batches; results come by `results`, in whatever order they are ready."""

    def submit(self, token: int, batch: Sequence[Any]) -> None: ...
    def results(self, *, all_of_them: bool) -> Iterator[tuple[int, Any]]: ...


class Inline:
    """Runs each batch at once, in this process."""

    def __init__(self, work: Callable[[Sequence[Any]], Any]) -> None:
        self._work = work
        self._done: list[tuple[int, Any]] = []

    def submit(self, token: int, batch: Sequence[Any]) -> None:
        self._done.append((token, self._work(batch)))

    def results(self, *, all_of_them: bool) -> Iterator[tuple[int, Any]]:
        done, self._done = self._done, []
        yield from done


@dataclass(slots=True)
class _Worker:
    process: ForkProcess
    pipe: Connection
    waiting: int = 0


class Pool:
    """`processes` workers that each run `work` on the batches they are given.

    `prepare` reads what they are to share; it is called before they are forked.
    """

    def __init__(
        self, work: Callable[[Sequence[Any]], Any], *, processes: int, prepare: Callable[[], object] = lambda: None
    ) -> None:
        self._threshold = gc.get_threshold()
        gc.set_threshold(*_SELDOM)
        prepare()
        connections.close_all()  # a connection must not be shared over a fork
        gc.collect()
        gc.freeze()  # lists of tens of thousands of rows: never to be searched for garbage, and shared as they are
        self._workers: list[_Worker] = []
        context = get_context("fork")
        for _number in range(processes):
            ours, theirs = context.Pipe()
            inherited = [worker.pipe for worker in self._workers] + [ours]
            process = context.Process(target=_serve, args=(work, theirs, inherited), daemon=True)
            process.start()
            theirs.close()
            self._workers.append(_Worker(process, ours))

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.pipe.close()
        gc.unfreeze()
        gc.set_threshold(*self._threshold)
        for worker in self._workers:
            worker.process.join(10)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()

    def submit(self, token: int, batch: Sequence[Any]) -> None:
        worker = min(self._workers, key=lambda one: one.waiting)
        worker.waiting += 1
        try:
            worker.pipe.send((token, batch))
        except OSError:
            raise WorkerDiedError from None

    def results(self, *, all_of_them: bool) -> Iterator[tuple[int, Any]]:
        """What is ready. Waits while every worker's queue is full, or until nothing is left of `all_of_them`."""
        while any(worker.waiting for worker in self._workers):
            full = all(worker.waiting >= QUEUED for worker in self._workers)
            ready = wait(
                [worker.pipe for worker in self._workers if worker.waiting], None if full or all_of_them else 0
            )
            if not ready:
                return
            for worker in self._workers:
                if worker.pipe in ready:
                    yield self._receive(worker)

    def _receive(self, worker: _Worker) -> tuple[int, Any]:
        try:
            token, result, fault = worker.pipe.recv()
        except (EOFError, OSError):
            raise WorkerDiedError from None
        worker.waiting -= 1
        if fault is not None:
            raise WorkerFaultError(fault)
        return token, result


def _serve(work: Callable[[Sequence[Any]], Any], pipe: Connection, inherited: Sequence[Connection]) -> None:
    """The life of a worker: batches until the parent closes the pipe or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle; it then closes the pipe
    for other in inherited:
        other.close()
    batches: Queue[tuple[int, Sequence[Any]]] = Queue()
    Thread(target=_read, args=(pipe, batches), daemon=True).start()
    while True:
        token, batch = batches.get()
        answer: tuple[int, Any, str | None]
        try:
            answer = (token, work(batch), None)
        except Exception as error:
            # Told in words: what an exception carries (its cause, its facts) does not pass from process to process.
            _log(error)
            answer = (token, None, words_of(error))
        pipe.send(answer)


def _log(error: Exception) -> None:
    """What happened and where, but never the message: the database puts patients' data into it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    log.error("batch could not be written", error=type(error).__name__, where=f"{frame.filename}:{frame.lineno}")


def _read(pipe: Connection, batches: Queue[tuple[int, Sequence[Any]]]) -> None:
    """Take batches off the pipe while one is worked on, so that parent and worker never wait for each other's reading.

    At the end of the pipe the process ends at once: nobody waits for a result any more, and what is half written is
    rolled back by the server.
    """
    try:
        while True:
            batches.put(pipe.recv())
    except (EOFError, OSError):
        os._exit(0)
