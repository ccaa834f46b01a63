"""One visit and one paper in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from soyte.clinical.conditions.models import Condition
from soyte.clinical.documents.models import Composition
from soyte.clinical.documents.sections import TITLES
from soyte.clinical.encounters.models import Encounter
from soyte.clinical.observations.models import Observation
from soyte.clinical.terminology.terms import Terms
from soyte.formats.visitfile import spec
from soyte.formats.visitfile.values import PartialDate, read_instant_or_day, read_partial_date
from soyte.kernel.access.actor import Actor
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.labels import unseal
from soyte.kernel.text import format as words
from soyte.systems.care.health_record.pages import people as people_words
from soyte.systems.care.health_record.selectors.given import Paper
from soyte.ui.components import Fact

CHILD_SEX = "GIOI_TINH_CON"
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


def paper_title(paper: Composition | Paper) -> str:
    return str(PAPER_TITLES[Composition.Kind(paper.kind)])


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


def paper_facts(actor: Actor, paper: Composition, visit: Encounter) -> list[Fact]:
    """What a paper states beside its texts, in the order of its form: the day of the next visit, a child's weight.

    Codes other than the child's sex are left out: they say nothing to who reads a paper.
    """
    table = f"XML{paper.source_table}"
    found = [
        (known, text)
        for name, written in paper.facts.items()
        if (known := spec.field(visit.generation, table, name)) and (text := unseal(written, actor.labels))
    ]
    return [
        Fact(_(known.label), _written(known, text))
        for known, text in sorted(found, key=lambda pair: pair[0].seq)
        if known.kind != "code" or known.name == CHILD_SEX
    ]


def _written(known: spec.Field, text: str) -> str:
    """A value as people write it; as the file has it where it cannot be read."""
    if known.name == CHILD_SEX:
        return people_words.sex_of(text)
    if known.kind not in ("day", "instant", "instant_or_day", "partial"):
        return text
    try:
        if known.kind == "partial":
            born = read_partial_date(text) or PartialDate()
            return words.partial_day(born.first_day, born.precision)
        read = read_instant_or_day(text)
    except ValueError:
        return text
    return words.instant(read) if isinstance(read, datetime) else words.day(read)


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
        return _(load_list(list_name).name_of(code, day)) or code or None

    return [
        Fact(_("Cơ sở"), visit.facility_name),
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


def element_label(row: Observation, visit: Encounter) -> str:
    """What a value without a name of its own is: the label of the element that it was read from (CAN_NANG)."""
    known = spec.field(visit.generation, f"XML{row.source_table}", row.code)
    return _(known.label) if known else row.code


def condition_name(row: Condition, visit: Encounter, terms: Terms) -> str:
    """The name of a diagnosis code on the day of the visit; an accident's kind is no ICD code."""
    if row.role == Condition.Role.ACCIDENT:
        return _(load_list("accident").name_of(row.code, visit.ended_on))
    return terms.icd_name(row.code, visit.ended_on)
