"""Diagnoses against the list of the day, and against the sex and age of the patient."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from soyte.formats.visitfile import Finding, split_list
from soyte.systems.care.visit_intake.rules.context import Context, day
from soyte.systems.care.visit_intake.rules.lists import EXPIRED, UNKNOWN, Entry

MOST_OTHER_CODES = 12
MALE, FEMALE = "1", "2"


def diagnosis_findings(context: Context) -> Iterator[Finding]:
    """Main and other diagnoses of XML1: on the list, allowed as main, fit for the patient's sex and age."""
    main_field, other_field = ("MA_BENH", "MA_BENHKHAC") if context.old else ("MA_BENH_CHINH", "MA_BENH_KT")
    main = context.get(main_field)
    others = [code for code in split_list(context.get(other_field)) if code]
    if len(others) > MOST_OTHER_CODES:
        yield context.summary_finding("diagnosis.too_many", other_field, count=str(len(others)))
    for field, codes in ((main_field, split_list(main)), (other_field, others)):
        for code in codes:
            yield from _one(context, field, code, is_main=field == main_field)
    yield from _line_codes(context, {*split_list(main), *others})


def _one(context: Context, field: str, code: str, *, is_main: bool) -> Iterator[Finding]:
    entry = _entry(context, code)
    if entry is None:
        state = context.lists.state("icd10", _plain(code), context.on)
        if state in (UNKNOWN, EXPIRED):
            yield _finding(context, f"diagnosis.{state}", field, code)
        return
    if is_main and not _allowed_as_main(entry):
        yield _finding(context, "diagnosis.not_main", field, code, name=entry.name)
    yield from _sex(context, field, code, entry)
    yield from _age(context, field, code, entry)


def _sex(context: Context, field: str, code: str, entry: Entry) -> Iterator[Finding]:
    wanted = entry.attrs.get("sex")
    sex = context.get("GIOI_TINH")
    if wanted == "F" and sex == MALE:
        yield _finding(context, "diagnosis.women_only", field, code, name=entry.name)
    elif wanted == "M" and sex == FEMALE:
        yield _finding(context, "diagnosis.men_only", field, code, name=entry.name)


def _age(context: Context, field: str, code: str, entry: Entry) -> Iterator[Finding]:
    marks = str(entry.attrs.get("age_rules") or "").split()
    for mark in marks:
        rule = context.lists.get("icd10_age_rule", mark, context.on)
        if rule is not None and not _suits(context, rule):
            yield _finding(context, f"diagnosis.age.{mark}", field, code, name=entry.name, ages=rule.name)


def _suits(context: Context, rule: Entry) -> bool:
    """Does the patient suit an age rule? Who has no full birth date suits every age."""
    if rule.attrs.get("sex") == "F" and context.get("GIOI_TINH") == MALE:
        return False
    born, came = context.birth(), day(context.get("NGAY_VAO"))
    if born is None or came is None or born > came:
        return True
    age = (came - born).days if rule.attrs.get("unit") == "days" else _years(born, came)
    least, most = _bound(rule, "lowest"), _bound(rule, "highest")
    return (least is None or age >= least) and (most is None or age <= most)


def _bound(rule: Entry, name: str) -> int | None:
    value = rule.attrs.get(name)
    return int(str(value)) if value not in (None, "") else None


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _line_codes(context: Context, known: set[str]) -> Iterator[Finding]:
    """Codes of single lines that XML1 does not have and the list neither."""
    for name in ("XML2", "XML3"):
        for row in context.rows(name):
            written = row.values.get("MA_BENH", "")
            if not written or written in known:
                continue
            for code in split_list(written):
                if code not in known and context.lists.state("icd10", _plain(code), context.on) in (UNKNOWN, EXPIRED):
                    yield Finding("diagnosis.line_unknown", name, row.line, "MA_BENH", code)


def _entry(context: Context, code: str) -> Entry | None:
    return context.lists.get("icd10", _plain(code), context.on)


def _plain(code: str) -> str:
    """A code without the marks of dagger and asterisk that some programs write behind it."""
    return code.strip().upper().rstrip("*†+")


def _allowed_as_main(entry: Entry) -> bool:
    return str(entry.attrs.get("main_allowed", "1")) not in ("0", "False")


def _finding(context: Context, rule: str, field: str, code: str, **params: str) -> Finding:
    line = context.summary.line if context.summary else None
    return Finding(rule, "XML1", line, field, code, params)
