"""The true answers beside the files, from what the generator knows: whose visit it is, what every figure must be."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from soyte.demo.province import frame, outbreaks
from soyte.demo.province.outbreaks import Outbreak
from soyte.demo.province.people import Person
from soyte.demo.province.plans import INPATIENT_KINDS, Plan
from soyte.demo.province.tables import Written, chapter_and_disease

DIMENSIONS = ("", "facility", "month", "kind", "icd_chapter", "commune", "disease")
FIGURES = ("visits", "cost_total", "cost_insurer", "inpatient_days", "notifiable_visits")


def write_rows(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


class Truth:
    """Gathers the visits that are in force and writes `truth/`."""

    def __init__(self) -> None:
        self.figures: dict[tuple[str, str, str], int] = defaultdict(int)  # (figure, dimension, key)
        self.persons: dict[tuple[str, str], set[int]] = defaultdict(set)  # (dimension, key) -> person numbers
        self.visits: list[tuple[str, ...]] = []
        self.faults: list[tuple[str, ...]] = []
        self.people: dict[str, Person] = {}
        self.cases: list[tuple[str, Plan]] = []

    def met(self, written: Written, *, in_force: bool) -> None:
        """A visit that some file holds; `in_force` = one of its versions is accepted."""
        plan = written.plan
        self.people.setdefault(plan.person.code, plan.person)
        self.visits.append(
            (
                plan.facility.code,
                plan.code,
                f"{plan.end:%Y-%m-%d}",
                plan.person.code,
                "1" if in_force else "0",
                " ".join(written.slips),
            )
        )
        if plan.outbreak:
            self.cases.append((plan.outbreak, plan))
        if in_force:
            self._count(written)

    def _count(self, written: Written) -> None:
        plan, totals = written.plan, written.totals
        chapter, disease = chapter_and_disease(plan)
        keys = ("", plan.facility.code, f"{plan.end:%Y-%m}", written.kind, chapter, written.commune_code, disease)
        days = written.treatment_days if written.kind in INPATIENT_KINDS else 0
        values = (1, totals.charged, totals.insurer, days, 1 if disease else 0)
        for dimension, key in zip(DIMENSIONS, keys, strict=True):
            if dimension == "disease" and not key:
                continue
            for figure, value in zip(FIGURES, values, strict=True):
                if value:
                    self.figures[figure, dimension, key] += value
            self.persons[dimension, key].add(plan.person.number)

    def totals(self) -> list[tuple[str, str, str, str]]:
        """(figure, dimension, key, value as decimal text), as `soyte report` prints them."""
        rows = [
            (figure, dimension, key, f"{value // 100}.{value % 100:02d}" if figure.startswith("cost") else str(value))
            for (figure, dimension, key), value in self.figures.items()
        ]
        rows += [("persons", dimension, key, str(len(found))) for (dimension, key), found in self.persons.items()]
        return sorted(rows)

    def write(self, folder: Path, planted: Sequence[Outbreak]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        write_rows(folder / "totals.csv", ("code", "dimension", "key", "value"), self.totals())
        write_rows(
            folder / "persons.csv",
            ("facility", "visit", "ended_on", "person", "in_force", "slips"),
            sorted(self.visits),
        )
        write_rows(
            folder / "people.csv",
            ("person", "name", "born", "sex", "citizen", "insurance", "old_commune", "new_commune", "mother"),
            (_person_row(person) for _, person in sorted(self.people.items())),
        )
        write_rows(
            folder / "faults.csv",
            ("file", "facility", "visit", "generation", "fault", "verdict", "table", "field", "mended_by"),
            sorted(self.faults),
        )
        self._write_outbreaks(folder, planted)

    def _write_outbreaks(self, folder: Path, planted: Sequence[Outbreak]) -> None:
        cases = sorted(self.cases, key=lambda case: (case[0], case[1].start, case[1].code))
        weeks: dict[str, list[int]] = {outbreak.code: [0] * outbreaks.WEEKS for outbreak in planted}
        starts = {outbreak.code: outbreak.start for outbreak in planted}
        for code, plan in cases:
            weeks[code][(plan.start.date() - starts[code]).days // 7] += 1
        write_rows(
            folder / "outbreaks.csv",
            ("outbreak", "disease", "commune", "name", "start", "end", "cases", "cases_by_week"),
            (
                (
                    o.code,
                    outbreaks.DISEASE,
                    o.commune_code,
                    o.commune_name,
                    o.start,
                    o.end,
                    sum(weeks[o.code]),
                    " ".join(map(str, weeks[o.code])),
                )
                for o in planted
            ),
        )
        write_rows(
            folder / "outbreak_cases.csv",
            ("outbreak", "day", "facility", "visit", "person", "icd10"),
            (
                (code, f"{plan.start:%Y-%m-%d}", plan.facility.code, plan.code, plan.person.code, plan.icd10)
                for code, plan in cases
            ),
        )


def _person_row(person: Person) -> tuple[str, ...]:
    commune = person.home.commune
    new = frame.address(commune, frame.MERGER).commune_code
    return (
        person.code,
        person.name,
        f"{person.born:%Y-%m-%d}",
        person.sex,
        person.citizen,
        person.insurance,
        commune.code,
        new,
        person.mother.code if person.mother else "",
    )
