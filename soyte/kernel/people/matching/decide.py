"""Which person a visit belongs to: the rules, over the persons in memory.

Numbers first. If they lead to several persons, to the one whose name and birth year agree, of two that agree to the
citizen number's, and each pair goes to the review list. A new person only if nobody found agrees. Where no number
leads to anybody: the child of a birth certificate; else the one person of the same folded name, birth date as written,
sex and commune without a contradicting number; else a new person. Doubt never merges two people.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date

from soyte.kernel.ids import uuid7
from soyte.kernel.people.matching.candidates import Candidate, Match, Newborn, Number, is_unnamed, mother_in
from soyte.kernel.people.matching.register import Known, Register
from soyte.kernel.people.models import ReviewPair

Reason = ReviewPair.Reason
_RANK = {"citizen": 0, "passport": 1, "insurance": 2, "patient_no": 3}
_STRONG = ("citizen", "passport", "insurance")
_DETAIL = {"unknown": 0, "year": 1, "month": 2, "day": 3}


@dataclass(slots=True)
class _Case:
    """One candidate while it is decided, and the persons who may be he without its being certain."""

    register: Register
    candidate: Candidate
    made: list[uuid.UUID] = field(default_factory=list)
    doubts: list[tuple[Known, Reason, str]] = field(default_factory=list)

    def doubt(self, person: Known, reason: Reason, detail: str = "") -> None:
        self.doubts.append((person, reason, detail))


def match(register: Register, candidate: Candidate) -> Match:
    """The person of `candidate`, made if need be; all that changes by it is noted in `register`."""
    if candidate.decided is not None:
        # The file still says what somebody found to be wrong: nothing is learnt from it.
        return Match(candidate.decided, (), ())
    case = _Case(register, candidate)
    person = _born(case, candidate.newborn) if candidate.newborn else _patient(case)
    for number in candidate.numbers:
        if not (person.mother and number.value in person.mother.values(number.kind)):
            register.add_number(person, number)
    _learn(register, person, candidate)
    return Match(person.id, tuple(case.made), _put_on_review(case, person))


def _patient(case: _Case) -> Known:
    led_to = _led_to(case)
    agreeing = [(rank, person.id, person) for rank, person, number in led_to if _weigh(case, person, number)]
    if agreeing:
        return min(agreeing)[2]
    if (earlier := _of_earlier_version(case)) is not None:
        return earlier
    if (child := _of_certificate(case)) is not None:
        return child
    _doubt_named_later(case)
    if not any(number.kind in _STRONG for _rank, _person, number in led_to) and (same := _of_same_traits(case)):
        return same
    return _make(case)


def _led_to(case: _Case) -> list[tuple[tuple[int, bool], Known, Number]]:
    """Persons whom the candidate's numbers lead to, once each by the strongest number, with its rank (low = strong).

    An insurance card ends but its holder's number does not, so an ended card only ranks lower; any other number that
    does not hold on the day of the visit leads nowhere.
    """
    found: dict[uuid.UUID, tuple[tuple[int, bool], Known, Number]] = {}
    for asked in case.candidate.numbers:
        for person in case.register.by_number[asked.key].values():
            holds = any(known.key == asked.key and known.holds(case.candidate.on) for known in person.numbers)
            if holds or asked.kind == "insurance":
                entry = ((_RANK[asked.kind], not holds), person, asked)
                if person.id not in found or entry[0] < found[person.id][0]:
                    found[person.id] = entry
    return list(found.values())


def _weigh(case: _Case, person: Known, number: Number) -> bool:
    """Whether the person to whom `number` leads is the patient; who may be he, or not, is noted as a doubt.

    A patient number is the weakest: without a known birth year, or against another number, it makes only a doubt,
    and one that leads to another name says nothing, because hospitals give such numbers anew.
    """
    candidate = case.candidate
    agrees = _same_name_and_year(person, candidate) or _same_unnamed_child(person, candidate)
    if number.kind == "patient_no":
        if not (agrees and person.birth_date and candidate.birth_date):
            return False
        contradicted = _contradicts(person, candidate)
        case.doubt(person, Reason.PATIENT_NO if contradicted else Reason.TWO_NUMBERS, number.kind)
        return not contradicted
    case.doubt(person, Reason.TWO_NUMBERS if agrees else Reason.SHARED_NUMBER, number.kind)
    return agrees


def _same_name_and_year(person: Known, candidate: Candidate) -> bool:
    """Equal folded names and no different birth years; a year that one side does not know is not different."""
    return person.name_folded == candidate.folded and not _differ_in_year(person, candidate)


def _differ_in_year(person: Known, candidate: Candidate) -> bool:
    a, b = person.birth_date, candidate.birth_date
    return a is not None and b is not None and a.year != b.year


def _same_unnamed_child(person: Known, candidate: Candidate) -> bool:
    """A child that was "con bà …" in one file and has its name in the other, with the same number."""
    unnamed = is_unnamed(person.name_folded) or is_unnamed(candidate.folded)
    return unnamed and _same_birthday_and_sex(person, candidate)


def _same_birthday_and_sex(person: Known, candidate: Candidate) -> bool:
    return (
        person.birth_precision == candidate.birth_precision == "day"
        and person.birth_date == candidate.birth_date
        and person.sex == candidate.sex
    )


def _contradicts(person: Known, candidate: Candidate) -> bool:
    """Whether both have a number of one kind, but not the same. The old card's 9 digits do not contradict 12."""
    for kind in _STRONG:
        asked = {number.value for number in candidate.numbers if number.kind == kind}
        held = {
            number.value
            for number in person.numbers
            if number.kind == kind and (kind == "insurance" or number.holds(candidate.on))
        }
        lengths = {len(value) for value in asked} & {len(value) for value in held}
        if lengths and not asked & held:
            return True
    return False


