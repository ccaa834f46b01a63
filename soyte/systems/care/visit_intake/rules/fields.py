"""Field rules, generated from the specification: is it there, is it short enough, is it what it should be?

One field gives up to seven rules, named `XML2.DON_GIA.required`, `.length`, `.kind`, `.negative`, `.format`, `.list`
and `.expired`. They are compiled once for each table and set of generations; a value then costs one look-up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from soyte.formats.visitfile import Field, Finding, Row, judged_by, read_partial_date
from soyte.systems.care.visit_intake.rules.context import Context, amount, moment, row_finding
from soyte.systems.care.visit_intake.rules.lists import EXPIRED, UNKNOWN
from soyte.systems.care.visit_intake.rules.tabular import for_generation, table

# A field without which a visit cannot be placed keeps its own finding where the value is missing altogether.
GOOD, BAD_KIND, NEGATIVE, BAD_FORMAT, BAD_VALUE = range(5)
_REMEMBERED = 60  # characters of a value that is worth remembering as good; longer ones are texts, each its own
_SUFFIX = {BAD_KIND: "kind", NEGATIVE: "negative", BAD_FORMAT: "format", BAD_VALUE: "list"}


@dataclass(frozen=True, slots=True)
class _Check:
    """What one filled value is held against."""

    code: str  # `XML2.DON_GIA`
    field: Field
    max_length: int
    judge: Callable[[str], int] | None
    example: str
    allowed: str
    code_list: str
    head: int | None  # how many leading characters make the code; None = all of it
    separator: str

    def is_good(self, value: str) -> bool:
        """Whether nothing can be said of a value, its list apart."""
        return len(value) <= self.max_length and (self.judge is None or not self.judge(value))


_Conditions = tuple[tuple[str, frozenset[str]], ...]  # other fields with the values that ask for this one


@dataclass(frozen=True, slots=True)
class _Compiled:
    always: tuple[Field, ...]
    always_names: tuple[str, ...]
    sometimes: tuple[tuple[str, Field, _Conditions], ...]
    checks: dict[str, _Check]


def field_findings(context: Context) -> Iterator[Finding]:
    """Findings of single fields, table by table, row by row."""
    for name, rows in context.tables.items():
        generations = context.visit.generations.get(name) or (context.generation,)
        compiled = _compiled(name, generations)
        passed = context.lists.passed((name, generations, None)), context.lists.passed((name, generations, context.on))
        for row in rows:
            yield from _row_findings(context, name, row, compiled, *passed)


def field_rules(name: str, generation: str) -> Iterator[tuple[str, Field]]:
    """The codes of the rules that the fields of a table give, with their fields, in the order of the specification."""
    compiled = _compiled(name, (generation,))
    sometimes = {key for key, _field, _conditions in compiled.sometimes}
    for key, field in judged_by(name, (generation,)).items():
        check = compiled.checks.get(key)
        suffixes = ["required"] if field.required == "always" or key in sometimes else []
        if check is not None:
            suffixes += ["length"] if field.max_length else []
            suffixes += ["kind"] if field.kind in _KINDS else []
            suffixes += ["negative"] if field.kind == "number" else []
            suffixes += ["format"] if check.example else []
            suffixes += ["list"] if check.allowed or check.code_list else []
            suffixes += ["expired"] if check.code_list else []
        yield from ((f"{name}.{key}.{suffix}", field) for suffix in suffixes)


def _row_findings(
    context: Context, name: str, row: Row, compiled: _Compiled, passed: set[tuple[str, str]],
    passed_today: set[tuple[str, str]],
) -> Iterator[Finding]:  # fmt: skip
    """`passed`: fields with values that are known to be good; `passed_today`: those whose list was asked for the day."""
    values = row.values
    if not all(map(values.get, compiled.always_names)):
        for field in compiled.always:
            if not values.get(field.name) and field.is_required(values, on=context.on):
                yield _missing(name, row, field)
    for key, field, conditions in compiled.sometimes:
        if not values.get(key) and _is_wanted(field, conditions, row, context.on):
            yield _missing(name, row, field)
    # Most values of a line have been seen before in the same field, and were good.
    for item in [item for item in values.items() if item not in passed and item not in passed_today]:
        key, value = item
        check = compiled.checks.get(key) if value else None
        if check is not None and (check.code_list or not check.is_good(value)):
            findings = list(_value_findings(context, name, row, check, value))
            if findings:
                yield from findings
                continue
        if len(value) <= _REMEMBERED:
            (passed_today if check is not None and check.code_list else passed).add(item)


def _value_findings(context: Context, name: str, row: Row, check: _Check, value: str) -> Iterator[Finding]:
    verdict = check.judge(value) if check.judge is not None else GOOD
    if len(value) > check.max_length and verdict != BAD_KIND:
        yield _too_long(name, row, check, value)
    if verdict:
        yield _wrong(name, row, check, verdict)
    elif check.code_list:
        yield from _unlisted(context, name, row, check, value)


def _is_wanted(field: Field, conditions: _Conditions, row: Row, on: date) -> bool:
    if field.required and field.is_required(row.values, on=on):
        return True
    return any((value := row.values.get(other)) and ("*" in codes or value in codes) for other, codes in conditions)


def _missing(name: str, row: Row, field: Field) -> Finding:
    return row_finding(f"{name}.{field.name}.required", name, row, field.name, label=field.label)


def _too_long(name: str, row: Row, check: _Check, value: str) -> Finding:
    return row_finding(
        f"{check.code}.length",
        name,
        row,
        check.field.name,
        label=check.field.label,
        length=str(len(value)),
        limit=str(check.max_length),
    )


def _wrong(name: str, row: Row, check: _Check, verdict: int) -> Finding:
    return row_finding(
        f"{check.code}.{_SUFFIX[verdict]}",
        name,
        row,
        check.field.name,
        label=check.field.label,
        kind=check.field.kind,
        example=check.example,
        allowed=check.allowed,
    )


def _unlisted(context: Context, name: str, row: Row, check: _Check, value: str) -> Iterator[Finding]:
    for code in value.split(check.separator) if check.separator else (value,):
        state = context.lists.state(check.code_list, code.strip()[: check.head], context.on)
        if state in (UNKNOWN, EXPIRED):
            yield Finding(
                f"{check.code}.{'list' if state == UNKNOWN else 'expired'}",
                name,
                row.line,
                check.field.name,
                code.strip(),
                {"label": check.field.label, "list": check.code_list, "on": context.on.strftime("%d/%m/%Y")},
            )


@cache
def _compiled(name: str, generations: tuple[str, ...]) -> _Compiled:
    fields = judged_by(name, generations)
    extra = _extra_conditions(name)
    always = tuple(field for field in fields.values() if field.required == "always")
    return _Compiled(
        always=always,
        always_names=tuple(field.name for field in always),
        sometimes=tuple(
            (field.name, field, extra.get(field.name, ()))
            for field in fields.values()
            if field.required != "always" and (field.required or field.name in extra)
        ),
        checks={
            field.name: check
            for field in fields.values()
            if (check := _check(name, field, generations[-1])) is not None
        },
    )


def _check(name: str, field: Field, generation: str) -> _Check | None:
    shape = _row_of("formats", name, field.name, generation)
    values = _row_of("allowed_values", name, field.name, generation)
    listed = _row_of("code_lists", name, field.name, generation)
    judge = _judge(field, shape, values)
    if judge is None and field.max_length is None and listed is None:
        return None
    return _Check(
        code=f"{name}.{field.name}",
        field=field,
        max_length=field.max_length or 1 << 30,
        judge=judge,
        example=shape["example"] if shape else "",
        allowed=values["allowed"].rstrip(";") if values else "",
        code_list=listed["list"] if listed else "",
        head=int(listed["head"]) if listed and listed["head"] else None,
        separator=(listed["several"] if listed else "") or "",
    )


def _row_of(data: str, name: str, field: str, generation: str) -> dict[str, str] | None:
    for row in table(data):
        if (
            row["table"] == name
            and row["field"] == field
            and ("generations" not in row or for_generation(row, generation))
        ):
            return dict(row)
    return None


def _extra_conditions(name: str) -> dict[str, _Conditions]:
    conditions: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for row in table("required_when"):
        if row["table"] == name:
            conditions.setdefault(row["field"], []).append((row["when_field"], frozenset(row["when"].split())))
    return {field: tuple(wanted) for field, wanted in conditions.items()}


def _judge(field: Field, shape: dict[str, str] | None, values: dict[str, str] | None) -> Callable[[str], int] | None:
    """One remembered function for all that a single text can be blamed for; None where any text will do."""
    one = _KINDS.get(field.kind)
    pattern = re.compile(shape["pattern"], re.ASCII) if shape else None
    allowed = _allowed(values["allowed"]) if values else None
    if pattern is None and allowed is None and not field.separator:
        return one
    separator = field.separator or (";" if values and values["allowed"].endswith(";") else "")
    whole = pattern if shape and not shape["several"] else None
    member = pattern if whole is None else None

    def judge_one(text: str) -> int:
        verdict = one(text) if one is not None else GOOD
        if not verdict and member is not None and not member.fullmatch(text):
            verdict = BAD_FORMAT
        if not verdict and allowed is not None and text not in allowed:
            verdict = BAD_VALUE
        return verdict

    def judge(text: str) -> int:
        if whole is not None and not whole.fullmatch(text):
            return BAD_FORMAT
        if not separator:
            return judge_one(text)
        return max((judge_one(part.strip()) for part in text.split(separator) if part.strip()), default=GOOD)

    return lru_cache(maxsize=1 << 9)(judge)


def _allowed(text: str) -> frozenset[str]:
    """`1-5` as its numbers, with and without a leading zero, since the annex types these codes as numbers; `CT07` as
    itself."""
    codes: set[str] = set()
    for part in text.rstrip(";").split():
        first, dash, last = part.partition("-")
        if dash:
            codes.update(
                shown for number in range(int(first), int(last) + 1) for shown in (str(number), f"{number:02d}")
            )
        else:
            codes.add(part)
    return frozenset(codes)


def _number(text: str) -> int:
    value = amount(text)
    if value is None:
        return BAD_KIND
    return NEGATIVE if value < 0 else GOOD


def _day(text: str) -> int:
    return GOOD if len(text) == 8 and moment(text) is not None else BAD_KIND


def _instant(text: str) -> int:
    return GOOD if len(text) == 12 and moment(text) is not None else BAD_KIND


def _instant_or_day(text: str) -> int:
    return GOOD if moment(text) is not None else BAD_KIND


def _partial(text: str) -> int:
    try:
        read_partial_date(text)
    except ValueError:
        return BAD_KIND
    return GOOD


_KINDS: dict[str, Callable[[str], int]] = {
    "number": _number,
    "day": _day,
    "instant": _instant,
    "instant_or_day": _instant_or_day,
    "partial": _partial,
}
