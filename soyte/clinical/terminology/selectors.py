"""Questions asked of the terminology, answered from memory while that is what the database holds."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from soyte.clinical.terminology import files
from soyte.clinical.terminology.terms import LISTS, ReferenceRange, Terms
from soyte.kernel.codes.lists import Entry
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.content import stamps

_held: tuple[tuple[uuid.UUID | None, ...], Terms] | None = None


def terms() -> Terms:
    """The terms as the database holds them; as the files say where content was never loaded.

    Whoever asks many questions at once takes this object once.
    """
    global _held
    known = tuple(stamps.stamp(name) for name in LISTS)
    if not any(known):
        return files.terms()
    if _held is None or _held[0] != known:
        _held = (known, Terms(load_list))
    return _held[1]


def notifiable(icd: str, on: dt.date) -> Entry | None:
    """The notifiable disease of a code by the list of a day: the one named most exactly, then the most urgent."""
    return terms().notifiable(icd, on)


def labels_for(codes: Iterable[str], on: dt.date) -> set[str]:
    """The labels that codes bring to a visit of a day."""
    return terms().labels_for(codes, on)


def chapter_of(icd: str) -> str:
    """The Roman number of a code's chapter; "" for what is no ICD-10 code."""
    return terms().chapter_of(icd)


def is_long_term(icd: str) -> bool:
    """Whether a code belongs to a condition that lasts."""
    return terms().is_long_term(icd)


def icd_name(code: str, on: dt.date) -> str:
    """The Vietnamese name of a code on a day, else its latest one, else its category's, else ""."""
    return terms().icd_name(code, on)


def reference_range(
    *, index: str, unit: str, sex: str, age_years: int, on: dt.date, name: str = ""
) -> ReferenceRange | None:
    """The usual values of a result; None where content has none for this index, unit, sex and age."""
    return terms().reference_range(index=index, name=name, unit=unit, sex=sex, age_years=age_years, on=on)