def _of_earlier_version(case: _Case) -> Known | None:
    """The person of the visit's version in force, if the new version says the same of him."""
    candidate = case.candidate
    person = case.register.by_id.get(candidate.earlier) if candidate.earlier else None
    if person is None or _contradicts(person, candidate):
        return None
    said = (candidate.folded, candidate.birth_date, candidate.birth_precision, candidate.sex)
    same = said == (person.name_folded, person.birth_date, person.birth_precision, person.sex)
    return person if same or _same_unnamed_child(person, candidate) else None


def _of_same_traits(case: _Case) -> Known | None:
    traits = case.candidate.traits
    if traits is None:
        return None
    same = [
        person
        for person in case.register.by_traits[traits].values()
        if person.traits == traits and not _contradicts(person, case.candidate)
    ]
    return min(same, key=lambda p: p.id) if len({person.record_id for person in same}) == 1 else None


def _of_certificate(case: _Case) -> Known | None:
    """The child of a birth certificate whose first own file this is; who only may be it is noted as a doubt.

    Certain with the same birthday and sex, and the mother's name or one of her numbers. Several such (twins) are told
    apart by the birth minute or not at all.
    """
    candidate = case.candidate
    if not candidate.is_infant or candidate.birth_date is None:
        return None
    waiting = [p for p in case.register.by_birthday[candidate.birth_date].values() if p.awaits_own_file]
    certain = [p for p in waiting if p.sex == candidate.sex and _names_mother(candidate, p.mother)]
    if len(certain) > 1 and candidate.birth_time:
        certain = [p for p in certain if candidate.birth_time in p.birth_times] or certain
    if len(certain) == 1:
        return certain[0]
    for person in certain or [p for p in waiting if _may_be(candidate, p)]:
        case.doubt(person, Reason.NEWBORN)
    return None


def _doubt_named_later(case: _Case) -> None:
    """Note who may be this child before it had a name or numbers of its own: of the same birthday, sex and name.

    Where one of both is still "con bà …" their mothers are compared; their communes where not both tell of the mother.
    """
    candidate = case.candidate
    if not candidate.is_infant or candidate.birth_date is None:
        return
    born_that_day = case.register.by_birthday[candidate.birth_date].values()
    for person in (p for p in born_that_day if p.sex == candidate.sex and not p.awaits_own_file):
        named_later = is_unnamed(person.name_folded) != is_unnamed(candidate.folded)
        if person.name_folded == candidate.folded or (named_later and _may_have_one_mother(person, candidate)):
            case.doubt(person, Reason.NAMED_LATER)


def _may_have_one_mother(child: Known, candidate: Candidate) -> bool:
    if _names_mother(candidate, child.mother):
        return True
    hers = mother_in(candidate.folded) or candidate.mother_folded
    theirs = child.mother.name_folded if child.mother else mother_in(child.name_folded)
    return hers == theirs if hers and theirs else child.commune_code == candidate.contact.get("commune_code")


