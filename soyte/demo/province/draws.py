"""Draws of chance, each from a stream of its own."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def stream(*parts: object) -> Random:
    """A generator named by its parts: the same name gives the same draws on every machine and in any order."""
    return Random("/".join(map(str, parts)))  # noqa: S311 - reproducible, not secret


class Weighted(Generic[T]):
    """Things drawn in proportion to their weights."""

    __slots__ = ("_cumulative", "items", "total")

    def __init__(self, pairs: Iterable[tuple[T, float]]) -> None:
        kept = [(item, weight) for item, weight in pairs if weight > 0]
        self.items: Sequence[T] = [item for item, _ in kept]
        self._cumulative = list(accumulate(weight for _, weight in kept))
        self.total = self._cumulative[-1] if kept else 0.0

    def draw(self, rng: Random) -> T:
        return self.at(rng.random())

    def at(self, share: float) -> T:
        """The thing that stands at `share` (0 to 1) of the total weight."""
        place = bisect_right(self._cumulative, share * self.total)
        return self.items[min(place, len(self.items) - 1)]


def poisson(rng: Random, mean: float) -> int:
    """A count with this mean; meant for means below some dozens."""
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
