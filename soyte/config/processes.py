"""Child processes under one parent: started together, stopped together, none left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from soyte.config.home import CHECKOUT
from soyte.kernel.processes import die_with_parent

STOP_SECONDS = 30  # the worker gives the job in hand 20
RESTART_SECONDS = 3
LOOK_SECONDS = 0.5
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """A signal asked us to stop."""


@dataclass
class Child:
    """A process of ours. It has a session of its own, so that Ctrl-C reaches the parent alone, which stops it in order;
    and it dies with the parent, whatever becomes of that one."""

    name: str
    argv: Sequence[str]
    env: dict[str, str] = field(default_factory=dict)
    log: Path | None = None  # None: our own terminal
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0

    def start(self) -> None:
        parent = os.getpid()
        self.started_at = time.monotonic()
        with self.log.open("ab") if self.log else contextlib.nullcontext() as output:
            self.process = subprocess.Popen(
                self.argv,
                env={**os.environ, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(parent),
            )

    def status(self) -> int | None:
        """Its exit status, None while it lives or before it is started."""
        return self.process.poll() if self.process else None

    def is_to_be_started_again(self) -> bool:
        """Whether it died; one that dies at once waits a moment first."""
        return self.status() is not None and time.monotonic() - self.started_at > RESTART_SECONDS

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def stop(self, until: float) -> None:
        """Wait for its end until a moment (time.monotonic), then kill it; its own children go with it."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, until - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def soyte_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "soyte.config", *arguments]


def child_environment() -> dict[str, str]:
    """What our children need to find the package, wherever they are started; small heaps suit many threads."""
    path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]))
    return {"PYTHONPATH": path, "MALLOC_ARENA_MAX": "2"}


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Within the block SIGINT, SIGTERM and SIGHUP raise Stopped, once; further ones are ignored while we stop."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_once(child: Child, *, meanwhile: Callable[[], None] = lambda: None) -> int:
    """Run a child to its end, calling `meanwhile` now and then; its exit status. If we are stopped, so is it."""
    try:
        child.start()
        assert child.process is not None
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return child.process.wait(LOOK_SECONDS)
            meanwhile()
    finally:
        stop_all([child])


def run_together(
    children: Sequence[Child], *, started: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None
) -> None:
    """Start all, ask `started` until it says that they are, start again one that dies, call `meanwhile` now and then; stop all
    when Stopped is raised in us."""
    is_started = False
    try:
        for child in children:
            child.start()
        while True:
            time.sleep(LOOK_SECONDS)
            is_started = is_started or started()
            meanwhile()
            for child in children:
                if child.is_to_be_started_again():
                    print(f"soyte: {child.name} dừng (mã {child.status()}), chạy lại", file=sys.stderr)
                    child.start()
    finally:
        stop_all(children)


def stop_all(children: Sequence[Child]) -> None:
    for child in children:
        child.ask_to_stop()
    until = time.monotonic() + STOP_SECONDS
    for child in children:
        child.stop(until)
