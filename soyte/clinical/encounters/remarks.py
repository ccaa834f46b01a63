"""What systems know of a visit that its file cannot say: that its patient calls it somebody else's.

They offer it in their `visit_remarks.py`; whoever shows visits asks here.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from soyte.clinical.encounters.locks import Key
from soyte.kernel.systems import modules


def visit_remarks(people: Collection[uuid.UUID]) -> Mapping[Key, Sequence[str]]:
    """What is said of the visits of a record (`people` of one record), whichever of their versions is read.

    A room's function of this name takes the same and gives pairs: a visit, and what is to be said of it in a few words.
    """
    told: dict[Key, list[str]] = defaultdict(list)
    for room in modules("visit_remarks"):
        for visit, words in room.visit_remarks(people):
            told[visit].append(words)
    return told
