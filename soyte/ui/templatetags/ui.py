"""{% load ui %}: the components of the pages. soyte/ui/README.md and the page /_ui/ show each of them.

Their texts are escaped; HTML comes in only between a block tag and its end. Colour never stands alone: a tone brings
its icon or its word.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from soyte.kernel.text import format as words
from soyte.ui import clocks, components, drawing, icons
from soyte.ui.calendar import Month
from soyte.ui.filters import FilterForm
from soyte.ui.paging import Count, Page

register = template.Library()
register.simple_tag(icons.icon, name="icon")


# ---- numbers and dates -------------------------------------------------------------------------------------------


@register.filter
def number(value: Any, places: int | None = None) -> str:
    """1234567.5 -> 1.234.567,5; nothing for None."""
    return "" if value is None or value == "" else words.number(value, places)


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


# ---- small pieces ------------------------------------------------------------------------------------------------


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
    values: Sequence[float | None],
    label: str,
    low: Any = None,
    high: Any = None,
    tone: str = "",
    width: int = 104,
    height: int = 28,
) -> SafeString:
    """A trend without axes; `label` is the sentence that says what it shows. `low`, `high`: reference range as a band."""
    line = drawing.sparkline(values, width=width, height=height, low=_float(low), high=_float(high))
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
def bars(values: Sequence[tuple[str, float | None, str]], label: str, width: int = 240, height: int = 48) -> SafeString:
    """Upright bars: (label, value or None, tone). Put the same figures in a table that the page can show."""
    drawn = drawing.bars(values, width=width, height=height)
    rects = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" class="{}"><title>{}</title></rect>',
        ((bar.x, bar.y, bar.width, bar.height, bar.tone, bar.label) for bar in drawn),
    )
    return format_html(
        '<svg class="bars" width="100%" height="{1}" viewBox="0 0 {0} {1}" preserveAspectRatio="none" '
        'role="img" aria-label="{2}">{3}<rect class="base" y="{4}" width="{0}" height="1"/></svg>',
        str(width),
        str(height),
        label,
        rects,
        str(height - 1),
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


# ---- lists -------------------------------------------------------------------------------------------------------


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
    return {"tokens": form.tokens(), "clear_url": form.clear_url(), "shown": shown}


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


@register.inclusion_tag("ui/timeline.html")
def timeline(years: Sequence[components.EventYear]) -> dict[str, Any]:
    return {"years": years}


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


# ---- forms -------------------------------------------------------------------------------------------------------


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, wide: bool = False, classes: str = "") -> dict[str, Any]:
    """Label, help, control and error of one field, tied together for a screen reader."""
    widget = bound.field.widget
    many = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    check = isinstance(widget, CheckboxInput)
    described = " ".join(
        filter(
            None, [f"{bound.auto_id}_help" if bound.help_text else "", f"{bound.auto_id}_error" if bound.errors else ""]
        )
    )
    attrs: dict[str, str | bool] = {
        "class": " ".join(
            filter(
                None,
                [
                    _control_class(widget, many=many, check=check),
                    widget.attrs.get("class", ""),
                    "is-invalid" if bound.errors and not many else "",
                ],
            )
        )
    }
    if described and not many:
        attrs["aria-describedby"] = described
    if bound.errors and not many:
        attrs["aria-invalid"] = "true"
    if many:
        widget.attrs["class"] = attrs["class"]  # options are drawn one by one and take the widget's own attributes
    return {
        "field": bound,
        "control": "" if many else bound.as_widget(attrs=attrs),
        "check": check,
        "many": many,
        "wide": wide,
        "classes": classes,
        "described": described,
        "options": list(bound) if many else [],
    }


def _control_class(widget: Any, *, many: bool, check: bool) -> str:
    if many or check:
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What must be mended, each a link to its field; takes the focus."""
    fields = [(bound, bound.errors[0]) for bound in form if bound.errors]
    return {"fields": fields, "others": list(form.non_field_errors()), "number": len(fields)}


# ---- blocks ------------------------------------------------------------------------------------------------------


