"""The answer of a view that lets a page follow topics.

The view decides who may follow what and answers at once, with a header that asks the front server (soyte/config/asgi.py)
to keep the line open. A server that does not know the header sends the answer as it is, and the page asks again and again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.http import HttpRequest, HttpResponse

HEADER = "X-Soyte-Live"
CONTENT_TYPE = "text/event-stream; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Following:
    """What a line is to carry: its topics, and since when the page has heard nothing (epoch milliseconds; 0: never)."""

    topics: tuple[str, ...]
    since: int = 0

    def text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Following:
        told = json.loads(text)
        return cls(tuple(told["topics"]), int(told["since"]))


def follow(request: HttpRequest, topics: Iterable[str]) -> HttpResponse:
    """Let the page follow `topics`, which the caller has found it may.

    `?once` asks for one answer instead of a line: that is how a page polls where no line can be had.
    """
    response = HttpResponse("event: poll\ndata: 1\n\n", content_type=CONTENT_TYPE)
    response["X-Accel-Buffering"] = "no"  # nginx would keep events back until it has enough of them
    if "once" not in request.GET:
        response[HEADER] = Following(tuple(sorted(topics)), _since(request)).text()
    return response


def _since(request: HttpRequest) -> int:
    """The browser's own word for a line that broke, else what the page was written with."""
    told = request.headers.get("Last-Event-ID") or request.GET.get("since", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 15 else 0
