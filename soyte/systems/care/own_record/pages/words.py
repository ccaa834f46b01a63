"""Results, medicines and readers in plain words. Only what a file says is said; nothing is judged here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from soyte.clinical.medications.models import MedicationRequest
from soyte.kernel.access.actor import Actor
from soyte.kernel.access.models import BreakGlass
from soyte.kernel.access.roles import purposes
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.codes.lists import Entry
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.labels import unseal
from soyte.kernel.text import fold
from soyte.kernel.text import format as words
from soyte.systems.care.health_record import public as health_record
from soyte.systems.care.health_record.public import Given, Result, Seen
from soyte.ui.components import Chip

TONES = {"high": "warn", "low": "warn", "": ""}


def plain_names() -> Mapping[str, Entry]:
    """What an index is called by people, by its folded name in files."""
    entries = load_list("plain_result").in_force(timezone.localdate())
    return {fold(name): entry for entry in entries for name in [entry.code, *entry.attrs["names"].split(";")]}


@dataclass(frozen=True, slots=True)
class PlainResult:
    """`says` compares with the usual range where there is one; `written` is the name in the file where it differs."""

    name: str
    written: str
    about: str
    value: str
    unit: str
    says: str
    tone: str
    at: dt.datetime
    facility: str
    trend: Sequence[Decimal]
    trend_says: str
    low: Decimal | None
    high: Decimal | None


def plain_results(found: Iterable[Result]) -> list[PlainResult]:
    names = plain_names()
    return [_plain(row, names.get(fold(row.name))) for row in found]


def _plain(row: Result, entry: Entry | None) -> PlainResult:
    name = _(entry.name) if entry else row.name
    about = entry.attrs["about"] if entry else ""
    return PlainResult(
        name=name,
        written=row.name if entry and fold(row.name) != fold(entry.name) else "",
        about=_(about),
        value=health_record.measured(row.value),
        unit=row.unit,
        says=_compared(row),
        tone=TONES[row.outside],
        at=row.at,
        facility=row.visit.facility,
        trend=row.trend,
        trend_says=_("%(name)s các lần đo: %(values)s %(unit)s")
        % {"name": name, "values": health_record.trend_in_words(row), "unit": row.unit},
        low=row.range.low if row.range else None,
        high=row.range.high if row.range else None,
    )


def _compared(row: Result) -> str:
    if row.range is None or row.number is None:
        return _("Chưa có khoảng để so cho chỉ số và tuổi này.")
    usual = {"range": usual_range(row.range.low, row.range.high)}
    if row.outside == "high":
        return _("Cao hơn khoảng thường gặp (%(range)s).") % usual
    if row.outside == "low":
        return _("Thấp hơn khoảng thường gặp (%(range)s).") % usual
    return _("Trong khoảng thường gặp (%(range)s).") % usual


def usual_range(low: Decimal | None, high: Decimal | None) -> str:
    if low is not None and high is not None:
        return _("%(low)s đến %(high)s") % {"low": words.number(low), "high": words.number(high)}
    if high is not None:
        return _("đến %(high)s") % {"high": words.number(high)}
    return _("từ %(low)s") % {"low": words.number(low)} if low is not None else ""


def new_results(found: Sequence[Result]) -> list[Result]:
    """Those of the day measured last: outside the usual range first, then those that people have a name for."""
    if not found:
        return []
    day = max(timezone.localdate(row.at) for row in found)
    names = plain_names()
    latest = (row for row in found if timezone.localdate(row.at) == day)
    return sorted(latest, key=lambda row: (not row.outside, fold(row.name) not in names))


def card_chip(until: dt.date | None, today: dt.date) -> Chip:
    """How long the insurance card holds, as far as files say."""
    if until is None:
        return Chip(_("Thẻ BHYT: chưa biết"), "dunno")
    if until >= today:
        return Chip(_("BHYT đến %(day)s") % {"day": words.day(until)}, "good", "shield-check")
    return Chip(_("Thẻ BHYT trong tệp hết %(day)s") % {"day": words.day(until)}, "warn")


@dataclass(frozen=True, slots=True)
class PlainMedicine:
    """`enough` says how long it lasts as far as the dose tells; "" where it does not."""

    id: int
    name: str
    strength: str
    dose: str
    usage: str
    enough: str


@dataclass(frozen=True, slots=True)
class LastSupply:
    day: dt.date
    facility: str
    medicines: Sequence[PlainMedicine]


def last_supply(actor: Actor, seen: Seen, rows: Sequence[Given], today: dt.date) -> LastSupply | None:
    """What the last visit with medicines gave, on its last day of orders."""
    if not rows:
        return None
    first = rows[0]
    day = timezone.localdate(first.at)
    same = [row for row in rows if row.encounter_id == first.encounter_id and timezone.localdate(row.at) == day]
    return LastSupply(day, seen.by_id[first.encounter_id].facility, [medicine(actor, row, today) for row in same])


def medicine(actor: Actor, row: Given | MedicationRequest, today: dt.date | None = None) -> PlainMedicine:
    dose = unseal(row.dose, actor.labels) or ""
    return PlainMedicine(
        id=row.id,
        name=unseal(row.name, actor.labels) or row.code,
        strength=row.strength,
        dose=dose.split("[")[0].strip(),
        usage=unseal(row.usage, actor.labels) or "",
        enough=_enough(timezone.localdate(row.at), health_record.days_stated(dose), today),
    )


def _enough(start: dt.date, days: int | None, today: dt.date | None) -> str:
    if days is None or today is None:
        return ""
    last = start + dt.timedelta(days=days - 1)
    text = _("đủ đến %(day)s") if last >= today else _("đủ đến %(day)s, đã qua")
    return text % {"day": words.day(last)}


# ---- who looked --------------------------------------------------------------------------------------------------

LOOKED_AT = {
    "record": gettext_lazy("Hồ sơ"),
    "results": gettext_lazy("Kết quả xét nghiệm"),
    "visit": gettext_lazy("Một lượt khám"),
    "visits": gettext_lazy("Các lần khám"),
    "looks": gettext_lazy("Ai đã xem hồ sơ"),
    "source": gettext_lazy("Tệp gốc của một lượt khám"),
    "paper": gettext_lazy("Một giấy tờ"),
    "print": gettext_lazy("Bản tóm tắt"),
    "dispute": gettext_lazy("Phản ánh về một lượt khám"),
    "allergies": gettext_lazy("Lời khai về dị ứng"),
    "case_report": gettext_lazy("Phiếu ca bệnh phải báo cáo"),
    "follow_ups": gettext_lazy("Lịch hẹn, ra viện (trạm y tế theo dõi)"),
    "follow_ups_print": gettext_lazy("Bản in lịch hẹn của trạm y tế"),
}


@dataclass(frozen=True, slots=True)
class Look:
    at: dt.datetime
    name: str
    unit: str
    what: str
    why: str
    with_reason: bool


def plain_looks(events: Sequence[AuditEvent], openings: Iterable[BreakGlass]) -> list[Look]:
    """Each reading with its purpose; one that a written reason had opened with that reason."""
    reasons = list(openings)
    return [_look(event, _reason(event, reasons)) for event in events]


def _reason(event: AuditEvent, reasons: Iterable[BreakGlass]) -> str:
    held = (one.reason for one in reasons if one.account_id == event.account_id and one.at <= event.at < one.until)
    return next(held, "") if event.action == "record.read" else ""


def _look(event: AuditEvent, reason: str) -> Look:
    return Look(
        at=event.at,
        name=event.account.display_name if event.account else event.actor_text,
        unit=event.unit.name if event.unit else "",
        what=str(LOOKED_AT.get(event.object_kind, _("Dữ liệu của một lượt khám"))),
        why=reason or str(purposes().get(event.purpose, "")),
        with_reason=bool(reason),
    )
