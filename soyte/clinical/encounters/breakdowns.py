"""How statistics break visits down beside place and time: sex, age, setting, outcome, block of diseases."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from operator import itemgetter
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Expression, F, Func, JSONField, QuerySet, Value, When
from django.db.models.functions import Coalesce, Left, Upper
from django.utils.translation import gettext_lazy as _

from soyte.engines.indicators.counting import Dimension, named
from soyte.kernel.codes.selectors import load_list, names_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

AGES = (("0", 1), ("1-4", 5), ("5-14", 15), ("15-59", 60))  # key, first age above it; full years on the day of NGAY_VAO
OLDEST, UNKNOWN = "60+", "khong-ro"
CATEGORY = 3
_AGE_NAMES: dict[str, str | _StrPromise] = {
    "0": _("Dưới 1 tuổi"),
    "1-4": _("1 đến dưới 5 tuổi"),
    "5-14": _("5 đến dưới 15 tuổi"),
    "15-59": _("15 đến dưới 60 tuổi"),
    OLDEST: _("Từ 60 tuổi"),
    UNKNOWN: _("Không rõ tuổi"),
}
_SETTINGS: dict[str, str | _StrPromise] = {"exam": _("Khám bệnh, ngoại trú"), "inpatient": _("Nội trú")}
_OUTCOMES: dict[str, str | _StrPromise] = {
    "died": _("Tử vong"),
    "died_outside": _("Tử vong ngoại viện"),
    "grave": _("Nặng xin về"),
    "other": _("Kết quả khác"),
}
_SEXES: dict[str, str | _StrPromise] = {"1": _("Nam"), "2": _("Nữ"), "other": _("Chưa xác định")}


def looked_up(table: Expression, key: Expression | F) -> Coalesce:
    """What a JSON object says of a key, else "". One read of a table in memory for each row, however many keys it has."""
    found = Func(table, key, template="(%(expressions)s)", arg_joiner=" ->> ", output_field=CharField())
    return Coalesce(found, Value(""))


class _AgeBand(Func):
    """Of full years."""

    template = (
        "coalesce((array["
        + ",".join(f"'{key}'" for key in (*dict(AGES), OLDEST))
        + "])[width_bucket(%(expressions)s, array[0,"
        + ",".join(str(above) for _key, above in AGES)
        + f"])], '{UNKNOWN}')"
    )
    output_field = CharField()


def blocks() -> list[tuple[str, str, str]]:
    """(first category, last category, block) of the blocks that share out all diseases, in order."""
    found: dict[str, tuple[str, str, str]] = {}
    for entry in load_list("icd10_block"):
        if entry.attrs["level"] == "1":
            first, last = entry.code[:CATEGORY], entry.code[-CATEGORY:]
            if first not in found or found[first][1] < last:
                found[first] = (first, last, entry.code)
    return sorted(found.values())


def _block_of_categories() -> dict[str, str]:
    """The block of every category that can be written."""
    known = blocks()
    categories = (f"{letter}{number:02}" for letter in ascii_uppercase for number in range(100))
    places = ((category, bisect_right(known, category, key=itemgetter(0)) - 1) for category in categories)
    return {category: known[at][2] for category, at in places if at >= 0 and category <= known[at][1]}


def _with_block(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add `block`. A diagnosis that no list has (without a chapter) has no block either."""
    block = looked_up(Value(_block_of_categories(), JSONField()), Left(Upper("main_icd"), CATEGORY))
    named: QuerySet[Any] = rows.annotate(
        block=Case(When(main_icd_chapter="", then=Value("")), default=block, output_field=CharField())
    )
    return named


def _block_names(keys: Iterable[str], on: date) -> Mapping[str, str]:
    known = load_list("icd10_block")
    return {key: f"{key} {name}" for key in sorted({*keys}) if (name := known.name_of(key, on))}


def _category_names(keys: Iterable[str], on: date) -> Mapping[str, str]:
    return {key: f"{key} {name}" for key, name in names_of("icd10", sorted({*keys}), on).items()}


def breakdowns(*, inpatient: Iterable[str]) -> tuple[Dimension, ...]:
    """The dimensions; `inpatient` are the kinds of visits that are stays. A disease singles out, the others do not."""
    outcome = Case(
        When(result_code="5", then=Value("died")),
        When(result_code="8", then=Value("died_outside")),
        When(result_code="6", then=Value("grave")),
        default=Value("other"),
        output_field=CharField(),
    )
    setting = Case(
        When(kind__in=list(inpatient), then=Value("inpatient")), default=Value("exam"), output_field=CharField()
    )
    sex = Case(When(sex__in=["1", "2"], then=F("sex")), default=Value("other"), output_field=CharField())
    category = Case(
        When(main_icd_chapter="", then=Value("")), default=Left(Upper("main_icd"), CATEGORY), output_field=CharField()
    )
    return (
        Dimension(
            "icd_block", _("Nhóm bệnh"), F("block"), _block_names, singles_out=True, prepare=_with_block, is_coded=True
        ),
        Dimension(
            "icd", _("Chẩn đoán chính (mã ba ký tự)"), category, _category_names, singles_out=True, is_coded=True
        ),
        Dimension("sex", _("Giới"), sex, named(_SEXES), is_broad=True),
        Dimension("age", _("Tuổi lúc vào"), _AgeBand(F("age")), named(_AGE_NAMES), is_broad=True),
        Dimension("setting", _("Khám hay nội trú"), setting, named(_SETTINGS), is_broad=True),
        Dimension("outcome", _("Kết quả điều trị"), outcome, named(_OUTCOMES), is_broad=True),
    )
