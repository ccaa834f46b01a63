"""What stands around every page: navigation by what the rooms declare and the actor may do."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.kernel.access.actor import Actor, HeldPost
from soyte.kernel.organisations.models import Unit
from soyte.kernel.organisations.selectors import in_force
from soyte.kernel.systems import menu
from soyte.kernel.text import fold, initials
from soyte.ui import searches
from soyte.ui.components import Link
from soyte.ui.shell import AccountCard, Shell, ShellLink
from soyte.web.navigation import allowed
from soyte.web.starting import bell

THEME_COOKIE = "soyte_theme"
THEMES = ("light", "dark", "auto")
SITE_SECONDS = 60
_site: tuple[float, str] = (0.0, "")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the variable `shell` of ui/page.html."""
    actor: Actor | None = getattr(request, "actor", None)
    signed_in = bool(actor and actor.account)
    entries = links(actor, request.path) if actor and signed_in else []
    personal = bool(actor and actor.is_citizen)
    return {
        "shell": Shell(
            site=site_name(),
            site_note=_("Dữ liệu minh hoạ") if settings.SOYTE_DEMO else "",
            theme=theme_of(request),
            theme_url=reverse("web:theme"),
            language_url=reverse("web:language"),
            sign_in_url=reverse("web:sign_in"),
            home_url=entries[0].url if personal and entries else reverse("web:start"),
            all_url=reverse("web:start") + "#chuc-nang",
            search_url=reverse("web:search"),
            live_url=reverse("web:events"),
            manual_url=reverse("web:manual"),
            demo=settings.SOYTE_DEMO,
            personal=personal,
            query=searches.typed(request) if request.path == reverse("web:search") else "",
            account=_card(actor) if actor and signed_in else None,
            bell=bell(actor) if actor and signed_in else None,
            menu=entries,
            printed_at=timezone.now(),
        )
    }


def theme_of(request: HttpRequest) -> str:
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def site_name() -> str:
    """The department's name, looked up once a minute and process."""
    global _site
    asked, name = _site
    if not name or time.monotonic() - asked > SITE_SECONDS:
        today = timezone.localdate()
        departments = Unit.objects.filter(in_force(today), kind=Unit.Kind.DEPARTMENT).order_by("id")
        name = departments.values_list("name", flat=True).first() or str(_("Sở Y tế"))
        _site = (time.monotonic(), name)
    return name


def links(actor: Actor, path: str) -> list[ShellLink]:
    """The start page and the entries of the menu that the actor may open, each with its letter after G."""
    entries = allowed(actor, menu())
    if not actor.is_citizen:
        entries = [Link(_("Trang đầu"), reverse("web:start"), "home"), *entries]
    current = _current([entry.url for entry in entries], path)
    taken: set[str] = set()
    return [
        ShellLink(entry.title, entry.url, entry.icon, current=entry.url == current, key=_letter(entry.title, taken))
        for entry in entries
    ]


def _current(urls: list[str], path: str) -> str:
    """The entry under which the page stands: the longest address that the page's own begins with."""
    under = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(under, key=len, default="")


def _letter(title: str, taken: set[str]) -> str:
    """The first letter of the title that no earlier entry has, initials of words first."""
    words = fold(title).split()
    letters = [word[0] for word in words] + list("".join(words))
    free = next((letter for letter in letters if letter.isascii() and letter.isalpha() and letter not in taken), "")
    taken.add(free)
    return free


def _post_text(actor: Actor, post: HeldPost | None) -> str:
    if actor.is_citizen:
        return _("Người dân")
    return f"{post.role.title} · {post.unit_name}" if post else _("Chưa có chức danh")


def _card(actor: Actor) -> AccountCard:
    name = actor.account.display_name if actor.account else ""
    post = next(iter(actor.posts), None)
    return AccountCard(
        name=name,
        post=_post_text(actor, post),
        initials=initials(name),
        url=reverse("web:account"),
        password_url=reverse("web:change_password"),
        sign_out_url=reverse("web:sign_out"),
    )
