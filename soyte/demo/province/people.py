"""The people: ages by the pyramid, households with an address, names, numbers, insurance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from zlib import crc32

from soyte.demo.province import content, frame, names
from soyte.demo.province.draws import Weighted, stream
from soyte.demo.province.frame import Commune

ADULT = 18
CHILD_CARD_UNTIL_MONTHS = 72
SPREAD = 7919  # a prime: numbers that follow each other are spread over the whole space
HAMLET_NAMES = ("ấp", "thôn", "khu phố")
EMPLOYED = {"DN", "HC", "CS"}
DENSER = 4.0  # how much denser a people lives in "its" districts


@dataclass(slots=True)
class Household:
    number: int
    commune: Commune
    line: str  # house and hamlet
    phone: str
    ethnic: str
    poor: bool


@dataclass(slots=True)
class Person:
    number: int  # unique in the province
    code: str  # how the truth files call the person
    sex: str  # "1" male, "2" female
    born: datetime
    ethnic: str  # name of the people
    family: str
    personal: str
    home: Household
    citizen: str  # 12 digits; a child under 14 has the number on the birth certificate
    insurance: str  # 10 digits; "" = not insured
    child_card: str  # group letters and level
    adult_card: str
    ten_digit_card: bool
    occupation: str
    frailty: float  # 1 = comes as often as others of the same age
    mother: Person | None = None
    father: Person | None = None

    @property
    def name(self) -> str:
        return f"{self.family} {self.personal}"

    def age(self, on: date) -> int:
        """Completed years."""
        born = self.born
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))

    def card_group(self, on: date) -> str:
        months = (on.year - self.born.year) * 12 + on.month - self.born.month
        if months < CHILD_CARD_UNTIL_MONTHS:
            return "TE1"
        return self.child_card if self.age(on) < ADULT else self.adult_card

    def employed(self, on: date) -> bool:
        return self.card_group(on)[:2] in EMPLOYED


@cache
def _pyramid() -> Weighted[tuple[str, int, int]]:
    return Weighted(
        ((sex, int(row["age_from"]), min(int(row["age_to"]), 96)), float(row[f"{word}_percent"]))
        for row in content.rows("age_pyramid")
        for sex, word in (("1", "male"), ("2", "female"))
    )


@cache
def _ethnic_codes() -> dict[str, str]:
    return {row["name"]: row["code"] for row in content.rows("ethnic_groups")}


def ethnic_code(name: str) -> str:
    return _ethnic_codes()[name]


@cache
def _communes() -> Weighted[Commune]:
    return Weighted((commune, commune.people) for commune in frame.communes())


@cache
def _peoples(district: str) -> Weighted[str]:
    """Who lives in a district: the province's shares, denser where content says so."""
    total = sum(commune.people for commune in frame.communes())
    shares: list[tuple[str, float]] = []
    for row in content.rows("ethnic_groups"):
        dense = row["denser_districts"].split(";") if row["denser_districts"] else []
        inside = sum(c.people for c in frame.communes() if any(c.district.endswith(name) for name in dense)) / total
        factor = DENSER if any(district.endswith(name) for name in dense) else 1.0
        shares.append((row["name"], float(row["share"]) * factor / (inside * DENSER + 1 - inside)))
    minorities = [pair for pair in shares if pair[0] != names.MAJORITY]
    return Weighted([(names.MAJORITY, max(0.05, 1 - sum(share for _, share in minorities))), *minorities])


@cache
def _registers(ethnic: str) -> Weighted[str]:
    code = ethnic_code(ethnic)
    own = [r for r in content.rows("birth_registers") if r["ethnic"] == code]
    common = [r for r in content.rows("birth_registers") if not r["ethnic"]]
    return Weighted((r["code"], float(r["weight"])) for r in [*common[:1], *(own or common[1:])])


