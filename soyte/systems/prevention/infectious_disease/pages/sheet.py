"""The sheet for the national system: one row a report, the columns in the groups of TT 15/2026/TT-BYT điều 7."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from soyte.kernel.actors import Acting
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.people.models import Identifier
from soyte.systems.prevention.infectious_disease import texts
from soyte.systems.prevention.infectious_disease.forms import CaseForm, shown
from soyte.systems.prevention.infectious_disease.models import CaseReport, CaseVisit
from soyte.systems.prevention.infectious_disease.pages.filled import SEXES, from_files, may_see
from soyte.ui.xlsx import Column


def columns() -> list[Column]:
    """Facts of the file first, then what people wrote, in the order of the form."""
    told = [
        Column(_("Bệnh"), width=24), Column(_("Loại phiếu")), Column(_("Họ tên"), width=26), Column(_("Ngày sinh")),
        Column(_("Giới tính"), width=10), Column(_("Số định danh")), Column(_("Số bảo hiểm y tế")),
        Column(_("Dân tộc")), Column(_("Xã quản lý"), width=22), Column(_("Mã xã"), width=10),
        Column(_("Mã bệnh chính"), width=12), Column(_("Ngày khám"), "instant"), Column(_("Ngày nhập viện"), "instant"),
        Column(_("Ngày ra viện"), "instant"), Column(_("Cơ sở"), width=28), Column(_("Hạn báo cáo"), "instant"),
        Column(_("Tệp đến muộn"), width=10), Column(_("Trạng thái")), Column(_("Số phiếu quốc gia")),
        Column(_("Báo cáo lúc"), "instant"),
    ]  # fmt: skip
    return told + [Column(str(CaseForm.base_fields[name].label), width=20) for name in fields()]


def fields() -> list[str]:
    return [name for _title, names in CaseForm.groups for name in names]


def rows(
    actor: Acting,
    cases: Sequence[CaseReport],
    *,
    visits: Mapping[Any, Sequence[CaseVisit]],
    names: Mapping[str, str],
) -> Iterator[list[Any]]:
    for case in cases:
        own = visits.get(case.pk, ())
        yield [*_facts(actor, case, own[-1] if own else None, names), *_answers(actor, case, own)]


def answers(actor: Acting, case: CaseReport, visits: Sequence[CaseVisit]) -> dict[str, str]:
    """Every answer of the form: what people wrote, else what the files say."""
    return from_files(actor, visits) | texts.details_of(actor, case)


def _answers(actor: Acting, case: CaseReport, visits: Sequence[CaseVisit]) -> list[str]:
    told = answers(actor, case, visits)
    return [shown(name, told.get(name, "")) for name in fields()]


def _facts(actor: Acting, case: CaseReport, link: CaseVisit | None, names: Mapping[str, str]) -> list[Any]:
    person, visit = case.person, link.encounter if link else None
    numbers = {row.kind: row.value for row in person.identifiers.all()}
    ethnic = load_list("ethnic_group").name_of(person.ethnic_code, case.seen_on) if person.ethnic_code else ""
    open_visit = visit if visit is not None and may_see(actor, visit) else None
    facility = open_visit.unit.name if open_visit and open_visit.unit else ""
    return [
        case.disease_name, str(case.get_kind_display()), person.full_name, person.birth_text,
        str(SEXES.get(person.sex, "")), numbers.get(Identifier.Kind.CITIZEN, ""),
        numbers.get(Identifier.Kind.INSURANCE, ""), ethnic, names.get(case.commune_code, ""), case.commune_code,
        visit.main_icd if visit else "", visit.started_at if visit else None,
        open_visit.admitted_at if open_visit else None, open_visit.ended_at if open_visit else None, facility,
        case.due_at, _("có") if case.is_late_file else "", str(case.get_state_display()), case.reported_no,
        case.reported_at,
    ]  # fmt: skip
