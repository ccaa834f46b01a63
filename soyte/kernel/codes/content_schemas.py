"""The schemas of code lists: what every list has, and the columns of the lists kept here."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from soyte.kernel.content.rows import ContentRow

_COMMON = {"code", "name", "name_en"}


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


OptionalDay = Annotated[dt.date | None, BeforeValidator(_empty_is_none)]
OptionalWhole = Annotated[Annotated[int, Field(ge=0)] | None, BeforeValidator(_empty_is_none)]


class CodeRow(ContentRow):
    """A code and its meaning. A list with columns of its own extends this class; those are the entry's `attrs`."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    name: Annotated[str, Field(min_length=1, max_length=500)]
    name_en: str = ""

    def attrs(self) -> dict[str, str]:
        """The list's own columns as text, the empty ones left out."""
        values = [(name, getattr(self, name)) for name in own_columns(type(self))]
        return {name: str(value) for name, value in values if value is not None and value != ""}


@cache
def own_columns(schema: type[CodeRow]) -> tuple[str, ...]:
    """The columns of a list beyond those that every list has."""
    return tuple(name for name in schema.model_fields if name not in ContentRow.model_fields and name not in _COMMON)


class VisitKindRow(CodeRow):
    """`counted_as`: the kind of today's list under which statistics count it; `days_rule`: how SO_NGAY_DTRI is counted
    (zero, span = discharge - admission + 1, drug_days, service_days)."""

    generation: Literal["4210", "824", "1804"]
    counted_as: Annotated[str, Field(pattern=r"^[0-9][0-9]$")]
    days_rule: Literal["", "zero", "span", "drug_days", "service_days"] = ""


class VisitSubjectRow(CodeRow):
    """`priority`: the first subject that applies, from the top, is taken; `half_rate_from`: from then half the benefit."""

    priority: OptionalWhole = None
    benefit: str = ""
    half_rate_from: OptionalDay = None
    legal_basis: str = ""


class EthnicGroupRow(CodeRow):
    """`aliases`: other spellings, separated by semicolons."""

    aliases: str = ""


class NationalityRow(CodeRow):
    iso3: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class FuelRow(CodeRow):
    """`zone`: the price zone; empty where one code serves both."""

    zone: Literal["", "1", "2"] = ""


class CardGroupRow(CodeRow):
    """`cap`: none = no ceiling, listed = ceiling on some lists, beyond_scope = paid also outside the scope."""

    benefit_digit: Annotated[str, Field(pattern=r"^[1-5]$")]
    benefit_percent: Annotated[int, Field(ge=0, le=100)]
    cap: Literal["", "none", "listed", "beyond_scope"] = ""


class HolidayRow(CodeRow):
    """A day that is not what its weekday says: `working` 0 = nobody works, 1 = a Saturday worked in exchange."""

    code: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    working: Literal["0", "1"]