@register.simple_block_tag
def panel(
    content: str,
    title: str = "",
    icon: str = "",
    meta: str = "",
    meta_url: str = "",
    classes: str = "",
    level: int = 2,
    ident: str = "",
    label: str = "",
    flush: bool = False,
) -> SafeString:
    """{% panel title="…" icon="flask" %} … {% endpanel %}; flush=True for a table or list that fills it."""
    link = format_html('<a href="{}">{}</a>', meta_url, meta) if meta_url else meta
    head = (
        format_html(
            "<header>{0}<h{1}>{2}</h{1}>{3}</header>",
            icons.icon(icon) if icon else "",
            str(level),
            title,
            format_html('<span class="meta">{}</span>', link) if meta else "",
        )
        if title
        else ""
    )
    name = format_html(' aria-label="{}"', label or title) if label or title else ""
    body = content if flush else format_html('<div class="in">{}</div>', content)
    return format_html(
        '<section class="{}"{}{}>{}{}</section>',
        f"panel {classes}".strip(),
        format_html(' id="{}"', ident) if ident else "",
        name,
        head,
        body,
    )


@register.simple_block_tag
def note(content: str, tone: str = "", title: str = "", icon: str = "", alert: bool = False) -> SafeString:
    """A remark that belongs to the page. alert=True only for an answer to what the user just did."""
    name = icon or components.TONE_ICONS.get(tone, "info-circle")
    head = format_html('<p class="b">{}</p>', title) if title else ""
    return format_html(
        '<div class="note {}"{}>{}<div>{}{}</div></div>',
        tone,
        mark_safe(' role="alert"') if alert else "",
        icons.icon(name, tone=tone),
        head,
        content,
    )


@register.simple_block_tag
def page_head(content: str, title: str, sub: str = "", crumbs: Sequence[components.Link] = ()) -> SafeString:
    """The page's h1, what it shows and as of when, the way up; buttons between the tags."""
    trail = format_html_join("", '<a href="{}">{}</a> › ', ((crumb.url, crumb.title) for crumb in crumbs))
    crumb_line = (
        format_html('<nav class="crumb" aria-label="{}">{}{}</nav>', _("Vị trí"), trail, title) if crumbs else ""
    )
    sub_line = format_html('<div class="sub">{}</div>', sub) if sub else ""
    return format_html(
        '<div class="ph"><div class="hd">{}<h1>{}</h1>{}</div><div class="acts">{}</div></div>',
        crumb_line,
        title,
        sub_line,
        content if content.strip() else "",
    )


@register.simple_block_tag
def figures(content: str) -> SafeString:
    """A row of {% figure %}."""
    return format_html('<div class="sum4">{}</div>', content)


@register.simple_block_tag
def empty(content: str, title: str, text: str = "", level: int = 2) -> SafeString:
    """Nothing to show: where we looked, and between the tags the next step."""
    art = mark_safe(
        '<svg class="art" viewBox="0 0 88 66" aria-hidden="true"><rect class="pg" x="8" y="10" width="56" '
        'height="40" rx="5"/><path d="M16 22h28M16 31h36M16 40h20"/><circle class="gl" cx="62" cy="42" r="13"/>'
        '<path class="gl" d="M71.5 51.5l9 9"/></svg>'
    )
    return _state(art, title, text, content, level)


@register.simple_block_tag
def failed(
    content: str, title: str, text: str = "", code: str = "", icon: str = "plug-connected-x", level: int = 2
) -> SafeString:
    """What failed, what is safe, what happens next; `code` is read out to the help desk."""
    art = format_html('<span class="big t-bad">{}</span>', icons.icon(icon))
    tail = format_html(
        '<p class="small mt-3">{} <span class="mono b">{}</span></p>', _("Mã sự cố để báo tổ CNTT:"), code
    )
    return _state(art, title, text, content, level, tail if code else "")


@register.simple_block_tag
def no_right(content: str, title: str = "", text: str = "", level: int = 2) -> SafeString:
    """A page or part that this post may not see, and who may give the right."""
    art = format_html('<span class="big t-info">{}</span>', icons.icon("shield-lock"))
    return _state(
        art,
        title or _("Bạn chưa có quyền xem phần này"),
        text or _("Quyền đi theo vị trí công tác. Cần thì hỏi quản trị viên của đơn vị bạn."),
        content,
        level,
    )


def _state(art: SafeString, title: str, text: str, content: str, level: int, tail: SafeString | str = "") -> SafeString:
    actions = content if content.strip() else ""
    return format_html(
        '<div class="empty">{0}<h{1}>{2}</h{1}>{3}{4}{5}</div>',
        art,
        str(level),
        title,
        format_html("<p>{}</p>", text) if text else "",
        format_html('<div class="row-x">{}</div>', actions) if actions else "",
        tail,
    )
