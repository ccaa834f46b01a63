"""The numbers and words that the province is made from, read from `content/*.csv` (origin: `content/sources.csv`)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent / "content"
AGE_BANDS = ((0, 4), (5, 14), (15, 29), (30, 44), (45, 59), (60, 120))


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of one content file."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


def band(age: int) -> int:
    """The index in AGE_BANDS of an age in years."""
    return next(index for index, (_, last) in enumerate(AGE_BANDS) if age <= last)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One main diagnosis of one setting with its weights."""

    icd10: str
    name: str
    weights: tuple[float, ...]  # one per age band
    male_share: float
    season: str


@dataclass(frozen=True, slots=True)
class Care:
    """What is usually done for the diagnoses of one three-character code."""

    icd3: str
    department: str
    interval_days: int  # of regular visits; 0 = no long-term condition
    tests: tuple[str, ...]  # short names of services
    imaging: tuple[str, ...]
    procedures: tuple[str, ...]
    complaint: str
    findings: str
    treatment: str


@dataclass(frozen=True, slots=True)
class Medicine:
    number: int
    code: str
    ingredient: str
    strength: str
    unit: str
    form: str
    route: str
    price: int  # đồng
    icd3: tuple[str, ...]
    fund_rate: int  # percent that the fund recognises (TYLE_TT_BH)

    @property
    def oral(self) -> bool:
        return self.route == "1.01"


@dataclass(frozen=True, slots=True)
class Service:
    number: int
    short: str
    code: str
    name: str
    group: str  # MA_NHOM
    unit: str
    price: int  # đồng


@dataclass(frozen=True, slots=True)
class Supply:
    number: int
    code: str
    name: str
    unit: str
    price: int  # đồng
    a_day: int


@dataclass(frozen=True, slots=True)
class Test:
    """One index that a laboratory reports."""

    service: str  # short name of the service it belongs to
    name: str
    unit: str
    loinc: str
    low: tuple[float, float]  # male, female
    high: tuple[float, float]
    decimals: int
    words: tuple[str, str]  # negative, positive: of an index without a number


@dataclass(frozen=True, slots=True)
class Vendor:
    """The habits of one imaginary hospital software."""

    code: str
    name: str
    sends: str  # visit | day | week | month
    checks_in: bool
    content: Literal["base64", "cdata", "inline", "escaped"]  # how a table stands in the file
    wrap: int  # characters in a line of base64
    bom: bool
    cdata_texts: bool
    empty: Literal["self_closed", "paired", "omitted"]
    swapped: tuple[tuple[str, str], ...]  # fields that change places
    namespaces: bool
    name_case: str  # upper | title
    unicode: str  # nfc | nfd
    tone: str  # old | new: hoà or hòa
    places: int  # decimals of amounts
    late_map: bool  # keeps the old commune codes for some weeks


@cache
def diagnoses(setting: str) -> tuple[Diagnosis, ...]:
    """`setting` is outpatient or inpatient."""
    names = [key for key in rows("diagnoses")[0] if key.startswith("w_")]
    return tuple(
        Diagnosis(
            row["icd10"], row["name"], tuple(float(row[key]) for key in names), float(row["male_share"]), row["season"]
        )
        for row in rows("diagnoses")
        if row["setting"] == setting
    )


@cache
def diagnosis_names() -> dict[str, str]:
    return {row["icd10"]: row["name"] for row in rows("diagnoses")}


@cache
def care() -> dict[str, Care]:
    return {
        row["icd3"]: Care(
            row["icd3"],
            row["department"],
            int(row["interval_days"]),
            tuple(row["tests"].split()),
            tuple(row["imaging"].split()),
            tuple(row["procedures"].split()),
            row["complaint"],
            row["findings"],
            row["treatment"],
        )
        for row in rows("care")
    }


@cache
def medicines() -> tuple[Medicine, ...]:
    return tuple(
        Medicine(
            number,
            r["code"],
            r["ingredient"],
            r["strength"],
            r["unit"],
            r["form"],
            r["route"],
            int(r["price"]),
            tuple(r["typical_icd3"].split()),
            int(r["fund_rate"]),
        )
        for number, r in enumerate(rows("medicines"))
    )


@cache
def medicine(code: str) -> Medicine:
    return next(found for found in medicines() if found.code == code)


@cache
def medicines_for(icd3: str) -> tuple[Medicine, ...]:
    return tuple(medicine for medicine in medicines() if icd3 in medicine.icd3)


@cache
def services() -> dict[str, Service]:
    return {
        r["short"]: Service(number, r["short"], r["code"], r["name"], r["group"], r["unit"], int(r["price"]))
        for number, r in enumerate(rows("services"))
    }


