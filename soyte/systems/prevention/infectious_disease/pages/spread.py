"""Where the outbreak's disease is at the same time: the communes of the installation as a map and its table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from soyte.engines.indicators.figures import SMALL
from soyte.kernel.text import format as words
from soyte.systems.prevention.infectious_disease import selectors
from soyte.systems.prevention.infectious_disease.models import Outbreak
from soyte.ui.components import Area

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Spread:
    """`areas`: those with an outbreak first, then by cases. `day`: of the map. `sentence`: for who cannot see the map."""

    areas: list[Area]
    day: dt.date
    sentence: str


def spread(outbreak: Outbreak, *, until: dt.date, everywhere: bool) -> Spread:
    """From the outbreak's first day until its end or today, on the map of that day.

    Who does not answer for the whole province (`everywhere`) gets no number under 5 of a commune that is not the
    outbreak's: so few could be somebody she knows.
    """
    numbers = selectors.by_commune(outbreak, since=outbreak.first_on, until=until)
    names, alarms = selectors.communes(until), _alarms(outbreak)
    areas = [
        _area(code, name, numbers.get(code, 0), alarms, exact=everywhere or code == outbreak.commune_code)
        for code, name in names.items()
    ]
    areas.sort(key=lambda area: (not area.alarm, -(area.value or 0), area.name))
    return Spread(areas, until, _sentence(areas))


def _alarms(outbreak: Outbreak) -> dict[str, str]:
    others = selectors.running(outbreak.disease_code)
    told = {one.commune_code: _("ổ dịch") if one.state == Outbreak.State.OPEN else _("cảnh báo") for one in others}
    return {**told, outbreak.commune_code: _("ổ dịch này")}


def _area(code: str, name: str, number: int, alarms: Mapping[str, str], *, exact: bool) -> Area:
    """Communes without a case get no step of colour, which a few cases would otherwise share with them."""
    shown = bool(number) if exact else number >= SMALL
    return Area(
        code=code,
        name=name,
        value=Decimal(number) if shown else None,
        text="" if shown else _("không có ca") if exact else _("dưới 5"),
        alarm=alarms.get(code, ""),
    )


def _sentence(areas: list[Area]) -> str:
    most = sorted((area for area in areas if area.value), key=lambda area: -(area.value or 0))[:MOST_NAMED]
    if not most:
        return _("Không xã nào có ca.")
    told = ", ".join(f"{area.name} {words.number(area.value or 0)}" for area in most)
    return _("Ca cùng bệnh theo xã từ ngày đầu ổ dịch. Nhiều nhất: %(most)s.") % {"most": told}
