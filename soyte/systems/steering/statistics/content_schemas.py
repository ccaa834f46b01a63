"""The schemas of the tables' layout: which forms there are, their columns and their rows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from soyte.kernel.codes.content_schemas import CodeRow

Order = Annotated[int, Field(ge=1)]
CONDITION = r"[a-z_]+=[^;=|]+(\|[^;=|]+)*"
FormCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class FormRow(CodeRow):
    """A table of a period. `rows`: what its lines are; `lacking`: what the form asks and visit files do not say."""

    code: FormCode
    rows: Literal["diseases", "facilities", "places"]
    order: Order
    lacking: str = ""


class ColumnRow(CodeRow):
    """A column: an indicator where keys of dimensions are these: "setting=inpatient; age=0|1-4"."""

    form: FormCode
    order: Order
    group: str = ""
    indicator: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    where: Annotated[str, Field(pattern=rf"^({CONDITION}(; *{CONDITION})*)?$")] = ""


class RowRow(CodeRow):
    """A line of a table whose rows are diseases: a chapter or a block."""

    form: FormCode
    order: Order
    dimension: Literal["icd_chapter", "icd_block"]
    key: Annotated[str, Field(min_length=1)]