@cache
def supplies() -> tuple[Supply, ...]:
    return tuple(
        Supply(number, r["code"], r["name"], r["unit"], int(r["price"]), int(r["a_day"]))
        for number, r in enumerate(rows("supplies"))
    )


@cache
def tests_of(service: str) -> tuple[Test, ...]:
    """The indices reported for a laboratory service."""
    facts = {row["loinc"]: row for row in rows("tests")}
    return tuple(_test(row, facts[row["loinc"]]) for row in rows("service_tests") if row["service"] == service)


def _test(row: dict[str, str], fact: dict[str, str]) -> Test:
    def number(key: str, default: float) -> float:
        return float(fact[key]) if fact[key] else default

    written = max((fact[key] for key in ("male_low", "male_high")), key=lambda text: len(text.partition(".")[2]))
    return Test(
        service=row["service"],
        name=fact["name"],
        unit=fact["unit"],
        loinc=row["loinc"],
        low=(number("male_low", 0), number("female_low", 0)),
        high=(number("male_high", 0), number("female_high", 0)),
        decimals=max(int(row["decimals"]), len(written.partition(".")[2])) if not row["positive"] else 0,
        words=(row["negative"], row["positive"]),
    )


@cache
def effects() -> dict[tuple[str, str], tuple[float, float, float]]:
    """(three-character ICD code, LOINC) -> share of patients whose value is moved, and the range it moves to."""
    return {(r["icd3"], r["loinc"]): (float(r["share"]), float(r["low"]), float(r["high"])) for r in rows("effects")}


@cache
def shares(topic: str) -> dict[str, float]:
    return {row["key"]: float(row["value"]) for row in rows("shares") if row["topic"] == topic}


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """`A:B C:D` -> ((A, B), (C, D))."""
    return tuple((first, second) for first, _, second in (part.partition(":") for part in text.split()))


@cache
def vendors() -> dict[str, Vendor]:
    return {
        r["code"]: Vendor(
            code=r["code"],
            name=r["name"],
            sends=r["sends"],
            checks_in=r["checks_in"] == "1",
            content=r["content"],  # type: ignore[arg-type]
            wrap=int(r["wrap"]),
            bom=r["bom"] == "1",
            cdata_texts=r["cdata_texts"] == "1",
            empty=r["empty"],  # type: ignore[arg-type]
            swapped=_pairs(r["swapped"]),
            namespaces=r["namespaces"] == "1",
            name_case=r["name_case"],
            unicode=r["unicode"],
            tone=r["tone"],
            places=int(r["places"]),
            late_map=r["late_map"] == "1",
        )
        for r in rows("vendors")
    }


@cache
def _notifiable() -> tuple[tuple[str, str, date, date], ...]:
    return tuple(
        (
            r["icd10"],
            r["disease"],
            date.fromisoformat(r["valid_from"]),
            date.fromisoformat(r["valid_to"] or "9999-12-31"),
        )
        for r in rows("notifiable")
    )


@cache
def _notifiable_of(icd10: str) -> tuple[tuple[str, date, date], ...]:
    return tuple((disease, first, last) for prefix, disease, first, last in _notifiable() if icd10.startswith(prefix))


def disease(icd10: str, on: date) -> str:
    """The notifiable disease of a main diagnosis by the list of the day, or ""."""
    return next((name for name, first, last in _notifiable_of(icd10) if first <= on <= last), "")


CHAPTERS = (
    ("A00", "B99", "I"),
    ("C00", "D48", "II"),
    ("D50", "D89", "III"),
    ("E00", "E90", "IV"),
    ("F00", "F99", "V"),
    ("G00", "G99", "VI"),
    ("H00", "H59", "VII"),
    ("H60", "H95", "VIII"),
    ("I00", "I99", "IX"),
    ("J00", "J99", "X"),
    ("K00", "K93", "XI"),
    ("L00", "L99", "XII"),
    ("M00", "M99", "XIII"),
    ("N00", "N99", "XIV"),
    ("O00", "O99", "XV"),
    ("P00", "P96", "XVI"),
    ("Q00", "Q99", "XVII"),
    ("R00", "R99", "XVIII"),
    ("S00", "T98", "XIX"),
    ("V01", "Y98", "XX"),
    ("Z00", "Z99", "XXI"),
    ("U00", "U99", "XXII"),
)


@cache
def chapter(icd10: str) -> str:
    """The chapter of the ICD-10, in Roman figures."""
    return next(roman for first, last, roman in CHAPTERS if first <= icd10[:3] <= last)
