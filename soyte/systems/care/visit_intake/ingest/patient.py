"""Whom a visit is about, in the words that kernel/people matches by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from soyte.formats.visitfile import Row, Visit, read_partial_date, split_list
from soyte.kernel.people.matching import Candidate, Card, Newborn, mother_of, newborn_places
from soyte.systems.care.visit_intake.ingest.rows.reading import date_of

_NEXT_DAY = timedelta(days=1)
_SEXES = frozenset({"1", "2", "3"})
_UNDETERMINED = "3"
_ADDRESS = 1024  # characters that a person's address holds; the encounter keeps all of it


def patient(visit: Visit, *, on: date, synthetic: bool) -> Candidate:
    """The patient of a visit as XML1 describes him; of a child also what its papers say of the mother."""
    assert visit.summary is not None
    papers = [row.values for table in ("XML7", "XML8") for row in visit.tables.get(table, ())]
    return _candidate(
        visit.summary.values,
        facility_code=visit.facility_code,
        on=on,
        synthetic=synthetic,
        mother_name=_first(papers, "HO_TEN_ME"),
        mother_numbers=tuple(filter(None, (_first(papers, "MA_ME"),))),
    )


def checked_in(row: Row, *, on: date, synthetic: bool) -> Candidate:
    """The person of a line of XML0."""
    return _candidate(row.values, facility_code=row.values.get("MA_CSKCB", ""), on=on, synthetic=synthetic)


def assessed(row: Row, *, on: date, synthetic: bool) -> Candidate:
    """The person of a line of XML12."""
    return _candidate(row.values | {"MA_NGHE_NGHIEP": ""}, facility_code="", on=on, synthetic=synthetic)


def newborns(visit: Visit, mother: Candidate) -> list[Candidate]:
    """The children of the birth certificates of a visit, each with its mother."""
    rows = [row.values for row in visit.tables.get("XML9", ())]
    places = newborn_places([(row.get("NGAY_SINH_CON", ""), row.get("SO_CON", "")) for row in rows])
    return [_newborn(row, mother, place=place) for row, place in zip(rows, places, strict=True)]


def _newborn(row: Mapping[str, str], patient: Candidate, *, place: str) -> Candidate:
    born_at = row.get("NGAY_SINH_CON", "")
    mother = _mother(row, patient)
    return Candidate(
        name=row.get("HO_TEN_CON", ""),
        sex=_sex(row.get("GIOI_TINH_CON", "")),
        on=patient.on,
        **_birth(born_at),
        cards=tuple(Card(card) for card in (row.get("MA_THE_TAM", ""),) if card),
        commune_code=_code(row, "MAXA_CU_TRU", 5) or patient.commune_code,
        province_code=_code(row, "MATINH_CU_TRU", 3) or patient.province_code,
        address=row.get("NOI_CU_TRU_NND", "")[:_ADDRESS] or patient.address,
        synthetic=patient.synthetic,
        newborn=Newborn(mother, born_at, place),
    )


def _mother(row: Mapping[str, str], patient: Candidate) -> Candidate:
    """The patient herself where the certificate tells of her; else (a file of the child, a surrogate) whom it names."""
    if not row.get("HO_TEN_NND"):
        return patient
    cards = tuple(Card(card) for card in (row.get("MA_THE_NND", ""), row.get("MA_BHXH_NND", "")) if card)
    stated = Candidate(
        name=row["HO_TEN_NND"],
        sex="2",
        on=patient.on,
        **_birth(row.get("NGAYSINH_NND", "")),
        citizen=row.get("SO_CCCD_NND", ""),
        cards=cards,
        commune_code=_code(row, "MAXA_CU_TRU", 5),
        province_code=_code(row, "MATINH_CU_TRU", 3),
        address=row.get("NOI_CU_TRU_NND", "")[:_ADDRESS],
        ethnic_code=_code(row, "MA_DANTOC_NND", 5),
        synthetic=patient.synthetic,
    )
    return mother_of(patient, stated)


def _candidate(
    values: Mapping[str, str], *, facility_code: str, on: date, synthetic: bool, mother_name: str = "",
    mother_numbers: tuple[str, ...] = (),
) -> Candidate:  # fmt: skip
    return Candidate(
        name=values.get("HO_TEN", ""),
        sex=_sex(values.get("GIOI_TINH", "")),
        on=on,
        **_birth(values.get("NGAY_SINH", "")),
        citizen=values.get("SO_CCCD", ""),
        cards=_cards(values),
        patient_no=values.get("MA_BN", ""),
        facility_code=facility_code,
        commune_code=_code(values, "MAXA_CU_TRU", 5),
        province_code=_code(values, "MATINH_CU_TRU", 3),
        address=values.get("DIA_CHI", "")[:_ADDRESS],
        phone=values.get("DIEN_THOAI", ""),
        ethnic_code=_code(values, "MA_DANTOC", 5),
        occupation_code=_code(values, "MA_NGHE_NGHIEP", 5),
        synthetic=synthetic,
        mother_name=mother_name,
        mother_numbers=mother_numbers,
    )


def _cards(values: Mapping[str, str]) -> tuple[Card, ...]:
    numbers = split_list(values.get("MA_THE_BHYT", "") or values.get("MA_THE", ""))
    since, until = (split_list(values.get(name, "")) for name in ("GT_THE_TU", "GT_THE_DEN"))
    return tuple(
        Card(number, _at(since, place), _day_after(_at(until, place))) for place, number in enumerate(numbers) if number
    )


def _at(days: list[str], place: int) -> date | None:
    return date_of(days[place]) if place < len(days) else None


def _day_after(last: date | None) -> date | None:
    """GT_THE_DEN is the last day of a card, validity here ends with the first day without it."""
    return last + _NEXT_DAY if last and last < date.max else None


def _birth(text: str) -> dict[str, Any]:
    """Birth date, its precision and the time of birth, as far as the field tells them."""
    try:
        born = read_partial_date(text)
    except ValueError:
        born = None
    if born is None or born.first_day is None:
        return {}
    time = f"{born.hour:02d}{born.minute:02d}" if born.hour or born.minute else ""
    return {"birth_date": born.first_day, "birth_precision": born.precision, "birth_time": time}


def _code(values: Mapping[str, str], name: str, longest: int) -> str:
    """A code that a person can have; one that is too long is none (the rules have said so)."""
    code = values.get(name, "")
    return code if len(code) <= longest else ""


def _sex(code: str) -> str:
    return code if code in _SEXES else _UNDETERMINED


def _first(rows: list[dict[str, str]], name: str) -> str:
    return next((text for row in rows if (text := row.get(name))), "")
