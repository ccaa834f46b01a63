"""Pages for what went wrong. They stand without the shell: it asks the database, which may be what failed."""

from __future__ import annotations

import sys
import traceback
import uuid
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

from soyte.kernel.access.web import page_of

log = structlog.get_logger("soyte.web")


def incident_code(request: HttpRequest) -> str:
    """A short code to read out on the telephone: the first seven digits of the request's number ("7F3A-20C")."""
    number = getattr(request, "request_id", "") or uuid.uuid4().hex
    return f"{number[:4]}-{number[4:7]}".upper()


def failed(request: HttpRequest) -> HttpResponse:
    """500. The log gets the class and the places, not the message: a database error quotes the row."""
    kind, _error, trace = sys.exc_info()
    code = incident_code(request)
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    log.error("incident", code=code, kind=kind.__name__ if kind else "", method=request.method, frames=frames)
    page = loader.get_template("web/500.html").render({"code": code, "request": request})
    return HttpResponse(page, status=500)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "web/404.html", status=404)


def only_sent(request: HttpRequest, allowed: str) -> HttpResponse:
    """405 of an address to which a form is only sent: who opens it comes from a refused form's page, and wants the page
    above it."""
    above = request.path.rstrip("/").rpartition("/")[0] + "/"
    page = render(request, "web/405.html", {"above": above}, status=405)
    page["Allow"] = allowed
    return page


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403; `why` of NoRight says which right is missing, in words."""
    return render(request, "web/403.html", {"why": getattr(exception, "why", "")}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    page = loader.get_template("web/400.html").render({"request": request})
    return HttpResponse(page, status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing or old: a page left open over night, or a form of another site."""
    title = _("Trang đã mở quá lâu")
    page: dict[str, Any] = {
        "title": title,
        "why": _("Chưa có gì được ghi. Tải lại trang rồi làm lại."),
        "back": page_of(request),
    }
    return render(request, "web/csrf.html", page, status=403)
