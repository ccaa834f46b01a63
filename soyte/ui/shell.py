"""What the base page shows around a page. soyte/web fills it in; ui/page.html only draws it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ShellLink:
    """An entry of the navigation; `key` is the letter that follows G."""

    title: str
    url: str
    icon: str
    current: bool = False
    count: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Bell:
    """What calls for the reader wherever he is: how many, in words, and where they stand."""

    count: int
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class AccountCard:
    """Who is signed in: name, the post in force in words, initials for the avatar."""

    name: str
    post: str
    initials: str
    url: str
    password_url: str
    sign_out_url: str


@dataclass(frozen=True, slots=True)
class Shell:
    """`theme` is light, dark or auto; `account` is None where nobody is signed in. `personal`: the shell of a citizen, who
    has a few pages of his own and no work: a bar of tabs at every width, and neither navigation nor search."""

    site: str
    site_note: str
    theme: str
    theme_url: str
    language_url: str
    sign_in_url: str
    home_url: str
    all_url: str
    search_url: str
    live_url: str
    manual_url: str
    demo: bool = False
    personal: bool = False
    query: str = ""
    account: AccountCard | None = None
    bell: Bell | None = None
    menu: list[ShellLink] = field(default_factory=list)
    printed_at: datetime | None = None

    @property
    def tabs(self) -> list[ShellLink]:
        """At most four entries of the menu for the tab bar; the fifth place of a phone leads to all of them."""
        return self.menu[:4]
