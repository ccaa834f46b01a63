"""To which commune, on today's map, the patient of a visit belongs: that of residence, else that of the facility."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from django.db import models
from django.utils import timezone
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

    def written_in(self, communes: Collection[str]) -> list[tuple[str, dt.datetime | None, dt.datetime | None]]:
        """(code, from, before): which visits name one of these communes of today as residence, by when they began: what
        `home` says of each. None where there is no end.

        Codes were re-used, so a code counts only on the days on which it meant one of the communes.
        """
        return [
            (code, None if first == dt.date.min else _midnight(first), None if end is None else _midnight(end))
            for code in sorted(self.written_as(communes))
            for first, end in self._spans(code, communes)
        ]

    def _spans(self, code: str, communes: Collection[str]) -> list[tuple[dt.date, dt.date | None]]:
        """The days (first, the first day after) on which `code` means one of `communes`."""
        shapes = self.map.history(code)
        turns = {day for shape in shapes for day in (shape.valid_from, shape.valid_to) if day} | {dt.date.min}
        spans: list[tuple[dt.date, dt.date | None]] = []
        for first, end in pairwise([*sorted(turns), None]):
            assert first is not None  # only the last of them is open
            if self.home(code, first, facility_commune="").commune_code not in communes:
                continue
            if spans and spans[-1][1] == first:
                first = spans.pop()[0]
            spans.append((first, end))
        return spans


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def residences(today: dt.date) -> Residences:
    return Residences(today, communes_here(today), load_map())
