"""Totals of XML1 against their lines and against each other. The pairs are rows of `sum_pairs.csv`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from soyte.formats.visitfile import Finding, Row, field
from soyte.systems.care.visit_intake.rules.context import SUPPLY_GROUPS, ZERO, Context, amount, shown_amount
from soyte.systems.care.visit_intake.rules.tabular import for_generation, table

TOLERANCE = Decimal(1)  # đồng, inclusive


@dataclass(frozen=True, slots=True)
class _Sum:
    code: str
    total: str
    terms: tuple[tuple[int, str], ...]  # of XML1, with their sign
    drug_field: str
    service_field: str
    supplies_only: bool
    line_filter: tuple[str, str] | None
    insured_only: bool
    label: str


def sum_findings(context: Context) -> Iterator[Finding]:
    """Findings of every total that is more than one đồng off. A sum with an unreadable term is not judged."""
    if context.summary is None:
        return
    for pair in _sums(context.generation):
        if pair.insured_only and not _wholly_insured(context):
            continue
        total = amount(context.get(pair.total))
        expected = _expected(context, pair)
        if total is not None and expected is not None and abs(total - expected) > TOLERANCE:
            yield context.summary_finding(
                pair.code,
                pair.total,
                label=pair.label,
                received=shown_amount(total),
                expected=shown_amount(expected),
                difference=shown_amount(abs(total - expected)),
                of=_shown_terms(pair),
            )


def sum_rules(generation: str) -> list[str]:
    """The codes of the sums that a generation is judged by."""
    return [pair.code for pair in _sums(generation)]


def is_supply(row: Row) -> bool:
    """Is a line of XML3 a medical supply? Its group says so; without one, its supply code."""
    group = row.values.get("MA_NHOM", "")
    return group in SUPPLY_GROUPS if group else bool(row.values.get("MA_VAT_TU"))


def _expected(context: Context, pair: _Sum) -> Decimal | None:
    if pair.terms:
        return _added([(sign, context.get(name)) for sign, name in pair.terms])
    parts: list[tuple[int, str]] = []
    if pair.drug_field:
        parts += [(1, row.values.get(pair.drug_field, "")) for row in _lines(context, "XML2", pair)]
    if pair.service_field:
        parts += [
            (1, row.values.get(pair.service_field, ""))
            for row in _lines(context, "XML3", pair)
            if not pair.supplies_only or is_supply(row)
        ]
    return _added(parts)


def _lines(context: Context, name: str, pair: _Sum) -> list[Row]:
    rows = context.rows(name)
    if pair.line_filter is None:
        return rows
    key, wanted = pair.line_filter
    return [row for row in rows if row.values.get(key) == wanted]


def _added(parts: list[tuple[int, str]]) -> Decimal | None:
    total = ZERO
    for sign, text in parts:
        value = amount(text)
        if value is None:
            return None
        total += value if sign > 0 else -value
    return total


def _wholly_insured(context: Context) -> bool:
    """Every line inside the scope of the insurance and no outside money: only then is this sum a rule."""
    if not context.insured or amount(context.get("T_NGUONKHAC")) != 0:
        return False
    return all(row.values.get("PHAM_VI", "1") in ("", "1") for name in ("XML2", "XML3") for row in context.rows(name))


@cache
def _sums(generation: str) -> tuple[_Sum, ...]:
    return tuple(_sum(row, generation) for row in table("sum_pairs") if for_generation(row, generation))


def _sum(row: Mapping[str, str], generation: str) -> _Sum:
    key, _, wanted = row["line_filter"].partition("=")
    found = field(generation, "XML1", row["total"])
    return _Sum(
        code=f"{'parts' if row['xml1_terms'] else 'sum'}.{row['total']}",
        total=row["total"],
        terms=tuple((-1 if term.startswith("-") else 1, term.lstrip("-")) for term in row["xml1_terms"].split()),
        drug_field=row["xml2_field"],
        service_field=row["xml3_field"],
        supplies_only=row["xml3_lines"] == "supplies",
        line_filter=(key, wanted) if key else None,
        insured_only=row["when"] == "insured",
        label=found.label if found else row["total"],
    )


def _shown_terms(pair: _Sum) -> str:
    if pair.terms:
        return " ".join(f"{'−' if sign < 0 else '+'} {name}" for sign, name in pair.terms).removeprefix("+ ")
    lines = [f"XML2.{pair.drug_field}"] if pair.drug_field else []
    if pair.service_field:
        lines.append(f"XML3.{pair.service_field}")
    return " + ".join(lines)
