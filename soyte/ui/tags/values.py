"""Numbers, money, days and times as filters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from soyte.kernel.text import format as words
from soyte.ui import clocks, components
from soyte.ui.paging import Count

register = template.Library()


@register.filter
def number(value: Any, places: int | None = None) -> str:
    """1234567.5 -> 1.234.567,5; nothing for None."""
    return "" if value is None or value == "" else words.number(value, places)


@register.simple_tag
def figure_cells(cells: Iterable[components.FigureCell]) -> SafeString:
    """A row's cells of figures, each leading to its rows if it has an address. Made as one text: a table has thousands."""
    small = _("dưới 5")

    def inner(cell: components.FigureCell) -> str:
        if cell.value is None:
            return f'<span class="dim">{small}</span>'
        if cell.url:
            return f'<a href="{escape(cell.url)}">{words.number(cell.value)}</a>'
        return words.number(cell.value) if cell.value else '<span class="dim">0</span>'

    return mark_safe("".join(f'<td class="n">{inner(cell)}</td>' for cell in cells))  # noqa: S308 - escaped above


@register.filter
def money(value: Any) -> str:
    """đồng to the đồng: 1.234.567 đ."""
    return "" if value is None or value == "" else words.money(value)


@register.filter
def short_money(value: Any) -> str:
    """For a tile: 3,12 tỷ đồng."""
    return "" if value is None or value == "" else words.short_money(value)


@register.filter
def percent(value: Any, places: int = 1) -> str:
    """A share of one: 0.864 -> 86,4%."""
    return "" if value is None or value == "" else words.number(Decimal(str(value)) * 100, places) + "%"


@register.filter
def day(value: date | None) -> SafeString | str:
    """12/11/2026, as <time>."""
    if value is None:
        return ""
    local = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    return format_html('<time datetime="{}">{}</time>', local.isoformat()[:10], words.day(value))


@register.filter
def instant(value: datetime | None) -> SafeString | str:
    """12/11/2026 14:32, as <time>."""
    if value is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(timespec="minutes"), words.instant(value))


@register.filter
def clock_time(value: datetime | None) -> SafeString | str:
    """14:32, with the day in the tooltip."""
    if value is None:
        return ""
    shown = words.instant(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(timespec="minutes"), shown, shown[-5:]
    )


@register.filter
def duration(value: timedelta | None) -> str:
    """2 giờ 28 phút."""
    return "" if value is None else clocks.duration(value)


@register.filter
def count(value: Count | int) -> str:
    """1.234; of a count that stopped at its limit: hơn 10.000."""
    if isinstance(value, Count):
        shown = words.number(value.number)
        return _("hơn %(number)s") % {"number": shown} if value.more else shown
    return words.number(value)
