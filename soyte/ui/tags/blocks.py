"""What encloses other content: panels, notes, page heads, the states of a page."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from soyte.ui import components, icons

register = template.Library()


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
    """The page's h1, what it shows and as of when, the way up; buttons between the tags. A filter bar renews the buttons, of
    which some act on what it left."""
    trail = format_html_join("", '<a href="{}">{}</a> › ', ((crumb.url, crumb.title) for crumb in crumbs))
    crumb_line = (
        format_html('<nav class="crumb" aria-label="{}">{}{}</nav>', _("Vị trí"), trail, title) if crumbs else ""
    )
    sub_line = format_html('<div class="sub">{}</div>', sub) if sub else ""
    return format_html(
        '<div class="ph"><div class="hd">{}<h1>{}</h1>{}</div><div class="acts" id="thao-tac">{}</div></div>',
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
