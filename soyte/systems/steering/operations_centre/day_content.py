"""The page of the day as values: what is frozen, hashed and shown again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from soyte.kernel.actors import Acting
from soyte.systems.safety.early_warning import public as early_warning
from soyte.systems.steering.operations_centre.board import Board
from soyte.systems.steering.operations_centre.selectors import Headline, Line


def content_of(read: Board, actor: Acting) -> dict[str, Any]:
    """Numbers as text without zeros at their end, hidden ones as null; texts in Vietnamese; instants in ISO 8601."""
    figures, beds = read.figures, read.beds
    return {
        "day": read.day.isoformat(),
        "before_day": read.before_day.isoformat(),
        "as_of": figures.as_of.isoformat(),
        "coverage": [figures.coverage.sent, figures.coverage.expected] if figures.coverage else None,
        "headlines": {code: _headline(one) for code, one in figures.headlines.items()},
        "month_money": _headline(figures.month_money),
        "beds": beds and {
            "people": beds.people, "stale": beds.stale, "planned": beds.planned, "before": beds.before,
            "wards": [[ward.name, ward.people, ward.planned] for ward in beds.wards],
        },
        "tops": {name: [_line(line) for line in lines] for name, lines in figures.tops.items()},
        "clocks": read.clocks and {
            "number": read.clocks.number, "overdue": read.clocks.overdue,
            "first": [[one.disease, one.commune, one.number, one.due_at.isoformat()] for one in read.clocks.first],
        },
        "outbreaks": [[one.disease, one.commune, one.since.isoformat()] for one in read.outbreaks],
        "late": [[line.feed.name, line.feed.last.isoformat()] for line in read.late],
        "late_number": len(read.alarms.late) if read.alarms else 0,
        "alerts": [[one.alert.title, one.alert.place, one.alert.because] for one in read.alerts],
        "unanswered": read.unanswered,
        "log": [
            [note.at.isoformat(), note.title, note.place, note.text, note.who]
            for note in early_warning.noted_on(actor, read.day)
        ],
        "targets": [
            [str(one.card.target.title), one.card.value, one.card.goal, one.card.chip.text] for one in read.targets
        ],
    }  # fmt: skip


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _headline(one: Headline) -> list[str | None]:
    return [_plain(one.value), _plain(one.before)]


def _line(line: Line) -> list[str | None]:
    return [line.name, _plain(line.value), _plain(line.before)]
