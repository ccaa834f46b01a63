"""The typed arguments of the components in tags/. Texts are shown as they are, escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

TONES = ("", "good", "warn", "bad", "info", "dunno")
TONE_ICONS = {
    "good": "check",
    "warn": "alert-triangle",
    "bad": "alert-circle",
    "info": "info-circle",
    "dunno": "help-circle",
}


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    title: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """A state in a word. Tone dunno is for what nobody knows, never for none."""

    text: str
    tone: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value; an empty value shows as "Chưa biết" in the colour of ignorance."""

    label: str
    value: object
    note: str = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class FigureCell:
    """A cell of a table of figures: a hidden value is None; `url` opens its rows, "" where there are none to open."""

    value: Decimal | None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A filter in force and the address of the same list without it."""

    title: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline. `pin`: "" a visit, in = a stay, urgent, low = a small event."""

    when: str
    when_note: str
    title: str
    url: str = ""
    text: str = ""
    source: str = ""
    source_url: str = ""
    chips: Sequence[Chip] = ()
    pin: str = ""


@dataclass(frozen=True, slots=True)
class EventYear:
    title: str
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class Clock:
    """Time left or overdue in words; `percent` of the time used up, None draws no bar; `due` is the tooltip."""

    text: str
    tone: str = ""
    percent: int | None = None
    due: str = ""


@dataclass(frozen=True, slots=True)
class WorkItem:
    icon: str
    title: str
    url: str
    context: Sequence[str] = ()
    clock: Clock | None = None
    action: Link | None = None


@dataclass(frozen=True, slots=True)
class WorkGroup:
    title: str
    items: Sequence[WorkItem]
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a stacked bar."""

    text: str
    count: int
    tone: str = ""


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of a month grid. tone none = nothing was received, which is not known to be right or wrong."""

    value: str
    note: str = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a room's search.py finds: search(actor, query) -> list[Hit]. `kind` is the heading it stands under.

    Shows no health fact; the room audits its own search and says in `subtitle` what tells two namesakes apart.
    """

    title: str
    subtitle: str
    url: str
    kind: str
    icon: str = "search"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Work that waits for a post: start.py of a room offers waiting(actor) -> list[Waiting]; none = not listed."""

    title: str
    count: int
    url: str
    icon: str
    tone: str = ""
    context: Sequence[str] = ()
    clock: Clock | None = None


@dataclass(frozen=True, slots=True)
class Recent:
    """Something that the reader opened lately: `subtitle` tells it from its namesakes, `when` says how long ago."""

    title: str
    subtitle: str
    url: str
    when: str


@dataclass(frozen=True, slots=True)
class Finder:
    """A search with which a post begins its day, the first thing on its start page: start.py offers
    finder(actor) -> Finder | None. `url` takes the typed text as `q`."""

    title: str
    label: str
    help: str
    example: str
    url: str
    recent_title: str = ""
    recent: Sequence[Recent] = ()


@dataclass(frozen=True, slots=True)
class PublicFigure:
    """A figure that anybody may see, on the sign-in page: start.py offers public_figures() -> list[PublicFigure]."""

    value: int
    label: str


@dataclass(frozen=True, slots=True)
class Area:
    """A place of a map and its table. Without a value it is hatched as unknown, unless `text` says why there is none
    ("dưới 5"). `alarm`: what is wrong there; it gets a red outline and its name."""

    code: str
    name: str
    value: Decimal | None
    text: str = ""
    url: str = ""
    note: str = ""
    alarm: str = ""
