"""What indicators may count of the visits in force."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from soyte.clinical.encounters.breakdowns import breakdowns, looked_up
from soyte.clinical.encounters.models import INPATIENT_KINDS, Arrival, Encounter
from soyte.clinical.encounters.topics import CHECKED_IN, MOVED, RECORDED, WITHDRAWN
from soyte.clinical.encounters.touched import admitted_days, ended_days, started_days
from soyte.clinical.terminology import selectors as terminology
from soyte.engines.indicators.counting import Countable, Coverage, Dimension, Names, periods
from soyte.kernel.codes.selectors import load_list
from soyte.kernel.organisations import selectors as organisations
from soyte.kernel.people.models import Person
from soyte.kernel.places import selectors as places
from soyte.kernel.text.folding import vi_key

OLD_MAP, NEW_MAP = "cu", "moi"
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
OLD_MAP_LAST_DAY = date(2025, 6, 30)  # NQ 202/2025/QH15: communes and districts of before 2025-07-01
NEW_MAP_FIRST_DAY = OLD_MAP_LAST_DAY + timedelta(days=1)
DIED = ("5", "8")  # KET_QUA_DTRI: died; died outside the hospital


def in_force() -> QuerySet[Encounter]:
    return Encounter.objects.filter(in_force=True)


def _stands_for() -> Case:
    """The person of a visit; of rows that were decided to be one person the one that speaks for both.

    Few are merged, so they are looked for in a table in memory instead of joining everybody.
    """
    merged = Person.objects.filter(merged_into__isnull=False)
    stands = merged.filter(pk=OuterRef("person_id")).values("merged_into_id")
    return Case(
        When(person_id__in=merged.values("pk"), then=Subquery(stands)), default=F("person_id"), output_field=UUIDField()
    )


def _notifiable(rows: QuerySet[Any]) -> QuerySet[Any]:
    notifiable: QuerySet[Any] = _with_disease(rows).exclude(disease="")
    return notifiable


def _with_disease(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add `disease`: the list's code for the main diagnosis, by the list that was in force on the day of NGAY_VAO.

    The list is small and the diagnoses of a period are few thousand different codes, so they are matched here once and the
    database looks whole codes up.
    """
    if "disease" in rows.query.annotations:
        return rows
    written = rows.order_by().values_list("main_icd", flat=True).distinct()
    listed = [
        When(started_at__gte=start, started_at__lt=end, then=Value(diseases, JSONField()))
        for start, end, diseases in _notifiable_periods(list(written))
    ]
    disease = looked_up(Case(*listed, output_field=JSONField()), F("main_icd")) if listed else Value("")
    named: QuerySet[Any] = rows.annotate(disease=Cast(disease, CharField()))
    return named


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def _notifiable_periods(written: Collection[str]) -> Iterator[tuple[datetime, datetime, dict[str, str]]]:
    """(from, to, disease of each diagnosis as written that has one) for every stretch of days on which the list stood still."""
    turns = {day for entry in load_list("notifiable_disease") for day in (entry.valid_from, entry.valid_to) if day}
    terms = terminology.terms()
    for start, end in pairwise(sorted({EARLIEST, *turns, LATEST})):
        named = {icd: disease.code for icd in written if (disease := terms.notifiable(icd, start))}
        if named:
            yield _midnight(start), _midnight(end), named


def facility_names(keys: Iterable[str], on: date) -> Mapping[str, str]:
    return _by_name({code: unit.name for code, unit in organisations.facilities_by_code(keys, on).items()})


def _by_name(names: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(names.items(), key=lambda named: (vi_key(named[1]), named[0])))


def _commune_names(keys: Iterable[str], on: date) -> Mapping[str, str]:
    """Names of that day; a commune that had ended by then keeps the name of the old map."""
    asked = list(keys)
    return _by_name({**places.names_on(asked, OLD_MAP_LAST_DAY), **places.names_on(asked, on)})


