"""The schemas of clinical code lists."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, Field, model_validator

from soyte.clinical.terminology.icd import CATEGORY, Ranges, dotted, normal
from soyte.kernel.codes.content_schemas import CodeRow, OptionalWhole
from soyte.kernel.codes.files import load_list
from soyte.kernel.content.messages import register_sentence

IcdCode = Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}(\.[0-9A-Z]{1,3})?$")]
Chapter = Annotated[str, Field(pattern=r"^[IVX]{1,5}$")]
Flag = Literal["", "0", "1"]
_MARKS = "*†"


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


register_sentence(
    "icd.code", _("“%(value)s” có mã không đúng khuôn ICD-10."), _("Ghi như A97.1, các mã cách nhau bằng dấu cách.")
)
register_sentence(
    "icd.range", _("Mã không khớp khoảng mã."), _("Ghi mã là “mã đầu-mã cuối”, mã đầu không sau mã cuối.")
)
register_sentence("notifiable.hours", _("Số giờ không khớp thời hạn."), _("Chỉ ghi số giờ khi thời hạn tính bằng giờ."))

OptionalDecimal = Annotated[Decimal | None, BeforeValidator(_empty_is_none)]


class _Places:
    """Chapter and block of a category, for lists that do not print them."""

    _made: _Places | None = None

    def __init__(self) -> None:
        chapters, blocks = load_list("icd10_chapter"), load_list("icd10_block")
        self.chapter = Ranges((e.attrs["first"], e.attrs["last"], e.code) for e in chapters)
        self.block = Ranges((e.code[:CATEGORY], e.code[-CATEGORY:], e.code) for e in blocks if e.attrs["level"] == "1")

    @classmethod
    def known(cls) -> _Places:
        cls._made = cls._made or cls()
        return cls._made


class Icd10Row(CodeRow):
    """`mark`: * or †; `main_allowed` 0: never the main diagnosis; `sex`: F or M where only (or mainly) that sex;
    `age_rules`: numbers of the list icd10_age_rule. The last three flags are new in TT 06/2026/TT-BYT."""

    derived = ("chapter", "category")
    code: IcdCode
    mark: Literal["", "*", "†"] = ""
    chapter: Chapter
    block: str = ""
    category: Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}$")]
    main_allowed: Literal["0", "1"] = "1"
    sex: Literal["", "F", "M"] = ""
    age_rules: Annotated[str, Field(pattern=r"^(3\.[0-9]+( 3\.[0-9]+)*)?$")] = ""
    main_discouraged: Flag = ""
    more_exact_exists: Flag = ""
    death_cause_only: Flag = ""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, cells: Any) -> Any:
        """An annex prints the mark with the code and neither category nor chapter: they follow from the code."""
        if not isinstance(cells, dict) or cells.get("category") or not normal(str(cells.get("code", ""))):
            return cells
        written = str(cells["code"])
        mark = next((sign for sign in _MARKS if sign in written), cells.get("mark", ""))
        code = dotted(written)
        chapter, block = _Places.known().chapter.at(code), _Places.known().block.at(code)
        return {
            **cells,
            "code": code,
            "mark": mark,
            "category": code[:CATEGORY],
            "chapter": chapter[0] if chapter else "",
            "block": block[0] if block else "",
        }


class Icd10ChapterRow(CodeRow):
    code: Chapter
    first: IcdCode
    last: IcdCode


class Icd10BlockRow(CodeRow):
    """`level` 1 = the blocks of a chapter; 2 and 3 lie inside a block, whose code is `parent`."""

    code: Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}-[A-Z][0-9]{2}$")]
    chapter: Chapter
    level: Literal["1", "2", "3"]
    parent: str = ""


class Icd10PairRow(CodeRow):
    """`main`: which of the two is written as the main diagnosis."""

    dagger: IcdCode
    asterisk: IcdCode
    main: Literal["dagger", "asterisk"]


class AgeRuleRow(CodeRow):
    """An age between `lowest` and `highest`, both included, in `unit`; only of `sex` where it is given."""

    lowest: OptionalWhole = None
    highest: OptionalWhole = None
    unit: Literal["days", "years"]
    sex: Literal["", "F", "M"] = ""


class ProcedureRow(CodeRow):
    """`chapter`: the range of two-digit ICD-9-CM chapters."""

    code: Annotated[str, Field(pattern=r"^[0-9]{2}(\.[0-9]{1,2})?$")]
    chapter: Annotated[str, Field(pattern=r"^[0-9]{2}-[0-9]{2}$")]


def _codes(text: str) -> str:
    wrong = [code for code in text.split() if dotted(code) != code]
    if wrong:
        raise ValueError("icd.code")
    return text


class NotifiableRow(CodeRow):
    """`icd10`: codes separated by blanks, each with its subdivisions; empty for a disease without a code. `clock`: hours
    after diagnosis, or a weekly or monthly table."""

    icd10: Annotated[str, BeforeValidator(_codes)] = ""
    clock: Literal["hours", "weekly", "monthly"]
    hours: OptionalWhole = None
    group: Literal["", "A", "B", "C"] = ""

    @model_validator(mode="after")
    def _hours_belong_to_a_clock(self) -> NotifiableRow:
        if (self.clock == "hours") != (self.hours is not None):
            raise ValueError("notifiable.hours")
        return self


class _RangeRow(CodeRow):
    """A range of ICD-10 codes; its code is "first-last"."""

    first: IcdCode
    last: IcdCode

    @model_validator(mode="after")
    def _code_is_the_range(self) -> _RangeRow:
        if self.code != f"{self.first}-{self.last}" or self.first > self.last:
            raise ValueError("icd.range")
        return self


class SensitiveRow(_RangeRow):
    """`label`: the class of protection (soyte.kernel.labels); `active` 1: a visit with such a code bears the label."""

    label: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    default_protection: Literal["mask_in_lists", "department_choice"]
    active: Literal["0", "1"]


class LongTermRow(_RangeRow):
    """A condition that lasts: seen twice, it stands among a person's long-term conditions."""


class ReferenceRangeRow(CodeRow):
    """The usual values of one index: `low` to `high`, either may be open, in any of `units` (separated by semicolons; all
    of one size), for `sex` (1 male, 2 female, empty both) from `age_from` years on. `aliases` as in files."""

    aliases: str = ""
    loinc: Annotated[str, Field(pattern=r"^[0-9]{1,6}-[0-9]$")]
    units: Annotated[str, Field(min_length=1)]
    sex: Literal["", "1", "2"] = ""
    age_from: Annotated[int, Field(ge=18)]
    low: OptionalDecimal = None
    high: OptionalDecimal = None
