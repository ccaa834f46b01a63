"""Field rules, generated from the specification: is it there, is it short enough, is it what it should be?

One field gives up to seven rules, named `XML2.DON_GIA.required`, `.length`, `.kind`, `.negative`, `.format`, `.list`
and `.expired`. They are compiled once for each table and set of generations; a value then costs one look-up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
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
    sometimes: tuple[tuple[Field, _Conditions], ...]
    last_days: tuple[date, ...]  # on which a field was required
    told_by_value: tuple[str, ...]  # fields whose value decides whether others are required
    told_by_filling: tuple[str, ...]  # fields that decide it by being filled
    checks: dict[str, _Check]
    lists: tuple[str, ...]  # that are asked for values of the table

    def told(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """All in a row that decides which of its fields are required."""
        get = values.get
        return tuple(
            [get(key, "") for key in self.told_by_value] + ["*" if get(key) else "" for key in self.told_by_filling]
        )


def field_findings(context: Context) -> Iterator[Finding]:
    """Findings of single fields, table by table, row by row."""
    for name, rows in context.tables.items():
        generations = context.visit.generations.get(name) or (context.generation,)
        compiled = _compiled(name, generations)
        over = tuple(day for day in compiled.last_days if context.on > day)
        passed = context.lists.passed((name, generations, context.lists.stages(compiled.lists, context.on)))
        for row in rows:
            told = compiled.told(row.values)
            remembered = _required if sum(map(len, told)) <= _REMEMBERED else _required.__wrapped__
            required, names = remembered(name, generations, over, told)
            if not all(map(row.values.get, names)):
                yield from (_missing(name, row, field) for field in required if not row.values.get(field.name))
            yield from _row_findings(context, name, row, compiled.checks, passed)


def field_rules(name: str, generation: str) -> Iterator[tuple[str, Field]]:
    """The codes of the rules that the fields of a table give, with their fields, in the order of the specification."""
    compiled = _compiled(name, (generation,))
    sometimes = {field.name for field, _conditions in compiled.sometimes}
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
    context: Context, name: str, row: Row, checks: Mapping[str, _Check], passed: set[tuple[str, str]]
) -> Iterator[Finding]:
    """`passed`: fields with values that are known to be good."""
    # Most values of a line have been seen before in the same field, and were good.
    for item in [item for item in row.values.items() if item[1] and item not in passed]:
        key, value = item
        check = checks.get(key)
        if check is not None and (check.code_list or not check.is_good(value)):
            findings = list(_value_findings(context, name, row, check, value))
            if findings:
                yield from findings
                continue
        if len(value) <= _REMEMBERED:
            passed.add(item)


def _value_findings(context: Context, name: str, row: Row, check: _Check, value: str) -> Iterator[Finding]:
    verdict = check.judge(value) if check.judge is not None else GOOD
    if len(value) > check.max_length and verdict != BAD_KIND:
        yield _too_long(name, row, check, value)
    if verdict:
        yield _wrong(name, row, check, verdict)
    elif check.code_list:
        yield from _unlisted(context, name, row, check, value)


@lru_cache(maxsize=1 << 12)
def _required(
    name: str, generations: tuple[str, ...], over: tuple[date, ...], told: tuple[str, ...]
) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """The fields that a row must have filled, with their names: of a row that tells this (`_Compiled.told`), when the
    requirements that ended on the days `over` are over."""
    compiled = _compiled(name, generations)
    values = dict(zip((*compiled.told_by_value, *compiled.told_by_filling), told, strict=True))
    fields = [field for field in compiled.always if _is_asked(field, (), values, over)]
    fields += [field for field, conditions in compiled.sometimes if _is_asked(field, conditions, values, over)]
    return tuple(fields), tuple(field.name for field in fields)


def _is_asked(field: Field, conditions: _Conditions, values: Mapping[str, str], over: tuple[date, ...]) -> bool:
    if field.required_until not in over and field.is_required(values, on=date.min):
        return True
    return any((value := values.get(other)) and ("*" in codes or value in codes) for other, codes in conditions)


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
    sometimes = tuple(
        (field, extra.get(field.name, ()))
        for field in fields.values()
        if field.required != "always" and (field.required or field.name in extra)
    )
    told = [(other, "*" not in codes) for conditions in extra.values() for other, codes in conditions]
    told += [asked for field in fields.values() for asked in field.hangs_on()]
    by_value = {other for other, value_counts in told if value_counts}
    checks = {
        field.name: check for field in fields.values() if (check := _check(name, field, generations[-1])) is not None
    }
    return _Compiled(
        always=always,
        sometimes=sometimes,
        last_days=tuple({field.required_until for field in fields.values() if field.required_until}),
        told_by_value=tuple(sorted(by_value)),
        told_by_filling=tuple(sorted({other for other, _value_counts in told} - by_value)),
        checks=checks,
        lists=tuple(dict.fromkeys(check.code_list for check in checks.values() if check.code_list)),
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
