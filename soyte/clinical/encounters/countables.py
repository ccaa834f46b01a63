"""What indicators may count of the visits in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, F, Func, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters.models import Encounter
from soyte.clinical.terminology import selectors as terminology
from soyte.engines.indicators.countables import Countable, Coverage, Dimension
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.organisations import selectors as organisations
from soyte.kernel.places import selectors as places

INPATIENT_KINDS = ("03", "04", "06", "09")


def in_force() -> QuerySet[Encounter]:
    return Encounter.objects.filter(in_force=True)


def _notifiable(rows: QuerySet[Any]) -> QuerySet[Any]:
    return _with_disease(rows).exclude(disease="")


def _with_disease(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add `disease`: the list's code for the main diagnosis, by the list that was in force on the day of NGAY_VAO.

    The list is small and the diagnoses of a period are few thousand different codes, so they are matched here once and the
    database compares whole codes.
    """
    if "disease" in rows.query.annotations:
        return rows
    written = list(rows.order_by().values_list("main_icd", flat=True).distinct())
    branches = [
        When(main_icd__in=icds, started_at__gte=start, **({"started_at__lt": end} if end else {}), then=Value(disease))
        for disease, start, end, icds in terminology.notifiable_periods(written)
    ]
    disease = Case(*branches, default=Value("")) if branches else Value("")
    return rows.annotate(disease=Cast(disease, CharField()))


def _facility_names(keys: Iterable[str], on: date) -> Mapping[str, str]:
    return {code: unit.name for code, unit in organisations.facilities_by_code(keys, on).items()}


def _list_names(name: str) -> Any:
    def names(keys: Iterable[str], on: date) -> Mapping[str, str]:
        known = load_list(name)
        found = {key: known.get(key, on) or known.known(key) for key in keys}
        return {key: entry.name for key, entry in found.items() if entry}

    return names


def _chapter_names(keys: Iterable[str], on: date) -> Mapping[str, str]:
    return {key: f"{key}. {name}" for key, name in _list_names("icd10_chapter")(keys, on).items()}


def _month_names(keys: Iterable[str], on: date) -> Mapping[str, str]:
    return {key: f"{key[5:]}/{key[:4]}" for key in keys}


def _coverage(start: date, end: date) -> Coverage:
    """Facilities that are open in the period, and those of them with a visit that ended in it."""
    expected = organisations.open_facilities(start, end)
    sent = expected.filter(pk__in=in_force().filter(ended_on__gte=start, ended_on__lte=end).values("unit_id"))
    return Coverage(sent=sent.count(), expected=expected.count())


COUNTABLES = (
    Countable(
        code="encounters",
        title=_("Lượt khám, điều trị đang có hiệu lực"),
        action="figures.read",
        rows_action="figures.rows",
        rows=in_force,
        day="ended_on",
        unit="unit",
        labels="labels",
        measures={
            "rows": Count("pk"),
            "persons": Count("person_id", distinct=True),
            "treatment_days": Sum("treatment_days"),
            "total_amount": Sum("total_amount"),
            "insurer_amount": Sum("insurer_amount"),
        },
        filters={"inpatient": Q(kind__in=INPATIENT_KINDS), "notifiable": _notifiable},
        dimensions=(
            Dimension("facility", _("Cơ sở"), F("facility_code"), _facility_names),
            Dimension(
                "month",
                _("Tháng"),
                Func(F("ended_on"), Value("YYYY-MM"), function="to_char", output_field=CharField()),
                _month_names,
            ),
            Dimension("kind", _("Loại khám chữa bệnh"), F("kind"), _list_names("visit_kind")),
            Dimension("icd_chapter", _("Chương bệnh"), F("main_icd_chapter"), _chapter_names, singles_out=True),
            Dimension("commune", _("Xã nơi cư trú"), F("commune_code"), places.names_on),
            Dimension(
                "disease",
                _("Bệnh phải báo cáo"),
                F("disease"),
                _list_names("notifiable_disease"),
                singles_out=True,
                prepare=_with_disease,
            ),
        ),
        coverage=_coverage,
    ),
)
