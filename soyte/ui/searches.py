"""What is typed into a search for persons stays out of the address: browsers and proxies keep addresses, and here they would hold
names and citizen numbers. The form is posted, its text is kept in the session, and the page's address names it by a key."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from soyte.kernel.text import one_line

BOX, KEY = "q", "k"  # of the form; of the address
KEPT = 20  # searches of a session that Back still finds
LONGEST = 200
_SESSION = "searches"  # key -> text, the oldest first


def keep(request: HttpRequest) -> HttpResponse:
    """The answer to the posted form: the page that shows what was found, which can be reloaded and gone back to."""
    text = one_line(request.POST.get(BOX, "").replace("\0", " "))[:LONGEST]  # PostgreSQL has no text with a NUL
    if not text:
        return redirect(request.path)
    kept: dict[str, str] = request.session.get(_SESSION, {})
    key = next((key for key, known in kept.items() if known == text), secrets.token_urlsafe(6))
    others = [(other, known) for other, known in kept.items() if other != key]
    request.session[_SESSION] = dict([*others, (key, text)][-KEPT:])
    return redirect(f"{request.path}?{urlencode({KEY: key})}")


def typed(request: HttpRequest) -> str:
    """The text that the address asks for; "" where it asks for none, or for one that is not kept any more."""
    return str(request.session.get(_SESSION, {}).get(request.GET.get(KEY), ""))


def is_forgotten(request: HttpRequest) -> bool:
    """Whether the address asks for a search of another session, or one that many others followed."""
    return KEY in request.GET and not typed(request)
