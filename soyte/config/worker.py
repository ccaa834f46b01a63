"""`soyte worker`: jobs, outbox consumers, the watched folder."""

from __future__ import annotations

import argparse
import signal
import threading


def main(argv: list[str]) -> int:
    argparse.ArgumentParser(prog="soyte worker", description="Chạy tiến trình nền.").parse_args(argv)
    from soyte.kernel.jobs.worker import run_worker

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run_worker(stop)
    return 0
