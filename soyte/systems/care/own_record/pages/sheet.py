"""The summary on one sheet: who, allergies, long-term conditions, latest results and medicines, last visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from soyte.clinical.allergies import selectors as allergies
from soyte.clinical.terminology import selectors as terminology
from soyte.clinical.terminology.terms import Terms
from soyte.kernel.access.actor import Actor
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.labels import unseal
from soyte.kernel.people.models import Identifier
from soyte.kernel.places import selectors as places
from soyte.kernel.text import format as text
from soyte.systems.care.health_record import public as health_record
from soyte.systems.care.health_record.public import Given, Seen
from soyte.systems.care.own_record.pages import words
from soyte.systems.care.own_record.pages.allergies import allergy_lines, unanswered
from soyte.systems.care.own_record.selectors.records import OwnRecord

# What fits one sheet, each line at its longest.
CONDITIONS, RESULTS, MEDICINES, VISITS = 6, 8, 8, 6
LONGEST = 90


def cut(written: str, most: int = LONGEST) -> str:
    return written if len(written) <= most else written[: most - 1].rstrip() + "…"


def facts(actor: Actor, record: OwnRecord, now: dt.datetime) -> dict[str, Any]:
    """All texts of the sheet; what no file says is "chưa biết" or "chưa có", never left out."""
    seen, terms, person = record.seen(actor), terminology.terms(), record.person
    told = allergies.told(record.people)
    missing = unanswered(told)
    lines = [f"{question}: {cut(answer)}" for question, answer, _tone in allergy_lines(told)]
    if missing:
        lines.append(_("Chưa biết: %(what)s") % {"what": ", ".join(missing)})
    groups = health_record.blood_groups(actor, seen)
    medicines = health_record.medicines(seen, limit=MEDICINES)
    return {
        "title": _("Tóm tắt sổ sức khỏe (dữ liệu minh hoạ)") if settings.SOYTE_DEMO else _("Tóm tắt sổ sức khỏe"),
        "name": person.full_name,
        "who": _who(record, now.date()),
        "sections": [
            {"title": _("Dị ứng, theo lời khai"), "lines": lines},
            {"title": _("Nhóm máu"), "lines": [f"{one.value} ({_place(one.visit.facility, one.at)})" for one in groups[:2]]
             or [_("Chưa biết: chưa tệp nào ghi.")]},
            {"title": _("Bệnh kéo dài đã thấy"), "lines": _conditions(seen, terms)},
        ],
        "tables": [
            _table(_("Kết quả gần đây"), {_("Chỉ số"): 4, _("Kết quả"): 2, _("So với khoảng thường gặp"): 5, _("Ngày"): 0},
                   _results(actor, record, seen, terms)),
            _table(_("Thuốc đã cấp; còn thuốc khác, xem trong sổ") if medicines.more else _("Thuốc đã cấp"),
                   {_("Thuốc"): 4, _("Cách dùng ghi trong tệp"): 7, _("Ngày"): 0}, _medicines(actor, medicines.rows)),
            _table(_("Lần khám gần nhất"), {_("Ngày"): 0, _("Loại"): 2, _("Chẩn đoán ghi trong tệp"): 5, _("Nơi khám"): 4},
                   _visits(actor, seen, terms)),
        ],
        "foot": _("Theo các tệp khám bệnh đã nhận đến %(at)s. Điều không có trong tệp thì không có ở đây; "
                  "bản này không thay giấy tờ có chữ ký.") % {"at": text.instant(now)},
        "none": _("Chưa có"),
    }  # fmt: skip


def _who(record: OwnRecord, today: dt.date) -> str:
    person = record.person
    parts = [
        health_record.sex_of(person.sex),
        _("sinh %(birth)s") % {"birth": person.birth_text},
        person.age_text(today),
        places.names_on([person.commune_code], today).get(person.commune_code, ""),
    ]
    rows = Identifier.objects.filter(person__in=record.people)
    parts += [f"{number.title} {number.value}" for number in health_record.numbers(rows, today)]
    return " · ".join(filter(None, parts))


def _place(facility: str, at: dt.datetime) -> str:
    return f"{cut(facility, 50)}, {text.day(at)}"


def _table(title: str, columns: dict[str, int], rows: list[list[str]]) -> dict[str, Any]:
    """`columns`: heads with their share of the line; 0 is as wide as its longest text."""
    return {"title": title, "heads": list(columns), "widths": list(columns.values()), "rows": rows}


def _conditions(seen: Seen, terms: Terms) -> list[str]:
    found = health_record.long_term(seen, terms)
    if not found:
        return [_("Chưa thấy bệnh nào kéo dài trong các tệp đã nhận.")]
    lines = [cut(f"{one.name} ({health_record.seen_text(one)})", 120) for one in found[:CONDITIONS]]
    more = len(found) - CONDITIONS
    return [*lines, _("và %(n)s bệnh khác, xem trong sổ") % {"n": more}] if more > 0 else lines


def _results(actor: Actor, record: OwnRecord, seen: Seen, terms: Terms) -> list[list[str]]:
    found = health_record.foremost(health_record.results(actor, record.person, seen, terms), RESULTS)
    return [
        [cut(row.name, 45), cut(f"{row.value} {row.unit}".strip(), 24), cut(row.says, 60), text.day(row.at)]
        for row in words.plain_results(found)
    ]


def _medicines(actor: Actor, rows: Sequence[Given]) -> list[list[str]]:
    told = [(row, words.medicine(actor, row)) for row in rows]
    return [
        [cut(f"{one.name} {one.strength}".strip(), 60), cut(one.dose) or _("không ghi"), text.day(row.at)]
        for row, one in told
    ]


def _visits(actor: Actor, seen: Seen, terms: Terms) -> list[list[str]]:
    kinds = load_list("visit_kind")
    keys = [visit.id for visit in seen.visits[:VISITS]]
    rows = seen.encounters().filter(pk__in=keys).order_by("-started_at", "-id")
    return [
        [
            text.day(timezone.localtime(row.started_at)),
            cut(_(kinds.name_of(row.kind, row.ended_on)) or row.kind, 32),
            cut(
                unseal(row.discharge_diagnosis, actor.labels)
                or terms.icd_name(row.main_icd, row.ended_on)
                or row.main_icd,
                70,
            ),
            cut(row.facility_name, 45),
        ]
        for row in rows
    ]
