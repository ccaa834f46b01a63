"""Small drawings in a line: bars, trends, reference ranges."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from soyte.kernel.text import format as words
from soyte.ui import components, drawing

register = template.Library()


@register.simple_tag
def meter(share: float, tone: str = "", label: str = "", mark: float | None = None) -> SafeString:
    """A bar of `share` percent (0-100) of the width. Without a label it is decoration beside a figure that says it."""
    width = drawing.plain(max(0.0, min(100.0, float(share))))
    line = (
        "" if mark is None else format_html('<rect class="mark" x="{}%" width="2" height="100%"/>', drawing.plain(mark))
    )
    role = format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"')
    return format_html(
        '<svg class="meter"{}><rect class="{}" width="{}%" height="100%"/>{}</svg>', role, tone or "v", width, line
    )


@register.simple_tag
def stacked(slices: Sequence[components.Slice], total: int, label: str = "") -> SafeString:
    """A bar of several parts of `total`, in their order. Say the parts in words beside it ({% stacked_key %})."""
    drawn, start = [], 0.0
    for part in slices:
        share = part.count / total * 100 if total else 0.0
        drawn.append((drawing.plain(start), drawing.plain(share), part.tone or "v"))
        start += share
    rects = format_html_join("", '<rect x="{}%" width="{}%" class="{}" height="100%"/>', drawn)
    role = format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"')
    return format_html('<svg class="meter"{}>{}</svg>', role, rects)


@register.simple_tag
def stacked_key(slices: Sequence[components.Slice]) -> SafeString:
    """The parts of a stacked bar in words: "873 đạt, đã vào hồ sơ"."""
    return format_html_join(
        " ",
        '<span class="t-{} b"><span aria-hidden="true">■</span> {} {}</span>',
        ((part.tone, words.number(part.count), part.text) for part in slices),
    )


@register.simple_tag
def sparkline(
    values: Sequence[float | Decimal | None],
    label: str,
    low: Any = None,
    high: Any = None,
    tone: str = "",
    width: int = 104,
    height: int = 28,
) -> SafeString:
    """A trend without axes; `label` is the sentence that says what it shows. `low`, `high`: reference range as a band."""
    known = [_float(value) for value in values]
    line = drawing.sparkline(known, width=width, height=height, low=_float(low), high=_float(high))
    if line is None:
        return mark_safe("")
    band = (
        format_html(
            '<rect class="band" x="0" y="{}" width="{}" height="{}" rx="2"/>', line.band_y, str(width), line.band_height
        )
        if line.band_height
        else ""
    )
    return format_html(
        '<svg class="spark {0}" width="{1}" height="{2}" viewBox="0 0 {1} {2}" role="img" aria-label="{3}">'
        '{4}<path d="{5}"/><circle cx="{6}" cy="{7}" r="3.6"/></svg>',
        tone,
        str(width),
        str(height),
        label,
        band,
        line.path,
        line.last_x,
        line.last_y,
    )


@register.simple_tag
def bars(
    values: Sequence[tuple[str, float | None, str]], label: str, width: int = 240, height: int = 48, ends: bool = False
) -> SafeString:
    """Upright bars: (label, value or None, tone). Put the same figures in a table that the page can show. `ends` writes the
    first and the last label below, for who does not point at a bar."""
    drawn = drawing.bars(values, width=width, height=height)
    rects = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" class="{}"><title>{}</title></rect>',
        ((bar.x, bar.y, bar.width, bar.height, bar.tone, bar.label) for bar in drawn),
    )
    foot = (
        format_html(
            '<div class="bars-ends" aria-hidden="true"><span>{}</span><span>{}</span></div>',
            drawn[0].label,
            drawn[-1].label,
        )
        if ends and len(drawn) > 1
        else ""
    )
    return format_html(
        '<svg class="bars" width="100%" height="{1}" viewBox="0 0 {0} {1}" preserveAspectRatio="none" '
        'role="img" aria-label="{2}">{3}<rect class="base" y="{4}" width="{0}" height="1"/></svg>{5}',
        str(width),
        str(height),
        label,
        rects,
        str(height - 1),
        foot,
    )


@register.simple_tag
def reference_range(value: Any, low: Any = None, high: Any = None) -> SafeString:
    """Where a value stands in its reference range, as decoration beside the figures. Nothing without a range."""
    if value is None or (low is None and high is None):
        return mark_safe("")
    place = drawing.reference_range(float(value), low=_float(low), high=_float(high))
    return format_html(
        '<svg class="ref" aria-hidden="true"><rect class="t" y="20%" width="100%" height="60%" rx="3"/>'
        '<rect class="ok" x="{}%" y="20%" width="{}%" height="60%" rx="2"/>'
        '<rect class="m{}" x="{}%" width="5" height="100%" rx="2.5"/></svg>',
        place.range_x,
        place.range_width,
        " out" if place.outside else "",
        place.mark_x,
    )


@register.simple_tag
def range_text(low: Any = None, high: Any = None) -> str:
    """A reference range in words: "4,0–6,0", "dưới 5,7", "từ 60"."""
    if low is None and high is None:
        return ""
    if low is None:
        return _("dưới %(edge)s") % {"edge": words.number(high)}
    if high is None:
        return _("từ %(edge)s") % {"edge": words.number(low)}
    return f"{words.number(low)}–{words.number(high)}"


def _float(value: Any) -> float | None:
    # "" is what a template hands on of a range that is not there: {{ row.range.low }} of None.
    return None if value is None or value == "" else float(Decimal(str(value)))
