"""The territory: communes before and after 2025-07-01, and the facilities with the software that each one runs.

Read from the kernel's content files, so that the files name only places and facilities that the register knows.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import cycle
from pathlib import Path

from soyte.demo.province import content
from soyte.demo.province.content import Vendor

KERNEL = Path(__file__).parents[2] / "kernel"
MERGER = date(2025, 7, 1)  # districts and Bình Phước end, forty new communes of Đồng Nai begin
PROVINCE_BEFORE, PROVINCE_AFTER = "70", "75"


@dataclass(frozen=True, slots=True)
class Facility:
    code: str
    name: str
    kind: str
    ownership: str
    grade: str
    beds: int
    commune_code: str  # since the merger
    old_commune_code: str
    district_code: str
    vendor: Vendor

    @property
    def station(self) -> bool:
        return self.kind == "commune_station"


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of the old three-tier frame with its heir."""

    code: str
    name: str
    district_code: str
    district: str
    new_code: str
    people: int


@dataclass(frozen=True, slots=True)
class Address:
    """How a place is written on a day."""

    province_code: str
    district_code: str
    commune_code: str
    text: str  # from the commune upwards


def _rows(path: str) -> list[dict[str, str]]:
    with (KERNEL / path).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _validity(row: dict[str, str]) -> tuple[date, date]:
    """First day, and the day from which it no longer holds."""
    return date.fromisoformat(row["valid_from"] or "0001-01-01"), date.fromisoformat(row["valid_to"] or "9999-12-31")


def _valid(path: str, *, on: date) -> list[dict[str, str]]:
    return [row for row in _rows(path) if _validity(row)[0] <= on < _validity(row)[1]]


@cache
def facilities() -> dict[str, Facility]:
    """Those that treat patients, by code."""
    senders = {row["facility_kind"]: cycle(row["vendors"].split()) for row in content.rows("senders")}
    vendors = content.vendors()
    return {
        row["code"]: Facility(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            ownership=row["ownership"],
            grade=row["grade"],
            beds=int(row["beds"] or 0),
            commune_code=row["commune_code"],
            old_commune_code=row["old_commune_code"],
            district_code=row["old_district_code"],
            vendor=vendors[next(senders[row["kind"]])],
        )
        for row in _rows("organisations/content/facilities.csv")
        if row["kind"] in senders
    }


@cache
def communes() -> tuple[Commune, ...]:
    """The old communes of the territory with their people."""
    districts = {row["code"]: row["name"] for row in _rows("places/content/district.csv")}
    names = {row["code"]: row for row in _valid("places/content/commune.csv", on=MERGER - timedelta(days=1))}
    return tuple(
        Commune(
            row["code"],
            names[row["code"]]["name"],
            names[row["code"]]["district_code"],
            districts[names[row["code"]]["district_code"]],
            row["new_code"],
            int(row["population"]),
        )
        for row in content.rows("old_communes")
    )


@cache
def _later_names() -> dict[str, list[tuple[date, date, str]]]:
    found: dict[str, list[tuple[date, date, str]]] = defaultdict(list)
    for file in ("province", "commune"):
        for row in _rows(f"places/content/{file}.csv"):
            first, last = _validity(row)
            if last > MERGER:
                found[row["code"]].append((first, last, row["name"]))
    return found


def _name_on(code: str, day: date) -> str:
    return next(name for first, last, name in _later_names()[code] if first <= day < last)


def _lower_first(name: str) -> str:
    return name[0].lower() + name[1:]


@cache
def address(commune: Commune, on: date, *, old_map: bool = False) -> Address:
    """How `commune` is written on a day; `old_map` = by a software that has not yet changed its list."""
    if on < MERGER or old_map:
        text = f"{_lower_first(commune.name)}, {_lower_first(commune.district)}, tỉnh Bình Phước"
        return Address(PROVINCE_BEFORE, commune.district_code, commune.code, text)
    text = f"{_lower_first(_name_on(commune.new_code, on))}, {_lower_first(_name_on(PROVINCE_AFTER, on))}"
    return Address(PROVINCE_AFTER, "", commune.new_code, text)


@cache
def station_of(commune: Commune) -> Facility:
    return next(f for f in facilities().values() if f.station and f.old_commune_code == commune.code)


@cache
def centre_of(district_code: str) -> Facility:
    """The health centre of an old district."""
    return next(
        f for f in facilities().values() if f.kind == "district_health_centre" and f.district_code == district_code
    )


@cache
def of_kinds(*kinds: str) -> tuple[Facility, ...]:
    return tuple(f for f in facilities().values() if f.kind in kinds)


@cache
def near(district_code: str, *kinds: str) -> tuple[Facility, ...]:
    """Facilities of these kinds in the district, else all of them."""
    found = of_kinds(*kinds)
    return tuple(f for f in found if f.district_code == district_code) or found
