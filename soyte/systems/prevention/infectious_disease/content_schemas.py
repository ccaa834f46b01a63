"""The schemas of this room's lists."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from soyte.kernel.codes.content_schemas import CodeRow

Days = Annotated[int, Field(ge=1)]


class CaseClockRow(CodeRow):
    """A number of the clocks; what it counts stands in the name."""

    number: Annotated[int, Field(ge=1)]


class DiseaseWatchRow(CodeRow):
    """How the cases of one disease are watched; `default` for every disease without a row of its own.

    `window_days`: visits of a person so near to each other are one case. A cluster is `least_cases` (0 = not watched)
    within `cluster_days` in a commune, and so many that, were all as in the same weeks (`weeks_around` on each side) of the
    last `years`, it would happen to one window in `rarity` at most (1 = the least number alone decides). After `quiet_days` without a case an outbreak may be closed.
    """

    window_days: Days
    least_cases: Annotated[int, Field(ge=0)]
    cluster_days: Days
    rarity: Days
    years: Days
    weeks_around: Annotated[int, Field(ge=0)]
    quiet_days: Days
