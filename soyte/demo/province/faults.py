"""Planted faults: what some files do wrong, on purpose, with the right verdict beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from soyte.demo.province import content
from soyte.demo.province.draws import stream
from soyte.demo.province.plans import Plan
from soyte.demo.province.tables import INSTANT, WITH_DISCHARGE_PAPER, Rows, Written

AGAIN_AFTER_DAYS = (1, 12)
NO_SUCH_DIAGNOSIS = "Z99.99"
OFF = 1000  # đồng

Tables = dict[str, Rows]


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault."""

    name: str
    share: float
    verdict: str  # refused | warning | accepted
    mended: float  # share that is mended and sent again
    table: str
    field: str
    field_4210: str

    def field_in(self, generation: str) -> str:
        return self.field_4210 if generation == "4210" else self.field


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault at one visit; `again_after` = days until the sender sends the visit as it should be."""

    fault: Fault
    again_after: int | None


@cache
def kinds() -> tuple[Fault, ...]:
    return tuple(
        Fault(r["fault"], float(r["share"]), r["verdict"], float(r["mended"]), r["table"], r["field"], r["field_4210"])
        for r in content.rows("faults")
    )


def _fits(fault: Fault, plan: Plan, generation: str) -> bool:
    if fault.name == "no_discharge_paper":
        return plan.kind in WITH_DISCHARGE_PAPER and generation != "4210"
    if fault.table and not fault.field_in(generation):
        return False
    return not (plan.kind == "07" and fault.table == "XML3")  # a pick-up of medicines has no services


def draw(plan: Plan, generation: str, *, seed: str) -> Planted | None:
    """The fault of a visit, if it has one."""
    rng = stream(seed, plan.code, plan.facility.code, "fault")
    for fault in kinds():
        hit, mended, after = rng.random() < fault.share, rng.random() < fault.mended, rng.randint(*AGAIN_AFTER_DAYS)
        if hit and _fits(fault, plan, generation):
            return Planted(fault, after if mended else None)
    return None


def spoil(written: Written, planted: Planted) -> Tables | None:
    """The visit's tables with the fault in them; None where this visit has nothing to spoil."""
    spoiler = _SPOILERS.get(planted.fault.name)
    if spoiler is None:  # sent again as it was: nothing is wrong with it
        return written.tables
    tables = {name: [dict(row) for row in rows] for name, rows in written.tables.items()}
    return tables if spoiler(tables, planted.fault.field_in(written.generation)) else None


def _total_off(tables: Tables, name: str) -> bool:
    whole, dot, part = tables["XML1"][0][name].partition(".")
    tables["XML1"][0][name] = f"{int(whole) + OFF}{dot}{part}"
    return True


def _empty(tables: Tables, name: str) -> bool:
    tables["XML1"][0][name] = ""
    return True


def _leaves_before_coming(tables: Tables, name: str) -> bool:
    came = datetime.strptime(tables["XML1"][0]["NGAY_VAO"], INSTANT)  # noqa: DTZ007 - local, as in the file
    tables["XML1"][0][name] = f"{came - timedelta(days=1):{INSTANT}}"
    return True


def _orphan_line(tables: Tables, name: str) -> bool:
    for row in tables.get("XML3", []):
        row[name] = row[name].removeprefix("MH")
    return "XML3" in tables


def _no_discharge_paper(tables: Tables, _: str) -> bool:
    return tables.pop("XML7", None) is not None


def _line_off(tables: Tables, name: str) -> bool:
    if "XML3" not in tables:
        return False
    row = tables["XML3"][0]
    whole, dot, part = row[name].partition(".")
    row[name] = f"{int(whole) + OFF}{dot}{part}"
    return True


def _unknown_sex(tables: Tables, name: str) -> bool:
    tables["XML1"][0][name] = "M" if tables["XML1"][0][name] == "1" else "F"
    return True


def _result_before_order(tables: Tables, name: str) -> bool:
    for row in tables.get("XML3", []):
        if row.get("MA_NHOM") == "1" and row.get(name):
            ordered = datetime.strptime(row["NGAY_YL"], INSTANT)  # noqa: DTZ007 - local, as in the file
            row[name] = f"{ordered - timedelta(minutes=40):{INSTANT}}"
            return True
    return False


def _unknown_diagnosis(tables: Tables, name: str) -> bool:
    row = tables["XML1"][0]
    row[name] = ";".join(filter(None, [row[name], NO_SUCH_DIAGNOSIS]))
    return True


_SPOILERS: dict[str, Callable[[Tables, str], bool]] = {
    "total_off": _total_off,
    "no_main_diagnosis": _empty,
    "leaves_before_coming": _leaves_before_coming,
    "orphan_line": _orphan_line,
    "no_discharge_paper": _no_discharge_paper,
    "line_off": _line_off,
    "unknown_sex": _unknown_sex,
    "result_before_order": _result_before_order,
    "no_occupation": _empty,
    "unknown_diagnosis": _unknown_diagnosis,
}