def _place_names(keys: Iterable[str], on: date) -> Mapping[str, str]:
    """Each code's name by the map it was written on."""
    names = {}
    for key in keys:
        code, _at, of_map = key.partition("@")
        day = OLD_MAP_LAST_DAY if of_map == OLD_MAP else max(on, NEW_MAP_FIRST_DAY)
        if name := places.names_on([code], day).get(code):
            names[key] = name
    return _by_name(names)


def list_names(name: str) -> Names:
    """Names of a short list, in the list's order."""

    def names(keys: Iterable[str], on: date) -> Mapping[str, str]:
        known, asked = load_list(name), {*keys}
        return {entry.code: gettext(known.name_of(entry.code, on)) for entry in known if entry.code in asked}

    return names


def _chapter_names(keys: Iterable[str], on: date) -> Mapping[str, str]:
    return {key: f"{key}. {name}" for key, name in list_names("icd10_chapter")(keys, on).items()}


def _coverage(start: date, end: date) -> Coverage:
    """Facilities that are open in the period, and those of them with a visit that ended in it."""
    came = in_force().filter(ended_on__gte=start, ended_on__lte=end, unit=OuterRef("pk"))
    found = organisations.open_facilities(start, end).order_by()
    return Coverage(**found.aggregate(sent=Count("pk", filter=Exists(came)), expected=Count("pk")))


_FACILITY = Dimension("facility", _("Cơ sở"), F("facility_code"), facility_names, of_unit=True, is_coded=True)
_KIND = Dimension("kind", _("Loại khám chữa bệnh"), F("kind"), list_names("visit_kind"), is_broad=True, is_coded=True)
_CHAPTER = Dimension(
    "icd_chapter", _("Chương bệnh"), F("main_icd_chapter"), _chapter_names, singles_out=True, is_coded=True
)
_COMMUNE = Dimension("commune", _("Xã nơi cư trú"), F("commune_code"), _commune_names, is_coded=True)
_DISEASE = Dimension(
    "disease",
    _("Bệnh phải báo cáo"),
    F("disease"),
    list_names("notifiable_disease"),
    singles_out=True,
    prepare=_with_disease,
)


def _place(day: str) -> Dimension:
    """The commune with the map on which its code is to be read: codes were given anew on 2025-07-01."""
    key = Case(
        When(commune_code="", then=Value("")),
        When(**{f"{day}__lte": OLD_MAP_LAST_DAY}, then=Concat("commune_code", Value(f"@{OLD_MAP}"))),
        default=Concat("commune_code", Value(f"@{NEW_MAP}")),
        output_field=CharField(),
    )
    return Dimension("place", _("Nơi cư trú theo bản đồ của ngày đó"), key, _place_names)


def _arrivals(code: str, title: Any, day: str, find: Any) -> Countable:
    return Countable(
        code=code,
        title=title,
        action="figures.read",
        rows_action="figures.rows",
        rows=Arrival.objects.all,
        day=day,
        unit="unit",
        labels="labels",
        measures={"rows": Count("pk")},
        dimensions=(_FACILITY, *periods(day), _KIND, _CHAPTER, _COMMUNE, _place(day)),
        changes={RECORDED: find, WITHDRAWN: find, CHECKED_IN: find},
    )


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
            "persons": Count(_stands_for(), distinct=True),
            "treatment_days": Sum("treatment_days"),
            "total_amount": Sum("total_amount"),
            "insurer_amount": Sum("insurer_amount"),
        },
        filters={
            "inpatient": Q(kind__in=INPATIENT_KINDS),
            "notifiable": _notifiable,
            "died": Q(result_code__in=DIED),
        },
        dimensions=(
            _FACILITY,
            *periods("ended_on"),
            _KIND,
            _CHAPTER,
            _COMMUNE,
            _place("ended_on"),
            _DISEASE,
            *breakdowns(inpatient=INPATIENT_KINDS),
        ),
        coverage=_coverage,
        changes={RECORDED: ended_days, WITHDRAWN: ended_days, MOVED: ended_days},
        lists=("notifiable_disease", "icd10_block"),
    ),
    _arrivals("arrivals", _("Lượt đã đến"), "started_on", started_days),
    _arrivals("admissions", _("Lượt vào nội trú"), "admitted_on", admitted_days),
)
