"""The address that the web server listens on."""

from __future__ import annotations

import contextlib
import socket
import time

from soyte.config import environment
from soyte.config.home import HomeError

LAST_PORT = 65535


def address() -> tuple[str, int]:
    """SOYTE_HOST and SOYTE_PORT. Raises HomeError where the port is none, or another program has it."""
    host, named = environment.read("SOYTE_HOST"), environment.read("SOYTE_PORT")
    if not named.isdecimal() or not 0 < int(named) <= LAST_PORT:
        raise HomeError(f"SOYTE_PORT={named!r} không phải số cổng từ 1 đến {LAST_PORT}. (SOYTE_PORT is not a port.)")
    port = int(named)
    if not is_free(host, port):
        other = port + 1 if port < LAST_PORT else port - 1
        raise HomeError(
            f"Cổng {port} đang có chương trình khác dùng. Dừng chương trình ấy, hoặc chọn cổng khác: SOYTE_PORT={other}. "
            f"(Port {port} is in use: choose another.)"
        )
    return host, port


def is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def any_free(host: str) -> int:
    """A port that no program has at the moment."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def reached_at(host: str) -> str:
    """The name by which this machine reaches its own server."""
    return "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else host  # noqa: S104 - a comparison


def answers(host: str, port: int) -> bool:
    """Whether /livez answers now. Without urllib, whose modules would stay in a parent's memory."""
    with contextlib.suppress(OSError), socket.create_connection((reached_at(host), port), timeout=2) as link:
        link.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return link.recv(64).startswith(b"HTTP/1.1 ")
    return False


def wait_until_it_answers(host: str, port: int, *, seconds: float) -> bool:
    """Whether /livez answers within so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answers(host, port):
            return True
        time.sleep(0.2)
    return False
