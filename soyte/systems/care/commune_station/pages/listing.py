"""Follow-ups as lines of a list and of the sheet for the village worker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soyte.clinical.terminology.selectors import terms
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.people.models import Person
from soyte.kernel.text import format as words
from soyte.systems.care.commune_station.lists import Result, clock, results
from soyte.systems.care.commune_station.models import FollowUp
from soyte.systems.care.commune_station.selectors import by_number
from soyte.ui.components import Chip, Clock, Fact

Kind = FollowUp.Kind


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the page shows it. `error` is an answer to what was just sent.

    `first` is the result that one tap ticks, until it was ticked; `offers` are the others, none where nothing is to do.
    """

    row: FollowUp
    who: str
    facts: Sequence[str]
    diagnosis: str
    phone: str
    clock: Clock | None
    chip: Chip | None
    first: Result | None
    offers: Sequence[Result]
    error: str = ""


def lines(rows: Sequence[FollowUp], today: dt.date) -> list[Line]:
    return [line(row, today) for row in rows]


def line(row: FollowUp, today: dt.date, *, error: str = "") -> Line:
    asked = [] if row.came_on or row.has_died else results(row.kind, today)
    first = next((one for one in asked[:1] if not row.is_closed and one.code != row.result_code), None)
    return Line(
        row=row,
        who=who(row.person, today),
        facts=_facts(row),
        diagnosis=diagnosis(row),
        phone=phone(row),
        clock=_clock(row, today),
        chip=_chip(row, today),
        first=first,
        offers=[one for one in asked if one is not first],
        error=error,
    )


def who(person: Person, today: dt.date) -> str:
    """'nữ, 67 tuổi', as far as it is known."""
    sex = {Person.Sex.MALE: _("nam"), Person.Sex.FEMALE: _("nữ")}.get(Person.Sex(person.sex), "")
    return ", ".join(filter(None, [sex, person.age_text(today)]))


def diagnosis(row: FollowUp) -> str:
    return terms().icd_name(row.encounter.main_icd, row.ended_on) or row.encounter.main_icd


def facility(row: FollowUp) -> str:
    return row.unit.name if row.unit else row.facility_code


def address(row: FollowUp) -> str:
    """As the newest file of the person has it, else as the file of the visit."""
    return row.person.address or row.encounter.address


def phone(row: FollowUp) -> str:
    return row.person.phone or row.encounter.phone


def _facts(row: FollowUp) -> list[str]:
    if row.kind == Kind.DISCHARGE:
        left = _("ra viện %(day)s") % {"day": words.day(row.file_day)}
        how = _treated(row)
        return list(filter(None, [left, facility(row), how]))
    seen = {"day": words.day(row.ended_on), "facility": facility(row)}
    told = [_("khám %(day)s tại %(facility)s") % seen]
    if row.on_day != row.file_day:
        told.append(_("giấy hẹn ngày %(day)s") % {"day": words.day(row.file_day)})
    return told


def _treated(row: FollowUp) -> str:
    return _(load_list("treatment_result").name_of(row.encounter.result_code, row.ended_on))


def _clock(row: FollowUp, today: dt.date) -> Clock | None:
    """When an appointment is, in words; none once it is done."""
    if row.kind == Kind.DISCHARGE or row.is_done:
        return None
    day, left = words.day(row.on_day), (row.on_day - today).days
    if left == 0:
        return Clock(_("Hẹn hôm nay"), "warn", due=day)
    if left > 0:
        text = ngettext("Hẹn %(day)s, còn %(left)s ngày", "Hẹn %(day)s, còn %(left)s ngày", left)
        return Clock(text % {"day": day, "left": left}, due=day)
    text = ngettext("Hẹn %(day)s, quá %(left)s ngày", "Hẹn %(day)s, quá %(left)s ngày", -left)
    is_missed = -left > clock(today).missed_after
    return Clock(text % {"day": day, "left": -left}, "bad" if is_missed else "warn", due=day)


def _chip(row: FollowUp, today: dt.date) -> Chip | None:
    """What became of it so far."""
    if row.came_on:
        late = (row.came_on - row.on_day).days > clock(today).missed_after
        text = _("Đã khám %(day)s") if not late else _("Đã khám muộn, %(day)s")
        return Chip(text % {"day": words.day(row.came_on)}, "good")
    if row.result_code:
        return Chip(result_name(row.result_code, row.ticked_at), "good" if row.is_closed else "info")
    return None


def result_name(code: str, at: dt.datetime | None) -> str:
    known = load_list("follow_up_result")
    latest = known.latest(code)
    return _(known.name_of(code, timezone.localdate(at)) if at else (latest.name if latest else code))


def facts(row: FollowUp) -> list[Fact]:
    """What is known of one row, for its own page."""
    how = _treated(row)
    told = [Fact(_("Chẩn đoán"), diagnosis(row), note=row.encounter.main_icd), Fact(_("Cơ sở"), facility(row))]
    if row.kind == Kind.DISCHARGE:
        return [*told, Fact(_("Vào viện"), words.instant(row.encounter.admitted_at or row.encounter.started_at)),
                Fact(_("Ra viện"), words.instant(row.encounter.ended_at)), Fact(_("Kết quả điều trị"), how)]  # fmt: skip
    told += [Fact(_("Khám ngày"), words.day(row.ended_on)), Fact(_("Hẹn khám lại"), words.day(row.file_day))]
    if row.on_day != row.file_day:
        told.append(Fact(_("Hẹn lại ngày"), words.day(row.on_day)))
    return told


@dataclass(frozen=True, slots=True)
class SheetLine:
    name: str
    who: str
    address: str
    phone: str
    day: dt.date
    facility: str
    last: str


@dataclass(frozen=True, slots=True)
class SheetGroup:
    hamlet: str
    lines: Sequence[SheetLine]


def by_hamlet(rows: Sequence[FollowUp], today: dt.date) -> list[SheetGroup]:
    """Rows, ordered by hamlet, for paper; those of an address without one come last."""
    groups = [
        SheetGroup(hamlet, [_on_paper(row, today) for row in own])
        for hamlet, own in groupby(rows, key=lambda row: row.hamlet)
    ]
    return sorted(groups, key=lambda group: (not group.hamlet, by_number(group.hamlet)))


def _on_paper(row: FollowUp, today: dt.date) -> SheetLine:
    chip = _chip(row, today)
    return SheetLine(
        name=row.person.full_name,
        who=who(row.person, today),
        address=address(row),
        phone=phone(row),
        day=row.on_day,
        facility=facility(row),
        last=chip.text if chip else "",
    )
