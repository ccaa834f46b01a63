"""To which commune, on today's map, the patient of a visit belongs: that of residence, else that of the facility."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from soyte.kernel.organisations.models import Unit
from soyte.kernel.organisations.selectors import in_force
from soyte.kernel.places.maps import Map
from soyte.kernel.places.selectors import load_map


class Basis(models.TextChoices):
    """How a commune was found."""

    RESIDENCE = "residence", _("Nơi cư trú ghi trong tệp")
    SPLIT = "split", _("Xã cũ đã chia cho nhiều xã: xã nhận phần lớn")
    UNKNOWN = "unknown", _("Không rõ nơi cư trú: xã của cơ sở khám")
    OUTSIDE = "outside", _("Cư trú ngoài địa bàn: xã của cơ sở khám")


@dataclass(frozen=True, slots=True)
class Home:
    """`commune_code` of today's map; empty where not even the facility's is known."""

    commune_code: str
    basis: Basis


def communes_here(on: dt.date) -> frozenset[str]:
    """The communes of this installation: those in which a unit of its lists stands on a day."""
    codes = Unit.objects.filter(in_force(on), commune_code__isnull=False).values_list("commune_code", flat=True)
    return frozenset(str(code) for code in codes.distinct())


@dataclass(frozen=True, slots=True)
class Residences:
    """Finds homes on the map of one day; made once for many visits."""

    today: dt.date
    here: frozenset[str]
    map: Map

    def home(self, written: str, on: dt.date, *, facility_commune: str) -> Home:
        """`written`: MAXA_CU_TRU of a visit that began on `on`, of whatever map; `facility_commune` is today's."""
        heirs = self.map.today(written, on, today=self.today) if written else []
        if not heirs:
            return Home(facility_commune, Basis.UNKNOWN)
        code = heirs[0].place.code
        if code not in self.here:
            return Home(facility_commune, Basis.OUTSIDE)
        return Home(code, Basis.SPLIT if len(heirs) > 1 else Basis.RESIDENCE)

    def written_as(self, communes: Collection[str]) -> frozenset[str]:
        """The codes by which visit files may call these communes of today: their own and those of their past."""
        return frozenset[str]().union(*(self.map.former(code) for code in communes))


def residences(today: dt.date) -> Residences:
    return Residences(today, communes_here(today), load_map())
