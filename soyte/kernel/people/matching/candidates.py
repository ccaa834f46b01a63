"""What a visit says of its patient, and the same in the form that is compared."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from soyte.kernel.people.names import (
    citizen_number,
    folded_name,
    insurance_number,
    kept_name,
    passport_number,
    phone_number,
)

FIRST_YEAR = timedelta(days=365)
# "con ba …", "be con chi …", folded: what a maternity ward writes before a child has a name; read by PostgreSQL too.
UNNAMED = r"^((be|tre|so sinh|ss) )*(con|cb) ((so sinh|cua|[0-9]+) )*((ba|chi|me|ong|sp) )?"
_UNNAMED = re.compile(UNNAMED)
MARK = "\x1f"  # between the parts of a lock key
# What every visit may change, with the lengths that are kept: a file's longer text is a warning, not a loss.
CONTACT_LENGTHS = {
    "phone": 15,
    "address": 1024,
    "commune_code": 5,
    "province_code": 3,
    "ethnic_code": 5,
    "occupation_code": 5,
}
PATIENT_NO_LENGTH, FACILITY_LENGTH = 100, 5


@dataclass(frozen=True, slots=True)
class Card:
    """An insurance card as a file gives it. `valid_to` is the first day on which it holds no more."""

    number: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Newborn:
    """What a birth certificate (XML9) says beside the child: its mother, birth minute and place among her children."""

    mother: Candidate  # of mother_of
    born_at: str  # yyyyMMddHHmm as written
    place: str  # of newborn_places


@dataclass(frozen=True)
class Candidate:
    """A patient as one visit describes him. Texts as the file has them; '' and None where it says nothing.

    `birth_date` follows `birth_precision` as in models.Person: None when unknown, otherwise filled up with ones.
    `citizen` is SO_CCCD: a personal number or a passport. `earlier` is the person to whom the version in force of the
    same visit belongs; `decided` the one to whom somebody gave it, which is not asked again. `mother_name` and `mother_numbers` are what a child's own file says of its mother.
    """

    name: str
    sex: str
    on: date  # day on which the visit began
    birth_date: date | None = None
    birth_precision: str = "unknown"
    birth_time: str = ""  # HHmm where known
    citizen: str = ""
    cards: tuple[Card, ...] = ()
    patient_no: str = ""
    facility_code: str = ""
    commune_code: str = ""
    province_code: str = ""
    address: str = ""
    phone: str = ""
    ethnic_code: str = ""
    occupation_code: str = ""
    synthetic: bool = False
    earlier: uuid.UUID | None = None
    decided: uuid.UUID | None = None
    mother_name: str = ""
    mother_numbers: tuple[str, ...] = ()
    newborn: Newborn | None = None

    @cached_property
    def full_name(self) -> str:
        if self.newborn and not self.name.strip():
            return f"Con bà {kept_name(self.newborn.mother.name)}"[:255]
        return kept_name(self.name)[:255]

    @cached_property
    def folded(self) -> str:
        return folded_name(self.full_name)[:300]

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """The identifiers that the visit gives, strongest first."""
        return tuple(dict.fromkeys(self._numbers()))

    def _numbers(self) -> Iterator[Number]:
        if citizen := citizen_number(self.citizen):
            yield Number("citizen", citizen)
        elif passport := passport_number(self.citizen):
            yield Number("passport", passport)
        for card in self.cards:
            if number := insurance_number(card.number):
                yield Number("insurance", number, "", card.valid_from, card.valid_to)
        patient_no = self.patient_no.strip()[:PATIENT_NO_LENGTH]
        if patient_no and self.facility_code:
            yield Number("patient_no", patient_no, self.facility_code[:FACILITY_LENGTH])

    @cached_property
    def contact(self) -> dict[str, str]:
        """The fields of CONTACT_LENGTHS that the visit fills in."""
        said = {name: getattr(self, name).strip()[:length] for name, length in CONTACT_LENGTHS.items()}
        said["phone"] = phone_number(self.phone)
        return {name: value for name, value in said.items() if value}

    @cached_property
    def traits(self) -> tuple[str, date, str, str, str] | None:
        """What has to be equal without an identifier; None where a part is not known, which equals nothing."""
        commune_code = self.contact.get("commune_code")
        if self.birth_date is None or not commune_code or not self.folded:
            return None
        return self.folded, self.birth_date, self.birth_precision, self.sex, commune_code

    @cached_property
    def is_infant(self) -> bool:
        """Whether this may be the first file of a child of whom a birth certificate is known."""
        return (
            self.newborn is None
            and self.birth_precision == "day"
            and self.birth_date is not None
            and self.on - self.birth_date <= FIRST_YEAR
        )

    @cached_property
    def mother_folded(self) -> str:
        return folded_name(self.mother_name)

    @cached_property
    def mother_keys(self) -> frozenset[str]:
        """Numbers in the form in which they are kept, whatever kind the file's field was meant for."""
        found = (
            form(text) for text in self.mother_numbers for form in (citizen_number, insurance_number, passport_number)
        )
        return frozenset(filter(None, found))


