"""Who a person is, in the words of a page."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from soyte.clinical.encounters.countables import OLD_MAP_LAST_DAY
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.people.models import Identifier, Person
from soyte.kernel.places import selectors as places
from soyte.kernel.text import last_four

SEX = {"1": gettext_lazy("Nam"), "2": gettext_lazy("Nữ")}


def sex(person: Person) -> str:
    return sex_of(person.sex)


def sex_of(code: str) -> str:
    return str(SEX.get(code, _("Chưa xác định")))


def last_digits(value: str) -> str:
    """All but the last four digits hidden: enough to tell two namesakes apart, too little to copy."""
    return f"•••• {last_four(value)}"


def told_apart(people: Iterable[Person]) -> Mapping[uuid.UUID, str]:
    """The last digits of a number of each person, for telling namesakes apart; "" without a number."""
    kinds = [Identifier.Kind.CITIZEN, Identifier.Kind.INSURANCE]
    rows = Identifier.objects.filter(person__in=[person.pk for person in people], kind__in=kinds)
    digits: dict[uuid.UUID, str] = defaultdict(str)
    for person_id, value in rows.order_by("kind", "value").values_list("person_id", "value"):
        digits[person_id] = digits[person_id] or last_digits(value)
    return digits


def in_a_line(person: Person, digits: Mapping[uuid.UUID, str]) -> str:
    """What tells a person from a namesake, and no more: sex, birth year, last digits."""
    return " · ".join(filter(None, [sex(person), str(person.birth_year or ""), digits[person.pk]]))


@dataclass(frozen=True, slots=True)
class Number:
    """An identifier as the record shows it; `until` is the last day on which it holds."""

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
            shown.append(Number(str(row.get_kind_display()), last_digits(row.value), row.last_day))
    return shown[:3]


READ = {
    "record": gettext_lazy("Hồ sơ"),
    "results": gettext_lazy("Kết quả xét nghiệm"),
    "visit": gettext_lazy("Một lượt khám"),
    "source": gettext_lazy("Tệp gốc của một lượt khám"),
    "paper": gettext_lazy("Một giấy tờ"),
    "print": gettext_lazy("Bản in tóm tắt"),
    "looks": gettext_lazy("Ai đã xem hồ sơ"),
    "case_report": gettext_lazy("Phiếu ca bệnh phải báo cáo"),
    "follow_ups": gettext_lazy("Lịch hẹn, ra viện (trạm y tế theo dõi)"),
    "follow_ups_print": gettext_lazy("Bản in lịch hẹn của trạm y tế"),
}


def what_was_read(event: AuditEvent) -> str:
    return str(READ.get(event.object_kind, event.object_kind))


def reader_name(event: AuditEvent) -> str:
    return event.account.display_name if event.account else event.actor_text


def commune_names(codes: Iterable[str], today: date) -> dict[str, str]:
    """Names of communes; one that ended with the old map keeps the name it had there."""
    asked = {code for code in codes if code}
    return {**places.names_on(asked, OLD_MAP_LAST_DAY), **places.names_on(asked, today)}
