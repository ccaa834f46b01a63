"""Who comes when, where and why: the life of each person as a list of planned visits.

The life of a person does not depend on the province's last day: a longer province has the same visits and more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random

from soyte.demo.province import content, days, frame, odds, outbreaks
from soyte.demo.province.content import Diagnosis
from soyte.demo.province.draws import poisson, stream
from soyte.demo.province.frame import Facility
from soyte.demo.province.odds import CAESAREAN, DELIVERY, GRAVE, PHYSICAL, SUDDEN, TUBERCULOSIS
from soyte.demo.province.people import Maker, Person

YEAR = 365
KINDS_OF_2026 = date(2026, 8, 1)  # QĐ 1804/2026 adds 11 to 16
INPATIENT_KINDS = ("03", "04", "06", "09")
TREATMENT_DAYS = 180  # of tuberculosis
ATTENDANCE = 0.86  # share of the appointments of a long-term condition that are kept
REGULAR_VISITS = YEAR / 29 * ATTENDANCE  # a person with a long-term condition makes so many a year
UNINSURED_SENT_SINCE = date(2024, 7, 1)  # files of QĐ 4210 were claims: they held insured visits only
WITHOUT_CARD = 0.043  # visits of insured people that are paid in cash
DEATH_IN_HOSPITAL = 0.25
CODE_SPREAD = 48_271


@dataclass(slots=True)
class Plan:
    """One planned visit."""

    person: Person
    facility: Facility
    kind: str  # two digits, of QĐ 824 or 1804
    icd10: str
    start: datetime
    end: datetime
    insured: bool
    others: tuple[str, ...] = ()  # secondary diagnoses
    result: str = "1"  # KET_QUA_DTRI
    leaving: str = "1"  # MA_LOAI_RV
    referred_from: Facility | None = None
    referred_to: Facility | None = None
    regular: bool = False  # of a long-term condition
    appointment: date | None = None
    newborns: tuple[Person, ...] = ()
    outbreak: str = ""
    _code: str = field(default="", init=False)

    @property
    def inpatient(self) -> bool:
        return self.kind in INPATIENT_KINDS

    @property
    def code(self) -> str:
        """MA_LK: "MH" (minh hoạ), facility, day, and a number that does not show whose visit it is."""
        if not self._code:
            number = (self.person.number * CODE_SPREAD + int(self.facility.code)) % 100_000_000
            self._code = f"MH{self.facility.code}{self.start:%y%m%d}{number:08d}"
        return self._code


@dataclass(frozen=True, slots=True)
class Condition:
    """A long-term condition that brings its owner to one facility again and again."""

    icd10: str
    others: tuple[str, ...]
    interval: int
    facility: Facility
    first: date
    last: date


@dataclass(slots=True)
class World:
    """What all lives share."""

    seed: str
    start: date
    until: date
    maker: Maker
    struck: Mapping[str, Sequence[outbreaks.Case]]


class Life:
    """The visits of one person, and the children born on the way."""

    def __init__(self, world: World, person: Person) -> None:
        self.world = world
        self.person = person
        self.babies: list[Person] = []
        self.died: date | None = None
        self._visits: list[Plan] = []
        self._last_birth = date.min

    def visits(self) -> list[Plan]:
        """Those that end within the world's days or are still going on at its end, in order; none overlap."""
        begin = max(self.world.start, self.person.born.date())
        if self.person.mother is not None and self.person.born.date() >= self.world.start:
            self._newborn()
        for index in range(math.ceil(((self.world.until - begin).days + 1) / YEAR)):
            self._year(index, begin + timedelta(days=index * YEAR))
            if self.died:
                break
        self._regular_visits()
        self._outbreaks()
        return list(self._in_order())

    def _add(self, plan: Plan) -> None:
        self._visits.append(plan)

    def _year(self, index: int, first: date) -> None:
        person, rng = self.person, stream(self.world.seed, self.person.code, "year", index)
        age = max(0, person.age(first + timedelta(days=YEAR // 2)))
        band = content.band(age)
        dies = rng.random() < odds.death_rate(person.sex, age)
        death = days.draw(rng, start=first, length=YEAR, emergency=True)
        acute = odds.rate("outpatient", person.sex, age) * (1 - odds.long_term_share(person.sex, band)) * person.frailty
        for _ in range(poisson(rng, acute)):
            self._outpatient(rng, first, odds.acute("outpatient", person.sex, band).draw(rng), age)
        for _ in range(poisson(rng, odds.rate("inpatient", person.sex, age) * (person.frailty + 1) / 2)):
            self._inpatient(rng, first, odds.acute("inpatient", person.sex, band).draw(rng), age)
        if dies:
            self._die(rng, death)

    def _die(self, rng: Random, day: date) -> None:
        self.died = day
        if rng.random() >= DEATH_IN_HOSPITAL:
            return
        icd10 = odds.fatal().draw(rng)
        start = odds.arrival(rng, day - timedelta(days=rng.randrange(1, 8)), sudden=True)
        if start.date() >= max(self.world.start, self.person.born.date()):
            end = datetime.combine(day, time(rng.randrange(1, 23), rng.randrange(60)))
            self._add(self._stay(rng, icd10, start, end, facility=odds.hospital(rng, icd10[:3]), result="5"))

    def _insured(self, rng: Random, facility: Facility, day: date) -> bool:
        cash = WITHOUT_CARD * (3 if facility.ownership == "private" else 0.8)
        shown = rng.random() >= cash or day < UNINSURED_SENT_SINCE
        return bool(self.person.insurance) and shown

    def _outpatient(self, rng: Random, first: date, diagnosis: Diagnosis, age: int) -> None:
        icd3 = diagnosis.icd10[:3]
        day = days.draw(rng, start=first, length=YEAR, profile=diagnosis.season)
        facility = odds.outpatient_place(rng, self.person, icd3)
        start = odds.arrival(rng, day)
        end = start + timedelta(minutes=rng.randrange(35, 200))
        kind = "01"
        draw = rng.random()
        if icd3 in PHYSICAL and draw < 0.25 and not facility.station:
            kind, end = "02", odds.leaves(rng, day + timedelta(days=rng.randrange(4, 10)))
        elif facility.station and day >= KINDS_OF_2026 and draw < 0.12:
            kind = "13"
        hospital = facility.kind in {"hospital_general", "hospital_military", "hospital_traditional"}
        came_from = frame.centre_of(self.person.home.commune.district_code) if hospital and rng.random() < 0.5 else None
        comes_again = rng.random() < 0.08 and kind == "01"
        self._add(
            Plan(
                self.person,
                facility,
                kind,
                diagnosis.icd10,
                start,
                end,
                insured=self._insured(rng, facility, end.date()),
                result=rng.choice("1122") if age < 60 else "2",
                referred_from=came_from,
                appointment=day + timedelta(days=rng.randrange(5, 15)) if comes_again else None,
            )
        )

    def _inpatient(self, rng: Random, first: date, diagnosis: Diagnosis, age: int) -> None:
        icd10 = diagnosis.icd10
        day = days.draw(rng, start=first, length=YEAR, profile=diagnosis.season, emergency=True)
        birth = icd10 in (DELIVERY, CAESAREAN)
        if birth and (not 16 <= age <= 45 or abs((day - self._last_birth).days) < 300):
            icd10, birth = "O47.0", False
        if icd10.startswith("O") and not 15 <= age <= 49:
            icd10 = "N10"
        start = odds.arrival(rng, day, sudden=icd10[:3] in SUDDEN or birth)
        facility = odds.inpatient_place(rng, self.person, icd10[:3])
        end = odds.leaves(rng, day + timedelta(days=odds.stay_days(rng, icd10)))
        plan = self._stay(rng, icd10, start, end, facility=facility)
        if birth:
            self._last_birth = day
            plan = replace(plan, kind="03", newborns=(self._born(rng, plan),), leaving="1", result="1")
        self._add(plan)
        if (
            not birth
            and facility.kind == "district_health_centre"
            and rng.random() < content.shares("inpatient transfer out share")["district"]
        ):
            self._transfer(rng, plan)

    def _stay(
        self, rng: Random, icd10: str, start: datetime, end: datetime, *, facility: Facility, result: str = ""
    ) -> Plan:
        kind = "03"
        draw = rng.random()
        if facility.station:
            kind, end = "06", odds.leaves(rng, start.date() + timedelta(days=rng.randrange(1, 3)))
        elif not result and icd10[:3] in PHYSICAL and draw < 0.3:
            kind = "04"
        elif not result and icd10[:3] not in GRAVE and not icd10.startswith("O") and draw < 0.025:
            kind, end = "09", start + timedelta(minutes=rng.randrange(90, 230))
        leaving = "1"
        if not result:
            result = rng.choice("112222")
            if icd10[:3] in GRAVE and rng.random() < 0.03:
                result, leaving = "6", "4"
        again = rng.random() < 0.25 and result in "12"
        return Plan(
            self.person,
            facility,
            kind,
            icd10,
            start,
            end,
            insured=self._insured(rng, facility, end.date()),
            result=result,
            leaving=leaving,
            appointment=end.date() + timedelta(days=rng.randrange(7, 15)) if again else None,
        )

    def _transfer(self, rng: Random, plan: Plan) -> None:
        """The patient is sent on to the province's hospital on the first or second day."""
        hospital = frame.of_kinds("hospital_general")[0]
        moved = min(plan.end, plan.start + timedelta(hours=rng.randrange(3, 30)))
        later = replace(
            plan,
            facility=hospital,
            kind="03",
            start=moved + timedelta(minutes=rng.randrange(50, 150)),
            end=plan.end + timedelta(days=2),
            referred_from=plan.facility,
        )
        self._visits[-1] = replace(
            plan, kind="03", end=moved, result="4", leaving="2", referred_to=hospital, appointment=None
        )
        self._add(later)

    def _born(self, rng: Random, plan: Plan) -> Person:
        mother = self.person
        number = 50_000_000 + mother.number * 10 + len(self.babies)
        born = plan.start + timedelta(minutes=rng.randrange(40, 600))
        household_father = next((b.father for b in self.babies if b.father), None)
        baby = self.world.maker.make(
            number,
            f"{mother.code}-{len(self.babies) + 1}",
            sex="1" if rng.random() < 0.523 else "2",
            born=min(born, plan.end - timedelta(hours=20)),
            home=mother.home,
            mother=mother,
            father=household_father,
            register="070" if born.date() < frame.MERGER else "075",
        )
        self.babies.append(baby)
        return baby

    def _newborn(self) -> None:
        """One newborn in four is a patient at once, in a file of its own and still without numbers."""
        rng = stream(self.world.seed, self.person.code, "newborn")
        if rng.random() >= 0.25:
            return
        icd10 = odds.newborn_diseases().draw(rng)
        start = self.person.born + timedelta(hours=rng.randrange(2, 40))
        mothers_place = frame.centre_of(self.person.home.commune.district_code)
        facility = odds.hospital(rng, icd10[:3]) if icd10[:3] in GRAVE else mothers_place
        end = odds.leaves(rng, start.date() + timedelta(days=rng.randrange(2, 7)))
        self._add(Plan(self.person, facility, "03", icd10, start, end, insured=True))

    def _condition(self, rng: Random) -> Condition | None:
        person, world = self.person, self.world
        age = person.age(world.start)
        if age < 0:
            return None
        band = content.band(age)
        prevalence = odds.rate("outpatient", person.sex, age) * odds.long_term_share(person.sex, band) / REGULAR_VISITS
        known = odds.long_term(person.sex, band)
        if not known.items or rng.random() >= prevalence:
            return None
        icd10 = known.draw(rng)
        others = tuple(
            row["also"]
            for row in content.rows("comorbid")
            if row["icd3"] == icd10[:3] and rng.random() < float(row["share"])
        )
        first, last = world.start, date.max
        if icd10 == TUBERCULOSIS:
            first = world.start + timedelta(days=rng.randrange(-TREATMENT_DAYS, 10 * TREATMENT_DAYS))
            last = first + timedelta(days=TREATMENT_DAYS)
        return Condition(
            icd10, others, odds.interval(icd10), odds.outpatient_place(rng, person, icd10[:3]), first, last
        )

    def _regular_visits(self) -> None:
        rng = stream(self.world.seed, self.person.code, "regular")
        condition = self._condition(rng)
        if condition is None:
            return
        day = condition.first + timedelta(days=rng.randrange(condition.interval))
        while day <= min(self.world.until, condition.last):
            following = day + timedelta(days=condition.interval + rng.randrange(-1, 4))
            opened = day + timedelta(days=max(0, 7 - day.weekday()) % 7 if day.weekday() > 4 else 0)
            kept, start = rng.random() < ATTENDANCE, odds.arrival(rng, opened)
            kind = "07" if rng.random() < 0.03 else "05"
            insured = self._insured(rng, condition.facility, opened)
            length = rng.randrange(40, 190)
            if kept and opened >= self.world.start:
                self._add(
                    Plan(
                        self.person,
                        condition.facility,
                        kind,
                        condition.icd10,
                        start,
                        start + timedelta(minutes=length),
                        insured=insured,
                        others=condition.others,
                        result="2",
                        regular=True,
                        appointment=following,
                    )
                )
            day = following

    def _outbreaks(self) -> None:
        for case in self.world.struck.get(self.person.code, ()):
            rng = stream(self.world.seed, self.person.code, case.outbreak)
            start = odds.arrival(rng, case.day)
            facility = frame.centre_of(self.person.home.commune.district_code)
            if case.setting == "outpatient":
                if rng.random() < 0.3:
                    facility = frame.station_of(self.person.home.commune)
                self._add(
                    Plan(
                        self.person,
                        facility,
                        "01",
                        case.icd10,
                        start,
                        start + timedelta(minutes=90),
                        insured=self._insured(rng, facility, case.day),
                        result="2",
                        outbreak=case.outbreak,
                    )
                )
            else:
                end = odds.leaves(rng, case.day + timedelta(days=rng.randrange(3, 8)))
                self._add(
                    Plan(
                        self.person,
                        facility,
                        "03",
                        case.icd10,
                        start,
                        end,
                        insured=self._insured(rng, facility, case.day),
                        result="1",
                        outbreak=case.outbreak,
                    )
                )

    def _in_order(self) -> Iterator[Plan]:
        """One visit a day, none during a stay, none after death; an outbreak's case comes before others."""
        taken: list[tuple[datetime, datetime]] = []
        last_day = min(self.world.until, self.died or date.max)
        kept: list[Plan] = []
        for plan in sorted(self._visits, key=lambda p: (not p.outbreak, not p.newborns, p.result != "5", p.start)):
            busy = any(plan.start < end and start < plan.end for start, end in taken)
            same_day = any(
                plan.start.date() == other.start.date() and plan.facility is other.facility for other in kept
            )
            if busy or same_day or plan.start.date() > last_day:
                continue
            if self.died and plan.end.date() > self.died:
                continue
            if not plan.insured and plan.end.date() < UNINSURED_SENT_SINCE:
                continue
            taken.append((plan.start, plan.end))
            kept.append(plan)
        yield from sorted(kept, key=lambda p: p.start)


def lives(world: World, people: Sequence[Person]) -> Iterator[Plan]:
    """The visits of all people and of the children born to them, person by person."""
    for person in people:
        waiting = [person]
        while waiting:
            life = Life(world, waiting.pop())
            yield from life.visits()
            waiting.extend(life.babies)
