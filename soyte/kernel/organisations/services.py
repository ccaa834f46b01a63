"""Changes to the units, one function per act."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.kernel.actors import Acting, Machine
from soyte.kernel.audit.services import Row, batch, record
from soyte.kernel.errors import DomainError, refusing
from soyte.kernel.organisations.models import Unit, UnitName, UnitSuccession
from soyte.kernel.organisations.selectors import descendants
from soyte.kernel.text import fold, one_line

EVER = dt.date(1900, 1, 1)
"""Start of a unit of which only files tell: earlier than any visit."""


class NameMissing(DomainError):
    code = "organisations.name_missing"
    message = _("Thiếu tên đơn vị. Ghi tên như trong quyết định thành lập.")


class FacilityCodeForm(DomainError):
    code = "organisations.facility_code_form"
    message = _("Mã cơ sở “%(code)s” không đúng dạng. Mã gồm 5 chữ số hoặc chữ in hoa, ví dụ 70001.")


class FacilityCodeTaken(DomainError):
    code = "organisations.facility_code_taken"
    message = _(
        "Mã cơ sở %(code)s đã thuộc đơn vị khác trong thời gian này. "
        "Kết thúc đơn vị cũ trước, hoặc chọn ngày bắt đầu muộn hơn."
    )


class UnitEnded(DomainError):
    code = "organisations.ended"
    message = _("Đơn vị “%(name)s” đã kết thúc ngày %(on)s.")


class ParentBelow(DomainError):
    code = "organisations.parent_below"
    message = _("“%(parent)s” là chính đơn vị này hoặc nằm dưới nó, nên không thể là cấp trên. Chọn đơn vị khác.")


class DateOrder(DomainError):
    code = "organisations.date_order"
    message = _("Ngày %(on)s không dùng được: phải sau ngày %(after)s và không muộn hơn hôm nay.")


class EndBeforeBeginning(DomainError):
    code = "organisations.end_before_beginning"
    message = _("Ngày %(on)s không dùng được: phải sau ngày %(after)s, ngày đơn vị bắt đầu hoạt động.")


FACILITY_CODE = re.compile(r"[0-9A-Z]{5}")


def _name(text: str) -> str:
    name = one_line(text)
    if not name:
        raise NameMissing()
    return name


def _facility_code(text: str | None) -> str | None:
    if not text:
        return None
    if not FACILITY_CODE.fullmatch(text):
        raise FacilityCodeForm(code=text)
    return text


def _day(day: dt.date) -> str:
    return day.strftime("%d/%m/%Y")


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Unit) else value


def _refuse_circle(unit: Unit, parent: Unit | None) -> None:
    if parent is not None and parent.pk in descendants([unit.pk]):
        raise ParentBelow(parent=parent.name)


def _locked(unit: Unit) -> Unit:
    fresh = Unit.objects.select_for_update().get(pk=unit.pk)
    if fresh.valid_to:
        raise UnitEnded(name=fresh.name, on=_day(fresh.valid_to))
    return fresh


@transaction.atomic
def make_unit(
    actor: Acting,
    *,
    kind: str,
    name: str,
    valid_from: dt.date,
    parent: Unit | None = None,
    facility_code: str | None = None,
    decision: str = "",
    **facts: Any,
) -> Unit:
    """Make a unit. `facts`: gln, commune_code, ownership, beds, software, content_code.

    Raises NameMissing, FacilityCodeForm, FacilityCodeTaken, Refused.
    """
    actor.require("units.manage", parent)
    written = _name(name)
    code = _facility_code(facility_code)
    with refusing(unit_one_facility_code_at_a_time=FacilityCodeTaken(code=code)):
        unit = Unit.objects.create(
            kind=kind,
            name=written,
            name_folded=fold(written),
            parent=parent,
            facility_code=code,
            valid_from=valid_from,
            **facts,
        )
    record(
        actor,
        "units.manage",
        obj=unit,
        details={"act": "make", "name": written, "facility_code": code, "valid_from": valid_from, "decision": decision},
    )
    return unit


@transaction.atomic
def accept_unit(actor: Acting, unit: Unit, *, name: str, kind: str, parent: Unit | None = None, **facts: Any) -> Unit:
    """Name a unit that only files told of, and make it official. `facts` as in make_unit.

    Raises NameMissing, UnitEnded, ParentBelow, Refused.
    """
    actor.require("units.manage", unit)
    fresh = _locked(unit)
    _refuse_circle(fresh, parent)
    before = {"name": fresh.name, "kind": fresh.kind}
    fresh.name = _name(name)
    fresh.name_folded = fold(fresh.name)
    fresh.kind = kind
    fresh.parent = parent or fresh.parent
    fresh.state, fresh.origin = Unit.State.OFFICIAL, Unit.Origin.HAND
    for field, value in facts.items():
        setattr(fresh, field, value)
    fresh.save()
    record(
        actor,
        "units.manage",
        obj=fresh,
        details={"act": "accept", "before": before, "name": fresh.name, "kind": kind, **facts},
    )
    return fresh


@transaction.atomic
def correct_unit(actor: Acting, unit: Unit, **facts: Any) -> Unit:
    """Correct what is known of a unit besides its name, code and dates: kind, parent, gln, commune_code, ownership,
    beds, software. From then on the shipped list no longer changes it.

    Raises UnitEnded, ParentBelow, Refused.
    """
    actor.require("units.manage", unit)
    fresh = _locked(unit)
    _refuse_circle(fresh, facts.get("parent"))
    before = {field: _plain(getattr(fresh, field)) for field in facts}
    for field, value in facts.items():
        setattr(fresh, field, value)
    fresh.origin = Unit.Origin.HAND
    fresh.save(update_fields=[*facts, "origin"])
    record(
        actor,
        "units.manage",
        obj=fresh,
        details={"act": "correct", "before": before, **{field: _plain(value) for field, value in facts.items()}},
    )
    return fresh


@transaction.atomic
def rename(actor: Acting, unit: Unit, *, name: str, on: dt.date, decision: str = "") -> Unit:
    """Give a unit another name from a day on; the earlier name stays known for the days before.

    Raises NameMissing, UnitEnded, DateOrder, Refused.
    """
    actor.require("units.manage", unit)
    fresh = _locked(unit)
    latest = UnitName.objects.filter(unit=fresh, valid_to=None).first()
    since = latest.valid_from if latest else fresh.valid_from
    if not since < on <= timezone.localdate():
        raise DateOrder(on=_day(on), after=_day(since))
    if latest is None:
        latest = UnitName(unit=fresh, name=fresh.name, valid_from=since)
    latest.valid_to = on
    latest.save()
    before, fresh.name = fresh.name, _name(name)
    fresh.name_folded, fresh.origin = fold(fresh.name), Unit.Origin.HAND
    fresh.save(update_fields=["name", "name_folded", "origin"])
    UnitName.objects.create(unit=fresh, name=fresh.name, valid_from=on, decision=decision)
    record(
        actor,
        "units.manage",
        obj=fresh,
        details={"act": "rename", "before": before, "name": fresh.name, "on": on, "decision": decision},
    )
    return fresh


@transaction.atomic
def end_unit(
    actor: Acting,
    unit: Unit,
    *,
    on: dt.date,
    decision: str = "",
    successor: Unit | None = None,
    relation: str = UnitSuccession.Relation.MERGE,
) -> Unit:
    """End a unit: `on` is the first day without it. With a successor, rights and history follow by `relation`.

    Raises UnitEnded, EndBeforeBeginning, Refused.
    """
    actor.require("units.manage", unit)
    fresh = _locked(unit)
    if on <= fresh.valid_from:
        raise EndBeforeBeginning(on=_day(on), after=_day(fresh.valid_from))
    fresh.valid_to = on
    fresh.save(update_fields=["valid_to"])
    if successor:
        UnitSuccession.objects.create(old=fresh, new=successor, on=on, relation=relation, decision=decision)
    record(
        actor,
        "units.manage",
        obj=fresh,
        details={
            "act": "end",
            "on": on,
            "successor": successor.pk if successor else None,
            "relation": relation,
            "decision": decision,
        },
    )
    return fresh


# The unit of the day; else the one nearest to it in time, for the register may not know all of a facility's days.
_KNOWN = """
select distinct on (facility_code) facility_code, id from organisations_unit
 where facility_code = any(%(codes)s)
 order by facility_code, case when valid_from > %(on)s then valid_from - %(on)s
                              when valid_to <= %(on)s then %(on)s - valid_to + 1 else 0 end, valid_from desc
