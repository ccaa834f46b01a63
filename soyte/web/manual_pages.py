"""The manual inside the product: read by anyone, signed in or not; it holds nothing of the installation."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from soyte.kernel.access.web import PUBLIC, requires
from soyte.web import manual

PICTURE_SECONDS = 3600


@requires(PUBLIC)
@require_GET
def roles_page(request: HttpRequest, page_name: str = "") -> HttpResponse:
    return _page(request, manual.ROLES, page_name)


@requires(PUBLIC)
@require_GET
def engineers_page(request: HttpRequest, text_name: str = "") -> HttpResponse:
    return _page(request, manual.ENGINEERS, text_name)


@requires(PUBLIC)
@require_GET
def picture(request: HttpRequest, picture_name: str) -> FileResponse:
    file = manual.picture(picture_name)
    if file is None:
        raise Http404
    answer = FileResponse(file.open("rb"), content_type="image/webp")
    answer["Cache-Control"] = f"public, max-age={PICTURE_SECONDS}"
    return answer


def _page(request: HttpRequest, book: manual.Book, name: str) -> HttpResponse:
    found = manual.page_of(book, name)
    if found is None:
        raise Http404
    entries = manual.entries(book)
    here = next((place for place, entry in enumerate(entries) if entry.file.stem == name), -1)
    context = {
        "page": found,
        "book": book,
        "entries": [(entry, place == here) for place, entry in enumerate(entries)],
        "next": entries[here + 1] if here + 1 < len(entries) else None,
        "index_url": reverse(book.address),
        "is_index": not name,
        "other_url": reverse((manual.ENGINEERS if book is manual.ROLES else manual.ROLES).address),
    }
    return render(request, "web/manual.html", context)
