"""A whole province into a folder: plan all visits, write them month by month, keep the truth beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

from soyte.demo.province import faults, files, outbreaks, people, plans, tables
from soyte.demo.province.draws import stream
from soyte.demo.province.faults import Planted
from soyte.demo.province.files import Delivery
from soyte.demo.province.outbreaks import Outbreak
from soyte.demo.province.plans import Plan, World
from soyte.demo.province.tables import Rows, Written
from soyte.demo.province.truth import Truth

CHECK_IN_DAYS = 30  # check-ins are live data: the files of so many last days are kept
SAME_BYTES_AGAIN = 0.02  # share of single-visit files that a nervous sender sends twice


@dataclass(frozen=True, slots=True)
class Province:
    """The arguments that decide every byte."""

    people: int
    start: date
    until: date  # the last day of discharge
    seed: str
    outbreaks: int

    @classmethod
    def of_years(cls, *, people: int, years: int, until: date, seed: str, outbreaks: int | None) -> Province:
        first = until + timedelta(days=1)
        start = first.replace(year=first.year - years, day=min(first.day, 28) if first.month == 2 else first.day)
        return cls(people, start, until, seed, years if outbreaks is None else outbreaks)


@dataclass(slots=True)
class Counts:
    """How much was written."""

    people: int = 0
    visits: int = 0
    files: int = 0
    check_ins: int = 0
    bytes: int = 0


Progress = Callable[[str, Counts], None]  # called with each month ("2024-05") whose files are written


@dataclass(frozen=True, slots=True)
class Planned:
    """All visits of a province until some day."""

    visits: list[Plan]
    outbreaks: list[Outbreak]
    people: int


def plan(province: Province, *, until: date | None = None) -> Planned:
    """The visits of a province; `until` later than its own last day goes on with the same lives."""
    maker = people.Maker(province.seed)
    population = people.population(maker, size=province.people, on=province.start)
    planted = outbreaks.plant(
        province.seed, population, count=province.outbreaks, start=province.start, until=province.until
    )
    world = World(province.seed, province.start, until or province.until, maker, outbreaks.by_person(planted))
    return Planned(list(plans.lives(world, population)), planted, len(population))


def _again_on(plan: Plan, planted: Planted, until: date) -> date | None:
    """The day on which a visit is sent again, if that lies within the province's days."""
    if planted.again_after is None:
        return None
    day = files.made_on(plan, until=date.max) + timedelta(days=planted.again_after)
    return day if day <= until else None


