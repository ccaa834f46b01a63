"""Small pieces of a page: chips, links, figures, clocks, labelled values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from soyte.kernel.text import format as words
from soyte.ui import clocks, components, icons

register = template.Library()
register.simple_tag(icons.icon, name="icon")


@register.simple_tag
def chip(text: str | components.Chip, tone: str = "", icon: str | None = None) -> SafeString:
    """A state in a word, with the icon of its tone unless told otherwise; icon="" for none."""
    if isinstance(text, components.Chip):
        return chip(text.text, text.tone, text.icon or None)
    name = components.TONE_ICONS.get(tone, "") if icon is None else icon
    return format_html('<span class="chip {}">{}{}</span>', tone, icons.icon(name) if name else "", text)


@register.simple_tag
def unknown(text: str = "") -> SafeString:
    """What nobody has asked, measured or sent, in the colour of ignorance. Not for "none"."""
    return format_html('<span class="t-dunno">{}</span>', text or _("Chưa biết"))


@register.simple_tag
def drill(text: Any, url: str = "", label: str = "") -> SafeString:
    """A figure or a name that opens its rows; plain text without an address."""
    if not url:
        return format_html("{}", text)
    return format_html(
        '<a class="drill" href="{}"{}>{}</a>', url, format_html(' aria-label="{}"', label) if label else "", text
    )


@register.simple_tag
def source(*parts: Any, url: str = "") -> SafeString:
    """Provenance in one line under a fact: place, person, source table, time received."""
    line = format_html_join(" · ", "{}", ((part,) for part in parts if part))
    return format_html('<span class="src">{}</span>', format_html('<a href="{}">{}</a>', url, line) if url else line)


@register.inclusion_tag("ui/figure.html")
def figure(
    label: str, value: Any, unit: str = "", url: str = "", tone: str = "", note: str = "", current: bool = False
) -> dict[str, Any]:
    """One figure of a row {% figures %}: its label, value with unit, and the address of the rows behind it."""
    shown = words.number(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value
    return {
        "label": label,
        "value": shown,
        "unknown": value is None,
        "unit": unit,
        "url": url,
        "tone": tone,
        "note": note,
        "current": current,
        "words": isinstance(value, str) and len(value) > 9,
    }


@register.inclusion_tag("ui/clock.html")
def clock(when: components.Clock | datetime | None, started: datetime | None = None) -> dict[str, Any]:
    """Time left in words with a bar of the time used. Give a Clock, or the moment it is due."""
    if isinstance(when, datetime):
        when = clocks.clock(when, now=timezone.now(), started=started)
    return {"clock": when}


@register.inclusion_tag("ui/progress.html")
def progress(done: int, total: int, label: str, note: str = "") -> dict[str, Any]:
    """How far a longer job is: words, count and bar."""
    return {"done": done, "total": total, "label": label, "note": note}


@register.inclusion_tag("ui/facts.html")
def facts(items: Sequence[components.Fact], layout: str = "") -> dict[str, Any]:
    """Labelled values. layout: "" in columns, rows = label beside value, line = in one line."""
    return {"items": items, "layout": layout}


@register.inclusion_tag("ui/safety.html")
def safety(
    title: str, text: str = "", tone: str = "", icon: str = "", link: components.Link | None = None
) -> dict[str, Any]:
    """A cell of the safety row under a person's name: allergy, main conditions, blood group."""
    return {
        "title": title,
        "text": text,
        "tone": tone,
        "icon": icon or components.TONE_ICONS.get(tone, "heartbeat"),
        "link": link,
    }
