"""Small words of the administrator's pages."""

from __future__ import annotations

from django import template

from soyte.systems.safety.identity import selectors

register = template.Library()
register.filter("role_title", selectors.role_title)


@register.filter
def hex_start(value: bytes | memoryview) -> str:
    """The first digits of a hash, enough to compare by eye."""
    return bytes(value).hex()[:16]
