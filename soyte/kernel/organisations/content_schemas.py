"""The schemas of the units' content sets."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from soyte.kernel.content.rows import ContentRow, Day
from soyte.kernel.organisations.models import Unit
from soyte.kernel.text import fold

# Kinds of the list of facilities, finer than those of a unit.
FACILITY_KINDS: dict[str, Unit.Kind] = {
    "hospital_general": Unit.Kind.HOSPITAL,
    "hospital_special": Unit.Kind.HOSPITAL,
    "hospital_traditional": Unit.Kind.HOSPITAL,
    "hospital_private": Unit.Kind.HOSPITAL,
    "hospital_military": Unit.Kind.HOSPITAL,
    "district_health_centre": Unit.Kind.HEALTH_CENTRE,
    "health_centre_industry": Unit.Kind.HEALTH_CENTRE,
    "commune_station": Unit.Kind.STATION,
    "polyclinic": Unit.Kind.CLINIC,
    "cdc": Unit.Kind.CDC,
    "forensic_assessment": Unit.Kind.OTHER,
    "quality_lab": Unit.Kind.OTHER,
}
FacilityKind = Literal[
    "hospital_general",
    "hospital_special",
    "hospital_traditional",
    "hospital_private",
    "hospital_military",
    "district_health_centre",
    "health_centre_industry",
    "commune_station",
    "polyclinic",
    "cdc",
    "forensic_assessment",
    "quality_lab",
]
FacilityCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{5}$")]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Count = Annotated[str, Field(pattern=r"^\d{0,5}$")]


# How people write a kind, folded; of two that fit the longer one is meant. Also the beginning of a name tells the kind.
_KIND_WORDS = {
    "benh vien": "hospital_general",
    "benh vien da khoa": "hospital_general",
    "benh vien chuyen khoa": "hospital_special",
    "benh vien y hoc co truyen": "hospital_traditional",
    "benh vien tu nhan": "hospital_private",
    "benh vien quan y": "hospital_military",
    "benh vien quan dan y": "hospital_military",
    "trung tam y te": "district_health_centre",
    "ttyt": "district_health_centre",
    "y te nganh": "health_centre_industry",
    "tram y te": "commune_station",
    "phong kham": "polyclinic",
    "pkdk": "polyclinic",
    "trung tam kiem soat benh tat": "cdc",
    "trung tam giam dinh y khoa": "forensic_assessment",
    "trung tam kiem nghiem": "quality_lab",
}
_OWNERSHIP_WORDS = {"cong lap": "public", "nha nuoc": "public", "tu nhan": "private", "ngoai cong lap": "private"}


def _kind_said(text: str) -> str:
    said = fold(text)
    return next(
        (_KIND_WORDS[words] for words in sorted(_KIND_WORDS, key=len, reverse=True) if said.startswith(words)), ""
    )


class FacilityRow(ContentRow):
    """A facility with an insurance code. `successor_name` is its name from `successor_on` on. An uploaded list may write
    kind and ownership in Vietnamese, or leave out the kind where the name begins with it.

    `parent_code`: the facility above it; without one it hangs below the department. `level`, `technical_level` and
    `grade` are kept in the file for the simulator and for readers; units do not carry them.
    """

    derived = ("kind",)
    code: FacilityCode
    name: Name
    kind: FacilityKind
    ownership: str = ""
    level: str = ""
    technical_level: str = ""
    grade: str = ""
    beds: Count = ""
    commune_code: Annotated[str, Field(pattern=r"^(\d{5})?$")] = ""
    old_commune_code: str = ""
    old_district_code: str = ""
    lat: str = ""
    lon: str = ""
    gln: Annotated[str, Field(pattern=r"^(\d{13})?$")] = ""
    software: Annotated[str, Field(max_length=100)] = ""
    parent_code: Annotated[str, Field(pattern=r"^([0-9A-Z]{5})?$")] = ""
    successor_name: Annotated[str, Field(max_length=255)] = ""
    successor_on: Day = None

    @model_validator(mode="before")
    @classmethod
    def _in_words(cls, cells: Any) -> Any:
        if not isinstance(cells, dict):
            return cells
        kind, ownership = str(cells.get("kind") or ""), str(cells.get("ownership") or "")
        said = kind if kind in FACILITY_KINDS else _kind_said(kind or str(cells.get("name") or "")) or kind
        return {
            **cells,
            **({"kind": said} if said else {}),
            **({"ownership": _OWNERSHIP_WORDS.get(fold(ownership), ownership)} if ownership else {}),
        }


class DepartmentRow(ContentRow):
    """The department of health or one of its offices. `parent` is the `code` of another row."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    name: Name
    kind: Literal["department", "office"]
    parent: str = ""
