"""A record in the words and pieces of a page. Reads nothing: it gets rows and turns them into what templates draw."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from soyte.clinical.documents.models import Composition
from soyte.clinical.documents.sections import TITLES
from soyte.clinical.encounters.countables import INPATIENT_KINDS
from soyte.clinical.encounters.models import Encounter
from soyte.clinical.medications.models import MedicationRequest
from soyte.clinical.terminology.terms import Terms
from soyte.kernel.access.actor import Actor
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.labels import title as label_title
from soyte.kernel.labels import unseal
from soyte.kernel.people.models import Identifier, Person
from soyte.kernel.text import format as words
from soyte.ui.components import Chip, Event, EventYear, Fact

LAST = 4
_DAYS = re.compile(r"(\d{1,3})\s*ngày(?!\s*\])", re.IGNORECASE)
SEX = {"1": gettext_lazy("Nam"), "2": gettext_lazy("Nữ")}
PAPER_TITLES = {
    Composition.Kind.DISCHARGE: gettext_lazy("Giấy ra viện"),
    Composition.Kind.SUMMARY: gettext_lazy("Tóm tắt hồ sơ bệnh án"),
    Composition.Kind.BIRTH: gettext_lazy("Giấy chứng sinh"),
    Composition.Kind.PREGNANCY_REST: gettext_lazy("Giấy nghỉ dưỡng thai"),
    Composition.Kind.SICK_LEAVE: gettext_lazy("Giấy nghỉ việc hưởng bảo hiểm xã hội"),
    Composition.Kind.ASSESSMENT: gettext_lazy("Biên bản giám định y khoa"),
    Composition.Kind.TRANSFER: gettext_lazy("Giấy chuyển cơ sở khám chữa bệnh"),
    Composition.Kind.APPOINTMENT: gettext_lazy("Giấy hẹn khám lại"),
    Composition.Kind.PROGRESS: gettext_lazy("Diễn biến lâm sàng"),
}


def paper_title(paper: Composition) -> str:
    return str(PAPER_TITLES[Composition.Kind(paper.kind)])


def facility_name(visit: Encounter) -> str:
    """The facility's name; its code where it has no unit."""
    return visit.unit.name if visit.unit else visit.facility_code


def sex(person: Person) -> str:
    return str(SEX.get(person.sex, _("Chưa xác định")))


def last_digits(value: str) -> str:
    """All but the last four digits hidden: enough to tell two namesakes apart, too little to copy."""
    return "•" * max(0, len(value) - LAST) + value[-LAST:]


def told_apart(person: Person) -> str:
    """The last digits of a number of the person, for telling namesakes apart; "" without a number."""
    kinds = {Identifier.Kind.CITIZEN, Identifier.Kind.INSURANCE}
    known = sorted((row.kind, row.value) for row in person.identifiers.all() if row.kind in kinds)
    return f"••{known[0][1][-LAST:]}" if known else ""


def initials(name: str) -> str:
    parts = name.split()
    return (parts[0][:1] + parts[-1][:1]).upper() if len(parts) > 1 else name[:2].upper()


@dataclass(frozen=True, slots=True)
class Number:
    """An identifier as the record shows it."""

    title: str
    value: str
    until: date | None


def numbers(identifiers: Iterable[Identifier], today: date) -> list[Number]:
    """The citizen number and the insurance cards, those in force first; at most three."""
    wanted = [
        row
        for row in identifiers
        if row.kind in {Identifier.Kind.CITIZEN, Identifier.Kind.INSURANCE, Identifier.Kind.PASSPORT}
    ]
    wanted.sort(
        key=lambda row: (row.kind != Identifier.Kind.CITIZEN, row.valid_to is not None and row.valid_to <= today)
    )
    seen: set[tuple[str, str]] = set()
    shown = []
    for row in wanted:
        if (row.kind, row.value) not in seen:
            seen.add((row.kind, row.value))
            shown.append(Number(str(row.get_kind_display()), last_digits(row.value), row.valid_to))
    return shown[:3]


