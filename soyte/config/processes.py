"""Child processes under one parent: started together, stopped together, none left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

STOP_SECONDS = 10
RESTART_SECONDS = 3
PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Linux: ask for SIGTERM when the parent dies, so that a killed parent leaves no orphans."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    name: str
    argv: Sequence[str]
    env: dict[str, str] = field(default_factory=dict)
    once: bool = False  # not started again when it ends
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0

    def start(self) -> None:
        self.started_at = time.monotonic()
        # Own session: Ctrl-C reaches the parent alone, which then stops the children in order.
        self.process = subprocess.Popen(
            self.argv, env={**os.environ, **self.env}, start_new_session=True, preexec_fn=_die_with_parent
        )

    def is_to_be_started_again(self) -> bool:
        """Whether it died; one that dies at once waits a moment first."""
        dead = self.process is not None and self.process.poll() is not None
        return dead and not self.once and time.monotonic() - self.started_at > RESTART_SECONDS

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def soyte_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "soyte.config", *arguments]


def run_together(children: Sequence[Child]) -> None:
    """Start all, restart one that dies, stop all (last started first) on SIGINT or SIGTERM."""
    stopping = False

    def ask_to_stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask_to_stop)
    for child in children:
        child.start()
    try:
        while not stopping:
            time.sleep(0.3)
            for child in children:
                if not stopping and child.is_to_be_started_again():
                    print(f"soyte: {child.name} dừng, chạy lại", file=sys.stderr)
                    child.start()
    finally:
        for child in reversed(children):
            child.stop()
