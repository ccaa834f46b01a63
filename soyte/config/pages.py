"""The WSGI application behind an ASGI server: pages are made in a few threads, each with its own connection to the database."""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
PIECE = 256 << 10  # bytes of an answer that are gathered before they are sent


@dataclass(slots=True)
class Answer:
    """What the application said: all of it, or only its end where the beginning has been sent already."""

    status: int = 500
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    is_begun: bool = False

    def header(self, name: str) -> str | None:
        wanted = name.lower().encode()
        return next((value.decode("latin-1") for key, value in self.headers if key == wanted), None)


class Pages:
    """Calls the application for requests of an ASGI server. A thread is held from the request's first byte that the
    application reads to the last one that it says; what waits for a thread holds none."""

    def __init__(self, application: Callable[..., Iterable[bytes]], *, threads: int) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="page")

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> Answer:
        """The application's answer, not sent yet; a long one is sent but for its last piece."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._call, _Line(loop, receive, send), scope)

    def _call(self, line: _Line, scope: Scope) -> Answer:
        answer, gathered = Answer(), bytearray()

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
            answer.status = int(status[:3])
            answer.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            return gathered.extend  # write() of PEP 3333

        said = self._application(_environ(scope, line), start)
        try:
            for piece in said:
                gathered += piece
                if len(gathered) >= PIECE:
                    line.send_piece(answer, bytes(gathered))
                    gathered.clear()
            answer.body = bytes(gathered)
            return answer
        finally:
            if close := getattr(said, "close", None):
                close()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


async def send_answer(answer: Answer, send: Send) -> None:
    if not answer.is_begun:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})


class _Line:
    """The server's side of one request, for the thread that makes the answer."""

    def __init__(self, loop: asyncio.AbstractEventLoop, receive: Receive, send: Send) -> None:
        self._loop, self._receive, self._send = loop, receive, send

    def receive(self) -> Message:
        return asyncio.run_coroutine_threadsafe(_awaited(self._receive()), self._loop).result()

    def send_piece(self, answer: Answer, piece: bytes) -> None:
        asyncio.run_coroutine_threadsafe(self._send_piece(answer, piece), self._loop).result()

    async def _send_piece(self, answer: Answer, piece: bytes) -> None:
        if not answer.is_begun:
            answer.is_begun = True
            await self._send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})


async def _awaited(waiting: Awaitable[Message]) -> Message:
    return await waiting


class _Body(io.RawIOBase):
    """The request's body. A sender who goes away in the middle is an error, so that no half of a file counts as a whole."""

    def __init__(self, line: _Line) -> None:
        self._line, self._piece, self._has_more = line, memoryview(b""), True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._piece and self._has_more:
            message = self._line.receive()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError("the sender has gone away")
            self._piece = memoryview(message.get("body", b""))
            self._has_more = message.get("more_body", False)
        length = min(len(buffer), len(self._piece))
        buffer[:length] = self._piece[:length]
        self._piece = self._piece[length:]
        return length


def _environ(scope: Scope, line: _Line) -> dict[str, Any]:
    """PEP 3333's environment of an ASGI request (asgiref.readthedocs.io, "HTTP & WebSocket", WSGI compatibility)."""
    server, port = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": scope.get("root_path", "").encode().decode("latin-1"),
        "PATH_INFO": _path(scope).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server,
        "SERVER_PORT": str(port or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("", 0))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BufferedReader(_Body(line), PIECE),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        if b"_" in raw_name:
            continue  # X_Forwarded_For would pass for X-Forwarded-For
        if name not in {"CONTENT_LENGTH", "CONTENT_TYPE"}:
            name = f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        separator = "; " if name == "HTTP_COOKIE" else ","
        environ[name] = f"{environ[name]}{separator}{value}" if name in environ else value
    return environ


def _path(scope: Scope) -> bytes:
    raw = scope.get("raw_path")
    return unquote_to_bytes(raw.split(b"?")[0]) if raw else scope["path"].encode()


@contextlib.asynccontextmanager
async def watched(receive: Receive) -> Any:
    """An event that is set when the one who asked goes away; whatever else he sends is let fall."""
    gone = asyncio.Event()

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    task = asyncio.create_task(watch())
    try:
        yield gone
    finally:
        task.cancel()
