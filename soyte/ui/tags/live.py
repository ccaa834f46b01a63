"""Pages that follow what changes."""

from __future__ import annotations

import time
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from soyte.ui import icons

register = template.Library()


@register.simple_tag(takes_context=True)
def live(context: dict[str, Any], *topics: str, url: str = "") -> SafeString:
    """Let the page follow `topics`; shows nothing but "Mất kết nối lúc …" when nothing comes any more. Once a page.

    `url` is the address of a view that answers with kernel/live `follow`; that of whoever is signed in unless given.
    """
    address = f"{url or context['shell'].live_url}?{urlencode({'topic': topics}, doseq=True)}"
    return format_html(
        '<p class="live-lost chip bad no-print" role="status" data-live="{}" data-since="{}" hidden>{}<span data-live-text></span></p>'
        '<script src="{}" defer></script>',
        address,
        time.time_ns() // 1_000_000,
        icons.icon("plug-connected-x"),
        static("built/live.js"),
    )
