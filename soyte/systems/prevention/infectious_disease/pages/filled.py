"""What the files already say of a case: the left column of the form before anybody has written into it.

Texts and other diagnoses of a visit that carries a label are not shown to whoever lacks its grant, nor is the facility:
where somebody was may say why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.clinical.conditions.models import Condition
from soyte.clinical.encounters.countables import DIED
from soyte.clinical.encounters.models import INPATIENT_KINDS, Encounter
from soyte.clinical.observations.models import Observation
from soyte.clinical.terminology.selectors import terms
from soyte.kernel.actors import Acting
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.labels import unseal
from soyte.kernel.people.models import Identifier, Person
from soyte.kernel.text import format as words
from soyte.systems.prevention.infectious_disease.models import CaseReport, CaseVisit
from soyte.ui.components import Fact

SEXES = {sex.value: sex.label for sex in (Person.Sex.MALE, Person.Sex.FEMALE)}
TRANSFERRED = ("2", "5")  # MA_LOAI_RV
MOST_RESULTS = 20


def may_see(actor: Acting, visit: Encounter) -> bool:
    return set(visit.labels) <= set(actor.labels)


def sex_of(person: Person) -> str:
    return {"1": _("nam"), "2": _("nữ")}.get(person.sex, _("chưa rõ giới"))


def from_files(actor: Acting, visits: Sequence[CaseVisit]) -> dict[str, str]:
    """Answers of the form that the latest visit gives, by field name."""
    if not visits:
        return {}
    visit = visits[-1].encounter
    told = {
        "address": visit.address,
        "phone": visit.phone or visit.person.phone,
        "occupation": _occupation(visit),
        "state": _state(visit),
    }
    if may_see(actor, visit):
        told["symptoms"] = unseal(visit.reason, actor.labels) or ""
    return {name: text for name, text in told.items() if text}


def _occupation(visit: Encounter) -> str:
    if not visit.occupation_code.strip("0"):  # the list's code for "not known"
        return ""
    return load_list("occupation").name_of(visit.occupation_code, visit.ended_on)


def _named(listed: str, code: str, visit: Encounter) -> str:
    return _(load_list(listed).name_of(code, visit.ended_on))


def _state(visit: Encounter) -> str:
    if visit.result_code in DIED:
        return "died"
    if visit.discharge_code in TRANSFERRED and visit.generation != "4210":
        return "transferred"
    return "discharged" if visit.kind in INPATIENT_KINDS else "outpatient"


def person_facts(case: CaseReport, visit: Encounter | None, commune: str) -> list[Fact]:
    """Who it is, as the register knows him; a paper number is needed by the national form."""
    person = case.person
    numbers = {row.kind: row.value for row in person.identifiers.all()}
    ethnic = load_list("ethnic_group").name_of(person.ethnic_code, case.seen_on) if person.ethnic_code else ""
    age = person.age_text(case.seen_on)
    born = f"{person.birth_text} ({age})" if age else person.birth_text
    return [
        Fact(_("Họ tên"), person.full_name),
        Fact(_("Ngày sinh"), born),
        Fact(_("Giới tính"), SEXES.get(person.sex, "")),
        Fact(_("Số định danh"), numbers.get(Identifier.Kind.CITIZEN, "")),
        Fact(_("Số bảo hiểm y tế"), numbers.get(Identifier.Kind.INSURANCE, "")),
        Fact(_("Dân tộc"), ethnic),
        Fact(_("Xã quản lý"), commune, note=str(case.get_basis_display())),
        Fact(_("Địa chỉ trong tệp"), visit.address if visit else ""),
    ]


def visit_facts(actor: Acting, case: CaseReport, visit: Encounter) -> list[Fact]:
    """What the visit says of the illness."""
    known = terms()
    main = f"{visit.main_icd} {known.icd_name(visit.main_icd, visit.ended_on)}"
    facts = [
        Fact(_("Chẩn đoán chính"), main),
        Fact(_("Đến khám"), words.instant(visit.started_at)),
    ]
    if not may_see(actor, visit):
        hidden = _("Lượt khám này mang nhãn nhạy cảm: cơ sở, lời văn và chẩn đoán khác không hiện ở đây.")
        return [*facts, Fact(_("Phần còn lại"), hidden)]
    admitted = [Fact(_("Vào nội trú"), words.instant(visit.admitted_at))] if visit.admitted_at else []
    result = _named("treatment_result", visit.result_code, visit)
    leaving = _named("discharge_kind", visit.discharge_code, visit)
    return [
        *facts,
        *admitted,
        Fact(_("Ra viện"), words.instant(visit.ended_at)),
        Fact(_("Cơ sở"), visit.facility_name),
        Fact(_("Chẩn đoán bằng lời"), unseal(visit.discharge_diagnosis, actor.labels) or ""),
        Fact(_("Kết quả điều trị"), result),
        Fact(_("Ra viện theo cách"), leaving),
    ]


@dataclass(frozen=True, slots=True)
class OtherDiagnosis:
    code: str
    name: str
    disease: str  # name of the notifiable disease, where it is one


def other_diagnoses(actor: Acting, visit: Encounter) -> list[OtherDiagnosis]:
    """Secondary diagnoses of the visit. They make no report; which of them is notifiable is said."""
    if not may_see(actor, visit):
        return []
    known = terms()
    rows = Condition.objects.filter(encounter=visit, role=Condition.Role.SECONDARY).order_by("seq")
    found = []
    for row in rows:
        disease = known.notifiable(row.code, timezone.localdate(visit.started_at))
        found.append(
            OtherDiagnosis(row.code, known.icd_name(row.code, visit.ended_on), disease.name if disease else "")
        )
    return found


def results(actor: Acting, visit: Encounter) -> list[tuple[str, str, str, object]]:
    """(name, value, unit, time) of the laboratory results in the file."""
    if not may_see(actor, visit):
        return []
    rows = Observation.objects.filter(encounter=visit, category=Observation.Category.LABORATORY).order_by("at", "id")
    return [
        (unseal(row.name, actor.labels) or row.code, unseal(row.value_text, actor.labels) or "", row.unit, row.at)
        for row in rows[:MOST_RESULTS]
    ]
