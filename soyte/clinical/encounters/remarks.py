"""What systems know of a visit that its file cannot say: that its patient calls it somebody else's.

Whoever shows visits asks here; whoever has something to say offers it from a module remarks.py.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache

from django.utils.module_loading import autodiscover_modules

from soyte.clinical.encounters.locks import Key

# Persons of one record -> (facility and MA_LK of a visit, what is to be said of it in a few words).
Remarks = Callable[[Collection[uuid.UUID]], Iterable[tuple[Key, str]]]

_offered: list[Remarks] = []


def remarks(offer: Remarks) -> Remarks:
    """Decorator: this function speaks of visits."""
    _offered.append(offer)
    return offer


@cache
def _every() -> Sequence[Remarks]:
    autodiscover_modules("remarks")
    return tuple(_offered)


def remarks_of(people: Collection[uuid.UUID]) -> Mapping[Key, Sequence[str]]:
    """What is said of the visits of a record, whichever of their versions is read."""
    told: dict[Key, list[str]] = defaultdict(list)
    for offer in _every():
        for visit, words in offer(people):
            told[visit].append(words)
    return told
