"""The manual: the Markdown files of `docs/`, read as pages.

Two books. The Vietnamese one is docs/manual, a page for each role, in the order of its README; the engineers' one is English, in
the order of docs/README.md. A page's address is its file's name, so links between files work in an editor and on the site.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from soyte.kernel.text import fold

CHECKOUT = Path(__file__).resolve().parents[2]
MANUAL = CHECKOUT / "docs/manual"
PICTURES = MANUAL / "pictures"
INDEX = "README"


@dataclass(frozen=True, slots=True)
class Book:
    """`index` lists its pages by links; `address` names the addresses of the index and of a page."""

    index: Path
    address: str
    language: str


@dataclass(frozen=True, slots=True)
class Page:
    """A file as HTML. `parts` are the second headings: (anchor, text)."""

    title: str
    body: SafeString
    parts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list of pages."""

    title: str
    url: str
    file: Path


ROLES = Book(MANUAL / "README.md", "web:manual", "vi")
ENGINEERS = Book(CHECKOUT / "docs/README.md", "web:engineering", "en")


def entries(book: Book) -> list[Entry]:
    """The pages that the book's index links to, in its order, each once."""
    return _entries(book, book.index.stat().st_mtime_ns) if book.index.is_file() else []


@lru_cache(maxsize=4)
def _entries(book: Book, changed_ns: int) -> list[Entry]:
    found: dict[Path, Entry] = {}
    for href in _links(_parse(book.index.read_text(encoding="utf-8"))):
        file = _file(href, book.index)
        if file is not None and file not in found and (url := _url(file, book)):
            found[file] = Entry(_title(file), url, file)
    return list(found.values())


def page_of(book: Book, name: str) -> Page | None:
    """The page of this name, "" for the index; None where the index links to no such file."""
    if not name:
        return _page(book.index, book) if book.index.is_file() else None
    file = next((entry.file for entry in entries(book) if entry.file.stem == name), None)
    return _page(file, book) if file else None


def picture(name: str) -> Path | None:
    """The file of a picture; a name is taken only as the folder lists it."""
    return next((file for file in PICTURES.glob("*.webp") if file.name == name), None)


def _page(file: Path, book: Book) -> Page:
    return _rendered(file, book, file.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _rendered(file: Path, book: Book, changed_ns: int) -> Page:
    tokens = _parse(file.read_text(encoding="utf-8"))
    title = file.stem
    if len(tokens) > 1 and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        title = _plain(tokens[1])
        tokens = tokens[3:]
    parts = []
    for opening, told in pairwise(tokens):
        if opening.type == "heading_open" and opening.tag == "h2":
            text = _plain(told)
            anchor = "-".join(fold(text).split())
            opening.attrSet("id", anchor)
            parts.append((anchor, text))
    for token in tokens:
        _rewrite(token, file)
    body = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Page(title, mark_safe(body), parts)  # noqa: S308 - our own files, HTML in them is not passed on


def _parse(text: str) -> list[Token]:
    return _MARKDOWN.parse(text)


def _title(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return next(lines, "").lstrip("# ").strip() or file.stem


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


def _links(tokens: Sequence[Token]) -> list[str]:
    inline = [child for token in tokens for child in token.children or []]
    return [str(child.attrGet("href")) for child in inline if child.type == "link_open"]


def _file(href: str, beside: Path) -> Path | None:
    """The Markdown file of the checkout that a link in the file `beside` names."""
    target = urlsplit(href)
    if target.scheme or not target.path.endswith(".md"):
        return None
    file = (beside.parent / target.path).resolve()
    return file if file.is_relative_to(CHECKOUT) and file.is_file() else None


def _url(file: Path, book: Book) -> str:
    if file.stem == INDEX:
        return reverse(book.address) if file == book.index else ""
    inside = file.is_relative_to(MANUAL)
    return reverse(f"{book.address}_page", args=[file.stem]) if inside == (book is ROLES) else ""


def _known(file: Path) -> str:
    """The address of a file that one of the books shows, else nothing."""
    for book in (ROLES, ENGINEERS):
        if file == book.index:
            return reverse(book.address)
        if url := next((entry.url for entry in entries(book) if entry.file == file), ""):
            return url
    return ""


def _rewrite(token: Token, file: Path) -> None:
    """Links and pictures as addresses of the site; a link to what the site does not show becomes plain text."""
    closing = ""
    for child in token.children or []:
        if child.type == "image":
            child.attrSet("src", reverse("web:manual_picture", args=[Path(str(child.attrGet("src"))).name]))
            child.attrSet("loading", "lazy")
        elif child.type == "link_open":
            target = urlsplit(str(child.attrGet("href")))
            shown = _file(target.geturl(), file)
            if shown is not None and (url := _known(shown)):
                child.attrSet("href", url + (f"#{target.fragment}" if target.fragment else ""))
            elif not target.scheme and target.path:
                child.tag, child.attrs, closing = "span", {}, "span"
        elif child.type == "link_close" and closing:
            child.tag, closing = closing, ""


def _table_open(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return '<div class="tw" tabindex="0"><table class="tbl">'


def _table_close(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return "</table></div>"


def _fence(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return f'<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre>'


def _html(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Marks of HTML are words like any other; a comment is for whoever opens the file."""
    written = tokens[index].content
    return "" if written.lstrip().startswith("<!--") else escape(written)


def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark").enable("table")
    made.add_render_rule("html_block", _html)
    made.add_render_rule("html_inline", _html)
    made.add_render_rule("table_open", _table_open)
    made.add_render_rule("table_close", _table_close)
    made.add_render_rule("fence", _fence)
    return made


_MARKDOWN = _markdown()
