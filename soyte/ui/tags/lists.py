"""What lists are made of: tabs, filters, columns, pager, timeline, source lines."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from django import template
from django.forms import CheckboxInput, Select
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from soyte.ui import components, icons
from soyte.ui.calendar import Month
from soyte.ui.filters import FilterForm
from soyte.ui.paging import Page
from soyte.ui.tags.pieces import chip

register = template.Library()


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Sequence[components.Tab], label: str) -> dict[str, Any]:
    return {"items": items, "label": label}


@register.inclusion_tag("ui/seg.html")
def segments(items: Sequence[components.Tab], label: str) -> dict[str, Any]:
    """A few views of the same thing, side by side."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/filters.html")
def filters(form: FilterForm, target: str = "ket-qua") -> dict[str, Any]:
    """The filter bar. `target` is the id of the element with tokens, table and pager, which a change replaces."""
    names = list(form.fields)
    wide = next((n for n in names if not isinstance(form.fields[n].widget, Select | CheckboxInput)), "")
    return {"form": form, "target": target, "wide": wide}


@register.inclusion_tag("ui/tokens.html")
def tokens(form: FilterForm, shown: str = "") -> dict[str, Any]:
    """Filters in force, each with a way to take it away, and the count line ("148 / 2.311 cơ sở")."""
    return {"tokens": form.tokens(), "faults": form.faults(), "clear_url": form.clear_url(), "shown": shown}


@register.simple_tag
def column(title: str, page: Page | None = None, key: str = "", numeric: bool = False, classes: str = "") -> SafeString:
    """A column's head. With the page and a sort key it is a link that orders by it, and says the order in force."""
    styles = " ".join(filter(None, ["n" if numeric else "", classes]))
    state = page.sort_state(key) if page and key else ""
    inner: Any = title
    if page and key:
        arrow = icons.icon("arrow-up" if state == "ascending" else "arrow-down") if state else ""
        inner = format_html('<a href="{}">{}{}</a>', page.sort_url(key), title, arrow)
    return format_html(
        '<th scope="col"{}{}>{}</th>',
        format_html(' class="{}"', styles) if styles else "",
        format_html(' aria-sort="{}"', state) if state else "",
        inner,
    )


@register.inclusion_tag("ui/pager.html")
def pager(page: Page, keys: bool = True) -> dict[str, Any]:
    return {"page": page, "keys": keys}


@register.inclusion_tag("ui/loading.html")
def loading(label: str, rows: int = 4) -> dict[str, Any]:
    """Grey bars in the place of a table that is on its way."""
    return {"label": label, "rows": [(72, 54, 81, 63)[place % 4] for place in range(rows)]}


@register.simple_tag
def timeline(years: Sequence[components.EventYear]) -> SafeString:
    """Visits of a person by year. Made as one text: it is the longest part of a record's page."""
    return mark_safe(  # noqa: S308 - escaped in _event
        "".join(
            f'<h3 class="yr">{escape(year.title)}</h3><ol class="tl">{"".join(map(_event, year.events))}</ol>'
            for year in years
        )
    )


def _event(event: components.Event) -> str:
    title = _linked(event.title, event.url, ' class="drill"')
    chips = "".join(chip(one) for one in event.chips)
    text = f"<p>{escape(event.text)}</p>" if event.text else ""
    source = f'<p><span class="src">{_linked(event.source, event.source_url)}</span></p>' if event.source else ""
    return (
        f'<li><div class="when"><b>{escape(event.when)}</b>{escape(event.when_note)}</div>'
        f'<div class="pin {escape(event.pin)}"></div>'
        f'<div class="ev"><div class="row-x"><h4 class="h6 mb-0">{title}</h4>{chips}</div>{text}{source}</div></li>'
    )


def _linked(text: str, url: str, attributes: str = "") -> str:
    return f'<a{attributes} href="{escape(url)}">{escape(text)}</a>' if url else escape(text)


@register.inclusion_tag("ui/work_list.html")
def work_list(groups: Sequence[components.WorkGroup]) -> dict[str, Any]:
    return {"groups": groups}


@register.inclusion_tag("ui/month.html")
def month_grid(month: Month, label: str) -> dict[str, Any]:
    """A month of squares; `label` is the table's caption."""
    return {"month": month, "label": label}


@register.inclusion_tag("ui/source_lines.html")
def source_lines(
    lines: Sequence[str], start: int = 1, hits: Sequence[int] = (), mark: str = "", label: str = "", tone: str = ""
) -> dict[str, Any]:
    """Lines of a received file as they are, numbered from `start`; those in `hits` stand out, `mark` in them too.

    Hits are faults unless tone="info": then they are what was asked for.
    """
    rows = [
        (place, _marked(line, mark) if place in hits else line, place in hits)
        for place, line in enumerate(lines, start=start)
    ]
    return {"rows": rows, "label": label or _("Đoạn tệp gốc"), "tone": tone}


def _marked(line: str, mark: str) -> SafeString | str:
    if not mark or mark not in line:
        return line
    before, _mark, after = line.partition(mark)
    return format_html("{}<mark>{}</mark>{}", before, mark, after)
