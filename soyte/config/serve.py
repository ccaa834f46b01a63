"""`soyte serve`: the web server (granian) on SOYTE_HOST:SOYTE_PORT."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from soyte.config import ports, postgres
from soyte.config.home import home
from soyte.config.processes import Child, Stopped, child_environment, run_once, stoppable

WAITING = 128  # requests of a process that may be open at once, most of them waiting for a thread
LINES = 1000  # and lines to open pages beside them; soyte/kernel/live/hub.py opens no more


def web_server(*, host: str, port: int, workers: int = 1, log: Path | None = None) -> Child:
    """The web server as a child; a worker process that dies is replaced by granian itself."""
    options = {
        "interface": "asgi",
        "host": host,
        "port": port,
        "workers": workers,
        "loop": "asyncio",
        "backpressure": WAITING + LINES,
        "log-config": _log_config(),
        "log-level": "warning",
        "workers-kill-timeout": 8,
    }
    command = [sys.executable, "-m", "granian", "--no-ws", "--respawn-failed-workers", "soyte.config.asgi:application"]
    command += [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return Child("web", command, child_environment() | {"PROMETHEUS_MULTIPROC_DIR": str(_counts_folder(port))}, log)


def _counts_folder(port: int) -> Path:
    """Where the processes of this server count together for /metrics, from zero at each start."""
    folder = home() / "metrics" / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def _log_config() -> Path:
    """granian's own lines in the form of all others, without its access log, which would name people's addresses."""
    handler = {"class": "logging.StreamHandler", "formatter": "json"}
    config = {
        "formatters": {"json": {"()": "soyte.config.logs.JsonFormatter"}},
        "handlers": {"stderr": handler},
        "loggers": {"_granian": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
    }
    path = home() / "granian-log.json"
    path.write_text(json.dumps(config))
    return path


def main(argv: list[str]) -> int:
    """Exit status: 0 after a signal asked us to stop, else that of the web server, so that a supervisor starts it again."""
    parser = argparse.ArgumentParser(prog="soyte serve", description="Chạy máy chủ web.")
    parser.add_argument("--workers", type=int, default=1, help="số tiến trình (mặc định 1; nên bằng số nhân của máy)")
    arguments = parser.parse_args(argv)
    try:
        with stoppable():
            host, port = ports.address()
            home()
            with postgres.in_use(prepared=prepared()):
                if status := run_once(
                    Child("ready", [sys.executable, "-m", "soyte.config.ready"], child_environment())
                ):
                    return status
                web = web_server(host=host, port=port, workers=arguments.workers)
                return run_once(web, meanwhile=postgres.keep_up) or 1
    except Stopped:
        return 0


def prepared() -> Path | None:
    from soyte.config import ready

    return None if postgres.external_url() else ready.prepared_data(ready.shape())
