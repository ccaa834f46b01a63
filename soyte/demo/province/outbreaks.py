"""Planted dengue outbreaks: which commune, when, how they rise and fall, and whom they strike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from soyte.demo.province import days, frame
from soyte.demo.province.draws import Weighted, stream
from soyte.demo.province.people import Person

DISEASE = "dengue"
WEEKS = 9
CURVE = (0.04, 0.08, 0.14, 0.19, 0.19, 0.15, 0.11, 0.07, 0.03)  # share of the cases by week
FEWEST_CASES = 14
MOST_OF_COMMUNE = 0.3
ATTACK = (0.08, 0.13)  # share of the commune that falls ill and is seen, at first
SETTLED_CASES, SETTLED_ATTACK = 30, 0.02  # a big commune is not struck as a whole
STILL_RUNNING_DAYS = (40, 52)  # the last outbreak began so long before the end
FORMS = Weighted(
    [
        (("outpatient", "A97.0"), 45),
        (("inpatient", "A97.0"), 25),
        (("inpatient", "A97.1"), 25),
        (("inpatient", "A97.2"), 5),
    ]
)


@dataclass(frozen=True, slots=True)
class Case:
    """One person struck by an outbreak: seen on `day`, as an outpatient or an inpatient."""

    outbreak: str
    day: date
    setting: str
    icd10: str


@dataclass(slots=True)
class Outbreak:
    code: str
    commune_code: str  # as written on its days
    commune_name: str
    start: date
    cases: list[tuple[str, Case]] = field(default_factory=list)  # with the person's code

    @property
    def end(self) -> date:
        return self.start + timedelta(weeks=WEEKS) - timedelta(days=1)


@cache
def _season_start(first: date, length: int) -> Weighted[date]:
    candidates = (first + timedelta(days=offset) for offset in range(max(1, length)))
    return Weighted((day, days.season(DISEASE, day.month) ** 3) for day in candidates)


def _start(seed: str, index: int, count: int, *, start: date, until: date) -> date:
    """Each outbreak has its own part of the period; the last one still runs at the end, whatever the season."""
    rng = stream(seed, "outbreak", index, start, until)
    part = (until - start).days // count
    first = start + timedelta(days=index * part)
    recent = until - timedelta(days=rng.randint(*STILL_RUNNING_DAYS))
    if index == count - 1 and recent > first:
        return recent
    drawn = _season_start(first, part - WEEKS * 7).draw(rng)
    crosses = drawn < frame.MERGER < drawn + timedelta(weeks=WEEKS)
    return drawn - timedelta(weeks=WEEKS) if crosses else drawn


def _by_commune(people: Sequence[Person], day: date) -> dict[tuple[str, str], list[Person]]:
    found: dict[tuple[str, str], list[Person]] = defaultdict(list)
    for person in people:
        address = frame.address(person.home.commune, day)
        found[address.commune_code, address.text].append(person)
    return found


def plant(seed: str, people: Sequence[Person], *, count: int, start: date, until: date) -> list[Outbreak]:
    """`count` outbreaks between `start` and `until`; their cases may lie later than `until`, where they still run."""
    planted: list[Outbreak] = []
    for index in range(count):
        rng = stream(seed, "outbreak", index)
        first = _start(seed, index, count, start=start, until=until)
        places = _by_commune(people, first)
        used = {outbreak.commune_code for outbreak in planted}
        fit = [
            (key, len(persons))
            for key, persons in places.items()
            if len(persons) * MOST_OF_COMMUNE >= FEWEST_CASES and key[0] not in used
        ]
        (code, name) = Weighted(fit or [(key, len(persons)) for key, persons in places.items()]).draw(rng)
        outbreak = Outbreak(f"DX{index + 1}", code, name, first)
        residents = places[code, name]
        most = SETTLED_CASES + SETTLED_ATTACK * len(residents)
        wanted = max(FEWEST_CASES, round(min(len(residents) * rng.uniform(*ATTACK), most)))
        struck = rng.sample(residents, min(wanted, max(1, int(len(residents) * MOST_OF_COMMUNE))))
        curve = Weighted(enumerate(CURVE))
        for person in struck:
            day = first + timedelta(days=curve.draw(rng) * 7 + rng.randrange(7))
            setting, icd10 = FORMS.draw(rng)
            outbreak.cases.append((person.code, Case(outbreak.code, day, setting, icd10)))
        planted.append(outbreak)
    return planted


def by_person(planted: Sequence[Outbreak]) -> Mapping[str, list[Case]]:
    found: dict[str, list[Case]] = defaultdict(list)
    for outbreak in planted:
        for code, case in outbreak.cases:
            found[code].append(case)
    return found