class Folder:
    """Writes the files of the visits that end from `since` to `until`."""

    def __init__(self, province: Province, folder: Path, *, since: date, until: date) -> None:
        self.province, self.folder, self.since, self.until = province, folder, since, until
        self.truth = Truth()
        self.counts = Counts()

    def write(self, planned: Planned, report: Progress) -> Counts:
        self.counts.people = planned.people
        for month, sending in groupby(
            self._sendings(planned.visits), key=lambda sending: f"{sending[0].made_on:%Y-%m}"
        ):
            for delivery, group in groupby(sending, key=lambda sending: sending[0]):
                self._deliver(delivery, [visit for _, visit in group])
            report(month, self.counts)
        self._check_ins(planned.visits)
        return self.counts

    def _sendings(self, visits: list[Plan]) -> list[tuple[Delivery, Plan]]:
        """Which file each visit goes into, in the order of days, facilities and names."""
        sendings = [
            (files.delivery(visit, tables.generation_on(visit.end.date()), until=self.until), visit)
            for visit in visits
            if self.since <= visit.end.date() <= self.until
        ]
        sendings.sort(key=lambda s: (s[0].made_on, s[0].facility.code, s[0].name, s[1].end, s[1].code))
        return sendings

    def _deliver(self, delivery: Delivery, visits: list[Plan]) -> None:
        held = [self._visit(delivery, visit) for visit in visits]
        self._save(delivery, files.visits_bytes(held, delivery, tables.generation_on(visits[0].end.date())))

    def _visit(self, delivery: Delivery, visit: Plan) -> dict[str, Rows]:
        """The tables of a visit as they stand in its first file; what follows from a fault is seen to."""
        written = tables.build(visit, seed=self.province.seed)
        planted = faults.draw(visit, written.generation, seed=self.province.seed)
        spoilt = faults.spoil(written, planted) if planted else None
        again = _again_on(visit, planted, self.until) if planted and spoilt else None
        refused = planted is not None and spoilt is not None and planted.fault.verdict == "refused"
        self.counts.visits += 1
        self.truth.met(written, in_force=not refused or again is not None)
        if planted and spoilt is not None:
            self._note(delivery, written, planted, again)
        if again:
            self._send_again(written, again)
        return written.tables if spoilt is None else spoilt

    def _note(self, delivery: Delivery, written: Written, planted: Planted, again: date | None) -> None:
        fault, visit = planted.fault, written.plan
        self.truth.faults.append(
            (
                delivery.path,
                visit.facility.code,
                visit.code,
                written.generation,
                fault.name,
                fault.verdict,
                fault.table,
                fault.field_in(written.generation),
                files.correction(visit, again).path if again else "",
            )
        )

    def _send_again(self, written: Written, day: date) -> None:
        delivery = files.correction(written.plan, day)
        self._save(delivery, files.visits_bytes([written.tables], delivery, written.generation))

    def _save(self, delivery: Delivery, data: bytes) -> None:
        files.save(self.folder, delivery, data)
        self._count(data)
        single = delivery.facility.vendor.sends == "visit"
        if single and stream(self.province.seed, delivery.path, "twice").random() < SAME_BYTES_AGAIN:
            files.save(self.folder, Delivery(delivery.facility, delivery.made_on, f"{delivery.name}_lan-2"), data)
            self._count(data)

    def _count(self, data: bytes) -> None:
        self.counts.files += 1
        self.counts.bytes += len(data)

    def _check_ins(self, visits: list[Plan]) -> None:
        """Arrivals of the last days at facilities that send them, and everybody who still lies in a ward."""
        first = max(self.since, self.until - timedelta(days=CHECK_IN_DAYS - 1), tables.SINCE_4750)
        for visit in visits:
            came, ended = visit.start.date(), visit.end.date()
            recent = first <= came <= self.until and visit.facility.vendor.checks_in
            inside = came <= self.until < ended and visit.inpatient and came >= tables.SINCE_4750
            if recent or inside:
                row = tables.check_in(visit, seed=self.province.seed)
                data = files.check_in_bytes(row, visit.facility, tables.generation_on(came))
                files.save(self.folder, files.arrival(visit), data)
                self._count(data)
                self.counts.check_ins += 1


def _manifest(province: Province, counts: Counts) -> str:
    facts = {
        "note": "Dữ liệu minh hoạ: mọi người bệnh và lượt khám đều là giả định.",
        "synthetic": True,
        **{key: str(value) if isinstance(value, date) else value for key, value in asdict(province).items()},
        "counts": asdict(counts),
    }
    return json.dumps(facts, ensure_ascii=False, indent=1) + "\n"


def _silent(_: str, __: Counts) -> None:
    return None


def write(province: Province, folder: Path, *, report: Progress = _silent) -> Counts:
    """Write a province: folders of months with files, `truth/` and `province.json`."""
    planned = plan(province)
    target = Folder(province, folder, since=province.start, until=province.until)
    counts = target.write(planned, report)
    target.truth.write(folder / "truth", planned.outbreaks)
    (folder / "province.json").write_text(_manifest(province, counts), encoding="utf-8")
    return counts


def write_days(province: Province, folder: Path, *, since: date, until: date) -> Counts:
    """The files of some days after the province's own last day, as its lives go on."""
    planned = plan(province, until=until)
    return Folder(province, folder, since=since, until=until).write(planned, _silent)


def of_day(province: Province, day: date) -> Iterator[Plan]:
    """The visits that begin or end on a day."""
    for visit in plan(province, until=day).visits:
        if visit.end.date() == day or visit.start.date() == day:
            yield visit
