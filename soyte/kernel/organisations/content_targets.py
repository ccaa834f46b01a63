"""Units take the rows of the lists of facilities and of the department's offices.

A unit stays the same row for as long as it bears its code without a break, whatever changes of it: posts and visits
point to it. So a list changes facts in place, keeps names with their days beside it, and ends what it no longer has.
A unit that an administrator changed by hand, or an uploaded list, is not touched by the shipped file any more.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from soyte.kernel.content.rows import ContentRow, DatedRow
from soyte.kernel.content.targets import Batch, HeldRows, register_target
from soyte.kernel.content.versions import Changes, Row, Shape, overlapping
from soyte.kernel.organisations.content_schemas import FACILITY_KINDS, DepartmentRow, FacilityRow
from soyte.kernel.organisations.models import Unit, UnitName
from soyte.kernel.organisations.services import EVER
from soyte.kernel.text import fold

_FACTS = ("name", "kind", "ownership", "beds", "commune_code", "gln", "software", "parent_key", "state")
_DATES = ("valid_from", "valid_to", "names")
Columns = dict[str, Any]
Names = list[tuple[str, dt.date, dt.date | None]]


class UnitTarget:
    """`key`: the column that names a unit in the list. `describe(rows)` gives the columns of each row."""

    def __init__(
        self, key: str, row: type[ContentRow], describe: Callable[[Sequence[DatedRow]], list[Columns]]
    ) -> None:
        self.key = key
        self.row = row
        self._describe = describe
        self._shape = Shape((key,), _FACTS)

    def held_rows(self, set_code: str) -> HeldRows:
        rows = Unit.objects.filter(**{f"{self.key}__isnull": False})
        return HeldRows(rows, (self.key,), tuple(fact for fact in _FACTS if fact != "parent_key"))

    def overlapping(self, batch: Batch) -> list[tuple[Columns, Columns]]:
        return [(dict(one), dict(other)) for one, other in overlapping(self._described(batch), self._shape)]

    def _described(self, batch: Batch) -> list[Columns]:
        return [
            {
                **columns,
                "valid_from": row.valid_from or EVER,
                "valid_to": row.valid_to,
                "state": row.state,
                "origin": batch.origin,
            }
            for row, columns in zip(batch.rows, self._describe(batch.rows), strict=True)
        ]

    def _wanted(self, batch: Batch) -> list[Columns]:
        by_key: dict[str, list[Columns]] = defaultdict(list)
        for columns in self._described(batch):
            by_key[columns[self.key]].append(columns)
        return [spell for rows in by_key.values() for spell in _spells(sorted(rows, key=lambda row: row["valid_from"]))]

    def _held(self) -> dict[str, list[Columns]]:
        names: dict[int, Names] = defaultdict(list)
        for name in UnitName.objects.order_by("valid_from"):
            names[name.unit_id].append((name.name, name.valid_from, name.valid_to))
        columns = (
            "id",
            self.key,
            *(fact for fact in _FACTS if fact != "parent_key"),
            "valid_from",
            "valid_to",
            "origin",
            f"parent__{self.key}",
        )
        held: dict[str, list[Columns]] = defaultdict(list)
        for unit in Unit.objects.filter(**{f"{self.key}__isnull": False}).order_by("valid_from").values(*columns):
            unit["parent_key"] = unit.pop(f"parent__{self.key}") or ""
            unit["names"] = names[unit["id"]] or [(unit["name"], unit["valid_from"], unit["valid_to"])]
            held[unit[self.key]].append(unit)
        return held

    def plan(self, batch: Batch) -> Changes:
        return self._plan_file(batch) if batch.since is None else self._plan_upload(batch, batch.since)

    def _plan_file(self, batch: Batch) -> Changes:
        held, changes, told = self._held(), Changes(), set()
        for wanted in self._wanted(batch):
            known = next((unit for unit in held[wanted[self.key]] if _meet(unit, wanted)), None)
            if known is None:
                changes.new.append(wanted)
                continue
            told.add(known["id"])
            if known["origin"] in (Unit.Origin.HAND, Unit.Origin.UPLOAD):
                changes.held += 1
            else:
                _note(changes, known, {**known, **wanted})
        for unit in _all(held):
            if unit["origin"] == Unit.Origin.FILE and unit["id"] not in told and _lasts(unit, batch.today):
                changes.ended.append((unit, _ended(unit, batch.today)))
        return changes

    def _plan_upload(self, batch: Batch, since: dt.date) -> Changes:
        held, changes, told = self._held(), Changes(), set()
        for wanted in self._described(batch):
            known = next((unit for unit in held[wanted[self.key]] if _lasts(unit, since)), None)
            if known is None:
                changes.new.append({**wanted, "valid_from": since, "names": [(wanted["name"], since, None)]})
                continue
            told.add(known["id"])
            _note(changes, known, _updated(known, wanted, since))
        for unit in _all(held):
            listed = unit["id"] in told or unit["origin"] == Unit.Origin.VISITS
            if not listed and unit["valid_from"] < since and _lasts(unit, since):
                changes.ended.append((unit, _ended(unit, since)))
        return changes

    def apply(self, batch: Batch, changes: Changes) -> None:
        moved = [after for _, after in [*changes.ended, *changes.changed]]
        units = [_unit(row, self.key) for row in [*moved, *changes.new]]
        fields = [fact for fact in (*_FACTS, "valid_from", "valid_to", "origin", "name_folded") if fact != "parent_key"]
        Unit.objects.bulk_update(units[: len(moved)], fields, batch_size=500)
        Unit.objects.bulk_create(units[len(moved) :], batch_size=500)
        self._hang(list(zip(units, [*moved, *changes.new], strict=True)))
        _write_names((unit, row["names"]) for unit, row in zip(units, [*moved, *changes.new], strict=True))

    def _hang(self, placed: list[tuple[Unit, Row]]) -> None:
        """Put units below the one that the list names; facilities without one below the department."""
        above = dict(
            Unit.objects.filter(**{f"{self.key}__isnull": False}).order_by("valid_from").values_list(self.key, "pk")
        )
        department = Unit.objects.filter(kind=Unit.Kind.DEPARTMENT, valid_to=None).order_by("pk").first()
        default = department.pk if department and self.key == "facility_code" else None
        for unit, row in placed:
            unit.parent_id = above.get(row["parent_key"], default)
        Unit.objects.bulk_update([unit for unit, _ in placed], ["parent"], batch_size=500)
        if department:  # facilities that were there before the department was
            Unit.objects.filter(parent=None, facility_code__isnull=False).update(parent=department)


def _spells(rows: list[Columns]) -> Iterable[Columns]:
    """Rows of one key that follow each other without a gap are one unit whose facts are those of the last."""
    spell: Columns | None = None
    for row in rows:
        names: Names = row.get("names") or [(row["name"], row["valid_from"], row["valid_to"])]
        if spell and spell["valid_to"] == row["valid_from"]:
            spell = {**row, "valid_from": spell["valid_from"], "names": _joined([*spell["names"], *names])}
            continue
        if spell:
            yield spell
        spell = {**row, "names": names}
    if spell:
        yield spell


def _joined(names: Names) -> Names:
    """Names in order; neighbours that are the same are one."""
    joined: Names = []
    for name, start, end in names:
        if joined and joined[-1][0] == name:
            joined[-1] = (name, joined[-1][1], end)
        else:
            joined.append((name, start, end))
    return joined


def _meet(one: Columns, other: Columns) -> bool:
    return all(a["valid_to"] is None or b["valid_from"] < a["valid_to"] for a, b in ((one, other), (other, one)))


def _lasts(unit: Columns, day: dt.date) -> bool:
    """In force on the day, or on a later one."""
    return unit["valid_to"] is None or unit["valid_to"] > day


def _ended(unit: Columns, day: dt.date) -> Columns:
    end = max(day, unit["valid_from"])
    names = [(name, start, min(until or end, end)) for name, start, until in unit["names"] if start < end]
    return {**unit, "valid_to": end, "names": names}


def _updated(known: Columns, wanted: Columns, since: dt.date) -> Columns:
    """A unit as an uploaded list has it; what the list leaves empty stays as it is known."""
    given = {fact: wanted[fact] for fact in _FACTS if wanted[fact] not in ("", None)}
    after = {**known, **given, "valid_to": None, "origin": wanted["origin"]}
    if after["name"] != known["name"]:
        start = max(since, known["valid_from"])
        earlier = [(name, begin, min(end or start, start)) for name, begin, end in known["names"] if begin < start]
        # A name that a file gave a facility nobody knew was never the facility's own.
        first = known["valid_from"] if known["origin"] == Unit.Origin.VISITS else start
        after["names"] = [(after["name"], first, None)] if first != start else [*earlier, (after["name"], start, None)]
    return after


def _note(changes: Changes, before: Columns, after: Columns) -> None:
    if any(before[column] != after[column] for column in (*_FACTS, *_DATES)):
        changes.changed.append((before, after))
    else:
        changes.unchanged += 1


def _all(held: dict[str, list[Columns]]) -> Iterable[Columns]:
    return (unit for units in held.values() for unit in units)


def _unit(row: Row, key: str) -> Unit:
    facts = {fact: row[fact] for fact in _FACTS if fact != "parent_key"}
    return Unit(
        pk=row.get("id"),
        **{key: row[key]},
        **facts,
        name_folded=fold(row["name"]),
        origin=row["origin"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


def _write_names(named: Iterable[tuple[Unit, Names]]) -> None:
    """Names of units that ever bore another one; a single name stands on the unit itself."""
    pairs = list(named)
    UnitName.objects.filter(unit__in=[unit for unit, _ in pairs]).delete()
    UnitName.objects.bulk_create(
        UnitName(unit=unit, name=name, valid_from=start, valid_to=end)
        for unit, names in pairs
        if len(names) > 1
        for name, start, end in names
    )


_PUBLIC = {"public", "industry", "military", "other province"}


def _ownership(text: str) -> str:
    if text in _PUBLIC:
        return Unit.Ownership.PUBLIC
    return Unit.Ownership.PRIVATE if text == "private" else Unit.Ownership.UNKNOWN


def _facilities(rows: Sequence[DatedRow]) -> list[Columns]:
    facilities = [row.row for row in rows if isinstance(row.row, FacilityRow)]
    shared = Counter(facility.successor_name for facility in facilities)
    return [
        _facility(row, facility, shared[facility.successor_name] > 1)
        for row, facility in zip(rows, facilities, strict=True)
    ]


def _facility(row: DatedRow, facility: FacilityRow, is_point: bool) -> Columns:
    columns: Columns = {
        "facility_code": facility.code,
        "name": facility.name,
        "kind": FACILITY_KINDS[facility.kind].value,
        "ownership": _ownership(facility.ownership),
        "beds": int(facility.beds) if facility.beds else None,
        "commune_code": facility.commune_code or None,
        "gln": facility.gln,
        "software": facility.software,
        "parent_key": facility.parent_code,
    }
    if facility.successor_name and facility.successor_on:
        later = f"{facility.name} (điểm của {facility.successor_name})" if is_point else facility.successor_name
        columns["names"] = _joined(
            [
                (facility.name, row.valid_from or EVER, facility.successor_on),
                (later, facility.successor_on, row.valid_to),
            ]
        )
        columns["name"] = later
    return columns


def _departments(rows: Sequence[DatedRow]) -> list[Columns]:
    return [
        {
            "content_code": office.code,
            "name": office.name,
            "kind": office.kind,
            "ownership": Unit.Ownership.PUBLIC,
            "beds": None,
            "commune_code": None,
            "gln": "",
            "software": "",
            "parent_key": office.parent,
        }
        for office in (row.row for row in rows)
        if isinstance(office, DepartmentRow)
    ]


register_target("departments", UnitTarget("content_code", DepartmentRow, _departments))
register_target("facilities", UnitTarget("facility_code", FacilityRow, _facilities))
