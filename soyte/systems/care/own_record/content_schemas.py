"""The schemas of this room's lists."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from soyte.kernel.codes.content_schemas import CodeRow


class DisputeClockRow(CodeRow):
    """How many working days a facility has to answer."""

    code: Literal["not_mine", "wrong_entry"]
    working_days: Annotated[int, Field(ge=1, le=60)]


class PlainResultRow(CodeRow):
    """What a laboratory index is called by people: `names` as files write it, joined by ";"; `about` in one clause."""

    names: Annotated[str, Field(min_length=1)]
    about: Annotated[str, Field(min_length=1, max_length=120)]
