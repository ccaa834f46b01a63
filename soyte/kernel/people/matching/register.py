"""The persons that a batch of visits may concern, read once and kept in memory while the batch is matched."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from soyte.kernel.people.matching.candidates import UNNAMED, Candidate, Number, is_unnamed, with_mothers
from soyte.kernel.sql import SqlCursor, columns

PERSON = (
    "id",
    "full_name",
    "name_folded",
    "birth_date",
    "birth_precision",
    "sex",
    "ethnic_code",
    "occupation_code",
    "phone",
    "address",
    "commune_code",
    "province_code",
    "contact_seen_on",
    "synthetic",
    "merged_into_id",
)
_PERSON = ", ".join(f"p.{name}" for name in PERSON)
# OFFSET 0 keeps each lateral query whole: an index look-up for every number asked, also while a table that has just
# been filled has no statistics yet and the planner would rather read and sort all of it.
_BY_NUMBER = """
    select found.person_id from unnest(%s::text[], %s::text[], %s::text[]) asked(kind, value, issuer), lateral (
      select i.person_id from people_identifier i
      where i.kind = asked.kind and i.value = asked.value and i.issuer = asked.issuer offset 0) found"""
_BY_TRAITS = """
    select found.id from unnest(%s::text[], %s::date[], %s::text[], %s::text[], %s::text[])
      asked(name, birth_date, precision, sex, commune), lateral (
      select p.id from people_person p
      where p.name_folded = asked.name and p.birth_date = asked.birth_date and p.birth_precision = asked.precision
        and p.sex = asked.sex and p.commune_code = asked.commune offset 0) found"""
# Children of a birth certificate: all of a birthday for a certificate, those without a file of their own for a file.
_NEWBORNS = """
    select i.person_id from people_person p join people_identifier i on i.person_id = p.id and i.kind = 'newborn'
    where p.birth_date = any(%s::date[]) and p.birth_precision = 'day'"""
_AWAITING = f"""{_NEWBORNS}
      and not exists (select from people_identifier o where o.person_id = p.id and o.kind in ('citizen', 'patient_no'))"""
# Children with a file of their own whose birth certificate comes later: named after the mother.
_NAMED_AFTER_MOTHER = """
    select p.id from unnest(%s::date[], %s::text[]) asked(birth_date, mother)
    join people_person p on p.birth_date = asked.birth_date and p.birth_precision = 'day'
      and strpos(' ' || p.name_folded || ' ', ' ' || asked.mother || ' ') > 0"""
# For a child those of its birthday and sex that bear its name, or that lack a name where it has one, or have one where it lacks it.
_NAMED_LATER = f"""
    select found.id from unnest(%s::date[], %s::text[], %s::text[], %s::bool[]) asked(birth_date, sex, name, unnamed), lateral (
      select p.id from people_person p
      where p.birth_date = asked.birth_date and p.birth_precision = 'day' and p.sex = asked.sex
        and (p.name_folded = asked.name or p.name_folded ~ '{UNNAMED}' <> asked.unnamed) offset 0) found"""
_NUMBERS = """
    select found.* from unnest(%s::uuid[]) asked(id), lateral (
      select person_id, kind, value, issuer, valid_from, valid_to from people_identifier
      where person_id = asked.id offset 0) found"""
_MOTHERS = "select person_id, other_id from people_personrelation where kind = 'mother' and person_id = any(%s::uuid[])"
_CHILDREN = "select person_id from people_personrelation where kind = 'mother' and other_id = any(%s::uuid[])"


@dataclass(slots=True)
class Known:
    """A person in memory: a row of people_person with its numbers, and what the batch has changed of it."""

    id: uuid.UUID
    full_name: str
    name_folded: str
    birth_date: date | None
    birth_precision: str
    sex: str
    ethnic_code: str = ""
    occupation_code: str = ""
    phone: str = ""
    address: str = ""
    commune_code: str = ""
    province_code: str = ""
    contact_seen_on: date | None = None
    synthetic: bool = False
    merged_into_id: uuid.UUID | None = None
    is_new: bool = False
    is_changed: bool = False
    numbers: list[Number] = field(default_factory=list)
    mother: Known | None = None

    @property
    def record_id(self) -> uuid.UUID:
        return self.merged_into_id or self.id

    @property
    def traits(self) -> tuple[str, date | None, str, str, str]:
        return self.name_folded, self.birth_date, self.birth_precision, self.sex, self.commune_code

    @property
    def said(self) -> tuple[object, ...]:
        """All that a visit may change."""
        return (
            *self.traits,
            self.full_name,
            self.phone,
            self.address,
            self.province_code,
            self.ethnic_code,
            self.occupation_code,
            self.contact_seen_on,
        )

    @property
    def birth_times(self) -> set[str]:
        """HHmm of its birth certificate."""
        return {value.split(":")[1][8:12] for value in self.values("newborn")}

    def values(self, kind: str) -> set[str]:
        return {number.value for number in self.numbers if number.kind == kind}

    @property
    def awaits_own_file(self) -> bool:
        """Known by a birth certificate only."""
        kinds = {number.kind for number in self.numbers}
        return "newborn" in kinds and not kinds & {"citizen", "patient_no"}


class Register:
    """Known persons by id, by number, by traits and by birthday; grows with the persons that the batch makes.

    `by_traits` may still hold a person under traits that he had; readers compare.
    """

    def __init__(self) -> None:
        self.by_id: dict[uuid.UUID, Known] = {}
        self.by_number: defaultdict[tuple[str, str, str], dict[uuid.UUID, Known]] = defaultdict(dict)
        self.by_traits: defaultdict[tuple[Any, ...], dict[uuid.UUID, Known]] = defaultdict(dict)
        self.by_birthday: defaultdict[date, dict[uuid.UUID, Known]] = defaultdict(dict)
        self.added: list[tuple[uuid.UUID, Number]] = []
        self.extended: list[tuple[uuid.UUID, Number]] = []
        self.mothers: list[tuple[uuid.UUID, uuid.UUID]] = []
        self.pairs: dict[tuple[uuid.UUID, uuid.UUID], tuple[str, str]] = {}  # to reason and detail

    def file(self, person: Known) -> None:
        """Enter a person, or enter him anew after his traits changed."""
        self.by_id[person.id] = person
        self.by_traits[person.traits][person.id] = person
        if person.birth_date and person.birth_precision == "day":
            self.by_birthday[person.birth_date][person.id] = person

    def file_number(self, person: Known, number: Number) -> None:
        person.numbers.append(number)
        self.by_number[number.key][person.id] = person

    def add_number(self, person: Known, number: Number) -> None:
        """Note that a person bears a number, with the validity that a card gives it."""
        same = [known for known in person.numbers if known.key == number.key]
        if any(known.valid_from == number.valid_from for known in same):
            self._extend(person, number, next(known for known in same if known.valid_from == number.valid_from))
        elif not same or number.valid_from:
            self.file_number(person, number)
            self.added.append((person.id, number))

    def _extend(self, person: Known, number: Number, known: Number) -> None:
        if number.valid_to and known.valid_to and number.valid_to > known.valid_to:
            person.numbers[person.numbers.index(known)] = number
            self.extended.append((person.id, number))

    def add_mother(self, child: Known, mother: Known) -> None:
        if child.mother is not mother:
            child.mother = mother
            self.mothers.append((child.id, mother.id))


def load(cursor: SqlCursor, candidates: Sequence[Candidate]) -> Register:
    """Read every person to whom one of `candidates` may belong: by numbers, by traits, and children by birthday."""
    register = Register()
    asked = list(with_mothers(candidates))
    query, params = _search(asked)
    _read_persons(cursor, register, query, params)
    if any(candidate.newborn and candidate.birth_date is None for candidate in asked):
        _read_persons(cursor, register, _CHILDREN, [list(register.by_id)])
    if any(candidate.newborn or candidate.is_infant for candidate in asked):
        _read_mothers(cursor, register)
    return register


def _search(asked: Sequence[Candidate]) -> tuple[str, list[Any]]:
    """One query for the ids of all persons that may be meant."""
    parts, params = [_BY_NUMBER], columns(sorted({n.key for candidate in asked for n in candidate.numbers}), 3)
    if traits := {candidate.traits for candidate in asked if candidate.traits}:
        parts.append(_BY_TRAITS)
        params += columns(sorted(traits), 5)
    if earlier := {candidate.earlier for candidate in asked if candidate.earlier}:
        parts.append("select unnest(%s::uuid[])")
        params.append(list(earlier))
    if births := {(c.birth_date, c.newborn.mother.folded) for c in asked if c.newborn and c.birth_date}:
        parts += [_NEWBORNS, _NAMED_AFTER_MOTHER]
        params += [[day for day, _mother in births], *columns(births, 2)]
    if birthdays := {candidate.birth_date for candidate in asked if candidate.is_infant}:
        parts += [_AWAITING, _NAMED_LATER]
        infants = {(c.birth_date, c.sex, c.folded, is_unnamed(c.folded)) for c in asked if c.is_infant}
        params += [list(birthdays), *columns(infants, 4)]
    return " union ".join(parts), params


def _read_persons(cursor: SqlCursor, register: Register, ids: str, params: list[Any]) -> None:
    cursor.execute(f"select {_PERSON} from people_person p where p.id in ({ids})", params)
    found = [Known(*row) for row in cursor.fetchall()]
    if not found:
        return
    for person in found:
        register.file(person)
    cursor.execute(_NUMBERS, [[person.id for person in found]])
    for person_id, *number in cursor.fetchall():
        register.file_number(register.by_id[person_id], Number(*number))


def _read_mothers(cursor: SqlCursor, register: Register) -> None:
    newborns = [person.id for person in register.by_id.values() if person.values("newborn")]
    if not newborns:
        return
    cursor.execute(_MOTHERS, [newborns])
    mothers: dict[uuid.UUID, uuid.UUID] = dict(cursor.fetchall())
    if missing := set(mothers.values()) - register.by_id.keys():
        _read_persons(cursor, register, "select unnest(%s::uuid[])", [list(missing)])
    for child, mother in mothers.items():
        register.by_id[child].mother = register.by_id[mother]