def days_stated(dose: str) -> int | None:
    """The days that LIEU_DUNG states ("2 viên/lần * 2 lần/ngày * 5 ngày"); None where it states none."""
    found = _DAYS.search(dose)
    return int(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class Medicine:
    name: str
    strength: str
    dose: str
    at: datetime
    days: int | None
    facility: str
    url: str


def medicines(actor: Actor, person: Person, rows: Iterable[MedicationRequest]) -> list[Medicine]:
    shown = []
    for row in rows:
        dose = unseal(row.dose, actor.labels) or ""
        shown.append(
            Medicine(
                name=unseal(row.name, actor.labels) or row.code,
                strength=row.strength,
                dose=dose.split("[")[0].strip(),
                at=row.at,
                days=days_stated(dose),
                facility=facility_name(row.encounter),
                url=source_url(person, row.encounter_id, row.source_table, row.source_line),
            )
        )
    return shown


def source_url(person: Person, encounter_id: object, table: int, line: int) -> str:
    base = reverse("health_record:source", args=[person.pk, encounter_id])
    return f"{base}?bang={table}&dong={line}"


def _length(visit: Encounter) -> str:
    if visit.kind not in INPATIENT_KINDS:
        return timezone.localtime(visit.started_at).strftime("%H:%M")
    days = max(1, visit.treatment_days or (visit.ended_at - visit.started_at).days + 1)
    return ngettext("%(days)s ngày", "%(days)s ngày", days) % {"days": days}


def _chips(visit: Encounter) -> list[Chip]:
    chips = [Chip(label_title(label), "info", "lock") for label in visit.labels]
    if visit.result_code in {"5", "8"}:
        chips.append(Chip(_("Tử vong"), "bad"))
    if visit.referred_to:
        chips.append(Chip(_("Chuyển cơ sở khác"), "info", "arrow-right"))
    return chips


def timeline(actor: Actor, person: Person, visits: Sequence[Encounter], terms: Terms) -> list[EventYear]:
    """Visits by year. The title is the kind of care, the text the main diagnosis in words."""
    kinds = load_list("visit_kind")

    def event(visit: Encounter) -> Event:
        day = timezone.localdate(visit.started_at)
        named = terms.icd_name(visit.main_icd, visit.ended_on)
        stated = unseal(visit.discharge_diagnosis, actor.labels) or named or _("Chưa có chẩn đoán bằng lời")
        return Event(
            when=day.strftime("%d/%m"),
            when_note=_length(visit),
            title=kinds.name_of(visit.kind, visit.ended_on) or visit.kind,
            url=reverse("health_record:visit", args=[person.pk, visit.pk]),
            text=f"{visit.main_icd} · {stated}",
            source=f"{facility_name(visit)} · " + _("nhận %(at)s") % {"at": words.instant(visit.received_at)},
            source_url=source_url(person, visit.pk, 1, 1),
            chips=_chips(visit),
            pin="in" if visit.kind in INPATIENT_KINDS else "",
        )

    grouped = groupby(visits, key=lambda visit: timezone.localdate(visit.started_at).year)
    return [EventYear(str(year), [event(visit) for visit in of_year]) for year, of_year in grouped]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    text: str


def sections(actor: Actor, paper: Composition) -> list[Section]:
    """The texts of a paper under their titles, in the order in which it prints them; empty ones left out."""
    shown = []
    for name, heading in TITLES.items():
        text = unseal(paper.sections.get(name, ""), actor.labels)
        if text:
            shown.append(Section(str(heading), text))
    return shown


def opener(actor: Actor) -> Callable[[str], str]:
    """A function that shows a text of the record to this actor; a text that he may not see is empty."""
    return lambda text: unseal(text, actor.labels) or ""


def visit_texts(actor: Actor, visit: Encounter) -> list[Section]:
    """What the visit says in words, empty ones left out."""
    told = (
        (_("Lý do đến khám"), visit.reason),
        (_("Lý do vào nội trú"), visit.admission_reason),
        (_("Chẩn đoán lúc vào"), visit.admission_diagnosis),
        (_("Chẩn đoán lúc ra"), visit.discharge_diagnosis),
        (_("Phương pháp điều trị"), visit.treatment),
        (_("Ghi chú"), visit.note),
    )
    return [Section(heading, text) for heading, written in told if (text := unseal(written, actor.labels))]


def visit_facts(visit: Encounter) -> list[Fact]:
    """The visit's codes with their names of that day."""
    day = visit.ended_on

    def named(list_name: str, code: str) -> str | None:
        return load_list(list_name).name_of(code, day) or code or None

    return [
        Fact(_("Cơ sở"), facility_name(visit)),
        Fact(_("Vào lúc"), words.instant(visit.started_at)),
        Fact(_("Nhập viện lúc"), words.instant(visit.admitted_at))
        if visit.admitted_at
        else Fact(_("Nhập viện"), _("Không")),
        Fact(_("Ra lúc"), words.instant(visit.ended_at)),
        Fact(_("Số ngày điều trị"), visit.treatment_days),
        Fact(_("Kết quả điều trị"), named("treatment_result", visit.result_code)),
        Fact(_("Hình thức ra viện"), named("discharge_kind", visit.discharge_code)),
        Fact(_("Đối tượng đến khám"), named("visit_subject", visit.subject_code)),
        Fact(_("Tổng chi phí"), words.money(visit.total_amount) if visit.total_amount is not None else None),
        Fact(
            _("Bảo hiểm y tế chi trả"), words.money(visit.insurer_amount) if visit.insurer_amount is not None else None
        ),
        Fact(_("Mã liên kết"), visit.visit_code),
    ]
