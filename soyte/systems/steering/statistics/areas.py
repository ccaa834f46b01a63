"""Places with their values as a map and its table show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from soyte.engines.indicators import rollups
from soyte.engines.indicators.figures import Figure
from soyte.kernel.actors import Acting
from soyte.kernel.text import format as words
from soyte.systems.steering.statistics.places import PlaceLine, Written, parts_of
from soyte.systems.steering.statistics.questions import rows_address
from soyte.ui.components import Area


def by_commune(
    code: str, *, actor: Acting, start: date, end: date, where: Mapping[str, Sequence[str]] | None = None
) -> tuple[list[Figure], Written]:
    """A figure by commune of residence, one for each map that the period falls on, and its values as written on it."""
    parts = parts_of(start, end)
    found = [
        rollups.figure(code, actor=actor, start=first, end=last, by=["commune"], where=where)
        for _map, first, last in parts
    ]
    written: dict[tuple[str, str], Decimal | None] = {}
    for (of_map, *_days), one in zip(parts, found, strict=True):
        written |= written_on(of_map, one)
    return found, written


def written_on(of_map: str, figure: Figure) -> Written:
    """The values of a figure by commune whose days all fall on one map."""
    return {(cell.keys[0], of_map): cell.value for cell in figure.cells if cell.keys[0]}


def area(
    line: PlaceLine, code: str, *, actor: Acting, start: date, end: date, where: Mapping[str, Sequence[str]]
) -> Area:
    """A place with the address of the rows behind its value, if it is not hidden and the actor may open them."""
    url = ""
    if line.keys and not line.is_hidden:
        url = rows_address(code, actor=actor, start=start, end=end, where={**where, "place": sorted(line.keys)})
    return Area(
        code=line.code,
        name=line.name or _("Ngoài địa bàn hoặc không rõ"),
        value=None if line.is_hidden else line.value,
        text=_("có ô dưới 5") if line.is_hidden else "",
        url=url,
        note=_note(line),
    )


def _note(line: PlaceLine) -> str:
    notes = [_("xã từ 01/7/2025, gồm: %(names)s") % {"names": ", ".join(line.parts)}] if line.parts else []
    if line.is_approximate:
        notes.append(_("gần đúng: xã cũ bị tách") if not line.parts else _("gần đúng: gồm xã của nhiều huyện"))
    return "; ".join(notes)


def sentence(title: str, lines: Sequence[PlaceLine], unit: str) -> str:
    """What the map shows, for those who cannot see it."""
    top = sorted((line for line in lines if line.code and line.value), key=lambda line: -line.value)[:3]
    if not top:
        return _("%(title)s theo xã: không có số nào") % {"title": title}
    named = ", ".join(f"{line.name} {words.number(line.value)}" for line in top)
    return _("Bản đồ %(title)s theo xã nơi cư trú (%(unit)s). Nhiều nhất: %(top)s.") % {
        "title": title,
        "unit": unit,
        "top": named,
    }
