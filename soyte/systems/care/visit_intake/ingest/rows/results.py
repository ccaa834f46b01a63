"""XML4: values become observations, words become reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from soyte.formats.visitfile.model import Row
from soyte.systems.care.visit_intake.ingest.rows.reading import Source, read_value
from soyte.systems.care.visit_intake.ingest.rows.tables import DIAGNOSTIC_REPORT, OBSERVATION, Columns, Lines

_OBSERVED = (
    ("code", "MA_CHI_SO"),
    ("service_code", "MA_DICH_VU"),
    ("name", "TEN_CHI_SO"),
    ("value_text", "GIA_TRI"),
    ("unit", "DON_VI_DO"),
    ("reader_code", "MA_BS_DOC_KQ"),
)
_REPORTED = (
    ("description", "MO_TA"),
    ("conclusion", "KET_LUAN"),
    ("reader_code", "MA_BS_DOC_KQ"),
    ("machine_codes", "MA_MAY"),
)


def results(rows: Iterable[Row], lines: Lines, *, at: str) -> None:
    """A line with GIA_TRI is an observation. A line with words only is the report of its service.

    The words take the place of the bare report that the service's line of XML3 made; the first words belong to the
    first line of that service, the second to the second. Words of a service that XML3 lacks are a report of their own.
    """
    ordered: dict[str, list[Columns]] = defaultdict(list)
    for report in lines.get(DIAGNOSTIC_REPORT, ()):
        ordered[str(report["service_code"])].append(report)
    bare = {code: list(reports) for code, reports in ordered.items()}
    for row in rows:
        source = Source("XML4", row)
        code = source.text("MA_DICH_VU")
        if source.text("GIA_TRI"):
            _observation(source, lines, at=at, order=_order_of(source, ordered.get(code, ())))
        elif source.text("MO_TA", "KET_LUAN"):
            waiting = bare.get(code)
            _report(source, lines, at=at, order=waiting.pop(0) if waiting else None)


def _order_of(source: Source, orders: Sequence[Columns]) -> Columns | None:
    """The order that a value belongs to: that of the same hour of result, else the service's first."""
    moment = source.instant("NGAY_KQ")
    return next((order for order in orders if order["at"] == moment), orders[0] if orders else None)


def _observation(source: Source, lines: Lines, *, at: str, order: Columns | None) -> None:
    comparator, number = read_value(source.text("GIA_TRI"))
    columns: Columns = {"code": ""}
    columns |= source.texts(_OBSERVED)
    columns |= {
        "at": source.instant("NGAY_KQ") or (order["at"] if order else at),
        "source_table": source.table_number,
        "source_line": source.line,
        "category": "laboratory",
        "comparator": comparator,
        "value_number": number,
        "comment": "\n".join(filter(None, (source.text("MO_TA"), source.text("KET_LUAN")))),
        "charge": order["charge"] if order else None,
    }
    lines.setdefault(OBSERVATION, []).append(columns)


def _report(source: Source, lines: Lines, *, at: str, order: Columns | None) -> None:
    columns: Columns = {"service_code": source.text("MA_DICH_VU"), "name": source.text("TEN_CHI_SO"), "charge": None}
    target = order if order is not None else columns
    target |= source.texts(_REPORTED)
    target |= {
        "at": source.instant("NGAY_KQ") or target.get("at") or at,
        "source_table": source.table_number,
        "source_line": source.line,
    }
    if order is None:
        lines.setdefault(DIAGNOSTIC_REPORT, []).append(columns)
