"""One process's lines to open pages: a single LISTEN connection feeds them all.

Runs in the event loop of the web server. Where the database is gone no change can be heard, so the lines end: pages notice,
say so, and come back when it is there again.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
import structlog

from soyte.kernel.live.answers import Following
from soyte.kernel.live.telling import CHANNEL

BEAT_SECONDS = 15.0  # a page that hears nothing for three of them says so
LONGEST_SECONDS = 300.0  # then the page asks again, and its right to follow is looked at again
PAUSE_SECONDS = 1.0  # between two words of one topic
RETRY_SECONDS = 1.0  # until the database is asked again
MOST_LINES = 1000
MARGIN_MS = 3000  # a page was read before it was written
REOPEN_MS = 1000
log = structlog.get_logger(__name__)
Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


@dataclass(eq=False, slots=True)
class _Line:
    topics: frozenset[str]
    waiting: set[str] = field(default_factory=set)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False

    def tell(self, topics: set[str] | frozenset[str]) -> None:
        if mine := self.topics & topics:
            self.waiting |= mine
            self.woken.set()

    def end(self) -> None:
        self.ended = True
        self.woken.set()


class Hub:
    """The lines of this process. All methods belong to one event loop."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._lines: set[_Line] = set()
        self._changed_at: dict[str, int] = {}  # by topic, epoch milliseconds
        self._told_at: dict[str, float] = {}  # by topic, of the loop's clock
        self._held_back: set[str] = set()
        self._listens_since: int | None = None
        self._listens = asyncio.Event()
        self._listener: asyncio.Task[None] | None = None
        self._closed = False

    def has_room(self) -> bool:
        return not self._closed and len(self._lines) < MOST_LINES

    async def lines(self, following: Following, gone: asyncio.Event) -> AsyncIterator[bytes]:
        """Pieces of one answer, until the page is `gone`, the database is, or its time is over."""
        line = _Line(frozenset(following.topics))
        self._lines.add(line)
        watch = asyncio.create_task(_when(gone, line.end))
        try:
            self._start_listening()
            if not await self._is_listening():
                return
            yield f"retry: {REOPEN_MS}\n".encode() + _piece("ready", "1")
            line.tell(self._missed(following))
            end = time.monotonic() + LONGEST_SECONDS * random.uniform(0.8, 1)  # noqa: S311  they shall not all come at once
            while time.monotonic() < end:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(line.woken.wait(), BEAT_SECONDS)
                if line.ended:
                    return
                line.woken.clear()
                told, line.waiting = sorted(line.waiting), set()
                yield _piece("changed", " ".join(told)) if told else _piece("beat", "1")
        finally:
            watch.cancel()
            self._lines.discard(line)

    async def close(self) -> None:
        """End every line and stop listening; the server stops."""
        self._closed = True
        self._end_lines()
        if self._listener:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener

    def _start_listening(self) -> None:
        if self._listener is None and not self._closed:
            self._listener = asyncio.create_task(self._listen())

    async def _is_listening(self) -> bool:
        """Whether changes can be heard; a first line waits for that a moment."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._listens.wait(), 3 * RETRY_SECONDS)
        return self._listens.is_set() and not self._closed

    def _missed(self, following: Following) -> frozenset[str]:
        """The topics that may have changed since the page last heard of them."""
        since = following.since - MARGIN_MS
        if self._listens_since is None or since < self._listens_since:
            return frozenset(following.topics)
        return frozenset(topic for topic in following.topics if self._changed_at.get(topic, 0) >= since)

    async def _listen(self) -> None:
        while not self._closed:
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"listen {CHANNEL}")
                    self._listens_since = _now()
                    self._listens.set()
                    await self._hear(connection)
            except (psycopg.Error, OSError) as error:
                if self._listens.is_set():
                    log.warning("live.database_lost", kind=type(error).__name__)
            finally:
                self._listens.clear()
                self._listens_since = None
                self._end_lines()
            await asyncio.sleep(RETRY_SECONDS)

    async def _hear(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            async for notice in connection.notifies(timeout=BEAT_SECONDS):
                self._tell(notice.payload)
            await connection.execute("select 1")  # a line that was cut in silence shows itself

    def _tell(self, topic: str) -> None:
        """Tell of a topic now, or when a second has passed since it was last told of."""
        self._changed_at[topic] = _now()
        if topic in self._held_back:
            return
        loop = asyncio.get_running_loop()
        due = self._told_at.get(topic, float("-inf")) + PAUSE_SECONDS
        if due <= loop.time():
            self._tell_now(topic)
        else:
            self._held_back.add(topic)
            loop.call_at(due, self._tell_now, topic)

    def _tell_now(self, topic: str) -> None:
        self._held_back.discard(topic)
        self._told_at[topic] = asyncio.get_running_loop().time()
        for line in self._lines:
            line.tell({topic})

    def _end_lines(self) -> None:
        for line in self._lines:
            line.end()


async def _when(happened: asyncio.Event, act: Callable[[], None]) -> None:
    await happened.wait()
    act()


def _piece(event: str, data: str) -> bytes:
    """An event in the form of the HTML standard (9.2.6); its id comes back when the browser opens the line again."""
    return f"id: {_now()}\nevent: {event}\ndata: {data}\n\n".encode()


def _now() -> int:
    return time.time_ns() // 1_000_000
