"""The layout of statistical tables: forms, columns and rows as the department's lists say for a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext

from soyte.kernel.codes.lists import CodeList, Entry
from soyte.kernel.codes.selectors import load_list

FORMS, COLUMNS, ROWS = "statistical_form", "statistical_column", "statistical_row"
DISEASES, FACILITIES, PLACES = "diseases", "facilities", "places"


@dataclass(frozen=True, slots=True)
class TableColumn:
    """`where`: keys of dimensions that narrow the indicator."""

    code: str
    group: str
    name: str
    indicator: str
    where: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class DiseaseRow:
    name: str
    dimension: str
    key: str

    @property
    def is_chapter(self) -> bool:
        return self.dimension == "icd_chapter"


@dataclass(frozen=True, slots=True)
class Form:
    """A table as it was laid out on a day. `state` review: not checked against the official text."""

    code: str
    name: str
    rows: str
    lacking: str
    source: str
    state: str
    columns: Sequence[TableColumn]
    diseases: Sequence[DiseaseRow]


@dataclass(frozen=True, slots=True)
class Head:
    """The two lines of a table's head: (title, columns, lines) above, titles of the grouped columns below."""

    top: Sequence[tuple[str, int, int]]
    below: Sequence[str]


def head_of(columns: Iterable[tuple[str, str]]) -> Head:
    """The head of columns that are (group, name), in the reader's language; a column without a group takes both lines."""
    top: list[tuple[str, int, int]] = []
    below: list[str] = []
    last = ""
    for group, name in ((gettext(group), gettext(name)) for group, name in columns):
        if not group:
            top.append((name, 1, 2))
        else:
            if group == last:
                top[-1] = (group, top[-1][1] + 1, 1)
            else:
                top.append((group, 1, 1))
            below.append(name)
        last = group
    return Head(top, below)


@dataclass(frozen=True, slots=True)
class Layout:
    """One of the layouts that a form had: the last day on which it holds names it."""

    day: date
    name: str


def forms_on(day: date) -> list[Form]:
    """The forms of a day, in their order."""
    entries = [entry for entry in load_list(FORMS) if entry.holds(day)]
    return [_form(entry, day) for entry in sorted(entries, key=_order)]


def form_on(code: str, day: date) -> Form | None:
    entry = load_list(FORMS).get(code, day)
    return _form(entry, day) if entry else None


def layouts_of(code: str, today: date) -> list[Layout]:
    """The layouts that a form had up to now, the newest first."""
    found = []
    for entry in load_list(FORMS).history(code):
        if entry.valid_from is None or entry.valid_from <= today:
            last = entry.valid_to - timedelta(days=1) if entry.valid_to else today
            found.append(Layout(min(last, today), entry.name))
    return found[::-1]


def _order(entry: Entry) -> tuple[int, str]:
    return int(entry.attrs["order"]), entry.code


def _of_form(listed: CodeList, form: str, day: date) -> list[Entry]:
    return sorted((e for e in listed if e.attrs["form"] == form and e.holds(day)), key=_order)


def _form(entry: Entry, day: date) -> Form:
    columns = [
        TableColumn(
            e.code, e.attrs.get("group", ""), e.name, e.attrs["indicator"], conditions(e.attrs.get("where", ""))
        )
        for e in _of_form(load_list(COLUMNS), entry.code, day)
    ]
    rows = [
        DiseaseRow(e.name, e.attrs["dimension"], e.attrs["key"])
        for e in (_of_form(load_list(ROWS), entry.code, day) if entry.attrs["rows"] == DISEASES else [])
    ]
    return Form(
        entry.code,
        entry.name,
        entry.attrs["rows"],
        entry.attrs.get("lacking", ""),
        entry.source,
        entry.state,
        columns,
        rows,
    )


def conditions(text: str) -> dict[str, tuple[str, ...]]:
    """ "setting=inpatient; age=0|1-4" by dimension."""
    pairs = (part.split("=", 1) for part in text.split(";") if part.strip())
    return {name.strip(): tuple(key.strip() for key in keys.split("|")) for name, keys in pairs}
