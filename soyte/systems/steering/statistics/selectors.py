"""Reports as they were frozen, and what is known now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from soyte.kernel.access.policy import visible
from soyte.kernel.actors import Acting
from soyte.kernel.digests import digest
from soyte.systems.steering.statistics.layout import form_on
from soyte.systems.steering.statistics.models import FrozenReport
from soyte.systems.steering.statistics.tables import Table, TableQuestion, table


def reports(actor: Acting) -> QuerySet[FrozenReport]:
    return visible(actor, "reports.read", FrozenReport.objects.select_related("frozen_by", "unit"))


def content_of(found: Table) -> dict[str, Any]:
    """What is frozen of a table: its values as text, a hidden one as null."""
    form = found.question.form
    return {
        "title": form.name,
        "lacking": form.lacking,
        "source": form.source,
        "state": form.state,
        "columns": [{"code": c.code, "group": c.group, "name": c.name} for c in form.columns],
        "rows": [
            {
                "key": row.key,
                "name": row.name,
                "level": row.level,
                "cells": [None if cell.value is None else f"{cell.value.normalize():f}" for cell in row.cells],
            }
            for row in found.rows
        ],
    }


@dataclass(frozen=True, slots=True)
class ReportedCell:
    """A value as reported and as known now; None is hidden. `url` opens the rows of now."""

    reported: Decimal | None
    known: Decimal | None
    url: str = ""

    @property
    def has_changed(self) -> bool:
        return self.reported != self.known


@dataclass(frozen=True, slots=True)
class ReportedRow:
    name: str
    level: int
    cells: Sequence[ReportedCell]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A frozen report beside what is known now. `is_whole`: its content still has the hash under which it was frozen."""

    report: FrozenReport
    rows: Sequence[ReportedRow]
    known_as_of: datetime
    is_whole: bool

    @property
    def changed(self) -> int:
        return sum(cell.has_changed for row in self.rows for cell in row.cells)


def question_of(report: FrozenReport) -> TableQuestion | None:
    """What the report asked; None where its form is gone from the lists."""
    form = form_on(report.form, report.layout_day)
    return (
        TableQuestion(form, report.layout_day, report.start, report.end, report.where, report.on_map) if form else None
    )


def compare(report: FrozenReport, *, actor: Acting) -> Comparison:
    """The report and the same table now, row by row; rows that came later stand behind the reported ones."""
    question = question_of(report)
    known = table(question, actor=actor) if question else None
    now = {row.key: row for row in known.rows} if known else {}
    places = {column.code: n for n, column in enumerate(question.form.columns)} if question else {}
    codes = [column["code"] for column in report.content["columns"]]

    def of_now(key: str, code: str) -> tuple[Decimal | None, str]:
        if key not in now:
            return Decimal(0), ""
        cell = now[key].cells[places[code]] if code in places else None
        return (cell.value, cell.url) if cell else (None, "")

    reported = {row["key"]: row for row in report.content["rows"]}
    late = [key for key, row in now.items() if key not in reported and any(cell.value != 0 for cell in row.cells)]
    rows = []
    for key in (*reported, *late):
        told = reported.get(key)
        values = told["cells"] if told else ["0"] * len(codes)
        cells = [
            ReportedCell(None if value is None else Decimal(value), *of_now(key, code))
            for value, code in zip(values, codes, strict=True)
        ]
        rows.append(
            ReportedRow(told["name"], told["level"], cells)
            if told
            else ReportedRow(now[key].name, now[key].level, cells)
        )
    as_of = known.as_of if known else report.as_of
    return Comparison(report, rows, as_of, digest(report.content) == report.sha256)
