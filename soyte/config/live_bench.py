"""`soyte bench live`: how soon open pages hear of a change, and how soon the server stops under them.

Starts a web server and a worker of its own on the data of the home. A change is an event of a visit that the home holds: the
worker counts its day again, with the same result, and tells the pages.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from soyte.clinical.encounters.models import Encounter
from soyte.clinical.encounters.topics import RECORDED
from soyte.config import ports, serve
from soyte.config.processes import Child, child_environment, soyte_command, stop_all
from soyte.kernel.access.actor import actor_for
from soyte.kernel.accounts.models import Account
from soyte.kernel.accounts.sessions import SessionStore
from soyte.kernel.live.telling import changed
from soyte.kernel.outbox.services import emit

BACKEND = "soyte.kernel.accounts.backends.AccountBackend"
HOST = "127.0.0.1"
PAUSE = 1.5  # a topic is told of once a second


def live(argv: Sequence[str]) -> dict[str, object]:
    """Milliseconds from a commit to its arrival at each of the open pages. Exits with 2 where the home has no visit."""
    parser = argparse.ArgumentParser(prog="soyte bench live", description="Đo trang đang mở.")
    parser.add_argument("--pages", type=int, default=50, help="số trang đang mở (mặc định 50)")
    parser.add_argument("--times", type=int, default=20, help="số lần thay đổi (mặc định 20)")
    asked = parser.parse_args(argv)
    visit, account = Encounter.objects.filter(in_force=True).first(), _who_may_follow()
    if visit is None or account is None:
        print("soyte bench live: nơi này chưa có lượt khám hay tài khoản nào xem được số liệu.", file=sys.stderr)
        raise SystemExit(2)
    session = _session(account)
    port = ports.any_free(HOST)
    server = serve.web_server(host=HOST, port=port)
    worker = Child("worker", soyte_command("worker"), child_environment())
    try:
        server.start()
        worker.start()
        if not ports.wait_until_it_answers(HOST, port, seconds=60):
            raise SystemExit("soyte bench live: the web server is silent")
        measured = asyncio.run(_measured(port, str(session.session_key), str(visit.pk), asked.pages, asked.times))
        began = time.perf_counter()
        memory = _memory(server)
        stop_all([server])
        return measured | {"web_server_mb": memory, "stop_s": round(time.perf_counter() - began, 1)}
    finally:
        stop_all([server, worker])
        session.delete()


def _who_may_follow() -> Account | None:
    accounts = Account.objects.filter(is_active=True).order_by("pk")
    return next((account for account in accounts if actor_for(account).holds("figures.read")), None)


def _session(account: Account) -> SessionStore:
    session = SessionStore()
    session.update(
        {SESSION_KEY: str(account.pk), BACKEND_SESSION_KEY: BACKEND, HASH_SESSION_KEY: account.get_session_auth_hash()}
    )
    session.create()
    return session


def _memory(server: Child) -> int:
    """Megabytes of the server's processes, each page of memory once (PSS)."""
    assert server.process is not None
    total, numbers = 0, [str(server.process.pid)]
    while numbers:
        number = numbers.pop()
        numbers += Path(f"/proc/{number}/task/{number}/children").read_text().split()
        lines = Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total >> 10


class _Page:
    """A line of an open page, and when its last event came (time.perf_counter)."""

    def __init__(self) -> None:
        self.heard_at = 0.0
        self.ready = asyncio.Event()

    async def follow(self, port: int, session: str) -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        query = f"/su-kien/?topic=figures&since={time.time_ns() // 1_000_000 + 3_600_000}"
        writer.write(f"GET {query} HTTP/1.1\r\nHost: localhost\r\nCookie: soyte_session={session}\r\n\r\n".encode())
        while line := await reader.readline():
            if line.startswith(b"HTTP/1.1 ") and b" 200 " not in line:
                raise SystemExit(f"soyte bench live: {line!r}")
            if line == b"event: ready\n":
                self.ready.set()
            if line == b"event: changed\n":
                self.heard_at = time.perf_counter()


async def _measured(port: int, session: str, visit: str, count: int, times: int) -> dict[str, object]:
    pages = [_Page() for _ in range(count)]
    tasks = [asyncio.create_task(page.follow(port, session)) for page in pages]
    await asyncio.gather(*(page.ready.wait() for page in pages))
    told: dict[str, object] = {"pages": count, "times": times}
    for name in ("notice", "change"):
        first = await _waits(pages, name, visit)  # for which a worker that has just started reads the lists
        waits = [wait for _n in range(times) for wait in await _waits(pages, name, visit)]
        told |= {
            f"{name}_first_ms": _ms(max(first)),
            f"{name}_p50_ms": _ms(statistics.median(waits)),
            f"{name}_last_ms": _ms(max(waits)),
        }
    for task in tasks:
        task.cancel()
    return told


async def _waits(pages: Sequence[_Page], name: str, visit: str) -> list[float]:
    """Seconds from one act to its arrival at each page."""
    await asyncio.sleep(PAUSE)
    began = time.perf_counter()
    await asyncio.to_thread(_act, name, visit)
    return await _arrivals(pages, began)


def _act(name: str, visit: str) -> None:
    if name == "notice":
        changed("figures")
    else:
        emit(RECORDED, visit, {})


async def _arrivals(pages: Sequence[_Page], began: float) -> list[float]:
    """Seconds until each page has heard; raises TimeoutError after 30."""
    async with asyncio.timeout(30):
        while any(page.heard_at < began for page in pages):
            await asyncio.sleep(0.005)
    return [page.heard_at - began for page in pages]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
