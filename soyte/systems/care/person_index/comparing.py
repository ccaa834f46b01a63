"""Two persons side by side, fact by fact, with a word on whether they agree. Reads nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soyte.formats.visitfile.values import read_partial_date
from soyte.kernel.people.models import Identifier, Person, Precision
from soyte.kernel.people.names import folded_name, kept_name
from soyte.kernel.places import selectors as places
from soyte.kernel.text import format as words
from soyte.kernel.text import masked
from soyte.systems.care.person_index.selectors import Written
from soyte.ui.components import Chip

_NUMBERS = Identifier.Kind
_PRECISIONS = (Precision.UNKNOWN, Precision.YEAR, Precision.MONTH, Precision.DAY)


@dataclass(frozen=True, slots=True)
class Value:
    """One way a fact is given; `note` says how often or by whom."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of both persons; no values = nobody has said it."""

    title: str
    a: Sequence[Value]
    b: Sequence[Value]
    verdict: Chip | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """All that is known of who one of the two is."""

    person: Person
    written: Sequence[Written]
    identifiers: Sequence[Identifier]
    mothers: Sequence[str]


def compare(a: Side, b: Side) -> list[Fact]:
    """The facts by which a person can tell whether the two are one, the telling ones first."""
    return [
        _fact(_("Họ tên"), a, b, _names, _names_agree),
        _fact(_("Ngày sinh"), a, b, _births, _births_agree),
        _fact(_("Giới tính"), a, b, _sexes),
        *_number_facts(a, b),
        *([_fact(_("Mẹ"), a, b, _mothers, _names_agree)] if a.mothers or b.mothers else []),
        _fact(_("Xã, phường"), a, b, _communes),
        _fact(_("Cơ sở đã khám"), a, b, _facilities, _share_a_facility),
        Fact(_("Lượt khám"), _visits(a), _visits(b)),
        Fact(_("Vào danh bạ"), [Value(words.day(a.person.created_at))], [Value(words.day(b.person.created_at))]),
    ]


Agree = Callable[[set[str], set[str]], Chip | None]


def _same() -> Chip:
    return Chip(_("Giống nhau"), "good")


def _different() -> Chip:
    return Chip(_("Khác nhau"), "warn")


def _agree(a: set[str], b: set[str]) -> Chip | None:
    return _same() if a & b else _different()


def _fact(title: str, a: Side, b: Side, values: Callable[[Side], list[Value]], agree: Agree = _agree) -> Fact:
    ours, theirs = values(a), values(b)
    return Fact(title, ours, theirs, _verdict({v.text for v in ours}, {v.text for v in theirs}, agree))


def _verdict(a: set[str], b: set[str], agree: Agree) -> Chip | None:
    return agree(a, b) if a and b else Chip(_("Chưa đủ để so"), "dunno")


def _names_agree(a: set[str], b: set[str]) -> Chip:
    if a & b:
        return _same()
    alike = {folded_name(name) for name in a} & {folded_name(name) for name in b}
    return Chip(_("Chỉ khác dấu, chữ hoa"), "info") if alike else _different()


def _births_agree(a: set[str], b: set[str]) -> Chip:
    if a & b:
        return _same()
    same_year = {text[-4:] for text in a} & {text[-4:] for text in b}
    return Chip(_("Chỉ giống năm"), "info") if same_year else _different()


def _share_a_facility(a: set[str], b: set[str]) -> Chip | None:
    return Chip(_("Có cơ sở chung"), "", "") if a & b else None


def _counted(said: Iterable[tuple[str, int]], known: str = "") -> list[Value]:
    """Each text once with the number of visits that give it, the most frequent first; `known` even if no visit does."""
    times: dict[str, int] = defaultdict(int)
    for text, number in said:
        if text:
            times[text] += number
    values = [
        Value(text, visits_in_words(number)) for text, number in sorted(times.items(), key=lambda t: (-t[1], t[0]))
    ]
    return values if not known or known in times else [Value(known), *values]


