"""The schemas of the map's content sets."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from soyte.kernel.content.rows import ContentRow

ProvinceCode = Annotated[str, Field(pattern=r"^[0-9]{2}$")]
DistrictCode = Annotated[str, Field(pattern=r"^[0-9]{3}$")]
CommuneCode = Annotated[str, Field(pattern=r"^[0-9]{5}$")]
PlaceCode = Annotated[str, Field(pattern=r"^([0-9]{2}|[0-9]{3}|[0-9]{5})$")]
Name = Annotated[str, Field(min_length=1, max_length=150)]


class PlaceRow(ContentRow):
    """A place of one level; each level has a set of its own."""

    level: ClassVar[str]
    code: PlaceCode
    name: Name
    kind: str

    def province(self) -> str:
        raise NotImplementedError

    def district(self) -> str:
        return ""

    def parent(self) -> str:
        raise NotImplementedError


class ProvinceRow(PlaceRow):
    level = "province"
    code: ProvinceCode
    kind: Literal["Tỉnh", "Thành phố"]

    def province(self) -> str:
        return self.code

    def parent(self) -> str:
        return ""


class DistrictRow(PlaceRow):
    level = "district"
    code: DistrictCode
    kind: Literal["Quận", "Huyện", "Thị xã", "Thành phố"]
    province_code: ProvinceCode

    def province(self) -> str:
        return self.province_code

    def parent(self) -> str:
        return self.province_code


class CommuneRow(PlaceRow):
    """`district_code` is empty since there are no districts."""

    level = "commune"
    code: CommuneCode
    kind: Literal["Xã", "Phường", "Thị trấn", "Đặc khu"]
    province_code: ProvinceCode
    district_code: Annotated[str, Field(pattern=r"^([0-9]{3})?$")] = ""

    def province(self) -> str:
        return self.province_code

    def district(self) -> str:
        return self.district_code

    def parent(self) -> str:
        return self.district_code or self.province_code


class SuccessionRow(ContentRow):
    old_code: PlaceCode
    new_code: PlaceCode
    on: dt.date
    relation: Literal["whole", "part"]
    is_default: Literal["0", "1"]


class PopulationRow(ContentRow):
    place_code: PlaceCode
    as_of: dt.date
    people: Annotated[int, Field(ge=0)]