@dataclass(frozen=True, slots=True)
class Number:
    """An identifier: kind and value as in models.Identifier."""

    kind: str
    value: str
    issuer: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.value, self.issuer

    def holds(self, on: date) -> bool:
        return not (self.valid_from and on < self.valid_from) and not (self.valid_to and on >= self.valid_to)


def is_unnamed(folded: str) -> bool:
    """Whether a name says only whose child this is."""
    return bool(_UNNAMED.match(folded))


def mother_in(folded: str) -> str:
    """The folded name of the mother that an unnamed child's own name gives; "" of a named child, or of the father's."""
    found = _UNNAMED.match(folded)
    return folded[found.end() :] if found and not found[0].endswith("ong ") else ""


@dataclass(frozen=True, slots=True)
class Match:
    """Whose visit it is. `made` are the persons made for this candidate: himself, a newborn's mother, or none."""

    person_id: uuid.UUID
    made: tuple[uuid.UUID, ...] = ()
    pairs: tuple[tuple[uuid.UUID, uuid.UUID], ...] = ()  # put on the review list by this candidate

    @property
    def is_new(self) -> bool:
        return self.person_id in self.made


def newborn_places(certificates: Sequence[tuple[str, str]]) -> list[str]:
    """The place of each child among those of one birth, from its (birth time, SO_CON) in the order of the file.

    SO_CON is filled in as "number of children" by some and as "which child" by others; children whose time and
    SO_CON are equal are told apart by their order.
    """
    seen: dict[tuple[str, str], int] = {}
    places = []
    for certificate in certificates:
        seen[certificate] = seen.get(certificate, 0) + 1
        places.append(f"{certificate[1]}.{seen[certificate]}")
    return places


def mother_of(patient: Candidate, stated: Candidate) -> Candidate:
    """The mother of a certificate: the visit's own patient if `stated` (the NND fields) tells of her, else as stated."""
    shared = {number.key for number in patient.numbers} & {number.key for number in stated.numbers}
    same_name = patient.folded == stated.folded and (
        stated.birth_date is None or patient.birth_date is None or patient.birth_date == stated.birth_date
    )
    return patient if patient.newborn is None and (shared or same_name) else stated


def with_mothers(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    for candidate in candidates:
        if candidate.newborn:
            yield candidate.newborn.mother
        yield candidate


def lock_keys(candidates: Iterable[Candidate]) -> set[str]:
    """Keys to be held while `candidates` are matched: whoever could be matched to the same person shares one.

    Numbers that name a person; name and birth date for matching without them; the birthday of newborns. A patient
    number is locked only where it is all there is, to hold fewer locks.
    """
    keys: set[str] = set()
    for candidate in with_mothers(candidates):
        strong = [number for number in candidate.numbers if number.kind != "patient_no"]
        keys.update(MARK.join(("person", *number.key)) for number in strong or candidate.numbers)
        if candidate.traits:
            keys.add(MARK.join(("person", candidate.folded, str(candidate.birth_date))))
        if candidate.birth_date and (candidate.newborn or candidate.is_infant):
            keys.add(MARK.join(("newborn", str(candidate.birth_date))))
    return keys