def visits_in_words(number: int) -> str:
    return ngettext("%(number)s lượt", "%(number)s lượt", number) % {"number": words.number(number)}


def _names(side: Side) -> list[Value]:
    return _counted(((kept_name(row.full_name), row.times) for row in side.written), side.person.full_name)


def _births(side: Side) -> list[Value]:
    known = side.person.birth_text if side.person.birth_date else ""
    return _counted(((_birth(row.birth_written), row.times) for row in side.written), known)


def _birth(text: str) -> str:
    """A birth date as a file writes it, as far as it is known; "" where it says nothing."""
    try:
        read = read_partial_date(text)
    except ValueError:
        return text
    return words.partial_day(read.first_day, read.precision) if read and read.first_day else ""


def _sexes(side: Side) -> list[Value]:
    titles = dict(Person.Sex.choices)
    said = ((str(titles[Person.Sex(row.sex)]), row.times) for row in side.written if row.sex in titles)
    return _counted(said, str(side.person.get_sex_display()))


def _mothers(side: Side) -> list[Value]:
    return [Value(name) for name in dict.fromkeys(side.mothers)]


def _communes(side: Side) -> list[Value]:
    return _counted((_commune(row.commune_code, row.last), row.times) for row in side.written)


def _commune(code: str, at: datetime) -> str:
    """The name that a commune's code bore on the day of the visit: codes are given anew."""
    place = places.place(code, timezone.localdate(at)) if code else None
    return place.name if place else code


def _facilities(side: Side) -> list[Value]:
    return _counted((row.facility, row.times) for row in side.written)


def _visits(side: Side) -> list[Value]:
    if not side.written:
        return []
    last = words.day(max(row.last for row in side.written))
    return [Value(words.number(sum(row.times for row in side.written)), _("lần cuối %(day)s") % {"day": last})]


def _number_facts(a: Side, b: Side) -> list[Fact]:
    """One fact for each kind of number that one of them has."""
    ours, theirs = _by_kind(a.identifiers), _by_kind(b.identifiers)
    names = {row.facility_code: row.facility for side in (a, b) for row in side.written}
    facts = []
    for kind in _NUMBERS:
        left, right = ours.get(kind, []), theirs.get(kind, [])
        if left or right:
            keys = {_key(row) for row in left}, {_key(row) for row in right}
            verdict = _verdict(*keys, _numbers_agree)
            facts.append(Fact(str(kind.label), _shown(left, names), _shown(right, names), verdict))
    return facts


def _numbers_agree(a: set[str], b: set[str]) -> Chip:
    return Chip(_("Trùng số"), "good") if a & b else Chip(_("Khác số"), "warn")


def _by_kind(rows: Iterable[Identifier]) -> dict[str, list[Identifier]]:
    """Rows by kind, each number once: a card has one row for every validity."""
    found: dict[str, dict[str, Identifier]] = defaultdict(dict)
    for row in rows:
        found[row.kind].setdefault(_key(row), row)
    return {kind: list(rows.values()) for kind, rows in found.items()}


def _key(row: Identifier) -> str:
    return f"{row.issuer}/{row.value}"


def _shown(rows: Iterable[Identifier], names: Mapping[str, str]) -> list[Value]:
    return [Value(_number(row), names.get(row.issuer, row.issuer)) for row in rows]


def _number(row: Identifier) -> str:
    """A number with its last four digits; of a birth certificate the minute of birth."""
    if row.kind != _NUMBERS.NEWBORN:
        return masked(row.value)
    born = read_partial_date(row.value.split(":")[1])
    return words.instant(born.instant) if born and born.instant else _("có giấy chứng sinh")


def fuller(a: Person, b: Person) -> Person:
    """The one that says more, which the form proposes to keep: more of the birth date, then a name with its marks."""

    def says(person: Person) -> tuple[int, bool]:
        return _PRECISIONS.index(Precision(person.birth_precision)), not person.full_name.isascii()

    return b if says(b) > says(a) else a
