"""The panels of a record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soyte.clinical.allergies.words import Summary
from soyte.clinical.encounters.locks import Key
from soyte.clinical.encounters.models import INPATIENT_KINDS, Encounter
from soyte.clinical.medications.models import MedicationRequest
from soyte.clinical.terminology.terms import ReferenceRange, Terms
from soyte.kernel.access.actor import Actor
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.labels import title as label_title
from soyte.kernel.labels import unseal
from soyte.kernel.people.models import Person
from soyte.kernel.text import format as words
from soyte.systems.care.health_record.pages.addresses import source_url, visit_url
from soyte.systems.care.health_record.selectors.given import Given
from soyte.systems.care.health_record.selectors.long_term import LongTerm
from soyte.systems.care.health_record.selectors.results import Result
from soyte.systems.care.health_record.selectors.seen import Seen
from soyte.systems.care.health_record.selectors.stated import Stated
from soyte.ui.components import Chip, Event, EventYear, Link

# "… * 5 ngày", "… x 7 ngày", "dùng trong 14 ngày"; not "2 lần/ngày", "1 ngày 2 lần" or "[4 viên/ngày]".
_DAYS = re.compile(r"(?:[*x×]|\btrong|\bđủ)\s*(\d{1,3})\s*ngày\b", re.IGNORECASE)
_PLAIN_NUMBER = re.compile(r"-?\d+(?:\.(\d+))?")


def days_stated(dose: str) -> int | None:
    """The days that LIEU_DUNG states ("2 viên/lần * 2 lần/ngày * 5 ngày [4 viên/ngày]"); None where it states none."""
    found = _DAYS.search(dose)
    return int(found[1]) if found else None


def measured(written: str) -> str:
    """A value as the file has it, with its decimals; a plain number with a comma, as Vietnamese readers write it."""
    plain = _PLAIN_NUMBER.fullmatch(written)
    return words.number(Decimal(written), len(plain[1] or "")) if plain else written


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A row of the table of results; `says` is the trend in a sentence."""

    name: str
    value: str
    unit: str
    at: datetime
    range: ReferenceRange | None
    number: Decimal | None
    outside: str
    trend: Sequence[Decimal]
    says: str
    facility: str
    url: str


def result_lines(person: Person, found: Iterable[Result]) -> list[ResultLine]:
    return [
        ResultLine(
            name=row.name,
            value=measured(row.value),
            unit=row.unit,
            at=row.at,
            range=row.range,
            number=row.number,
            outside=row.outside,
            trend=row.trend,
            says=_("%(name)s: %(values)s %(unit)s")
            % {"name": row.name, "values": trend_in_words(row), "unit": row.unit},
            facility=row.visit.facility,
            url=source_url(person, row.visit.id, row.table, row.line),
        )
        for row in found
    ]


def trend_in_words(row: Result) -> str:
    """The numbers of its trend, oldest first: "5,4, 6,1, 1.250.000"."""
    return ", ".join(words.number(value) for value in row.trend)


@dataclass(frozen=True, slots=True)
class Medicine:
    name: str
    strength: str
    dose: str
    days: int | None
    url: str


@dataclass(frozen=True, slots=True)
class Supply:
    """Medicines that one visit gave on one day."""

    day: date
    facility: str
    medicines: Sequence[Medicine]


def supplies(actor: Actor, person: Person, seen: Seen, rows: Iterable[Given]) -> list[Supply]:
    """Medicines by the day and visit that gave them, in the order of `rows`."""
    grouped = groupby(rows, key=lambda row: (timezone.localdate(row.at), row.encounter_id))
    return [
        Supply(day, seen.by_id[visit].facility, [medicine(actor, person, row) for row in given])
        for (day, visit), given in grouped
    ]


def medicine(actor: Actor, person: Person, row: Given | MedicationRequest) -> Medicine:
    dose = unseal(row.dose, actor.labels) or ""
    return Medicine(
        name=unseal(row.name, actor.labels) or row.code,
        strength=row.strength,
        dose=dose.split("[")[0].strip(),
        days=days_stated(dose),
        url=source_url(person, row.encounter_id, row.source_table, row.source_line),
    )


# What an event of the timeline is made of.
EVENT = (
    "kind",
    "facility_code",
    "visit_code",
    "started_at",
    "ended_at",
    "ended_on",
    "treatment_days",
    "main_icd",
    "discharge_diagnosis",
    "result_code",
    "referred_to",
    "labels",
    "received_at",
    "unit__name",
)


def _length(visit: Encounter) -> str:
    if visit.kind not in INPATIENT_KINDS:
        return timezone.localtime(visit.started_at).strftime("%H:%M")
    days = max(1, visit.treatment_days or (visit.ended_at - visit.started_at).days + 1)
    return ngettext("%(days)s ngày", "%(days)s ngày", days) % {"days": days}


