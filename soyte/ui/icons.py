"""Icons: one sprite file, named as in Tabler. The names that exist are assets/icons.txt."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

FILE = Path(__file__).parent / "assets" / "icons.txt"
UNKNOWN = "help-circle"


@cache
def names() -> frozenset[str]:
    lines = (line.strip() for line in FILE.read_text().splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=1024)
def icon(name: str, *, tone: str = "", label: str = "", spin: bool = False) -> SafeString:
    """The icon as SVG; with `label` it speaks for itself, without it is decoration beside a word. A page has dozens of them,
    the same on every page: each is made once a process."""
    shown = name if name in names() else UNKNOWN
    classes = " ".join(filter(None, ["i", f"t-{tone}" if tone else "", "spin" if spin else ""]))
    target = f"{static('built/sprite.svg')}#{shown}"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', classes, label, target)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', classes, target)