"""
# It hangs below the department, if there is just one, so that the department's posts reach it.
_MAKE = """
insert into organisations_unit (kind, name, name_folded, parent_id, facility_code, gln, ownership, software, state,
                                origin, valid_from)
select 'other', n.name, n.folded,
       (select min(id) from organisations_unit where kind = 'department' and valid_to is null having count(*) = 1),
       n.code, '', '', '', 'review', 'visits', %(ever)s
  from unnest(%(codes)s::text[], %(names)s::text[], %(folded)s::text[]) as n(code, name, folded)
    on conflict do nothing
returning id, facility_code
"""


def ensure_facilities(
    codes: Iterable[str], on: dt.date, *, actor: Acting | None = None, cursor: Any = None
) -> dict[str, int]:
    """Unit keys by facility code on a day; a unit "chờ rà soát" is made for a code that the register lacks.

    Two senders of one new facility at once make one unit: the second waits for the first. Codes that are not five
    characters of the insurer's form get no unit and are left out. `cursor`: the caller's own (psycopg or Django).
    """
    if cursor is None:
        with connection.cursor() as own:
            return ensure_facilities(codes, on, actor=actor, cursor=own)
    wanted = sorted({code for code in codes if FACILITY_CODE.fullmatch(code)})  # one order: no deadlock of two senders
    known = _known(cursor, wanted, on)
    missing = [code for code in wanted if code not in known]
    if not missing:
        return known
    _make_for_review(cursor, missing, actor or Machine("visit files"))
    return known | _known(cursor, missing, on)


def _known(cursor: Any, codes: list[str], on: dt.date) -> dict[str, int]:
    cursor.execute(_KNOWN, {"codes": codes, "on": on})
    return dict(cursor.fetchall())


def _make_for_review(cursor: Any, codes: list[str], actor: Acting) -> None:
    names = [f"Cơ sở {code} (chờ đặt tên)" for code in codes]  # stored, so not in the reader's language
    cursor.execute(_MAKE, {"ever": EVER, "codes": codes, "names": names, "folded": [fold(name) for name in names]})
    batch(
        cursor,
        actor,
        [
            Row("units.manage", Unit._meta.label_lower, str(unit_id), details={"act": "make for review", "code": code})
            for unit_id, code in cursor.fetchall()
        ],
    )
