"""Each request gets a number and, when somebody asks, its actor."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from soyte.kernel.access.actor import Actor, actor_for
from soyte.kernel.accounts.addresses import client_address

_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


def _request_id(request: HttpRequest) -> str:
    """The number that a proxy gave, if it looks like one; else a new one."""
    given = request.headers.get("X-Request-Id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _actor(request: HttpRequest, request_id: str) -> Actor:
    account = request.user if request.user.is_authenticated else None
    return actor_for(account, address=client_address(request), request_id=request_id)


class ActorMiddleware:
    """Sets request.request_id and request.actor (read from the database on first use)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.request_id = _request_id(request)
        request.actor = SimpleLazyObject(lambda: _actor(request, request.request_id))
        structlog.contextvars.bind_contextvars(request_id=request.request_id)
        try:
            response = self.get_response(request)
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
        response["X-Request-Id"] = request.request_id
        return response