def chips(visit: Encounter, remarks: Mapping[Key, Sequence[str]]) -> list[Chip]:
    """What must be seen of a visit at once."""
    chips = [Chip(says, "warn", "message-report") for says in remarks.get((visit.facility_code, visit.visit_code), ())]
    chips += [Chip(label_title(label), "info", "lock") for label in visit.labels]
    if visit.result_code in {"5", "8"}:
        chips.append(Chip(_("Tử vong"), "bad"))
    if visit.referred_to:
        chips.append(Chip(_("Chuyển cơ sở khác"), "info", "arrow-right"))
    return chips


def timeline(
    actor: Actor, person: Person, visits: Sequence[Encounter], terms: Terms, remarks: Mapping[Key, Sequence[str]]
) -> list[EventYear]:
    """Visits by year. The title is the kind of care, the text the main diagnosis in words."""
    kinds = load_list("visit_kind")

    def event(visit: Encounter) -> Event:
        named = terms.icd_name(visit.main_icd, visit.ended_on)
        stated = unseal(visit.discharge_diagnosis, actor.labels) or named or _("Chưa có chẩn đoán bằng lời")
        return Event(
            when=timezone.localdate(visit.started_at).strftime("%d/%m"),
            when_note=_length(visit),
            title=_(kinds.name_of(visit.kind, visit.ended_on)) or visit.kind,
            url=visit_url(person, visit.pk),
            text=f"{visit.main_icd} · {stated}",
            source=f"{visit.facility_name} · " + _("nhận %(at)s") % {"at": words.instant(visit.received_at)},
            source_url=source_url(person, visit.pk, 1, 1),
            chips=chips(visit, remarks),
            pin="in" if visit.kind in INPATIENT_KINDS else "",
        )

    grouped = groupby(visits, key=lambda visit: timezone.localdate(visit.started_at).year)
    return [EventYear(str(year), [event(visit) for visit in of_year]) for year, of_year in grouped]


@dataclass(frozen=True, slots=True)
class Statement:
    """One of several values of a fact, with its source."""

    value: str
    told: str
    url: str


def statements(person: Person, stated: Iterable[Stated], word: Callable[[str], str] = str) -> list[Statement]:
    """`word` turns the value of the files into what a reader reads."""
    return [
        Statement(
            word(one.value),
            f"{one.visit.facility}, {words.day(one.at)}",
            source_url(person, one.visit.id, 1, one.line),
        )
        for one in stated
    ]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the row under the name: what must be seen before anything else."""

    title: str
    text: str
    tone: str = ""
    icon: str = "heartbeat"
    link: Link | None = None


SHOWN_CONDITIONS = 3


def allergy_cell(told: Summary | None) -> Cell:
    """What the person told; no visit file can state it."""
    if told is None:
        says = _("Tệp khám bệnh không có chỗ ghi dị ứng. Không có nghĩa là không dị ứng.")
        return Cell(_("Dị ứng: chưa biết"), says, "dunno", "help-circle")
    return Cell(told.title, told.text, told.tone, "alert-triangle" if told.tone == "bad" else "help-circle")


def safety_row(
    person: Person, conditions: Sequence[LongTerm], groups: Sequence[Statement], told: Summary | None
) -> list[Cell]:
    """Allergies as told, long-term conditions, blood group."""
    return [allergy_cell(told), *_condition_cells(person, conditions), *_group_cells(groups)]


def _condition_cells(person: Person, conditions: Sequence[LongTerm]) -> list[Cell]:
    if not conditions:
        says = _("Chưa mã nào trong danh mục bệnh kéo dài có ở hai lượt khám hoặc một đợt nội trú.")
        return [Cell(_("Bệnh kéo dài: chưa thấy"), says, "dunno")]
    return [
        Cell(one.name, seen_text(one), link=Link(_("tệp gốc"), source_url(person, one.last_visit, 1, 1)))
        for one in conditions[:SHOWN_CONDITIONS]
    ]


def seen_text(one: LongTerm) -> str:
    """'E11.7 · thấy ở 21 lượt, 12/2024 đến 10/2026'."""
    first, last = (timezone.localdate(at).strftime("%m/%Y") for at in (one.first_seen, one.last_seen))
    facts = {"code": one.code, "n": one.visits, "first": first, "last": last}
    if first == last:
        return (
            ngettext("%(code)s · thấy ở %(n)s lượt, %(last)s", "%(code)s · thấy ở %(n)s lượt, %(last)s", one.visits)
            % facts
        )
    return (
        ngettext(
            "%(code)s · thấy ở %(n)s lượt, %(first)s đến %(last)s",
            "%(code)s · thấy ở %(n)s lượt, %(first)s đến %(last)s",
            one.visits,
        )
        % facts
    )


def _group_cells(groups: Sequence[Statement]) -> list[Cell]:
    if not groups:
        return [Cell(_("Nhóm máu: chưa biết"), _("Chưa tệp nào ghi nhóm máu."), "dunno", "droplet")]
    tone = "warn" if len(groups) > 1 else ""
    return [
        Cell(_("Nhóm máu %(value)s") % {"value": one.value}, one.told, tone, "droplet", Link(_("tệp gốc"), one.url))
        for one in groups
    ]
