"""How a facility's desk wrote a person down: the same at every visit to it, and not always right."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from soyte.demo.province import content, frame, names
from soyte.demo.province.draws import stream
from soyte.demo.province.frame import Address, Facility
from soyte.demo.province.people import CHILD_CARD_UNTIL_MONTHS, SPREAD, Person, benefit

NUMBERS_AFTER_DAYS = 45  # a newborn has no numbers before
LATE_MAP_DAYS = 45  # some software kept the old communes so long
CARD_PROVINCE_CHANGES = date(2026, 1, 1)  # cards of the year after the merger carry the new province
CITIZEN_NUMBER_OF_CHILDREN = 0.7  # share of children under 14 whose number the desk knows
UNKNOWN_DAY = "00000000"


@dataclass(frozen=True, slots=True)
class Card:
    number: str
    registered_at: str  # MA_DKBD
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Registration:
    """A person as one facility writes it."""

    patient_number: str
    name: str
    born: str  # 12 characters, unknown parts as zeros
    citizen: str
    phone: str
    slips: tuple[str, ...]


@cache
def _slips() -> tuple[tuple[str, float], ...]:
    return tuple((row["slip"], float(row["share"])) for row in content.rows("slips"))


def _born_text(born: datetime, slips: list[str]) -> str:
    if "year_only" in slips:
        return f"{born:%Y}{UNKNOWN_DAY}"
    if "day_month" in slips:
        return f"{born:%Y%d%m}0000"
    return f"{born:%Y%m%d}0000"


def _name_text(person: Person, facility: Facility, slips: list[str], seed: str, on: date) -> str:
    name = person.name
    if person.mother is not None and on - person.born.date() < timedelta(days=28) and person.number % 5 < 2:
        name = f"Con bà {person.mother.name}"
    vendor = facility.vendor
    if "spelling" in slips:
        name = names.slip(stream(seed, person.code, facility.code, "slip"), name)
    if vendor.tone == "old":
        name = names.old_tone(name)
    if "no_marks" in slips:
        name = names.without_marks(name)
    if vendor.name_case == "upper":
        name = name.upper()
    return unicodedata.normalize("NFD" if vendor.unicode == "nfd" else "NFC", name)


def registration(person: Person, facility: Facility, *, seed: str, on: date) -> Registration:
    """As written on a day; only newborns are written differently later."""
    rng = stream(seed, person.code, facility.code)
    old = person.born.year < 1960
    slips = [slip for slip, share in _slips() if rng.random() < share]
    if "year_only_old" in slips:
        slips = [slip for slip in slips if slip not in ("year_only_old", "year_only")] + (["year_only"] if old else [])
    if "day_month" in slips and (person.born.day > 12 or person.born.day == person.born.month):
        slips.remove("day_month")
    known = person.age(on) >= 14 or rng.random() < CITIZEN_NUMBER_OF_CHILDREN
    newborn = on - person.born.date() < timedelta(days=NUMBERS_AFTER_DAYS)
    if newborn:
        slips = [slip for slip in slips if slip in ("no_marks", "spelling")]
    citizen = "" if newborn or not known or "no_citizen_number" in slips else person.citizen
    if "citizen_digit" in slips:
        citizen = citizen and citizen[:10] + str((int(citizen[10]) + 4) % 10) + citizen[11]
    born = f"{person.born:%Y%m%d%H%M}" if newborn else _born_text(person.born, slips)
    return Registration(
        patient_number=f"{(person.number * SPREAD + int(facility.code)) % 100_000_000:08d}",
        name=_name_text(person, facility, slips, seed, on),
        born=born,
        citizen=citizen,
        phone="" if "no_phone" in slips else person.home.phone,
        slips=tuple(slip for slip in slips if slip != "no_phone"),
    )


def address(person: Person, facility: Facility, on: date) -> Address:
    """Where the person lives, by the list of communes that the facility's software has on this day."""
    late = facility.vendor.late_map and frame.MERGER <= on < frame.MERGER + timedelta(days=LATE_MAP_DAYS)
    return frame.address(person.home.commune, on, old_map=late)


def _registered_at(person: Person) -> str:
    commune = person.home.commune
    place = person.number % 20
    if place < 12:
        return frame.centre_of(commune.district_code).code
    return frame.station_of(commune).code if place < 17 else frame.of_kinds("hospital_general")[0].code


def _card_of_year(person: Person, day: date) -> Card:
    group = person.card_group(day)
    province = frame.PROVINCE_AFTER if day >= CARD_PROVINCE_CHANGES else frame.PROVINCE_BEFORE
    whole = f"{group}{province}{person.insurance}"
    number = person.insurance if person.ten_digit_card and day.year >= 2025 else whole
    first, last = date(day.year, 1, 1), date(day.year, 12, 31)
    if group == "TE1":
        born = person.born.date()
        first = born
        months = born.year * 12 + born.month - 1 + CHILD_CARD_UNTIL_MONTHS
        last = date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
    return Card(number, _registered_at(person), first, last)


def cards(person: Person, *, first: date, last: date) -> list[Card]:
    """The insurance cards that hold from the first to the last day of a visit: two in a stay over New Year."""
    if not person.insurance or last - person.born.date() < timedelta(days=NUMBERS_AFTER_DAYS):
        return []
    card = _card_of_year(person, first)
    if card.last >= last:
        return [card]
    return [card, _card_of_year(person, card.last + timedelta(days=1))]


def benefit_of(person: Person, on: date) -> int:
    """Percent that the insurer pays by the card's level."""
    return benefit(person.card_group(on))
