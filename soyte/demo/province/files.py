"""Visits as files: which visits share a file, what it is called, and in which software's habits it is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cache
from pathlib import Path

from soyte.demo.province.content import Vendor
from soyte.demo.province.frame import Facility
from soyte.demo.province.plans import Plan
from soyte.demo.province.tables import DAY, Rows
from soyte.formats.visitfile import Style, write_check_in, write_file

COMMENT = "<!-- dữ liệu minh hoạ: người bệnh và lượt khám đều là giả định -->\n".encode()
MONTH_REPORT_DAY = 3
MORNING, EVENING = time(5, 30), time(23, 50)  # files of many visits go out in the morning, the last of all at night
GENERATIONS = ("4210", "130", "3176")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file: who sends it, the day of its NGAYLAP, its name under the province's folder."""

    facility: Facility
    made_on: date
    name: str

    @property
    def path(self) -> str:
        return f"{self.made_on:%Y-%m}/{self.facility.code}/{self.name}.xml"


@cache
def style(vendor: Vendor) -> Style:
    return Style(
        content=vendor.content,
        wrap=vendor.wrap,
        bom=vendor.bom,
        cdata_texts=vendor.cdata_texts,
        empty=vendor.empty,
        swapped=vendor.swapped,
        namespaces=vendor.namespaces,
    )


def made_on(plan: Plan, *, until: date) -> date:
    """The day on which the facility makes the file that holds the visit; what is due later goes out on the last day."""
    ended = plan.end.date()
    due = {
        "visit": ended,
        "day": ended + timedelta(days=1),
        "week": ended + timedelta(days=7 - ended.weekday()),
        "month": (ended.replace(day=28) + timedelta(days=4)).replace(day=MONTH_REPORT_DAY),
    }[plan.facility.vendor.sends]
    return min(due, until)


def delivery(plan: Plan, generation: str, *, until: date) -> Delivery:
    """The file in which a visit is sent for the first time."""
    day = made_on(plan, until=until)
    if plan.facility.vendor.sends == "visit":
        return Delivery(plan.facility, day, f"{plan.end:%Y%m%d%H%M}_{plan.code}")
    place = GENERATIONS.index(generation)
    return Delivery(plan.facility, day, f"{day:{DAY}}_{plan.facility.code}_{place}")


def correction(plan: Plan, day: date) -> Delivery:
    """The file in which one visit is sent again."""
    return Delivery(plan.facility, day, f"{day:{DAY}}_{plan.code}_gui-lai")


def arrival(plan: Plan) -> Delivery:
    """The check-in file of a visit."""
    return Delivery(plan.facility, plan.start.date(), f"{plan.start:%Y%m%d%H%M}_{plan.code}_den-kham")


def visits_bytes(visits: list[dict[str, Rows]], delivery: Delivery, generation: str) -> bytes:
    data = write_file(
        visits,
        facility_code=delivery.facility.code,
        made_on=f"{delivery.made_on:{DAY}}",
        generation=generation,
        style=style(delivery.facility.vendor),
    )
    return marked(data)


def check_in_bytes(row: dict[str, str], facility: Facility, generation: str) -> bytes:
    return marked(write_check_in([row], generation=generation, style=style(facility.vendor)))


def marked(data: bytes) -> bytes:
    """The file with a comment before its root that says that all of it is invented."""
    root = data.index(b"<", data.index(b"?>")) if b"?>" in data[:60] else data.index(b"<")
    return data[:root] + COMMENT + data[root:]


def sent_at(name: str, zone: tzinfo, *, until: date) -> datetime:
    """When the facility sent the file of that name: of one visit or check-in at its minute, of many visits in the morning."""
    written = name.partition("_")[0]
    if len(written) == len("yyyymmddhhmm"):
        return datetime.strptime(written, f"{DAY}%H%M").replace(tzinfo=zone)
    day = datetime.strptime(written, DAY).replace(tzinfo=zone).date()
    return datetime.combine(day, EVENING if day == until else MORNING, zone)


def save(folder: Path, delivery: Delivery, data: bytes) -> None:
    path = folder / delivery.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
