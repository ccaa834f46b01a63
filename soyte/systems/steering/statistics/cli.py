"""`soyte report CODE --from D --to D --by DIM`: one figure in exact numbers, with the machine operator's right."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from decimal import Decimal

from soyte.engines.indicators.content import indicators
from soyte.engines.indicators.figures import Figure, figure
from soyte.kernel.actors import Machine
from soyte.kernel.audit.services import record
from soyte.kernel.errors import DomainError

COULD_NOT_RUN = 2


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soyte report", description="In một số liệu của toàn tỉnh.")
    parser.add_argument("code", help="mã số liệu: " + ", ".join(indicators()))
    parser.add_argument("--from", dest="start", type=date.fromisoformat, required=True, help="ngày đầu, yyyy-mm-dd")
    parser.add_argument("--to", dest="end", type=date.fromisoformat, required=True, help="ngày cuối, tính cả ngày này")
    parser.add_argument("--by", help="chia theo: facility, month, kind, icd_chapter, commune, disease")
    parser.add_argument("--json", action="store_true", help="in JSON")
    return parser.parse_args(argv)


def plain(value: Decimal | None) -> str:
    """Decimal text without idle zeros: "1200.50" is "1200.5". The machine's right sees every value."""
    return f"{(value or Decimal(0)).normalize():f}"


def shape(found: Figure) -> dict[str, list[dict[str, str]]]:
    """The contract's JSON: values as decimal text; without a split one row with key ""."""
    return {"rows": [{"key": cell.keys[0] if cell.keys else "", "value": plain(cell.value)} for cell in found.cells]}


def report_main(argv: list[str]) -> int:
    arguments = _arguments(argv)
    actor = Machine("soyte report")
    try:
        found = figure(
            arguments.code,
            actor=actor,
            start=arguments.start,
            end=arguments.end,
            by=[arguments.by] if arguments.by else [],
        )
    except DomainError as error:
        print(f"soyte report: {error}", file=sys.stderr)
        return COULD_NOT_RUN
    record(
        actor,
        "figures.read",
        object_kind="indicator",
        object_id=arguments.code,
        details={"from": str(arguments.start), "to": str(arguments.end), "by": arguments.by or ""},
    )
    if arguments.json:
        print(json.dumps(shape(found), ensure_ascii=False))
        return 0
    for cell in found.cells:
        label = f"{cell.keys[0]}\t{found.name(cell)}" if cell.keys else found.indicator.title
        print(f"{label}\t{plain(cell.value)}")
    return 0
