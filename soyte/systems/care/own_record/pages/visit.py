"""A visit and what was said about it in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soyte.clinical.conditions.models import Condition
from soyte.clinical.encounters.models import Encounter
from soyte.clinical.terminology.terms import Terms
from soyte.kernel.access.actor import Actor
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.codes.working_days import working_days_left
from soyte.kernel.labels import unseal
from soyte.kernel.text import format as words
from soyte.systems.care.health_record import public as health_record
from soyte.systems.care.health_record.public import Section
from soyte.systems.care.own_record.models import Dispute
from soyte.systems.care.own_record.pages.words import medicine
from soyte.ui.components import Chip, Clock, Fact

State = Dispute.State


@dataclass(frozen=True, slots=True)
class Line:
    """A visit in a list."""

    visit: Encounter
    day: dt.date
    kind: str
    facility: str
    says: str


def line(actor: Actor, visit: Encounter, terms: Terms) -> Line:
    named = terms.icd_name(visit.main_icd, visit.ended_on)
    stated = unseal(visit.discharge_diagnosis, actor.labels) or named
    return Line(
        visit,
        timezone.localdate(visit.started_at),
        _(load_list("visit_kind").name_of(visit.kind, visit.ended_on)) or visit.kind,
        visit.facility_name,
        stated or _("Tệp không ghi chẩn đoán bằng lời"),
    )


def facts(visit: Encounter) -> list[Fact]:
    """When and what it cost, as the file states it."""
    claim = getattr(visit, "claim", None)
    paid = [part for part in (claim.self_paid_amount, claim.copay_amount) if part is not None] if claim else []
    return [
        Fact(_("Vào lúc"), words.instant(visit.started_at)),
        Fact(_("Ra lúc"), words.instant(visit.ended_at)),
        Fact(_("Tổng chi phí"), words.money(visit.total_amount) if visit.total_amount is not None else None),
        Fact(_("Bảo hiểm y tế trả"), words.money(visit.insurer_amount) if visit.insurer_amount is not None else None),
        Fact(_("Bạn trả"), words.money(sum(paid)) if paid else None),
    ]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a visit that its owner may call wrong. `key` names it in addresses and in the dispute."""

    key: str
    title: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Entries:
    diagnoses: Sequence[Entry]
    medicines: Sequence[Entry]
    results: Sequence[Entry]

    def get(self, key: str) -> Entry | None:
        every = (*self.diagnoses, *self.medicines, *self.results)
        return next((entry for entry in every if entry.key == key), None)


def _place(table: int, number: int) -> str:
    return f"XML{table}, {_('dòng')} {number}"


def entries(actor: Actor, visit: Encounter, terms: Terms) -> Entries:
    """Everything that the file states of this visit, in its order."""
    lines = health_record.lines_of(visit)

    def opened(text: str) -> str:
        return unseal(text, actor.labels) or ""

    diagnoses = [
        Entry(
            f"C{row.pk}",
            health_record.condition_name(row, visit, terms) or row.code,
            _("Chẩn đoán chính") if row.role == Condition.Role.MAIN else _("Chẩn đoán kèm theo"),
            _place(row.source_table, row.source_line),
        )
        for row in lines.conditions
    ]
    medicines = [
        Entry(f"M{row.pk}", f"{one.name} {one.strength}".strip(), " · ".join(filter(None, [one.dose, one.usage])),
              _place(row.source_table, row.source_line))
        for row in lines.medicines
        for one in [medicine(actor, row)]
    ]  # fmt: skip
    results = [
        Entry(f"R{row.pk}", opened(row.name) or health_record.element_label(row, visit),
              f"{health_record.measured(opened(row.value_text))} {row.unit}".strip(),
              _place(row.source_table, row.source_line))
        for row in lines.results
    ]  # fmt: skip
    return Entries(diagnoses, medicines, results)


def papers(actor: Actor, visit: Encounter) -> list[tuple[str, dt.datetime, list[Fact], list[Section]]]:
    """Papers of the visit with what they state and their texts."""
    return [
        (
            health_record.paper_title(paper),
            paper.at,
            health_record.paper_facts(actor, paper, visit),
            health_record.sections(actor, paper),
        )
        for paper in health_record.lines_of(visit).papers
        if paper.kind != paper.Kind.PROGRESS
    ]


# ---- what was said -----------------------------------------------------------------------------------------------

CHIPS = {
    State.OPEN: ("info", "clock"),
    State.UPHELD: ("good", ""),
    State.REFUSED: ("warn", ""),
    State.WITHDRAWN: ("", ""),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A dispute as both sides read it; texts that the reader may not see are None."""

    dispute: Dispute
    title: str
    chip: Chip
    facility: str
    entry: str | None
    words: str | None
    answer: str | None
    clock: Clock | None


def said_line(actor: Actor, dispute: Dispute) -> Said:
    tone, icon = CHIPS[State(dispute.state)]
    return Said(
        dispute,
        str(Dispute.Kind(dispute.kind).label),
        Chip(str(State(dispute.state).label), tone, icon),
        dispute.unit.name if dispute.unit else dispute.facility_code,
        unseal(dispute.entry_text, actor.labels),
        unseal(dispute.words, actor.labels),
        unseal(dispute.answer, actor.labels),
        deadline(dispute, timezone.localdate()) if dispute.state == State.OPEN else None,
    )


def deadline(dispute: Dispute, today: dt.date) -> Clock:
    """What is left in working days."""
    left = working_days_left(dispute.due_on, today)
    due = words.day(dispute.due_on)
    if left < 0 or dispute.due_on < today:
        over = max(1, -left)
        text = ngettext("Quá hạn %(n)s ngày làm việc", "Quá hạn %(n)s ngày làm việc", over) % {"n": over}
        return Clock(text, "bad", due=due)
    if left == 0:
        return Clock(_("Hạn hôm nay"), "warn", due=due)
    text = ngettext("Còn %(n)s ngày làm việc", "Còn %(n)s ngày làm việc", left) % {"n": left}
    return Clock(text, "warn" if left == 1 else "good", due=due)
