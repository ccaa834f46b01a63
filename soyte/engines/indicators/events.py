"""Cells follow what happens to the rows that they were counted from."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from soyte.engines.indicators import rolling
from soyte.engines.indicators.counting import countables
from soyte.kernel.live.telling import changed
from soyte.kernel.outbox.consumers import listens
from soyte.kernel.outbox.models import Event


@listens(*rolling.topics())
def keep_cells(events: list[Event]) -> None:
    """Count again what these events touched; in a flood leave it to the next rebuild. Then open pages show it."""
    changed("figures")  # heard when this transaction is committed, with the cells
    if rolling.is_flooded():
        rolling.forget()
        return
    objects: dict[str, list[str]] = defaultdict(list)
    for event in events:
        objects[event.topic].append(event.object_id)
    touched: dict[str, set[date]] = defaultdict(set)
    for code, countable in countables().items():
        for topic, find in countable.changes.items():
            if objects[topic]:
                touched[code] |= find(objects[topic])
    if any(len(days) > rolling.MANY_DAYS for days in touched.values()):
        rolling.forget()
    else:
        rolling.count_again(touched)
