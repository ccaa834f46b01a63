"""What a batch changed, written set-based: one statement for each kind of row."""

from __future__ import annotations

import uuid

from soyte.kernel.people.matching.register import Known, Register
from soyte.kernel.sql import SqlCursor, columns

_COLUMNS = {
    "id": "uuid",
    "full_name": "text",
    "name_folded": "text",
    "birth_date": "date",
    "birth_precision": "text",
    "sex": "text",
    "ethnic_code": "text",
    "occupation_code": "text",
    "phone": "text",
    "address": "text",
    "commune_code": "text",
    "province_code": "text",
    "contact_seen_on": "date",
    "synthetic": "bool",
}
_CHANGED = [name for name in _COLUMNS if name not in {"id", "sex", "synthetic"}]
_ARRAYS = ", ".join(f"%s::{kind}[]" for kind in _COLUMNS.values())
_INSERT = f"insert into people_person ({', '.join(_COLUMNS)}) select * from unnest({_ARRAYS})"
_UPDATE = f"""
    update people_person p set {", ".join(f"{name} = new.{name}" for name in _CHANGED)}
    from unnest({_ARRAYS}) new({", ".join(_COLUMNS)}) where p.id = new.id"""
_ADD_NUMBERS = """
    insert into people_identifier (person_id, kind, value, issuer, valid_from, valid_to)
    select * from unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::date[], %s::date[]) on conflict do nothing"""
_EXTEND_NUMBERS = """
    update people_identifier i set valid_to = new.valid_to
    from unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::date[], %s::date[])
      new(person_id, kind, value, issuer, valid_from, valid_to)
    where i.person_id = new.person_id and i.kind = new.kind and i.value = new.value and i.issuer = new.issuer
      and i.valid_from is not distinct from new.valid_from"""
_ADD_MOTHERS = """
    insert into people_personrelation (kind, person_id, other_id)
    select 'mother', * from unnest(%s::uuid[], %s::uuid[]) on conflict do nothing"""
_ADD_PAIRS = """
    insert into people_reviewpair (a_id, b_id, reason, detail, state, note)
    select asked.*, 'open', '' from unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[]) asked
    on conflict do nothing returning a_id, b_id"""


def write(cursor: SqlCursor, register: Register) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Write the register's changes; returns the pairs that were not on the review list before."""
    persons = register.by_id.values()
    for statement, rows in (
        (_INSERT, [_row(person) for person in persons if person.is_new]),
        (_UPDATE, [_row(person) for person in persons if person.is_changed and not person.is_new]),
    ):
        if rows:
            cursor.execute(statement, columns(rows, len(_COLUMNS)))
    for statement, numbers in ((_ADD_NUMBERS, register.added), (_EXTEND_NUMBERS, register.extended)):
        if numbers:
            rows = [(person_id, n.kind, n.value, n.issuer, n.valid_from, n.valid_to) for person_id, n in numbers]
            cursor.execute(statement, columns(rows, 6))
    if register.mothers:
        cursor.execute(_ADD_MOTHERS, columns(register.mothers, 2))
    if not register.pairs:
        return set()
    cursor.execute(_ADD_PAIRS, columns([(*pair, *why) for pair, why in register.pairs.items()], 4))
    return set(cursor.fetchall())


def _row(person: Known) -> tuple[object, ...]:
    return tuple(getattr(person, name) for name in _COLUMNS)
