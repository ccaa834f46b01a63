"""Births: each birth certificate (XML9) of a visit in force is a child."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, Count, F, OuterRef, QuerySet, Subquery, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters.countables import facility_names, list_names
from soyte.clinical.episodes.models import EpisodeOfCare
from soyte.clinical.observations.models import Observation
from soyte.engines.indicators.counting import Countable, Dimension, Names, named, periods

LIGHT_GRAMS = 2500


def births() -> QuerySet[EpisodeOfCare]:
    """The outcomes of pregnancies of the visits in force, with the day of birth."""
    return EpisodeOfCare.objects.filter(
        kind=EpisodeOfCare.Kind.PREGNANCY, encounter__in_force=True, ended_on__isnull=False
    )


def _with_weight(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add `grams` as the same line states it. A labelled visit has its weights sealed: they count as not stated."""
    weights = Observation.objects.filter(
        encounter=OuterRef("encounter"), category="birth", source_line=OuterRef("source_line")
    )
    weighed: QuerySet[Any] = rows.annotate(grams=Subquery(weights.values("value_number")[:1]))
    return weighed


_weight_names = named({"light": _("dưới 2.500 g"), "normal": _("từ 2.500 g"), "unknown": _("không ghi")})
_yes_no = named({"1": _("Có"), "0": _("Không")})


def _fact(code: str, title: Any, element: str, *, otherwise: str = "0", names: Names = _yes_no) -> Dimension:
    """What the certificate says in one element; `otherwise` where it says nothing."""
    told = Coalesce(KT(f"facts__{element}"), Value(otherwise), output_field=TextField())
    return Dimension(code, title, told, names, is_broad=True)


COUNTABLES = (
    Countable(
        code="births",
        title=_("Trẻ sinh có giấy chứng sinh trong tệp"),
        action="figures.read",
        rows_action="figures.rows",
        rows=births,
        day="ended_on",
        unit="encounter__unit",
        labels="encounter__labels",
        measures={"rows": Count("pk")},
        dimensions=(
            Dimension("facility", _("Cơ sở"), F("encounter__facility_code"), facility_names, is_coded=True),
            *periods("ended_on"),
            _fact("child_sex", _("Giới của trẻ"), "GIOI_TINH_CON", otherwise="3", names=list_names("sex")),
            Dimension(
                "birth_weight",
                _("Cân nặng lúc sinh"),
                Case(
                    When(grams__lt=LIGHT_GRAMS, then=Value("light")),
                    When(grams__gte=LIGHT_GRAMS, then=Value("normal")),
                    default=Value("unknown"),
                    output_field=CharField(),
                ),
                _weight_names,
                prepare=_with_weight,
                is_broad=True,
            ),
            _fact("caesarean", _("Mổ lấy thai"), "SINHCON_PHAUTHUAT"),
            _fact("preterm", _("Sinh dưới 32 tuần"), "SINHCON_DUOI32TUAN"),
        ),
    ),
)
