"""The application that granian serves: pages by Django's WSGI handler in a few threads, lines to open pages in the event loop.

A page that is open for hours must not hold one of the threads that make pages. docs/decisions/0032 says what else was tried.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection

from soyte.config.pages import Answer, Pages, Receive, Scope, Send, send_answer, watched
from soyte.config.wsgi import application as wsgi
from soyte.kernel.live.answers import HEADER, Following
from soyte.kernel.live.hub import Hub

THREADS = 4  # requests of a process that run at once; each holds a connection to the database
_OF_A_WHOLE = {b"content-length", HEADER.lower().encode()}


async def _listening() -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(**_parameters(), autocommit=True)


def _parameters() -> dict[str, Any]:
    """Those of Django's own connections, without what belongs to the ORM."""
    wanted = {"dbname", "user", "password", "host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey"}
    return {
        "connect_timeout": 5,
        **{name: value for name, value in connection.get_connection_params().items() if name in wanted},
    }


pages = Pages(wsgi, threads=THREADS)
hub = Hub(_listening)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        return await _live(receive, send)
    answer = await pages.answer(scope, receive, send)
    follows = answer.header(HEADER)
    if follows and scope["method"] == "GET" and hub.has_room():
        await _keep_open(answer, Following.read(follows), receive, send)
    else:
        answer.headers = [(name, value) for name, value in answer.headers if name != HEADER.lower().encode()]
        await send_answer(answer, send)
    return None


async def _keep_open(answer: Answer, following: Following, receive: Receive, send: Send) -> None:
    headers = [(name, value) for name, value in answer.headers if name not in _OF_A_WHOLE]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    async with watched(receive) as gone:
        async for piece in hub.lines(following, gone):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _live(receive: Receive, send: Send) -> None:
    """The server's start and stop: lines that stand open would keep it from stopping."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await hub.close()
            pages.close()
            return await send({"type": "lifespan.shutdown.complete"})
