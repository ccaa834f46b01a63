"""What every answer carries: its time, headers that guard it, compression, the language that the reader chose."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone, translation
from prometheus_client import Counter, Histogram

from soyte.web.errors import only_sent

Answer = Callable[[HttpRequest], HttpResponseBase]

SECONDS = Histogram(
    "soyte_http_seconds",
    "Server time of an answer.",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
ANSWERS = Counter("soyte_http_answers_total", "Answers by view and status.", ["view", "status"])

# Nothing of a health system belongs in the cache of a shared machine, and no page needs a camera.
GUARDS = {
    "Cache-Control": "private, no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class ServerTiming:
    """Outermost: measures all of the server's work on a page, and counts answers."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        for name, value in GUARDS.items():
            response.headers.setdefault(name, value)
        response.headers["Server-Timing"] = f"total;dur={seconds * 1000:.1f}"
        # The view's name, never the address: addresses hold keys of persons.
        view = request.resolver_match.view_name if request.resolver_match else "none"
        SECONDS.labels(view).observe(seconds)
        ANSWERS.labels(view, response.status_code).inc()
        return response


class Compressed(GZipMiddleware):
    """Texts go compressed, a tenth of their size, for the lines of stations are poor; with Django's random bytes in each,
    so that sizes tell nothing. Files that are packed already, and lines that stay open, go as they are."""

    KINDS = frozenset({"text/html", "text/plain", "text/csv", "text/xml", "application/xml", "application/json"})

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        return super().process_response(request, response) if kind in self.KINDS else response


class Language:
    """Vietnamese unless the reader chose otherwise. The browser's own wish is not asked: many office machines run
    an English Windows, and their readers do not want an English page."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        timezone.activate(timezone.get_default_timezone())  # unsaid, it is looked for anew with each time on a page
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class OnlySent:
    """A browser that opens the address of a form gets a page with a way back, not an empty answer."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.method == "GET" and request.accepts("text/html"):
            return only_sent(request, response["Allow"])
        return response


class Readable:
    """A NUL in an address is nobody's search, and PostgreSQL has no such text: answered 400 before any view asks."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        if "\0" in request.path or "\0" in query or "%00" in query:
            raise BadRequest
        return self.get_response(request)
