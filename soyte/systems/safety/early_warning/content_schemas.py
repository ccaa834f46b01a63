"""Shape of content/alerts/*.yaml, one kind of alert each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from soyte.kernel.content.declarations import Declaration, Source


class AlertKind(Declaration):
    """`condition` names a function of conditions.py, which reads `numbers`; `told` are the roles whose bell rings, of those that
    may see the facility's alerts; `hours` is their clock."""

    code: str
    title: str
    condition: str
    numbers: dict[str, Decimal]
    told: Annotated[list[str], Field(min_length=1)]
    hours: Annotated[int, Field(ge=1)]
    todo: list[str]
    valid_from: date
    official: bool
    source: Source
