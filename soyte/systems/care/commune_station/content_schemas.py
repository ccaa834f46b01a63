"""The schemas of this room's lists."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from soyte.kernel.codes.content_schemas import CodeRow


class FollowUpClockRow(CodeRow):
    """A number of days; what it counts stands in the name."""

    code: Literal["missed_after", "early", "ahead", "missed_shown", "done_shown", "discharge_shown", "kept"]
    days: Annotated[int, Field(ge=0, le=400)]


class FollowUpResultRow(CodeRow):
    """What came of a call or a visit. `of`: the kind of work that may end so; `closes`: nothing is left to do;
    `asks_day`: the person promised to come on another day. The first row of a kind is the one that a single tap ticks."""

    of: Literal["appointment", "discharge", "both"]
    closes: Literal["0", "1"]
    asks_day: Literal["0", "1"]
