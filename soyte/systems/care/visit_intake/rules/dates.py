"""Orders of two moments. The pairs are rows of `date_pairs.csv`; this module only compares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from soyte.formats.visitfile import Finding, field, read_partial_date
from soyte.kernel.text.speech import gettext_noop
from soyte.systems.care.visit_intake.rules.context import Context, day, digits, moment, row_finding, shown_moment
from soyte.systems.care.visit_intake.rules.tabular import for_generation, table

RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class _Pair:
    code: str
    table: str
    field: str
    other_table: str
    other_field: str
    not_before: bool
    slack: timedelta
    length: int  # digits compared: 8 = days, 12 = minutes
    birth: bool
    labels: tuple[str, str]


def date_findings(context: Context) -> Iterator[Finding]:
    """Findings of every pair whose two moments stand in the wrong order; the later-standing field is named."""
    received = digits(context.received_on)
    # Where the visit itself ends before it begins, nothing can be said of its lines.
    turned = context.get("NGAY_RA") < context.get("NGAY_VAO")
    for name, pairs in _pairs(context.generation).items():
        rows = context.rows(name)
        if not rows:
            continue
        judged = [
            (pair, _fixed(context, pair, received))
            for pair in pairs
            if not (turned and pair.other_table == "XML1" and name != "XML1")
        ]
        for row in rows:
            for pair, fixed in judged:
                text = row.values.get(pair.field)
                if not text:
                    continue
                other = row.values.get(pair.other_field, "") if fixed is None else fixed
                if not other:
                    continue
                # Digits sort by time, so the two texts alone tell of nearly every pair that it is in order.
                if text >= other if pair.not_before else text <= other:
                    continue
                if _wrong_order(text, other, pair):
                    yield row_finding(
                        pair.code,
                        name,
                        row,
                        pair.field,
                        label=pair.labels[0],
                        other_label=pair.labels[1],
                        shown=shown_moment(text),
                        other=shown_moment(other),
                        relation="not_before" if pair.not_before else "not_after",
                    )


def date_rules(generation: str) -> list[str]:
    """The codes of the pairs that a generation is judged by."""
    return [pair.code for pairs in _pairs(generation).values() for pair in pairs]


def _fixed(context: Context, pair: _Pair, received: str) -> str | None:
    """The other moment where it is the same for all rows; None where it stands in the row itself."""
    if pair.other_field == RECEIVED:
        return received
    return None if pair.other_table == pair.table else context.get(pair.other_field)


def _wrong_order(text: str, other: str, pair: _Pair) -> bool:
    if moment(other) is None:
        return False
    if pair.birth:
        known = _first_day(text)
    else:
        known = text if moment(text) is not None else ""
    if not known:
        return False
    length = min(pair.length, len(known), len(other))
    limit = other[:length]
    if pair.slack:
        moved = day(other)
        limit = digits(moved + (-pair.slack if pair.not_before else pair.slack)) if moved else limit
        length = 8
    return known[:length] < limit if pair.not_before else known[:length] > limit


def _first_day(text: str) -> str:
    """The earliest day that a birth date may mean, "" where it is unknown."""
    try:
        partial = read_partial_date(text)
    except ValueError:
        return ""
    first = partial.first_day if partial else None
    return digits(first) if first else ""


@cache
def _pairs(generation: str) -> dict[str, tuple[_Pair, ...]]:
    found: dict[str, list[_Pair]] = {}
    for row in table("date_pairs"):
        if for_generation(row, generation):
            found.setdefault(row["table"], []).append(_pair(row, generation))
    return {name: tuple(pairs) for name, pairs in found.items()}


def _pair(row: Mapping[str, str], generation: str) -> _Pair:
    relation = "before" if row["relation"] == "not_before" else "after"
    return _Pair(
        code=f"dates.{row['table']}.{row['field']}.{relation}_{_named(row)}",
        table=row["table"],
        field=row["field"],
        other_table=row["other_table"],
        other_field=row["other_field"],
        not_before=row["relation"] == "not_before",
        slack=timedelta(days=int(row["slack_days"])),
        length=12 if row["precision"] == "minute" else 8,
        birth=row["precision"] == "birth",
        labels=(
            _label(generation, row["table"], row["field"]),
            _label(generation, row["other_table"], row["other_field"]),
        ),
    )


def _named(row: Mapping[str, str]) -> str:
    return "receipt" if row["other_field"] == RECEIVED else row["other_field"]


def _label(generation: str, table_name: str, name: str) -> str:
    if name == RECEIVED:
        return gettext_noop("ngày nhận tệp")
    found = field(generation, table_name, name)
    return f"{found.label} ({name})" if found else name
