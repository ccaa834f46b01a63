"""`soyte serve`: the web server (granian, WSGI) on SOYTE_HOST:SOYTE_PORT."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys

from soyte.config import environment
from soyte.config.home import CHECKOUT, HomeError

THREADS = "8"


def port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def granian_command(*, host: str, port: int, workers: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--blocking-threads",
        THREADS,
        "--no-ws",
        "--log-level",
        "warning",
        "--workers-kill-timeout",
        "8",
        "soyte.config.wsgi:application",
    ]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="soyte serve", description="Chạy máy chủ web.")
    parser.add_argument("--workers", type=int, default=1, help="số tiến trình (mặc định 1; nên bằng số nhân của máy)")
    arguments = parser.parse_args(argv)
    host, port = environment.read("SOYTE_HOST"), int(environment.read("SOYTE_PORT"))
    if not port_is_free(host, port):
        raise HomeError(
            f"Cổng {port} đang có chương trình khác dùng. Chọn cổng khác: SOYTE_PORT={port + 1}. (Port in use.)"
        )
    command = granian_command(host=host, port=port, workers=arguments.workers)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]))}
    process = subprocess.Popen(command, env=env)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        return 0
