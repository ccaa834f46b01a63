"""How likely, how often, where, when and how long: what the lives in plans.py draw from."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

from soyte.demo.province import content, frame
from soyte.demo.province.content import Diagnosis
from soyte.demo.province.draws import Weighted
from soyte.demo.province.frame import Facility
from soyte.demo.province.people import Person

DELIVERY, CAESAREAN = "O80.9", "O82.9"
HIV, TUBERCULOSIS = "B20.9", "A15.0"
PHYSICAL = {"I69", "M54", "M47", "M75"}
SUDDEN = {"I21", "I61", "I63", "S06", "T63", "T60", "K35", "K92", "S72", "S82"}
GRAVE = {"I21", "I61", "N18", "C34", "P07", "A41"}
NOT_AT_STATION = {"N18", "B20", "A15", "F20", "O80", "O82", "C34", "K02", "K04", "H25", "H52"}
SPECIAL_PROGRAMMES = {"B20", "A15", "F20"}
STAY_SCALE = 5 / 1.58  # the median of a gamma with shape 1.9 is 1.58 scales
HOSPITALS = Weighted([("hospital_general", 0.9), ("hospital_traditional", 0.04), ("hospital_military", 0.06)])


@cache
def rate(setting: str, sex: str, age: int) -> float:
    """Visits a year."""
    row = next(r for r in content.rows("visit_rates") if r["setting"] == setting and age <= int(r["age_to"]))
    return float(row["male_per_year" if sex == "1" else "female_per_year"])


def share(diagnosis: Diagnosis, sex: str, band: int) -> float:
    return diagnosis.weights[band] * (diagnosis.male_share if sex == "1" else 1 - diagnosis.male_share)


def interval(icd10: str) -> int:
    return content.care()[icd10[:3]].interval_days


@cache
def acute(setting: str, sex: str, band: int) -> Weighted[Diagnosis]:
    """What brings people by chance; newborns' diseases come with births."""
    return Weighted(
        (d, share(d, sex, band))
        for d in content.diagnoses(setting)
        if not d.icd10.startswith("P") and (setting == "inpatient" or not interval(d.icd10))
    )


@cache
def long_term(sex: str, band: int) -> Weighted[str]:
    return Weighted(
        (d.icd10, share(d, sex, band) * (11 if d.icd10 == TUBERCULOSIS else 1))
        for d in content.diagnoses("outpatient")
        if interval(d.icd10)
    )


@cache
def long_term_share(sex: str, band: int) -> float:
    """The share of outpatient visits that belong to long-term conditions."""
    chronic = sum(share(d, sex, band) for d in content.diagnoses("outpatient") if interval(d.icd10))
    return chronic / (chronic + acute("outpatient", sex, band).total)


@cache
def hours(_: str = "") -> Weighted[tuple[int, int]]:
    def span(key: str) -> tuple[int, int]:
        first, last = map(int, key.split("-"))
        return first, last if last > first else 22

    return Weighted((span(key), value) for key, value in content.shares("outpatient hour of arrival").items())


@cache
def newborn_diseases() -> Weighted[str]:
    return Weighted((d.icd10, d.weights[0]) for d in content.diagnoses("inpatient") if d.icd10.startswith("P"))


@cache
def fatal() -> Weighted[str]:
    return Weighted((row["icd10"], float(row["weight"])) for row in content.rows("fatal"))


@cache
def death_rate(sex: str, age: int) -> float:
    row = next(r for r in content.rows("deaths") if age <= int(r["age_to"]))
    return float(row["male_per_1000" if sex == "1" else "female_per_1000"]) / 1000


@cache
def levels(setting: str) -> Weighted[str]:
    return Weighted((key, value) for key, value in content.shares(f"share of {setting}").items())


def hospital(rng: Random, icd3: str) -> Facility:
    """A hospital of the province's level in its capital."""
    kind = HOSPITALS.draw(rng)
    if kind == "hospital_traditional" and icd3 not in PHYSICAL:
        kind = "hospital_general"
    return frame.of_kinds(kind)[0]


def outpatient_place(rng: Random, person: Person, icd3: str) -> Facility:
    commune = person.home.commune
    level = levels("outpatient visits").draw(rng)
    if level == "commune station" and icd3 in NOT_AT_STATION:
        level = "district centre"
    if level == "commune station":
        return frame.station_of(commune)
    if level == "district centre":
        return frame.centre_of(commune.district_code)
    if level == "private" and icd3 not in SPECIAL_PROGRAMMES:
        return rng.choice(frame.near(commune.district_code, "hospital_private", "polyclinic"))
    return hospital(rng, icd3)


def inpatient_place(rng: Random, person: Person, icd3: str) -> Facility:
    commune = person.home.commune
    level = levels("inpatient stays").draw(rng)
    if level == "commune station (06)" and icd3 not in NOT_AT_STATION | GRAVE | SUDDEN:
        return frame.station_of(commune)
    if level == "provincial hospital" or (icd3 in GRAVE and rng.random() < 0.6):
        return hospital(rng, icd3)
    if level == "industry and private":
        industry = [
            f
            for f in frame.near(commune.district_code, "hospital_general", "health_centre_industry")
            if f.ownership == "industry"
        ]
        return rng.choice(industry or frame.of_kinds("hospital_private"))
    return frame.centre_of(commune.district_code)


def arrival(rng: Random, day: date, *, sudden: bool = False) -> datetime:
    first, last = (0, 24) if sudden else hours().draw(rng)
    return datetime.combine(day, time()) + timedelta(minutes=rng.randrange(first * 60, last * 60))


def stay_days(rng: Random, icd10: str) -> int:
    if icd10 == DELIVERY:
        return rng.choice((2, 2, 3, 3))
    if icd10 == CAESAREAN:
        return rng.choice((5, 5, 6, 7))
    return min(
        45, max(1, round(rng.gammavariate(content.shares("inpatient length of stay")["gamma shape"], STAY_SCALE)))
    )


def leaves(rng: Random, day: date) -> datetime:
    return datetime.combine(day, time(rng.randrange(8, 16), rng.randrange(60)))