def _names_mother(candidate: Candidate, mother: Known | None) -> bool:
    """Whether a child's own file shows this mother: her name, alone or within the child's, or one of her numbers."""
    if mother is None:
        return False
    if mother.name_folded and (
        candidate.mother_folded == mother.name_folded or f" {mother.name_folded} " in f" {candidate.folded} "
    ):
        return True
    given = candidate.mother_keys | {number.value for number in candidate.numbers if number.kind in _STRONG}
    return bool(given & {value for kind in _STRONG for value in mother.values(kind)})


def _may_be(candidate: Candidate, child: Known) -> bool:
    """Of the same birthday: the same mother with another sex, or the same sex with the same commune or name."""
    if _names_mother(candidate, child.mother):
        return True
    same_commune = child.commune_code == candidate.contact.get("commune_code")
    return child.sex == candidate.sex and (same_commune or child.name_folded == candidate.folded)


def _born(case: _Case, newborn: Newborn) -> Known:
    """The child of a birth certificate: known by mother, birth minute and place, or from its own file that came first."""
    register, candidate = case.register, case.candidate
    mothers_match = match(register, newborn.mother)
    case.made.extend(mothers_match.made)
    mother = register.by_id[mothers_match.person_id]
    born_as = f"{newborn.born_at}:{newborn.place}"[:60]
    born_that_day = register.by_birthday[candidate.birth_date] if candidate.birth_date else register.by_id
    for child in born_that_day.values():
        is_hers = child.mother is not None and child.mother.record_id == mother.record_id
        if is_hers and any(value.endswith(f":{born_as}") for value in child.values("newborn")):
            return child
    child = _own_file_before(case, mother) or _make(case)
    register.add_mother(child, mother)
    register.add_number(child, Number("newborn", f"{mother.id}:{born_as}"))
    return child


def _own_file_before(case: _Case, mother: Known) -> Known | None:
    """The child's own file if it came before its certificate; several that may be it are noted as doubts."""
    candidate = case.candidate
    if candidate.birth_date is None:
        return None
    cards = {number.value for number in candidate.numbers}
    same = [
        p
        for p in case.register.by_birthday[candidate.birth_date].values()
        if not p.values("newborn")
        and p.sex == candidate.sex
        and (f" {mother.name_folded} " in f" {p.name_folded} " or p.mother is mother or p.values("insurance") & cards)
    ]
    if len(same) == 1:
        return same[0]
    for person in same:
        case.doubt(person, Reason.NEWBORN)
    return None


def _make(case: _Case) -> Known:
    candidate = case.candidate
    person = Known(
        id=uuid7(),
        full_name=candidate.full_name,
        name_folded=candidate.folded,
        birth_date=candidate.birth_date,
        birth_precision=candidate.birth_precision,
        sex=candidate.sex,
        synthetic=candidate.synthetic,
        is_new=True,
    )
    case.made.append(person.id)
    case.register.file(person)
    return person


def _learn(register: Register, person: Known, candidate: Candidate) -> None:
    """Take from the visit what is newer (address, phone) or says more (birth date, a name with its accents)."""
    before = person.said
    if candidate.on >= (person.contact_seen_on or date.min):
        person.contact_seen_on = candidate.on
        for name, said in candidate.contact.items():
            setattr(person, name, said)
    more = _DETAIL[candidate.birth_precision] > _DETAIL[person.birth_precision]
    if more and not _differ_in_year(person, candidate):
        person.birth_date, person.birth_precision = candidate.birth_date, candidate.birth_precision
    if _names_better(person, candidate):
        person.full_name, person.name_folded = candidate.full_name, candidate.folded
    if before != person.said:
        person.is_changed = True
        register.file(person)


def _names_better(person: Known, candidate: Candidate) -> bool:
    if is_unnamed(person.name_folded):
        return not is_unnamed(candidate.folded)
    return person.full_name.isascii() and not candidate.full_name.isascii() and person.name_folded == candidate.folded


def _put_on_review(case: _Case, person: Known) -> tuple[tuple[uuid.UUID, uuid.UUID], ...]:
    """Pairs of `person` with those in doubt, but not with his mother and not with himself under another row."""
    pairs = []
    for other, reason, detail in case.doubts:
        if other.record_id in {person.record_id, person.mother.record_id if person.mother else None}:
            continue
        pair = (min(person.id, other.id), max(person.id, other.id))
        if pair not in case.register.pairs:
            case.register.pairs[pair] = (reason, detail)
            pairs.append(pair)
    return tuple(pairs)
