"""A browser's own description in words that its owner knows it by: "Chrome, Windows"."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

# The first that fits: most browsers claim to be several others too.
BROWSERS = (
    ("Cốc Cốc", "coc_coc"),
    ("Edge", "Edg"),
    ("Opera", "OPR/"),
    ("Samsung Internet", "SamsungBrowser"),
    ("Firefox", "Firefox|FxiOS"),
    ("Chrome", "Chrome|CriOS"),
    ("Safari", "Safari"),
)
MACHINES = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac", "Macintosh"),
    ("Linux", "Linux"),
)


def browser_in_words(described: str) -> str:
    """Browser and machine, as far as they are known ones."""
    named = [_first(kinds, described) for kinds in (BROWSERS, MACHINES)]
    return ", ".join(filter(None, named)) or _("trình duyệt không rõ")


def _first(kinds: tuple[tuple[str, str], ...], described: str) -> str:
    return next((name for name, pattern in kinds if re.search(pattern, described)), "")
