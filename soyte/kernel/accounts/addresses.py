"""The address that a request comes from."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def _valid(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None


def client_address(request: HttpRequest) -> str | None:
    """The sender's address; behind a trusted proxy the last one that the proxy itself added.

    Earlier entries of X-Forwarded-For are the sender's own words and are not believed.
    """
    if settings.SOYTE_TRUST_PROXY:
        forwarded = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1]
        if address := _valid(forwarded):
            return address
    return _valid(request.META.get("REMOTE_ADDR", ""))