@cache
def _cards(*, poor: bool, minority: bool, age: int) -> Weighted[str]:
    def holds(condition: str) -> bool:
        return {"poor": poor, "minority": minority}.get(condition, True)

    return Weighted(
        (row["group"] + row["level"], float(row["weight"]))
        for row in content.rows("card_groups")
        if row["group"] != "TE" and int(row["age_from"]) <= age <= int(row["age_to"]) and holds(row["condition"])
    )


@cache
def benefit(group: str) -> int:
    """The share that the insurer pays, in percent, for a card's letters and level."""
    return int(next(row["benefit"] for row in content.rows("card_groups") if row["group"] == group[:2]))


class _CitizenNumbers:
    """Numbers by the rule: register, century and sex, year of birth, six digits of which the first is 9.

    No two alike while fewer than 100,000 people share register, sex and year of birth.
    """

    def __init__(self) -> None:
        self._given: dict[str, int] = defaultdict(int)

    def give(self, *, register: str, sex: str, year: int) -> str:
        century = (year // 100 - 19) * 2 + (sex == "2")
        prefix = f"{register}{century}{year % 100:02d}"
        number = self._given[prefix]
        self._given[prefix] += 1
        # Each prefix begins elsewhere: namesakes are told apart by their last four digits.
        return f"{prefix}9{(crc32(prefix.encode()) + number * SPREAD) % 100_000:05d}"


def _insurance_number(number: int) -> str:
    """Ten digits that begin with 99, which no province has: never a real person's."""
    return f"99{number * SPREAD % 100_000_000:08d}"


@dataclass(slots=True)
class _Seat:
    """Someone before the name: sex and age are drawn, the household is sought."""

    sex: str
    born: date
    household: int = -1


def _seats(rng: Random, *, size: int, on: date) -> list[_Seat]:
    """Sex and birth date of everybody; drawn evenly along the pyramid, so that small provinces keep its shape."""
    seats = []
    for index in range(size):
        sex, youngest, oldest = _pyramid().at((index + rng.random()) / size)
        days = rng.randrange(youngest * 36525 // 100, (oldest + 1) * 36525 // 100)
        seats.append(_Seat(sex, on - timedelta(days=days + 1)))
    rng.shuffle(seats)
    return seats


def _couples(rng: Random, seats: Sequence[_Seat], *, on: date) -> Iterator[tuple[_Seat, _Seat]]:
    """Three of four grown men live with a woman of about their age."""
    grown = on - timedelta(days=20 * 365)
    men = sorted((s for s in seats if s.sex == "1" and s.born < grown), key=lambda s: s.born)
    women = sorted((s for s in seats if s.sex == "2" and s.born < grown), key=lambda s: s.born)
    place = 0
    for man in men:
        if rng.random() > 0.78:
            continue
        while place < len(women) and women[place].born < man.born - timedelta(days=3 * 365):
            place += 1
        if place < len(women):
            yield man, women[place]
            place += 1


def _settle(rng: Random, seats: Sequence[_Seat], *, on: date) -> int:
    """Give everybody a household; returns how many there are."""
    count = 0
    mothers: dict[int, list[_Seat]] = defaultdict(list)
    for man, woman in _couples(rng, seats, on=on):
        man.household = woman.household = count
        mothers[woman.born.year].append(woman)
        count += 1
    for seat in seats:
        if seat.household >= 0:
            continue
        age = (on - seat.born).days // 365
        if age < ADULT + 4:
            for _ in range(6):
                candidates = mothers.get(seat.born.year - round(rng.triangular(19, 40, 26)))
                if candidates:
                    seat.household = rng.choice(candidates).household
                    break
        elif count and rng.random() < 0.55:
            seat.household = rng.randrange(count)
        if seat.household < 0:
            seat.household = count
            count += 1
    return count


def _household(rng: Random, number: int) -> Household:
    commune = _communes().draw(rng)
    hamlet = rng.choice(HAMLET_NAMES if "Xã" not in commune.name else HAMLET_NAMES[:2])
    return Household(
        number=number,
        commune=commune,
        line=f"Số {rng.randint(1, 480)}, {hamlet} {rng.randint(1, 9)}",
        phone=f"0900{number * SPREAD % 1_000_000:06d}",
        ethnic=_peoples(commune.district).draw(rng),
        poor=rng.random() < 0.035,
    )


OCCUPATIONS = Weighted(
    [
        ("61", 30.0),
        ("63", 12.0),
        ("91", 8.0),
        ("52", 10.0),
        ("75", 9.0),
        ("82", 12.0),
        ("93", 7.0),
        ("23", 4.0),
        ("33", 3.0),
        ("83", 4.0),
        ("00", 6.0),
    ]
)


class Maker:
    """Makes persons one after another, each with numbers of its own."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self._citizens = _CitizenNumbers()

    def make(
        self,
        number: int,
        code: str,
        *,
        sex: str,
        born: datetime,
        home: Household,
        family: str = "",
        register: str = "",
        mother: Person | None = None,
        father: Person | None = None,
    ) -> Person:
        rng = stream(self.seed, "person", code)
        year = born.year
        group = {"poor": home.poor, "minority": home.ethnic != names.MAJORITY}
        register = register or _registers(home.ethnic).draw(rng)
        return Person(
            number=number,
            code=code,
            sex=sex,
            born=born,
            ethnic=home.ethnic,
            family=family or names.draw_family(rng, ethnic=home.ethnic, sex=sex),
            personal=names.draw_personal(rng, ethnic=home.ethnic, sex=sex, year=year),
            home=home,
            citizen=self._citizens.give(register=register, sex=sex, year=year),
            insurance=_insurance_number(number)
            if rng.random() < content.shares("insured share of people")["all ages"]
            else "",
            child_card=_cards(**group, age=10).draw(rng),
            adult_card=_cards(**group, age=min(max(ADULT, _years(born, 2025)), 90)).draw(rng),
            ten_digit_card=rng.random() < 0.15,
            occupation=OCCUPATIONS.draw(rng) if year < 2006 else "00",
            frailty=rng.gammavariate(1.6, 1 / 1.6),
            mother=mother,
            father=father,
        )


def _years(born: datetime, year: int) -> int:
    return year - born.year


def population(maker: Maker, *, size: int, on: date) -> list[Person]:
    """`size` people who live in the territory on a day, in an order of their own."""
    rng = stream(maker.seed, "population", size, on)
    seats = _seats(rng, size=size, on=on)
    homes = [_household(rng, number) for number in range(_settle(rng, seats, on=on))]
    parents: dict[int, dict[str, Person]] = defaultdict(dict)
    people = []
    for number, seat in sorted(enumerate(seats), key=lambda pair: pair[1].born):  # parents before their children
        couple = parents[seat.household]
        child = _is_child_of(seat, couple)
        born = datetime.combine(seat.born, time(number % 24, number % 60))
        person = maker.make(
            number,
            f"P{number:07d}",
            sex=seat.sex,
            born=born,
            home=homes[seat.household],
            family=_family_of_child(couple, seat.sex) if child else "",
            mother=couple.get("2") if child else None,
            father=couple.get("1") if child else None,
        )
        if not child and seat.sex not in couple:
            couple[seat.sex] = person
        people.append(person)
    people.sort(key=lambda person: person.number)
    return people


def _is_child_of(seat: _Seat, couple: dict[str, Person]) -> bool:
    mother = couple.get("2")
    return mother is not None and 17 <= seat.born.year - mother.born.year <= 42


def _family_of_child(couple: dict[str, Person], sex: str) -> str:
    """The father's family name; Xtiêng and Mnông sons are Điểu, daughters Thị, which the draw gives by itself."""
    father = couple.get("1")
    return "" if father is None or father.ethnic in names.WITHOUT_MIDDLE else father.family
