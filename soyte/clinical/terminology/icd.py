"""ICD-10 codes as text: their normal form, and ranges of them. No Django, no lists."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeVar

CATEGORY = 3  # characters of a category: letter and two digits

_CODE = re.compile(r"[A-Z][0-9]{2}[0-9A-Z]{0,3}")
_NOISE = str.maketrans("", "", " .†*+‡")

T = TypeVar("T")


def normal(code: str) -> str:
    """The code without dot, blanks and marks, in capitals: "a17.0†" -> "A170". What is no ICD-10 code gives ""."""
    bare = code.upper().translate(_NOISE)
    return bare if _CODE.fullmatch(bare) else ""


def dotted(code: str) -> str:
    """The code as the official list writes it: "A170" -> "A17.0"; "" for what is no ICD-10 code."""
    bare = normal(code)
    return bare if len(bare) <= CATEGORY else f"{bare[:CATEGORY]}.{bare[CATEGORY:]}"


class _Span(NamedTuple):
    first: str
    last: str

    def holds(self, bare: str) -> bool:
        """Whether a code lies in the range, compared to as many characters as each end has: F10-F19 holds F19.2."""
        return bare[: len(self.first)] >= self.first and bare[: len(self.last)] <= self.last


class Ranges(Generic[T]):
    """Values by ranges of codes, looked up by category: only the few ranges that touch it are compared."""

    def __init__(self, ranges: Iterable[tuple[str, str, T]]) -> None:
        """(first, last, value); both ends belong to the range, a single code is its own first and last."""
        self._by_category: dict[str, list[tuple[_Span, T]]] = defaultdict(list)
        for first, last, value in ranges:
            span = _Span(normal(first), normal(last))
            for category in _categories(span):
                self._by_category[category].append((span, value))

    def at(self, code: str) -> list[T]:
        """The values of every range that holds the code, in the order given."""
        bare = normal(code)
        return [value for span, value in self._by_category.get(bare[:CATEGORY], ()) if span.holds(bare)]


def _categories(span: _Span) -> list[str]:
    """Every category from the first to the last one of a range."""
    first, last = span.first[:CATEGORY], span.last[:CATEGORY]
    if not first or not last or first > last:
        raise ValueError(f"{span.first}-{span.last} is no range of ICD-10 codes")
    start, end = _number(first), _number(last)
    return [f"{chr(ord('A') + number // 100)}{number % 100:02}" for number in range(start, end + 1)]


def _number(category: str) -> int:
    return (ord(category[0]) - ord("A")) * 100 + int(category[1:])
